"""Mandates: what a payer allows, by a setup or with a payment, and what becomes of it."""

from typing import Any

import pytest

from stripe_lite.core.machine import IllegalTransition
from stripe_lite.payments.mandates.machine import MANDATE, MandateFact, MandateStatus
from tests.payments.intents import BACK, DEBIT, PAID, by_number
from tests.payments.setups import ONLINE, SEPA, payment, set_up
from tests.shop import Shop, raises_stripe

OPEN = ("pending", "active")
TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "accepted": (("pending",), "active"),
    "refused": (("pending",), "inactive"),
    "revoked": (OPEN, "inactive"),
    "used": (OPEN, "inactive"),
}


def test_every_pair_of_state_and_fact_follows_the_table() -> None:
    for state in MandateStatus:
        for fact in MandateFact:
            sources, target = TABLE[fact]
            if state in sources:
                assert MANDATE.step(state, fact).target == target
            else:
                with pytest.raises(IllegalTransition):
                    MANDATE.step(state, fact)


async def test_a_setup_makes_a_mandate_for_later_payments(shop: Shop) -> None:
    intent = await set_up(
        shop,
        "sepa_debit",
        SEPA,
        payment_method_options={"sepa_debit": {"mandate_options": {"reference_prefix": "HATS-"}}},
    )
    mandate = intent.mandate
    assert (mandate.status, mandate.type, mandate.multi_use.to_dict()) == ("active", "multi_use", {})
    assert mandate.payment_method == intent.payment_method
    assert mandate.customer_acceptance.to_dict() == ONLINE["customer_acceptance"]
    assert mandate.payment_method_details.sepa_debit.reference.startswith("HATS-")
    page = await shop.http.get(mandate.payment_method_details.sepa_debit.url)
    assert (page.status_code, "•••• 3000" in page.text, "In force" in page.text) == (200, True, True)
    wrong = await shop.http.get(mandate.payment_method_details.sepa_debit.url + "x")
    assert wrong.status_code == 404
    again = await shop.v1.mandates.retrieve_async(mandate.id, {"expand": ["payment_method"]})
    assert again.payment_method.sepa_debit.last4 == "3000"
    paid = await shop.v1.payment_intents.create_async(payment(intent, "sepa_debit", "eur"))
    assert paid.status == "processing"
    assert paid.latest_charge.payment_method_details.sepa_debit.mandate == mandate.id
    # On session it holds as well, and may be named.
    for more in ({"off_session": False}, {"mandate": mandate.id}):
        once_more = await shop.v1.payment_intents.create_async(payment(intent, "sepa_debit", "eur", **more))
        assert once_more.latest_charge.payment_method_details.sepa_debit.mandate == mandate.id
    assert "mandate.updated" not in await shop.event_types()
    # With the method goes the mandate.
    await shop.v1.payment_methods.detach_async(intent.payment_method)
    assert (await shop.v1.mandates.retrieve_async(mandate.id)).status == "inactive"
    told = [type for type in await shop.event_types() if not type.startswith(("payment_intent.", "charge."))]
    assert told[-2:] == ["payment_method.detached", "mandate.updated"]
    with raises_stripe(code="resource_missing", param="mandate"):
        await shop.v1.mandates.retrieve_async("mandate_none")


async def test_with_a_customer_their_mandates_go(shop: Shop) -> None:
    intent = await set_up(shop, "sepa_debit", SEPA)
    await shop.v1.customers.delete_async(intent.customer)
    assert (await shop.v1.mandates.retrieve_async(intent.mandate.id)).status == "inactive"
    assert (await shop.event_types())[-1] == "mandate.updated"


