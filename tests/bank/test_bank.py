"""What any bank behind the port does: these stories are told by the simulator in the process and over HTTP."""

import asyncio
from typing import Any

import pytest

from stripe_lite.bank.outcomes import DECLINES, OUTCOMES
from stripe_lite.bank.port import Checks

from .asking import NOON, SETTLED, SETTLED_SLOWLY, Merchant

RACERS = 32
AT_ONCE = [outcome.slug for outcome in OUTCOMES.values() if outcome.settlement == "instant"]
LATER = [outcome.slug for outcome in OUTCOMES.values() if outcome.settlement in ("delayed", "slow")]


@pytest.mark.parametrize("slug", AT_ONCE)
async def test_every_card_is_answered_as_its_class_says(merchant: Merchant, slug: str) -> None:
    outcome = OUTCOMES[slug]
    answer = await merchant.pay(slug, authentication="authenticated")
    declined = outcome.decline or ("authentication_failed" if outcome.three_d_secure == "required_error" else None)
    if declined is None:
        assert answer.result == "approved"
        assert answer.code is None
        assert answer.authorization_code is not None and len(answer.authorization_code) == 6
        assert answer.network_transaction_id is not None and len(answer.network_transaction_id) == 15
    else:
        decline = DECLINES[declined]
        assert answer.result == "declined"
        assert (answer.code, answer.decline_code, answer.message) == (
            decline.code,
            decline.decline_code,
            decline.message,
        )
        assert answer.assessment is not None
        assert (answer.assessment.type, answer.assessment.network_status) == (decline.type, decline.network_status)
        asked = decline.network_status != "not_sent_to_network"
        assert (answer.authorization_code is not None, answer.network_transaction_id is not None) == (asked, asked)
    assert (answer.amount, answer.currency, answer.kind) == (1000, "usd", "authorize")
    assert await merchant.inquire(answer.ref) == answer


@pytest.mark.parametrize("slug", AT_ONCE)
async def test_every_card_is_verified_as_its_class_says(merchant: Merchant, slug: str) -> None:
    answer = await merchant.pay(slug, amount=0, capture=False)
    assert answer.result == ("declined" if OUTCOMES[slug].attach == "declined" else "approved")


@pytest.mark.parametrize("slug", LATER)
async def test_every_bank_debit_is_decided_later(merchant: Merchant, slug: str) -> None:
    outcome = OUTCOMES[slug]
    due = SETTLED_SLOWLY if outcome.settlement == "slow" else SETTLED
    first = await merchant.debit(slug)
    assert (first.result, first.recheck_at) == ("pending", due)
    assert await merchant.inquire(first.ref) == first

    settled = await merchant.inquire(first.ref, at=due)
    assert settled.result == ("approved" if outcome.decline is None else "declined")
    assert settled.code == (None if outcome.decline is None else DECLINES[outcome.decline].code)
    assert settled.recheck_at is None
    assert settled.checks is None
    assert settled.assessment is not None and settled.assessment.risk_level == "not_assessed"
    assert await merchant.inquire(first.ref, at=NOON) == settled


async def test_a_debit_may_stay_pending_for_ever(merchant: Merchant) -> None:
    first = await merchant.debit("debit_processing")
    assert (first.result, first.recheck_at) == ("pending", None)
    assert (await merchant.inquire(first.ref, at=SETTLED_SLOWLY)).result == "pending"


async def test_a_risky_debit_is_blocked_at_once(merchant: Merchant) -> None:
    answer = await merchant.debit("debit_blocked")
    assert answer.result == "declined"
    assert answer.assessment is not None and answer.assessment.risk_level == "highest"


async def test_a_bank_account_is_verified_at_once(merchant: Merchant) -> None:
    assert (await merchant.debit("debit_success", amount=0)).result == "approved"


