"""Source objects: what payers did before there were payment intents, each type in its own way."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest
from stripe import HTTPXClient, StripeClient

from stripe_lite.payments.reviews.machine import REVIEW, ReviewFact, ReviewStatus
from stripe_lite.payments.sources.machine import SOURCE, SourceFact, SourceStatus
from tests.shop import Shop, raises_stripe

BACK = "https://shop.example/back?order=7"
CARD: dict[str, Any] = {"type": "card", "token": "tok_visa"}
SEPA: dict[str, Any] = {"type": "sepa_debit", "currency": "eur", "sepa_debit": {"iban": "DE89370400440532013000"}}
ACH: dict[str, Any] = {"type": "ach_credit_transfer", "currency": "usd", "owner": {"email": "jenny@example.com"}}
REDIRECT: dict[str, Any] = {"amount": 1099, "currency": "eur", "redirect": {"return_url": BACK}}
DEBIT: dict[str, Any] = {
    "type": "ach_debit",
    "currency": "usd",
    "ach_debit": {"country": "US", "account_number": "000123456789", "routing_number": "110000000", "type": "company"},
}


async def made(shop: Shop, *params: dict[str, Any]) -> Any:
    """A new source object."""
    merged: dict[str, Any] = {}
    for each in params:
        merged |= each
    return await shop.v1.sources.create_async(merged)


async def status_of(shop: Shop, source: Any, status: str) -> Any:
    """The source, once it has this status."""
    return await shop.until(lambda: shop.v1.sources.retrieve_async(source.id), status=status)


async def decide(shop: Shop, source: Any, outcome: str) -> httpx.Response:
    """Press a button on the source's page."""
    return await shop.http.post(source.redirect.url, data={"outcome": outcome})


async def typed_card(shop: Shop, number: str) -> Any:
    """A source of a card that was typed in."""
    return await made(shop, {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2040}})


async def test_a_card_is_charged_once_or_kept_by_a_customer(shop: Shop) -> None:
    owner = {"name": "Jenny", "email": "jenny@example.com", "address": {"city": "Oslo"}}
    source = await made(shop, CARD, {"owner": owner, "metadata": {"a": "b"}})
    assert (source.status, source.flow, source.usage, source.amount) == ("chargeable", "none", "reusable", None)
    assert (source.card.last4, source.card.brand, source.card.three_d_secure) == ("4242", "Visa", "optional")
    assert (source.owner.name, source.owner.address.city, source.owner.verified_name) == ("Jenny", "Oslo", None)
    charge = await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "source": source.id})
    assert (charge.status, charge.payment_method, charge.source.status) == ("succeeded", source.id, "consumed")
    assert charge.payment_method_details.type == "card"
    with raises_stripe(param="source", status=400):
        await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "source": source.id})
    assert await shop.event_types() == ["source.chargeable", "charge.succeeded"]

    kept = await made(shop, CARD)
    customer = await shop.v1.customers.create_async({"source": kept.id, "expand": ["default_source", "sources"]})
    assert (customer.default_source.object, customer.default_source.customer) == ("source", customer.id)
    assert [found.id for found in customer.sources.data] == [kept.id]
    for _ in range(2):
        paid = await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "customer": customer.id})
        assert (paid.payment_method, paid.source.status) == (kept.id, "chargeable")
    with raises_stripe(param="customer"):
        await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "source": kept.id})
    stranger = await made(shop, CARD)
    with raises_stripe("card_error", code="missing", status=402):
        await shop.v1.charges.create_async(
            {"amount": 500, "currency": "usd", "customer": customer.id, "source": stranger.id}
        )