async def test_a_payment_makes_a_mandate_for_itself_or_for_later_ones(shop: Shop) -> None:
    single = await shop.v1.payment_intents.create_async(DEBIT | {"expand": ["latest_charge"]})
    id = single.latest_charge.payment_method_details.us_bank_account.mandate
    mandate = await shop.v1.mandates.retrieve_async(id)
    assert (mandate.status, mandate.type, mandate.single_use.to_dict()) == (
        "active",
        "single_use",
        {"amount": 2000, "currency": "usd"},
    )
    assert mandate.customer_acceptance.offline.to_dict() == {}
    path = "latest_charge.payment_method_details.us_bank_account.mandate"
    shown = await shop.v1.payment_intents.retrieve_async(single.id, {"expand": [path]})
    assert shown.latest_charge.payment_method_details.us_bank_account.mandate.id == id
    charge = await shop.v1.charges.retrieve_async(
        single.latest_charge.id, {"expand": ["payment_method_details.us_bank_account.mandate.payment_method"]}
    )
    held = charge.payment_method_details.us_bank_account.mandate
    assert (held.id, held.payment_method.id) == (id, single.payment_method)
    for wrong in ("payment_method_details.us_bank_account.last4", "payment_method_details.card.mandate"):
        with raises_stripe(param="expand"):
            await shop.v1.charges.retrieve_async(single.latest_charge.id, {"expand": [wrong]})
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(single.id), status="succeeded")
    assert (await shop.v1.mandates.retrieve_async(id)).status == "inactive"
    customer = await shop.v1.customers.create_async()
    kept = await shop.v1.payment_intents.create_async(
        DEBIT | {"customer": customer.id, "setup_future_usage": "off_session", "expand": ["latest_charge"]}
    )
    id = kept.latest_charge.payment_method_details.us_bank_account.mandate
    assert (await shop.v1.mandates.retrieve_async(id)).type == "multi_use"
    later = await shop.v1.payment_intents.create_async(payment(kept, "us_bank_account", "usd", customer=customer.id))
    assert later.latest_charge.payment_method_details.us_bank_account.mandate == id


async def test_a_mandate_for_one_payment_is_good_for_no_other(shop: Shop) -> None:
    intent = await set_up(
        shop, "us_bank_account", "pm_usBankAccount_success", single_use={"amount": 2000, "currency": "usd"}
    )
    assert (intent.mandate, intent.single_use_mandate.type) == (None, "single_use")
    other = payment(intent, "us_bank_account", "usd", amount=3000, off_session=False)
    for more in ({}, {"mandate": intent.single_use_mandate.id}):
        with raises_stripe(code="payment_intent_mandate_invalid", param="mandate"):
            await shop.v1.payment_intents.create_async(other | more)
    this = await shop.v1.payment_intents.create_async(other | {"amount": 2000})
    mandate = this.latest_charge.payment_method_details.us_bank_account.mandate
    assert mandate == intent.single_use_mandate.id
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(this.id), status="succeeded")
    with raises_stripe(code="payment_intent_mandate_invalid"):
        await shop.v1.payment_intents.create_async(other | {"amount": 2000})


async def test_a_debit_that_fails_for_good_ends_its_mandate(shop: Shop) -> None:
    intent = await set_up(shop, "us_bank_account", "pm_usBankAccount_accountClosed")
    debit = await shop.v1.payment_intents.create_async(payment(intent, "us_bank_account", "usd"))
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(debit.id), status="requires_payment_method")
    events = (await shop.v1.events.list_async({"type": "mandate.updated"})).data
    assert [event.data.previous_attributes.to_dict() for event in events] == [{"status": "active"}]
    assert (events[0].data.object.id, events[0].data.object.status) == (intent.mandate.id, "inactive")
    with raises_stripe(code="payment_intent_mandate_invalid"):
        await shop.v1.payment_intents.create_async(payment(intent, "us_bank_account", "usd"))
    # One that may succeed another time does not.
    poor = await set_up(shop, "us_bank_account", "pm_usBankAccount_insufficientFunds")
    debit = await shop.v1.payment_intents.create_async(payment(poor, "us_bank_account", "usd"))
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(debit.id), status="requires_payment_method")
    assert (await shop.v1.mandates.retrieve_async(poor.mandate.id)).status == "active"


async def test_a_disputed_debit_ends_its_mandate(shop: Shop) -> None:
    intent = await set_up(shop, "us_bank_account", "pm_usBankAccount_dispute")
    debit = await shop.v1.payment_intents.create_async(payment(intent, "us_bank_account", "usd"))
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(debit.id), status="succeeded")
    await shop.until(lambda: shop.v1.mandates.retrieve_async(intent.mandate.id), status="inactive")
    types = await shop.event_types()
    assert types.index("charge.dispute.created") < types.index("mandate.updated")
    with raises_stripe(code="payment_intent_mandate_invalid"):
        await shop.v1.payment_intents.create_async(payment(intent, "us_bank_account", "usd"))


BACS = [("pm_bacsDebit_success", "active", "accepted"), ("pm_bacsDebit_mandateRefused", "inactive", "refused")]