async def test_a_plain_decline_tells_all_that_a_charge_shows(merchant: Merchant) -> None:
    answer = await merchant.pay("declined_generic")
    assert answer.model_dump(include={"code", "decline_code", "message", "network_decline_code", "advice_code"}) == {
        "code": "card_declined",
        "decline_code": "generic_decline",
        "message": "Your card was declined.",
        "network_decline_code": "01",
        "advice_code": "try_again_later",
    }
    assert answer.assessment is not None
    assert answer.assessment.model_dump(exclude={"risk_score"}) == {
        "type": "issuer_declined",
        "network_status": "declined_by_network",
        "reason": "generic_decline",
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline.",
    }


async def test_a_blocked_card_was_never_sent_to_the_network(merchant: Merchant) -> None:
    answer = await merchant.pay("blocked_always")
    assert answer.assessment is not None
    assert answer.assessment.risk_score is not None and answer.assessment.risk_score >= 75
    assert answer.assessment.model_dump(exclude={"risk_score"}) == {
        "type": "blocked",
        "network_status": "not_sent_to_network",
        "reason": "highest_risk_level",
        "risk_level": "highest",
        "seller_message": "Stripe blocked this payment as too risky.",
    }


async def test_only_what_is_given_is_checked(merchant: Merchant) -> None:
    nothing = await merchant.pay("address_checks_fail", cvc=False)
    assert nothing.checks == Checks()
    everything = await merchant.pay("address_checks_fail", line1=True, postal_code=True)
    assert everything.checks == Checks(cvc_check="pass", address_line1_check="fail", address_postal_code_check="fail")
    assert everything.result == "approved"


@pytest.mark.parametrize("slug", ["declined_incorrect_cvc", "cvc_check_fails"])
async def test_a_wrong_security_code_declines_only_where_one_is_given(merchant: Merchant, slug: str) -> None:
    assert (await merchant.pay(slug, cvc=False)).result == "approved"
    given = await merchant.pay(slug, cvc=True)
    assert given.code == "incorrect_cvc"
    assert given.checks is not None and given.checks.cvc_check == "fail"


@pytest.mark.parametrize(
    ("slug", "how", "code"),
    [
        ("3ds_required", {}, "authentication_required"),
        ("3ds_required", {"off_session": True, "set_up": True}, "authentication_required"),
        ("3ds_required", {"authentication": "authenticated"}, None),
        ("3ds_required", {"authentication": "failed"}, "authentication_required"),
        ("approved", {"authentication": "failed"}, "authentication_required"),
        ("approved", {"authentication": "attempt_acknowledged"}, None),
        ("3ds_unless_set_up", {"off_session": True}, "authentication_required"),
        ("3ds_unless_set_up", {"off_session": True, "set_up": True}, None),
        ("3ds_unless_set_up", {"set_up": True}, "authentication_required"),
        ("3ds_set_up", {"off_session": True}, None),
        ("3ds_set_up", {}, "authentication_required"),
        ("3ds_optional", {}, None),
        ("3ds_optional_error", {"authentication": "processing_error"}, None),
        ("3ds_required_error", {"authentication": "processing_error"}, "card_declined"),
        ("3ds_required_declined", {}, "authentication_required"),
        ("3ds_required_declined", {"authentication": "authenticated"}, "card_declined"),
        ("3ds_insufficient_funds", {"off_session": True}, "card_declined"),
        ("mandate_not_approved", {"off_session": True, "set_up": True}, "card_declined"),
        ("mandate_not_notified", {"off_session": True, "set_up": True}, "processing_error"),
        ("mandate_canceled", {"off_session": True, "set_up": True}, "india_recurring_payment_mandate_canceled"),
        ("mandate_canceled", {"authentication": "authenticated"}, None),
    ],
)
async def test_authentication_counts(merchant: Merchant, slug: str, how: dict[str, Any], code: str | None) -> None:
    assert (await merchant.pay(slug, **how)).code == code


async def test_an_outcome_that_nobody_knows_is_an_error_in_processing(merchant: Merchant) -> None:
    assert (await merchant.pay("from_the_future")).code == "processing_error"


async def test_asking_again_gives_the_first_answer(merchant: Merchant) -> None:
    first = await merchant.pay("approved", ref="ch_same")
    assert await merchant.pay("declined_generic", ref="ch_same", amount=5) == first