async def test_a_customers_source_is_changed_listed_paid_with_and_detached(shop: Shop) -> None:
    source = await made(shop, CARD)
    customer = await shop.v1.customers.create_async()
    attached = await shop.v1.customers.payment_sources.create_async(customer.id, {"source": source.id})
    assert (attached.object, attached.customer) == ("source", customer.id)
    with raises_stripe(param="source"):
        await shop.v1.customers.payment_sources.create_async(customer.id, {"source": source.id})
    at = shop.v1.customers.payment_sources
    changed = await at.update_async(customer.id, source.id, {"owner": {"phone": "+123"}, "metadata": {"a": "b"}})
    assert (changed.owner.phone, changed.metadata.to_dict()) == ("+123", {"a": "b"})
    with raises_stripe(code="parameter_unknown", param="exp_month"):
        await at.update_async(customer.id, source.id, {"exp_month": 5})
    assert (await at.retrieve_async(customer.id, source.id)).id == source.id
    assert [found.id for found in (await at.list_async(customer.id, {"object": "source"})).data] == [source.id]
    assert (await at.list_async(customer.id, {"object": "card"})).data == []
    method = await shop.v1.payment_methods.retrieve_async(source.id)
    assert (method.object, method.type) == ("payment_method", "card")
    assert [found.id for found in (await shop.v1.customers.payment_methods.list_async(customer.id)).data] == [source.id]
    intent = await shop.v1.payment_intents.create_async(
        {"amount": 500, "currency": "usd", "customer": customer.id, "payment_method": source.id, "confirm": True,
         "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    )  # fmt: skip
    assert intent.status == "succeeded"
    detached = await shop.v1.sources.detach_async(customer.id, source.id)
    assert (detached.id, detached.object, detached.status) == (source.id, "source", "consumed")
    assert "customer" not in detached
    assert (await shop.event_types())[-3:] == [
        "payment_method.detached",
        "customer.source.deleted",
        "customer.updated",
    ]
    with raises_stripe(param="source"):
        await at.create_async(customer.id, {"source": source.id})
    with raises_stripe(code="resource_missing"):
        await shop.v1.payment_methods.retrieve_async(source.id)


async def test_a_change_of_a_customers_source_is_told(shop: Shop) -> None:
    source = await made(shop, CARD)
    await shop.v1.sources.update_async(source.id, {"metadata": {"a": "b"}})
    await shop.v1.customers.create_async({"source": source.id})
    await shop.v1.sources.update_async(source.id, {"metadata": {"a": "c"}, "owner": {"phone": "+123"}})
    await shop.v1.sources.update_async(source.id, {"metadata": {"a": "c"}})
    events = (await shop.v1.events.list_async({"type": "customer.source.updated"})).data
    assert [event.data.object.id for event in events] == [source.id]
    assert events[0].data.previous_attributes.to_dict() == {"metadata": {"a": "b"}, "owner": {"phone": None}}


@pytest.mark.parametrize(
    ("type", "more", "shown"),
    [
        (
            "ideal",
            {"ideal": {"bank": "ing"}, "statement_descriptor": "HAT"},
            {"bank": "ing", "statement_descriptor": "HAT"},
        ),
        ("bancontact", {"bancontact": {"preferred_language": "nl"}}, {"preferred_language": "nl", "bic": None}),
        ("giropay", {}, {"bank_name": None}),
        ("sofort", {"sofort": {"country": "DE"}}, {"country": "DE"}),
        ("eps", {}, {"reference": None}),
        ("p24", {}, {"reference": None}),
        ("alipay", {}, {"native_url": None}),
    ],
)
async def test_a_payer_agrees_on_another_page(
    shop: Shop, type: str, more: dict[str, Any], shown: dict[str, Any]
) -> None:
    source = await made(shop, REDIRECT, {"type": type, "owner": {"name": "Jenny"}}, more)
    assert (source.status, source.flow, source.usage, source.redirect.status) == (
        "pending",
        "redirect",
        "single_use",
        "pending",
    )
    assert source[type].to_dict().items() >= shown.items()
    with raises_stripe(param="source"):
        await shop.v1.charges.create_async({"amount": 1099, "currency": "eur", "source": source.id})
    page = await shop.http.get(source.redirect.url)
    assert "€10.99" in page.text
    answer = await decide(shop, source, "complete")
    sent = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (answer.status_code, sent["source"], sent["livemode"], sent["order"]) == (303, [source.id], ["false"], ["7"])
    assert sent["client_secret"] == [source.client_secret]
    ready = await shop.v1.sources.retrieve_async(source.id)
    assert (ready.status, ready.redirect.status, ready.owner.verified_name) == ("chargeable", "succeeded", "Jenny")
    for wrong, param in (
        ({"amount": 500}, "amount"),
        ({"currency": "usd"}, "currency"),
        ({"capture": False}, "capture"),
    ):
        with raises_stripe(param=param):
            await shop.v1.charges.create_async({"amount": 1099, "currency": "eur", "source": source.id} | wrong)
    charge = await shop.v1.charges.create_async({"amount": 1099, "currency": "eur", "source": source.id})
    assert (charge.status, charge.payment_method_details.type, charge.source.status) == ("succeeded", type, "consumed")
    assert await shop.event_types() == ["source.chargeable", "charge.succeeded"]
    with raises_stripe(code="resource_missing"):
        await shop.v1.payment_methods.retrieve_async(source.id)
    assert (await decide(shop, source, "fail")).status_code == 303
    assert (await shop.v1.sources.retrieve_async(source.id)).status == "consumed"


@pytest.mark.parametrize(("outcome", "status"), [("complete", "chargeable"), ("fail", "failed")])
async def test_a_payer_scans_a_code(shop: Shop, outcome: str, status: str) -> None:
    source = await made(shop, {"type": "wechat", "amount": 1099, "currency": "usd", "statement_descriptor": "HAT"})
    assert (source.status, source.flow, source.usage, source.wechat.statement_descriptor) == (
        "pending",
        "none",
        "single_use",
        "HAT",
    )
    assert "Pay with WeChat Pay" in (await shop.http.get(source.wechat.qr_code_url)).text
    page = await shop.http.post(source.wechat.qr_code_url, data={"outcome": outcome})
    assert ("Payment authorized" if outcome == "complete" else "Payment not completed") in page.text
    assert (await shop.v1.sources.retrieve_async(source.id)).status == status
    payment = shop.v1.charges.create_async({"amount": 1099, "currency": "usd", "source": source.id})
    if status == "failed":
        with raises_stripe(message="The source you provided is not in a chargeable state."):
            await payment
    else:
        assert (await payment).payment_method_details.type == "wechat_pay"


async def test_a_payer_turns_the_payment_down(shop: Shop) -> None:
    source = await made(shop, REDIRECT, {"type": "ideal"})
    assert (await shop.http.get(source.redirect.url + "x")).status_code == 404
    refused = await shop.http.post(source.redirect.url, json={"outcome": "perhaps"})
    assert refused.json()["error"]["param"] == "outcome"
    answer = await shop.http.post(source.redirect.url, json={"outcome": "fail"})
    assert (answer.json()["status"], answer.json()["redirect"]["failure_reason"]) == ("failed", "declined")
    assert "Payment not completed" in (await shop.http.get(source.redirect.url)).text
    assert await shop.event_types() == ["source.failed"]


@pytest.mark.parametrize(
    ("number", "support", "status", "redirect", "authenticated"),
    [
        ("4000000000003063", "required", "pending", "pending", True),
        ("4000000000003055", "optional", "pending", "pending", True),
        ("4242424242424242", "optional", "chargeable", "not_required", False),
        ("378282246310005", "not_supported", "failed", "failed", False),
    ],
)
async def test_a_card_is_authenticated_for_one_payment(
    shop: Shop, number: str, support: str, status: str, redirect: str, authenticated: bool
) -> None:
    card = await typed_card(shop, number)
    assert card.card.three_d_secure == support
    source = await made(shop, REDIRECT, {"type": "three_d_secure", "three_d_secure": {"card": card.id}})
    assert (source.status, source.redirect.status, source.three_d_secure.card) == (status, redirect, card.id)
    if status == "failed":
        assert (await shop.event_types())[-1] == "source.failed"
        return
    if status == "pending":
        assert "•••• 30" in (await shop.http.get(source.redirect.url)).text
        await decide(shop, source, "complete")
    ready = await shop.v1.sources.retrieve_async(source.id)
    assert (ready.status, ready.three_d_secure.authenticated) == ("chargeable", authenticated)
    charge = await shop.v1.charges.create_async({"amount": 1099, "currency": "eur", "source": source.id})
    told = charge.payment_method_details.card.three_d_secure
    assert (charge.status, None if told is None else told.result) == (
        "succeeded",
        "authenticated" if authenticated else None,
    )


async def test_a_customers_card_is_authenticated(shop: Shop) -> None:
    card = await made(shop, CARD)
    customer = await shop.v1.customers.create_async({"source": card.id})
    wanted = {"card": card.id}
    with raises_stripe(code="resource_missing", param="three_d_secure[card]"):
        await made(shop, REDIRECT, {"type": "three_d_secure", "three_d_secure": wanted})
    wanted["customer"] = customer.id
    source = await made(shop, REDIRECT, {"type": "three_d_secure", "three_d_secure": wanted})
    assert source.three_d_secure.customer == customer.id
    with raises_stripe(param="source"):
        await shop.v1.customers.payment_sources.create_async(customer.id, {"source": source.id})


async def test_a_direct_debit_by_mandate(shop: Shop) -> None:
    mandate = {
        "acceptance": {"status": "accepted", "date": 1700000000, "ip": "127.0.0.9", "type": "online"},
        "notification_method": "manual",
        "interval": "variable",
        "amount": 5000,
        "currency": "eur",
    }
    source = await made(shop, SEPA, {"owner": {"name": "Jenny"}, "mandate": mandate})
    assert (source.status, source.sepa_debit.last4, source.sepa_debit.bank_code) == ("chargeable", "3000", "37040044")
    page = (await shop.http.get(source.sepa_debit.mandate_url)).text
    for part in (source.sepa_debit.mandate_reference, "2023-11-14", "127.0.0.9", "variable", "€50.00", "manual"):
        assert part in page
    customer = await shop.v1.customers.create_async({"source": source.id})
    charge = await shop.v1.charges.create_async({"amount": 1099, "currency": "eur", "customer": customer.id})
    assert (charge.status, charge.payment_method_details.type) == ("pending", "sepa_debit")
    await shop.until(lambda: shop.v1.charges.retrieve_async(charge.id), status="succeeded")
    events = await shop.v1.events.list_async({"type": "source.mandate_notification"})
    told = [(event.data.object.reason, event.data.object.amount) for event in reversed(events.data)]
    assert told == [("mandate_confirmed", None), ("debit_initiated", 1099)]
    found = await shop.stripe.raw_request_async(
        "get", f"/v1/sources/{source.id}/mandate_notifications/{events.data[0].data.object.id}"
    )
    assert (found.code, found.data["sepa_debit"]["last4"], found.data["source"]["id"]) == (200, "3000", source.id)
    revoked = await shop.v1.sources.update_async(source.id, {"mandate": {"acceptance": {"status": "revoked"}}})
    assert revoked.status == "canceled"
    assert (await shop.event_types())[-1] == "source.canceled"


async def test_an_australian_account_is_debited(shop: Shop) -> None:
    account = {"account_number": "000123456", "bsb_number": "000000"}
    source = await made(shop, {"type": "au_becs_debit", "currency": "aud", "au_becs_debit": account})
    assert (source.status, source.au_becs_debit.last4, source.au_becs_debit.bsb_number) == (
        "chargeable",
        "3456",
        "000000",
    )
    charge = await shop.v1.charges.create_async({"amount": 500, "currency": "aud", "source": source.id})
    assert charge.status == "pending"
    await shop.until(lambda: shop.v1.charges.retrieve_async(charge.id), status="succeeded")


async def test_a_deleted_customers_sources_are_consumed(shop: Shop) -> None:
    card, receiver = await made(shop, CARD), await made(shop, ACH)
    customer = await shop.v1.customers.create_async({"source": card.id})
    await shop.v1.customers.payment_sources.create_async(customer.id, {"source": receiver.id})
    with raises_stripe(code="resource_missing"):
        await shop.v1.customers.update_async(customer.id, {"invoice_settings": {"default_payment_method": receiver.id}})
    await shop.v1.customers.update_async(customer.id, {"invoice_settings": {"default_payment_method": card.id}})
    await shop.v1.customers.delete_async(customer.id)
    for source in (card, receiver):
        found = await shop.v1.sources.retrieve_async(source.id)
        assert (found.status, "customer" in found) == ("consumed", False)


async def test_a_charge_of_a_source_can_fail_and_be_refunded(shop: Shop) -> None:
    declined = await made(shop, {"type": "card", "token": "tok_chargeCustomerFail"})
    with raises_stripe("card_error", code="card_declined", status=402):
        await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "source": declined.id})
    assert (await shop.v1.sources.retrieve_async(declined.id)).status == "consumed"
    source = await made(shop, REDIRECT, {"type": "ideal"})
    await decide(shop, source, "complete")
    charge = await shop.v1.charges.create_async({"amount": 1099, "currency": "eur", "source": source.id})
    refund = await shop.v1.refunds.create_async({"charge": charge.id})
    assert refund.charge == charge.id
    await shop.until(lambda: shop.v1.charges.retrieve_async(charge.id), refunded=True)


