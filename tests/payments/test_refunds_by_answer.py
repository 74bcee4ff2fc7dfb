"""Refunds for which the payer is asked by e-mail where the money is to be sent."""

from typing import Any

from tests.balance.stories import books, due
from tests.shop import Shop, raises_stripe

ANSWER = {"account_holder_name": "Ada Payer", "account_number": "1234567"}


async def paid(shop: Shop, **more: Any) -> Any:
    """A payment at a shop's counter: nobody knows by whom."""
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "jpy",
            "payment_method_types": ["konbini"],
            "payment_method_data": {
                "type": "konbini",
                "konbini": {},
                "billing_details": {"name": "Ada", "email": "ada.fill_never@example.com"},
            },
            "confirm": True,
        }
        | more
    )
    url = intent.next_action.konbini_display_details.hosted_voucher_url
    await shop.http.post(url, json={"outcome": "complete"})
    return await shop.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})


async def asked(shop: Shop, **more: Any) -> tuple[Any, str]:
    """A refund that waits, and the page where it is answered."""
    intent = await paid(shop)
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id} | more)
    return refund, f"{intent.latest_charge.receipt_url}/refunds/{refund.id}"


async def test_the_payer_is_asked_and_answers(shop: Shop) -> None:
    intent = await paid(shop)
    before = await shop.event_types()
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 1500})
    assert (refund.status, refund.next_action.type) == ("requires_action", "display_details")
    details = refund.next_action.display_details
    assert details.email_sent.email_sent_to == refund.instructions_email == "ada.fill_never@example.com"
    assert details.expires_at - details.email_sent.email_sent_at == 45 * 86400
    assert refund.destination_details.to_dict() == {
        "jp_bank_transfer": {"reference_status": "pending"},
        "type": "jp_bank_transfer",
    }
    assert (await shop.event_types())[len(before) :] == ["refund.created", "charge.refunded"]
    receipt = await shop.http.get(intent.latest_charge.receipt_url)
    url = f"{intent.latest_charge.receipt_url}/refunds/{refund.id}"
    assert url in receipt.text
    page = await shop.http.get(url)
    assert "¥1,500" in page.text and 'name="account_number"' in page.text
    wrong = await shop.http.post(url, data=ANSWER | {"account_number": "?"})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (400, True)
    assert (await shop.v1.refunds.retrieve_async(refund.id)).status == "requires_action"
    right = await shop.http.post(url, data=ANSWER)
    assert (right.status_code, "on its way" in right.text) == (200, True)
    done = await shop.until(lambda: shop.v1.refunds.retrieve_async(refund.id), status="succeeded")
    assert (done.destination_details.jp_bank_transfer.reference_status, done.to_dict().get("next_action")) == (
        "available",
        None,
    )
    assert (await shop.event_types())[len(before) + 2 :] == ["refund.updated", "charge.refund.updated"] * 2
    assert (await shop.http.get(url)).status_code == 404


async def test_a_program_answers_with_json(shop: Shop) -> None:
    refund, url = await asked(shop)
    missing = await shop.http.post(url, json={"account_number": "1234567"})
    assert (missing.status_code, missing.json()["error"]["param"]) == (400, "account_holder_name")
    answered = await shop.http.post(url, json=ANSWER)
    assert (answered.status_code, answered.json()) == (200, {"refund": refund.id, "status": "pending"})
    again = await shop.http.post(url, json=ANSWER)
    assert (again.status_code, again.json()["error"]["code"]) == (404, "resource_missing")
    elsewhere = await shop.http.post(url.replace("re_", "re_x"), json=ANSWER)
    assert elsewhere.status_code == 404


async def test_the_payer_never_answers(shop: Shop, dsn: str) -> None:
    refund, _ = await asked(shop)
    held = await books(dsn, shop)
    expired = await shop.v1.test_helpers.refunds.expire_async(refund.id)
    assert (expired.status, expired.failure_reason) == ("failed", "unknown")
    assert expired.failure_balance_transaction is not None
    assert (await books(dsn, shop))["merchant"] > held["merchant"]
    assert (await shop.event_types())[-3:] == ["refund.updated", "refund.failed", "charge.refund.updated"]
    with raises_stripe(status=400):
        await shop.v1.test_helpers.refunds.expire_async(refund.id)
    late = await shop.v1.refunds.create_async({"charge": refund.charge})
    await due(dsn, shop, "refund_expiry")
    await shop.until(lambda: shop.v1.refunds.retrieve_async(late.id), status="failed")
    assert (await shop.v1.charges.retrieve_async(refund.charge)).amount_refunded == 0


async def test_a_refund_that_waits_for_the_payer_is_canceled(shop: Shop) -> None:
    with raises_stripe(code="email_invalid", param="instructions_email"):
        await asked(shop, instructions_email="other")
    refund, url = await asked(shop, instructions_email="other@example.com")
    assert refund.instructions_email == "other@example.com"
    before = len(await shop.event_types())
    canceled = await shop.v1.refunds.cancel_async(refund.id)
    assert (canceled.status, canceled.failure_reason) == ("canceled", "merchant_request")
    assert (await shop.v1.charges.retrieve_async(refund.charge)).amount_refunded == 0
    assert (await shop.event_types())[before:] == ["refund.updated", "charge.refund.updated"]
    assert await shop.untold("refund.*") == []
    assert (await shop.http.post(url, json=ANSWER)).status_code == 404