async def test_the_same_ref_of_another_account_is_another_payment(merchant: Merchant) -> None:
    await merchant.pay("approved", ref="ch_mine")
    assert (await Merchant(merchant.bank).pay("declined_generic", ref="ch_mine")).result == "declined"


async def test_asking_again_after_settlement_gives_the_decision(merchant: Merchant) -> None:
    first = await merchant.debit("debit_success")
    assert (await merchant.debit("debit_success", ref=first.ref, at=SETTLED)).result == "approved"


async def test_a_ref_nobody_used_is_not_found(merchant: Merchant) -> None:
    assert (await merchant.inquire("ch_nobody")).result == "not_found"
    paid = await merchant.pay()
    assert (await merchant.inquire(paid.ref, "capture")).result == "not_found"


async def test_what_is_reserved_is_captured_once(merchant: Merchant) -> None:
    held = await merchant.pay(capture=False)
    captured = await merchant.capture(held, 600)
    assert (captured.result, captured.amount, captured.currency) == ("approved", 600, "usd")
    assert (await merchant.capture(held, 400)).code == "refused"
    assert await merchant.capture(held, 600, ref=captured.ref) == captured
    assert await merchant.inquire(captured.ref, "capture") == captured


async def test_parts_are_captured_until_the_last(merchant: Merchant) -> None:
    held = await merchant.pay(capture=False)
    assert (await merchant.capture(held, 600, final=False)).result == "approved"
    assert (await merchant.capture(held, 401)).result == "declined"
    assert (await merchant.capture(held, 400)).result == "approved"


async def test_an_increment_makes_room_for_a_larger_capture(merchant: Merchant) -> None:
    held = await merchant.pay(capture=False)
    more = await merchant.increment(held, 500)
    assert await merchant.increment(held, 500, ref=more.ref) == more
    assert (await merchant.capture(held, 1501)).result == "declined"
    assert (await merchant.capture(held, 1500)).result == "approved"
    assert (await merchant.increment(held, 1)).result == "declined"


async def test_a_void_releases_all_and_is_final(merchant: Merchant) -> None:
    held = await merchant.pay(capture=False)
    await merchant.increment(held, 250)
    released = await merchant.void(held)
    assert (released.result, released.amount, released.currency) == ("approved", 1250, None)
    assert await merchant.void(held, released.ref) == released
    assert await merchant.inquire(released.ref, "void") == released
    assert (await merchant.capture(held, 1)).result == "declined"
    assert (await merchant.increment(held, 1)).result == "declined"
    assert (await merchant.void(held)).result == "declined"


async def test_what_was_captured_cannot_be_voided(merchant: Merchant) -> None:
    assert (await merchant.void(await merchant.pay())).result == "declined"
    held = await merchant.pay(capture=False)
    await merchant.capture(held, 1, final=False)
    assert (await merchant.void(held)).result == "declined"


async def test_a_pending_debit_is_stopped_by_a_void(merchant: Merchant) -> None:
    first = await merchant.debit("debit_success")
    assert (await merchant.void(first)).result == "approved"
    stopped = await merchant.inquire(first.ref, at=SETTLED)
    assert (stopped.result, stopped.code, stopped.recheck_at) == ("declined", "payment_canceled", None)
    assert (await merchant.refund(first, 1)).result == "declined"


async def test_refunds_never_exceed_what_was_taken(merchant: Merchant) -> None:
    paid = await merchant.pay()
    assert (await merchant.refund(paid, 700)).result == "approved"
    assert (await merchant.refund(paid, 301)).result == "declined"
    assert (await merchant.refund(paid, 300)).result == "approved"
    held = await merchant.pay(capture=False)
    assert (await merchant.refund(held, 1)).result == "declined"
    await merchant.capture(held, 10)
    assert (await merchant.refund(held, 10)).result == "approved"