async def test_money_arrives_at_a_receiver_and_is_charged(shop: Shop) -> None:
    source = await made(shop, ACH)
    assert (source.flow, source.status, source.receiver.amount_received) == ("receiver", "pending", 0)
    assert source.receiver.address.endswith(source.ach_credit_transfer.account_number)
    ready = await status_of(shop, source, "chargeable")
    assert ready.receiver.amount_received == 1000
    customer = await shop.v1.customers.create_async({"source": source.id})
    for amount in (400, 600):
        charge = await shop.v1.charges.create_async({"amount": amount, "currency": "usd", "customer": customer.id})
        assert (charge.status, charge.payment_method_details.type) == ("succeeded", "ach_credit_transfer")
    with raises_stripe(param="amount"):
        await shop.v1.charges.create_async({"amount": 100, "currency": "usd", "customer": customer.id})
    await shop.v1.sources.update_async(source.id, {"owner": {"email": "amount_4242@example.com"}})

    async def received() -> Any:
        return (await shop.v1.sources.retrieve_async(source.id)).receiver

    again = await shop.until(received, amount_received=5242)
    assert again.amount_charged == 1000
    listed = await shop.v1.sources.transactions.list_async(source.id)
    assert [transaction.amount for transaction in listed.data] == [4242, 1000]
    first = listed.data[1]
    found = await shop.get(f"/v1/sources/{source.id}/source_transactions/{first.id}")
    assert (found.json()["amount"], found.json()["source"]) == (1000, source.id)
    types = [name for name in await shop.event_types() if name.startswith("source.")]
    assert types == ["source.transaction.created", "source.chargeable", "source.transaction.created"]
    assert (await shop.v1.payment_methods.list_async({"customer": customer.id})).data == []


