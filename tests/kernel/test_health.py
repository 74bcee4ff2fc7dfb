"""What whoever watches a process asks it."""

import re

import pytest

from stripe_lite.http.answers import API_VERSION
from tests.shop import Shop


async def test_a_process_tells_that_it_serves(shop: Shop) -> None:
    answer = await shop.http.get(shop.base_url + "/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "mode": "open", "api_version": API_VERSION}


async def test_a_process_tells_whether_its_database_answers(shop: Shop) -> None:
    answer = await shop.http.get(shop.base_url + "/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_probes_that_ask_for_the_head_alone_are_answered(shop: Shop, path: str) -> None:
    answer = await shop.http.head(shop.base_url + path)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_requests_are_counted_by_operation_and_status(shop: Shop) -> None:
    async def counted(operation: str, status: int) -> float:
        text = (await shop.http.get(shop.base_url + "/metrics")).text
        pattern = rf'stripe_lite_requests_total{{operation="{operation}",status="{status}"}} (\S+)'
        found = re.search(pattern, text)
        return float(found[1]) if found else 0.0

    before = [
        await counted("create_customer", 200),
        await counted("create_customer", 400),
        await counted("unknown", 404),
    ]
    await shop.post("/v1/customers")
    await shop.post("/v1/customers", {"foo": "1"})
    await shop.get("/v1/nothing")
    after = [
        await counted("create_customer", 200),
        await counted("create_customer", 400),
        await counted("unknown", 404),
    ]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 1]


async def test_metrics_tell_durations_and_queues_and_no_secrets(shop: Shop) -> None:
    await shop.post("/v1/customers")
    answer = await shop.http.get(shop.base_url + "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'stripe_lite_request_duration_seconds_bucket{le="0.005",operation="create_customer"}' in answer.text
    assert 'stripe_lite_queue_depth{queue="webhooks"}' in answer.text
    assert "process_resident_memory_bytes" in answer.text
    assert shop.key not in answer.text
    assert shop.account_id not in answer.text