async def test_a_refused_operation_stays_refused_under_its_ref(merchant: Merchant) -> None:
    debit = await merchant.debit("debit_success")
    refused = await merchant.refund(debit, 1000, ref="re_early")
    assert refused.result == "declined"
    await merchant.inquire(debit.ref, at=SETTLED)
    assert await merchant.refund(debit, 1000, ref="re_early") == refused
    assert (await merchant.refund(debit, 1000)).result == "pending"


async def test_nothing_is_done_in_another_currency_or_on_a_declined_payment(merchant: Merchant) -> None:
    held = await merchant.pay(capture=False)
    assert (await merchant.capture(held, 1, currency="eur")).result == "declined"
    assert (await merchant.increment(held, 1, currency="eur")).result == "declined"
    assert (await merchant.refund(await merchant.pay(), 1, currency="eur")).result == "declined"
    declined = await merchant.pay("declined_generic", capture=False)
    assert (await merchant.capture(declined, 1)).result == "declined"
    assert (await merchant.void(declined)).result == "declined"


async def test_an_authorization_the_bank_never_saw_allows_nothing(merchant: Merchant) -> None:
    stranger = (await merchant.inquire("ch_stranger")).model_copy(update={"result": "approved"})
    assert (await merchant.capture(stranger, 1)).code == "refused"
    assert (await merchant.refund(stranger, 1)).code == "refused"
    assert (await merchant.void(stranger)).code == "refused"


async def test_a_pending_refund_succeeds_later(merchant: Merchant) -> None:
    refund = await merchant.refund(await merchant.pay("refund_pending"), 400)
    assert (refund.result, refund.recheck_at) == ("pending", SETTLED)
    assert (await merchant.inquire(refund.ref, "refund")).result == "pending"
    later = await merchant.inquire(refund.ref, "refund", at=SETTLED)
    assert (later.result, later.amount, later.recheck_at) == ("approved", 400, None)


async def test_a_failing_refund_succeeds_first_and_gives_its_amount_back_later(merchant: Merchant) -> None:
    paid = await merchant.pay("refund_fails")
    refund = await merchant.refund(paid, 1000)
    assert (refund.result, refund.recheck_at) == ("approved", SETTLED)
    assert (await merchant.refund(paid, 1)).result == "declined"
    later = await merchant.inquire(refund.ref, "refund", at=SETTLED)
    assert (later.result, later.code) == ("declined", "expired_or_canceled_card")
    assert (await merchant.refund(paid, 1)).result == "approved"


async def test_racers_with_one_ref_have_one_effect(merchant: Merchant) -> None:
    payments = await asyncio.gather(*(merchant.pay(ref="ch_race", amount=100 + n) for n in range(RACERS)))
    assert len({payment.model_dump_json() for payment in payments}) == 1
    paid = payments[0]

    refunds = await asyncio.gather(*(merchant.refund(paid, 50, ref="re_race") for _ in range(RACERS)))
    assert {refund.result for refund in refunds} == {"approved"}
    assert (await merchant.refund(paid, paid.amount - 50)).result == "approved"
    assert (await merchant.refund(paid, 1)).result == "declined"


async def test_racers_with_refs_of_their_own_share_what_there_is(merchant: Merchant) -> None:
    paid = await merchant.pay(amount=1000)
    refunds = await asyncio.gather(*(merchant.refund(paid, 300) for _ in range(RACERS)))
    assert sorted(refund.result for refund in refunds).count("approved") == 3


async def test_of_a_racing_capture_and_void_one_wins(merchant: Merchant) -> None:
    for _ in range(8):
        held = await merchant.pay(capture=False)
        both = await asyncio.gather(merchant.capture(held, 1000), merchant.void(held))
        assert sorted(answer.result for answer in both) == ["approved", "declined"]


async def test_racing_inquiries_settle_once(merchant: Merchant) -> None:
    paid = await merchant.pay("refund_fails")
    refund = await merchant.refund(paid, 1000)
    await asyncio.gather(*(merchant.inquire(refund.ref, "refund", at=SETTLED) for _ in range(RACERS)))
    assert (await merchant.inquire(refund.ref, "refund", at=SETTLED)).result == "declined"
    assert (await merchant.refund(paid, 1000)).result == "approved"