async def test_what_the_bank_declines_stays_with_the_receiver(shop: Shop, dsn: str) -> None:
    source = await made(shop, ACH)
    await status_of(shop, source, "chargeable")
    customer = await shop.v1.customers.create_async({"source": source.id})
    # No test receiver is declined.
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE payment_methods SET outcome = 'declined_generic' WHERE id = $1", source.id)
    await connection.close()
    with raises_stripe("card_error", status=402):
        await shop.v1.charges.create_async({"amount": 1000, "currency": "usd", "customer": customer.id})
    kept = await shop.v1.sources.retrieve_async(source.id)
    assert (kept.status, kept.receiver.amount_received, kept.receiver.amount_charged) == ("chargeable", 1000, 0)


@pytest.mark.parametrize(("method", "status"), [("manual", "requested"), ("email", "requested"), ("none", "missing")])
async def test_what_a_receiver_was_sent_goes_back(shop: Shop, method: str, status: str) -> None:
    source = await made(shop, ACH, {"receiver": {"refund_attributes_method": method}})
    await status_of(shop, source, "chargeable")
    charge = await shop.v1.charges.create_async({"amount": 1000, "currency": "usd", "source": source.id})
    for amount in (300, 700):
        await shop.v1.refunds.create_async({"charge": charge.id, "amount": amount})
    receiver = (await shop.v1.sources.retrieve_async(source.id)).receiver
    assert (receiver.amount_returned, receiver.refund_attributes_status) == (1000, status)
    asked = (await shop.event_types()).count("source.refund_attributes_required")
    assert asked == (1 if method == "manual" else 0)