@pytest.mark.parametrize(("account", "status", "network_status"), BACS)
async def test_bacs_agrees_to_a_mandate_later(shop: Shop, account: str, status: str, network_status: str) -> None:
    intent = await set_up(shop, "bacs_debit", account)
    bacs = intent.mandate.payment_method_details.bacs_debit
    assert (intent.mandate.status, bacs.network_status, bacs.revocation_reason) == ("pending", "pending", None)
    paid = await shop.v1.payment_intents.create_async(payment(intent, "bacs_debit", "gbp"))
    assert paid.latest_charge.payment_method_details.bacs_debit.mandate == intent.mandate.id
    mandate = await shop.until(lambda: shop.v1.mandates.retrieve_async(intent.mandate.id), status=status)
    assert mandate.payment_method_details.bacs_debit.network_status == network_status
    events = (await shop.v1.events.list_async({"type": "mandate.updated"})).data
    assert [event.data.previous_attributes.to_dict() for event in events] == [
        {"payment_method_details": {"bacs_debit": {"network_status": "pending"}}, "status": "pending"}
    ]
    ended = "succeeded" if status == "active" else "requires_payment_method"
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(paid.id), status=ended)


async def test_a_card_has_a_mandate_where_its_payer_agreed_to_one(shop: Shop) -> None:
    terms: dict[str, Any] = {
        "amount": 2000,
        "amount_type": "maximum",
        "interval": "month",
        "interval_count": 1,
        "reference": "hats-7",
        "start_date": 1800000000,
        "supported_types": ["india"],
    }
    customer = await shop.v1.customers.create_async()
    first = await shop.v1.payment_intents.create_async(
        PAID
        | {
            "customer": customer.id,
            "payment_method": "pm_card_in",
            "setup_future_usage": "off_session",
            "payment_method_options": {"card": {"mandate_options": terms}},
            "expand": ["latest_charge"],
        }
    )
    id = first.latest_charge.payment_method_details.card.mandate
    mandate = await shop.until(lambda: shop.v1.mandates.retrieve_async(id), status="active")
    assert (mandate.type, mandate.payment_method_details.to_dict()) == ("multi_use", {"card": {}, "type": "card"})
    event = (await shop.v1.events.list_async({"type": "mandate.updated"})).data[0]
    assert event.data.previous_attributes.to_dict() == {"status": "pending"}
    later = await shop.v1.payment_intents.create_async(payment(first, "card", "usd", customer=customer.id))
    assert later.latest_charge.payment_method_details.card.mandate == id
    # This one's payer takes it back.
    intent = await shop.v1.setup_intents.create_async(
        {
            "customer": customer.id,
            "payment_method_types": ["card"],
            "payment_method_data": by_number("4000003560000263"),
            "payment_method_options": {"card": {"mandate_options": terms | {"currency": "inr"}}},
            "mandate_data": ONLINE,
            "confirm": True,
            "return_url": BACK,
        }
    )
    await shop.http.post(intent.next_action.redirect_to_url.url, json={"outcome": "complete"})
    saved = await shop.v1.setup_intents.retrieve_async(intent.id)
    assert saved.payment_method_options.card.mandate_options.reference == "hats-7"
    await shop.until(lambda: shop.v1.mandates.retrieve_async(saved.mandate), status="active")
    with raises_stripe("card_error", code="india_recurring_payment_mandate_canceled", status=402):
        await shop.v1.payment_intents.create_async(payment(saved, "card", "usd"))
    assert (await shop.v1.mandates.retrieve_async(saved.mandate)).status == "inactive"


OTHERS: list[tuple[str, Any, dict[str, Any], dict[str, Any]]] = [
    ("au_becs_debit", "pm_auBecsDebit_success", {}, {"url": str}),
    (
        "acss_debit",
        "pm_acssDebit_success",
        {
            "acss_debit": {
                "currency": "cad",
                "mandate_options": {
                    "default_for": ["invoice", "subscription"],
                    "interval_description": "on the first",
                    "payment_schedule": "interval",
                    "transaction_type": "business",
                },
            }
        },
        {"payment_schedule": "interval", "transaction_type": "business", "interval_description": "on the first"},
    ),
    (
        "us_bank_account",
        "pm_usBankAccount_success",
        {"us_bank_account": {"mandate_options": {"collection_method": "paper"}}},
        {"collection_method": "paper"},
    ),
    ("link", {"type": "link"}, {}, {}),
    (
        "nz_bank_account",
        {
            "type": "nz_bank_account",
            "nz_bank_account": {
                "account_number": "0123456",
                "bank_code": "01",
                "branch_code": "0001",
                "suffix": "00",
            },
        },
        {},
        {},
    ),
]


@pytest.mark.parametrize(("type", "data", "options", "expected"), OTHERS, ids=[other[0] for other in OTHERS])
async def test_each_type_tells_what_it_knows(
    shop: Shop, type: str, data: Any, options: dict[str, Any], expected: dict[str, Any]
) -> None:
    intent = await set_up(shop, type, data, payment_method_options=options)
    told = intent.mandate.payment_method_details.to_dict()[type]
    for name, value in expected.items():
        assert told[name] == value if value is not str else told[name].startswith("http")
