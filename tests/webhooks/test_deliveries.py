"""Every event reaches every endpoint that was subscribed when it happened, or visibly does not."""

import asyncio
import time

import pytest
import stripe
from sqlalchemy import select

from stripe_lite.events import signature
from stripe_lite.events.deliveries import service as deliveries
from stripe_lite.events.events.model import Event
from stripe_lite.events.targets import Policy
from tests.contract.schema import validate_event
from tests.webhooks import receivers
from tests.webhooks.receivers import Talk, http_receiver, raw_receiver
from tests.webhooks.stage import Stage, event_of, soon

SDK = stripe.StripeClient("sk_test_x")


async def test_an_event_arrives_signed_whole_and_is_marked_delivered(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working() as worker:
        endpoint = await stage.endpoint(receiver.url)
        (event_id,) = await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.quiet()
    (hit,) = receiver.hits
    SDK.construct_event(hit.body, hit.headers["Stripe-Signature"], endpoint.secret)
    event = event_of(hit.body)
    assert event["id"] == event_id
    assert event["type"] == "thing.created"
    assert event["data"]["object"]["name"] == "Zoë \0\u2028"
    assert event["pending_webhooks"] == 1
    assert event["request"] == {"id": "req_1", "idempotency_key": "key_1"}
    assert validate_event(event) == ["type: thing.created is no official event type"]
    delivery = await stage.delivery()
    assert (delivery["status"], delivery["attempts"], delivery["next_attempt_at"]) == ("delivered", 1, None)
    assert delivery["delivered_at"] is not None
    (attempt,) = await stage.rows("delivery_attempts")
    assert (attempt["number"], attempt["status_code"], attempt["response_start"], attempt["error"]) == (
        1,
        200,
        "ok",
        None,
    )


async def test_without_being_woken_it_is_found_within_about_a_second(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working():
        await stage.endpoint(receiver.url)
        await asyncio.sleep(0.05)
        await stage.happen()
        await stage.quiet(2.0)


async def test_only_subscribed_enabled_endpoints_of_the_mode_get_it_and_all_get_the_same(stage: Stage) -> None:
    async with http_receiver() as receiver:
        url = receiver.url
        await stage.endpoint(url + "/all")
        await stage.endpoint(url + "/this", "thing.created", "thing.deleted")
        await stage.endpoint(url + "/other", "thing.deleted")
        await stage.endpoint(url + "/off", status="disabled")
        await stage.endpoint(url + "/live", livemode=True)
        await stage.happen()
        assert len(await stage.rows("deliveries")) == 2
        async with stage.working():
            await stage.quiet()
    assert len(receiver.hits) == 2
    assert receiver.hits[0].body == receiver.hits[1].body
    assert event_of(receiver.hits[0].body)["pending_webhooks"] == 2


async def test_a_failure_is_tried_again_with_the_same_body_and_a_fresh_signature(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working(0, 1.05, 0.1) as worker:
        endpoint = await stage.endpoint(receiver.url)
        receiver.statuses = [500, 404]
        await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.quiet()
    assert len(receiver.hits) == 3
    assert len({hit.body for hit in receiver.hits}) == 1
    signatures = [hit.headers["Stripe-Signature"] for hit in receiver.hits]
    assert signatures[0] != signatures[1]
    for hit in receiver.hits:
        SDK.construct_event(hit.body, hit.headers["Stripe-Signature"], endpoint.secret)
    delivery = await stage.delivery()
    assert (delivery["status"], delivery["attempts"]) == ("delivered", 3)
    attempts = await stage.rows("delivery_attempts", "number")
    assert [(attempt["number"], attempt["status_code"]) for attempt in attempts] == [(1, 500), (2, 404), (3, 200)]


async def test_the_waits_follow_the_schedule_and_retry_after_stretches_them(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working(0, 0.4, 0.4) as worker:
        await stage.endpoint(receiver.url)
        receiver.statuses, receiver.headers = [500, 500], {"Retry-After": "1"}
        await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.quiet()
    first, second, third = (hit.at for hit in receiver.hits)
    assert 0.8 <= second - first < 1.2
    assert 0.8 <= third - second < 1.2


async def test_after_the_last_try_it_is_exhausted_and_the_endpoint_disabled(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working(0, 0.05, 0.05) as worker:
        endpoint = await stage.endpoint(receiver.url)
        receiver.statuses = [500] * 10
        await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.quiet()
        assert (await stage.delivery())["status"] == "exhausted"
        assert len(receiver.hits) == 3
        (row,) = await stage.rows("webhook_endpoints")
        assert (row["id"], row["status"]) == (endpoint.id, "disabled")
        await stage.happen()
        assert len(await stage.rows("deliveries")) == 1


async def test_one_success_within_the_window_keeps_the_endpoint_enabled(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working(0, 0.3, 0.3) as worker:
        await stage.endpoint(receiver.url)
        receiver.statuses = [500]
        await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.until("SELECT count(*) = 1 FROM delivery_attempts WHERE account_id = $1")
        assert (await stage.rows("webhook_endpoints"))[0]["failing_since"] is not None
        receiver.statuses = []
        await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.until("SELECT count(*) = 2 FROM delivery_attempts WHERE account_id = $1")
        assert (await stage.rows("webhook_endpoints"))[0]["failing_since"] is None
        receiver.statuses = [500] * 2
        await stage.quiet()
    assert sorted(row["status"] for row in await stage.rows("deliveries")) == ["delivered", "exhausted"]
    (row,) = await stage.rows("webhook_endpoints")
    assert row["status"] == "enabled"
    assert row["failing_since"] is not None


@pytest.mark.parametrize("deleted", [True, False])
async def test_an_endpoint_gone_or_disabled_at_retry_time_ends_the_delivery(stage: Stage, deleted: bool) -> None:
    async with http_receiver() as receiver, stage.working(0, 0.2, 0.2) as worker:
        endpoint = await stage.endpoint(receiver.url)
        receiver.statuses = [500] * 5
        await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.until("SELECT count(*) = 1 FROM delivery_attempts WHERE account_id = $1")
        if deleted:
            await stage.remove(endpoint)
        else:
            await stage.change(endpoint, status="disabled")
        await stage.quiet()
    assert len(receiver.hits) == 1
    assert (await stage.delivery())["status"] == "canceled"


async def test_an_endpoint_enabled_again_before_the_retry_still_gets_it(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working(0, 0.5, 0.2) as worker:
        endpoint = await stage.endpoint(receiver.url)
        receiver.statuses = [500]
        await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.until("SELECT count(*) = 1 FROM delivery_attempts WHERE account_id = $1")
        await stage.change(endpoint, status="disabled")
        await stage.change(endpoint, status="enabled")
        await stage.quiet()
    assert (await stage.delivery())["status"] == "delivered"


async def test_events_of_a_disabled_time_are_never_sent(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working() as worker:
        endpoint = await stage.endpoint(receiver.url, status="disabled")
        await stage.happen()
        await stage.change(endpoint, status="enabled")
        (later,) = await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.quiet()
    assert [event_of(hit.body)["id"] for hit in receiver.hits] == [later]


async def test_while_a_secret_is_rolled_both_sign_the_newest_first(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working() as worker:
        endpoint = await stage.endpoint(receiver.url)
        old, new = endpoint.secret, "whsec_new"
        for until in (soon(60), soon(-1)):
            await stage.change(endpoint, secret=new, previous_secret=old, previous_secret_until=until)
            await stage.happen()
            worker.alarm.ring(stage.account_id)
            await stage.quiet()
    rolling, rolled = receiver.hits
    header = rolling.headers["Stripe-Signature"]
    SDK.construct_event(rolling.body, header, old)
    newest = header.split(",")[1].removeprefix("v1=")
    when = int(header.split(",")[0].removeprefix("t="))
    assert signature.sign(rolling.body, [new], when).endswith(newest)
    SDK.construct_event(rolled.body, rolled.headers["Stripe-Signature"], new)
    with pytest.raises(stripe.SignatureVerificationError):
        SDK.construct_event(rolled.body, rolled.headers["Stripe-Signature"], old)


async def test_a_resend_is_tried_once_and_leaves_the_automatic_retries_alone(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working(0, 0.6) as worker:
        endpoint = await stage.endpoint(receiver.url)
        receiver.statuses = [500, 500]
        (event_id,) = await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.until("SELECT count(*) = 1 FROM delivery_attempts WHERE account_id = $1")
        await stage.resend(event_id, endpoint)
        worker.alarm.ring(stage.account_id)
        await stage.until("SELECT count(*) = 2 FROM delivery_attempts WHERE account_id = $1")
        await stage.quiet()
    assert len(receiver.hits) == 3
    assert len({hit.body for hit in receiver.hits}) == 1
    status = {row["kind"]: row["status"] for row in await stage.rows("deliveries")}
    assert status == {"automatic": "delivered", "resend": "exhausted"}
    (row,) = await stage.rows("webhook_endpoints")
    assert row["status"] == "enabled"


async def test_pending_webhooks_are_the_endpoints_that_have_not_acknowledged(stage: Stage) -> None:
    async def pending(event_id: str) -> int:
        work = stage.work()
        counts = await deliveries.pending_webhooks(work, [event_id])
        work.close()
        return counts[event_id]

    async def successful(wanted: bool) -> list[str]:
        work = stage.work()
        mine = select(Event).where(Event.account_id == stage.account_id, deliveries.delivery_success(wanted))
        events = await work.all(mine.order_by(Event.id))
        work.close()
        return [event.id for event in events]

    (quiet,) = await stage.happen()
    async with http_receiver() as good, http_receiver() as bad, stage.working(0) as worker:
        await stage.endpoint(good.url)
        grumpy = await stage.endpoint(bad.url)
        bad.statuses = [500]
        (event_id,) = await stage.happen()
        assert await pending(event_id) == 2
        assert (await successful(True), await successful(False)) == ([quiet], [event_id])
        worker.alarm.ring(stage.account_id)
        await stage.quiet()
        assert await pending(event_id) == 1
        assert await successful(False) == [event_id]
        await stage.change(grumpy, status="enabled")
        await stage.resend(event_id, grumpy)
        worker.alarm.ring(stage.account_id)
        await stage.quiet()
        assert await pending(event_id) == 0
        assert await successful(True) == [quiet, event_id]


async def test_private_targets_are_refused_when_dialled(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working(0, 0.05, policy=Policy.DENY) as worker:
        await stage.endpoint(receiver.url)
        await stage.happen()
        worker.alarm.ring(stage.account_id)
        await stage.quiet()
    assert receiver.hits == []
    attempts = await stage.rows("delivery_attempts")
    assert {attempt["error"] for attempt in attempts} == {
        "The address is not public, and private addresses may not be sent to."
    }


@pytest.mark.parametrize(
    "talk", [receivers.hang, receivers.trickle, receivers.trickle_headers, receivers.reset, receivers.flood]
)
async def test_a_bad_receiver_delays_no_other(stage: Stage, talk: Talk) -> None:
    async with raw_receiver(talk) as bad, http_receiver() as good, stage.working(0, 5, timeout_seconds=3) as worker:
        for number in range(5):
            await stage.endpoint(f"{bad.url}/{number}", "thing.created")
        await stage.endpoint(good.url)
        sent: dict[str, float] = {}
        for _ in range(40):
            (event_id,) = await stage.happen()
            sent[event_id] = asyncio.get_running_loop().time()
            worker.alarm.ring(stage.account_id)
            await asyncio.sleep(0.01)
        async with asyncio.timeout(20):
            while len(good.hits) < 40:  # noqa: ASYNC110 - a list is polled
                await asyncio.sleep(0.01)
        delays = [hit.at - sent[event_of(hit.body)["id"]] for hit in good.hits]
        # Whoever waited for a bad one waited for its time-out.
        assert max(delays) < 2.5


async def test_a_thousand_deliveries_arrive_once_each(stage: Stage) -> None:
    async with http_receiver() as receiver, stage.working(timeout_seconds=10) as worker:
        await stage.endpoint(receiver.url)
        ids = set()
        for _ in range(10):
            ids.update(await stage.happen(times=100))
        began = time.monotonic()
        worker.alarm.ring(stage.account_id)
        await stage.quiet(30)
        assert time.monotonic() - began < 15
    assert len(receiver.hits) == 1000
    assert {event_of(hit.body)["id"] for hit in receiver.hits} == ids
    assert len(await stage.rows("delivery_attempts")) == 1000


async def test_two_workers_share_the_queue_without_sending_twice(stage: Stage) -> None:
    async with http_receiver() as receiver:
        await stage.endpoint(receiver.url)
        await stage.happen(times=300)
        async with stage.working(timeout_seconds=10), stage.working(timeout_seconds=10):
            await stage.quiet(20)
    assert len(receiver.hits) == 300


async def test_what_a_dead_worker_had_claimed_is_sent_when_its_lease_ends(stage: Stage) -> None:
    async with http_receiver() as receiver:
        await stage.endpoint(receiver.url)
        await stage.happen()
        async with stage.database.connection() as connection:
            await connection.execute(
                "UPDATE deliveries SET lease_until = $2 WHERE account_id = $1", stage.account_id, soon(1.0)
            )
        async with stage.working():
            await asyncio.sleep(0.5)
            assert receiver.hits == []
            await stage.quiet(5)
    assert len(receiver.hits) == 1


async def test_stopping_gives_back_what_was_not_sent(stage: Stage) -> None:
    async with raw_receiver(receivers.hang) as receiver:
        await stage.endpoint(receiver.url)
        await stage.happen(times=10)
        worker = stage.worker(timeout_seconds=0.5)
        await worker.tick()
        await worker.close()
    rows = await stage.rows("deliveries")
    assert [row["lease_until"] for row in rows] == [None] * 10
    assert sorted(row["attempts"] for row in rows) == [0] * 6 + [1] * 4