async def test_a_voucher_is_paid_when_its_test_payer_wants(shop: Shop) -> None:
    never, now = [
        await made(shop, REDIRECT, {"type": "multibanco", "owner": {"email": f"jenny+fill_{when}@example.com"}})
        for when in ("never", "now")
    ]
    ready = await status_of(shop, now, "chargeable")
    assert (ready.receiver.amount_received, ready.usage) == (1099, "single_use")
    waiting = await shop.v1.sources.retrieve_async(never.id)
    assert (waiting.status, waiting.receiver.address) == (
        "pending",
        f"{never.multibanco.entity}-{never.multibanco.reference}",
    )
    assert never.multibanco.reference in (await shop.http.get(never.redirect.url)).text
    await decide(shop, never, "complete")
    charge = await shop.v1.charges.create_async({"amount": 1099, "currency": "eur", "source": never.id})
    assert charge.status == "succeeded"


async def test_a_bank_account_is_proven_by_two_values(shop: Shop) -> None:
    source = await made(shop, DEBIT)
    assert (source.status, source.flow, source.code_verification.attempts_remaining) == (
        "pending",
        "code_verification",
        3,
    )
    with raises_stripe(param="values"):
        await shop.v1.sources.verify_async(source.id, {"values": ["1", "2"]})
    assert (await shop.v1.sources.retrieve_async(source.id)).code_verification.attempts_remaining == 2
    verified = await shop.v1.sources.verify_async(source.id, {"values": ["32", "45"]})
    assert (verified.status, verified.code_verification.status) == ("chargeable", "succeeded")
    assert (verified.ach_debit.type, verified.ach_debit.last4) == ("company", "6789")
    charge = await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "source": source.id})
    await shop.until(lambda: shop.v1.charges.retrieve_async(charge.id), status="succeeded")

    other = await made(shop, DEBIT)
    customer = await shop.v1.customers.create_async({"source": other.id})
    with raises_stripe(param="id"):
        await shop.v1.customers.payment_sources.verify_async(customer.id, other.id, {"amounts": [32, 45]})
    with raises_stripe(param="source"):
        await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "customer": customer.id})
    for _ in range(3):
        with raises_stripe(param="values"):
            await shop.v1.sources.verify_async(other.id, {"values": ["1", "2"]})
    failed = await shop.v1.sources.retrieve_async(other.id)
    assert (failed.status, failed.code_verification.attempts_remaining) == ("failed", 0)
    assert "source.failed" in await shop.event_types()
    proven = await made(shop, {"token": "btok_us_verified", "currency": "usd"})
    assert (proven.type, proven.status) == ("ach_debit", "chargeable")
    with raises_stripe(param="source"):
        await shop.v1.sources.verify_async((await made(shop, CARD)).id, {"values": ["32", "45"]})


