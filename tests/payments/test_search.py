"""What charges and payment intents can be searched by: every documented field, with every kind of question."""

from typing import Any

import pytest

from tests.payments.intents import PAID, told
from tests.shop import Shop, raises_stripe

CHARGES = ["card", "partly", "whole", "failed"]
# Each query, and which of the four charges it finds.
QUERIES: list[tuple[str, list[str]]] = [
    ("amount:2000", ["card", "failed"]),
    ("amount>2000", ["partly", "whole"]),
    ("amount>='3000'", ["partly", "whole"]),
    ("amount<3000 amount>1999", ["card", "failed"]),
    ("-amount:2000", ["partly", "whole"]),
    ("currency:'USD'", ["card", "failed"]),
    ("-currency:'usd'", ["partly", "whole"]),
    ("currency:'jpy' OR currency:'eur'", ["partly", "whole"]),
    ("customer:'{customer}'", ["partly"]),
    ("-customer:null", ["partly"]),
    ("customer:null status:'failed'", ["failed"]),
    ("billing_details.address.postal_code:'94111'", ["whole"]),
    ("billing_details.address.postal_code:94111", ["whole"]),
    ("billing_details.address.postal_code:null", ["card", "partly", "failed"]),
    ("disputed:'false'", CHARGES),
    ("disputed:'true'", []),
    ("-disputed:'TRUE'", CHARGES),
    ("refunded:'true'", ["whole"]),
    ("refunded:'false'", ["partly"]),
    ("refunded:null", ["card", "failed"]),
    ("-refunded:null", ["partly", "whole"]),
    ("-refunded:'true'", ["card", "partly", "failed"]),
    ("status:'succeeded'", ["card", "partly", "whole"]),
    ("status:'failed'", ["failed"]),
    ("metadata['order']:'seven'", ["partly"]),
    ("metadata['order']:null", ["card", "whole", "failed"]),
    ('-metadata["order"]:null', ["partly"]),
    ("-metadata['order']:'seven' AND status:'succeeded'", ["card", "whole"]),
    ("payment_method_details.card.brand:'visa'", ["card", "partly", "failed"]),
    ("payment_method_details.card.brand:'MasterCard'", ["whole"]),
    ("payment_method_details.card.last4:4444", ["whole"]),
    ("payment_method_details.card.last4:'4242' AND refunded:null", ["card"]),
    ("payment_method_details.card.exp_month:{month}", CHARGES),
    ("payment_method_details.card.exp_year:'{year}'", CHARGES),
    ("payment_method_details.card.fingerprint:'{fingerprint}'", ["card", "partly"]),
    ("payment_method_details.card_present.last4:4242", []),
    ("payment_method_details.interac_present.brand:null", CHARGES),
    ("created>={created}", CHARGES),
    ("created<{created}", []),
]
REFUSED = [
    "description:'x'",
    "payment_intent:'pi_x'",
    "payment_method_details.us_bank_account.last4:6789",
    "payment_method_details.card.country:'US'",
    "billing_details.email:'a'",
    "status~'succ'",
    "currency>'a'",
    "amount~'200'",
    "disputed:'maybe'",
    "refunded:'partly'",
    "refunded>0",
    "metadata['order']~'sev'",
    "metadata:'x'",
    "amount:null OR amount:5 AND amount:6",
    "(amount:5)",
    " ".join(["amount:5"] * 11),
]


async def four_charges(shop: Shop) -> dict[str, Any]:
    """One that stays as it is, one refunded in part, one refunded whole and one declined; by their ids' names."""
    customer = (await shop.v1.customers.create_async()).id
    card = await shop.v1.charges.create_async({"amount": 2000, "currency": "usd", "source": "tok_visa"})
    intents = shop.v1.payment_intents
    partly = await intents.create_async(
        PAID | {"amount": 3000, "currency": "eur", "customer": customer, "metadata": {"order": "seven"}}
    )
    await shop.v1.charges.update_async(partly.latest_charge, {"metadata": {"order": "seven"}})
    await shop.v1.refunds.create_async({"charge": partly.latest_charge, "amount": 100})
    billed = {
        "type": "card",
        "card": {"token": "tok_mastercard"},
        "billing_details": {"address": {"postal_code": "94111"}},
    }
    whole = await intents.create_async(
        PAID | {"amount": 4000, "currency": "jpy", "payment_method": None, "payment_method_data": billed}
    )
    await shop.v1.refunds.create_async({"charge": whole.latest_charge})
    with raises_stripe("card_error") as caught:
        await shop.v1.charges.create_async({"amount": 2000, "currency": "usd", "source": "tok_chargeDeclined"})
    shown = card.payment_method_details.card
    return {
        "card": card.id,
        "partly": partly.latest_charge,
        "whole": whole.latest_charge,
        "failed": told(caught).charge,
        "customer": customer,
        "month": shown.exp_month,
        "year": shown.exp_year,
        "fingerprint": shown.fingerprint,
        "created": card.created,
    }


async def test_charges_are_found_by_every_documented_field(shop: Shop) -> None:
    known = await four_charges(shop)
    names = {known[name]: name for name in CHARGES}
    for query, expected in QUERIES:
        asked = query
        for name, value in known.items():
            asked = asked.replace(f"{{{name}}}", str(value))
        page = await shop.v1.charges.search_async({"query": asked, "limit": 100})
        assert [names[charge.id] for charge in page.data] == [name for name in CHARGES[::-1] if name in expected], query


@pytest.mark.parametrize("query", REFUSED)
async def test_charges_are_not_asked_what_stripe_does_not_answer(shop: Shop, query: str) -> None:
    with raises_stripe(status=400):
        await shop.v1.charges.search_async({"query": query})


async def test_payment_intents_are_found_by_every_documented_field(shop: Shop) -> None:
    customer = (await shop.v1.customers.create_async()).id
    create = shop.v1.payment_intents.create_async
    paid = await create(PAID | {"customer": customer})
    waiting = await create({"amount": 500, "currency": "eur", "metadata": {"Order": "x y"}})
    for query, expected in (
        ("amount>500", [paid]),
        ("amount<=500", [waiting]),
        ("currency:'eur'", [waiting]),
        (f"customer:'{customer}'", [paid]),
        ("customer:null", [waiting]),
        ("status:'succeeded'", [paid]),
        ("-status:'succeeded'", [waiting]),
        ("metadata['Order']:'X Y'", [waiting]),
        ("-metadata['Order']:null", [waiting]),
        (f"created>={paid.created}", [waiting, paid]),
        ("status:'succeeded' or amount:500", [waiting, paid]),
    ):
        page = await shop.v1.payment_intents.search_async({"query": query})
        assert [intent.id for intent in page.data] == [intent.id for intent in expected], query


async def test_versions_before_search_cannot_search(shop: Shop) -> None:
    old = await shop.get("/v1/charges/search?query=amount:5", Stripe_Version="2020-03-02")
    assert (old.status_code, old.json()["error"]["type"]) == (400, "invalid_request_error")
    assert (await shop.get("/v1/charges/search?query=amount:5", Stripe_Version="2020-08-27")).status_code == 200