async def test_what_nobody_uses_in_time_is_canceled(shop: Shop, dsn: str) -> None:
    pending, ready = [await made(shop, REDIRECT, {"type": "giropay"}) for _ in range(2)]
    await decide(shop, ready, "complete")
    await made(shop, CARD, {"usage": "single_use"})
    await made(shop, ACH | {"owner": {"email": "jenny+fill_never@example.com"}})
    connection = await asyncpg.connect(dsn)
    try:
        kept = await connection.fetch(
            "SELECT payload->>'status' AS status, extract(epoch FROM run_at - created_at)::int AS seconds FROM jobs "
            "WHERE account_id = $1 AND kind = 'source_expiry' ORDER BY id",
            shop.account_id,
        )
        assert [tuple(row) for row in kept] == [("pending", 3600), ("pending", 3600), ("chargeable", 21600)]
        await connection.execute(
            "UPDATE jobs SET run_at = now() WHERE account_id = $1 AND kind = 'source_expiry'", shop.account_id
        )
    finally:
        await connection.close()
    for source in (pending, ready):
        await status_of(shop, source, "canceled")
    types = await shop.event_types()
    assert (types.count("source.canceled"), types.count("source.chargeable")) == (2, 2)


async def test_a_client_looks_a_source_up_by_its_secret(shop: Shop, sdk_transport: HTTPXClient) -> None:
    key = shop.key.replace("sk_test_", "pk_test_")
    client: Any = StripeClient(key, base_addresses={"api": shop.base_url}, http_client=sdk_transport).v1
    source = await client.sources.create_async(CARD)
    with raises_stripe(param="client_secret"):
        await client.sources.retrieve_async(source.id)
    with raises_stripe(param="client_secret"):
        await client.sources.retrieve_async(source.id, {"client_secret": "src_client_secret_x"})
    assert (await client.sources.retrieve_async(source.id, {"client_secret": source.client_secret})).id == source.id


ORDER = {"items": [{"type": "sku", "amount": 1099, "quantity": 1}], "shipping": {"address": {"line1": "1 Road"}}}


async def test_what_is_paid_for_is_told(shop: Shop) -> None:
    source = await made(shop, REDIRECT, {"type": "ideal", "source_order": ORDER, "metadata": {"a": "b"}})
    assert (source.source_order.amount, source.source_order["items"][0].quantity) == (1099, 1)
    changed = await shop.v1.sources.update_async(source.id, {"amount": 1200, "metadata": {"a": ""}})
    assert (changed.amount, changed.source_order.amount, changed.metadata.to_dict()) == (1200, 1200, {})
    with raises_stripe(code="resource_missing", param="source", status=404):
        await shop.v1.sources.retrieve_async("src_nothing")


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "type"),
        ({"type": "barter"}, "type"),
        ({"type": "card"}, "card[number]"),
        ({"type": "card", "card": {"number": "4242424242424242"}}, "card[exp_month]"),
        (CARD | {"redirect": {"return_url": BACK}}, "redirect"),
        (CARD | {"flow": "redirect"}, "flow"),
        (CARD | {"mandate": {"interval": "one_time"}}, "mandate"),
        (CARD | {"receiver": {"refund_attributes_method": "none"}}, "receiver"),
        (CARD | {"type": "ach_debit"}, "token"),
        (REDIRECT | {"type": "ideal", "sepa_debit": {"iban": "DE89370400440532013000"}}, "sepa_debit"),
        (REDIRECT | {"type": "ideal", "currency": "usd"}, "currency"),
        (REDIRECT | {"type": "ideal", "usage": "reusable"}, "usage"),
        ({"type": "ideal", "currency": "eur", "redirect": {"return_url": BACK}}, "amount"),
        ({"type": "ideal", "amount": 1099, "redirect": {"return_url": BACK}}, "currency"),
        ({"type": "ideal", "amount": 1099, "currency": "eur"}, "redirect[return_url]"),
        (REDIRECT | {"type": "ideal", "redirect": {"return_url": "nowhere"}}, "redirect[return_url]"),
        (REDIRECT | {"type": "ideal", "redirect": {"return_url": "javascript:alert(1)"}}, "redirect[return_url]"),
        (SEPA | {"sepa_debit": {"iban": "DE00"}}, "sepa_debit[iban]"),
        (SEPA | {"mandate": {"acceptance": {"status": "revoked"}}}, "mandate[acceptance][status]"),
        ({"type": "three_d_secure", "three_d_secure": {"card": "src_x"}}, "three_d_secure[card]"),
        ({"customer": "cus_x", "original_source": "src_x"}, "customer"),
    ],
)
async def test_sources_that_cannot_be(shop: Shop, params: dict[str, Any], param: str) -> None:
    with raises_stripe(param=param):
        await made(shop, params)


async def test_racers_charge_a_source_once(shop: Shop) -> None:
    source = await made(shop, CARD)
    payment = {"amount": "500", "currency": "usd", "source": source.id}
    answers = await asyncio.gather(*(shop.post("/v1/charges", payment) for _ in range(8)))
    assert sorted({answer.status_code for answer in answers}) in ([200, 400], [200, 400, 429], [200, 429])
    assert [answer.status_code for answer in answers].count(200) == 1


# From each state, what its clients can make happen.
STORIES = {
    "pending": {SourceFact.READY, SourceFact.DECLINED, SourceFact.EXPIRED, SourceFact.REVOKED, SourceFact.DETACHED},
    "chargeable": {SourceFact.EXPIRED, SourceFact.REVOKED, SourceFact.CHARGED, SourceFact.DETACHED},
    "consumed": set(),
    "canceled": set(),
    "failed": set(),
}


def test_the_machines_say_what_can_happen() -> None:
    for state in SourceStatus:
        assert {fact for fact in SourceFact if SOURCE.can(state, fact)} == STORIES[state]
    assert set(SOURCE.terminal()) == {SourceStatus.CONSUMED, SourceStatus.CANCELED, SourceStatus.FAILED}
    for status in ReviewStatus:
        possible = {fact for fact in ReviewFact if REVIEW.can(status, fact)}
        assert possible == (set(ReviewFact) if status is ReviewStatus.OPEN else set())
