"""Rate limits: off unless asked for, Stripe's numbers, shared by all processes, one bucket an account and mode."""

import asyncio
import time

import httpx
import pytest

from stripe_lite.app import create_app
from stripe_lite.core.errors import RateLimited
from stripe_lite.db.session import Database
from stripe_lite.http.auth import Caller
from stripe_lite.http.rate_limits import RateLimits
from tests.conftest import serving, settings_for_tests
from tests.shop import Shop, new_key


def caller(account_id: str = "", *, livemode: bool = False) -> Caller:
    return Caller(account_id or f"acct_{new_key()}", livemode, "secret", "sk_test_****")


async def admitted(limits: RateLimits, who: Caller) -> bool:
    try:
        await limits.admit(who)
    except RateLimited:
        return False
    return True


async def test_they_are_off_unless_asked_for(shop: Shop) -> None:
    answers = await asyncio.gather(*(shop.get("/v1/customers") for _ in range(60)))
    assert {answer.status_code for answer in answers} == {200}


async def test_the_26th_test_request_of_a_second_is_refused(shop: Shop, dsn: str, http: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {new_key()}"}
    async with serving(create_app(settings_for_tests(rate_limits="stripe"), dsn)) as url:
        answers = await asyncio.gather(*(http.post(url + "/v1/customers", headers=headers) for _ in range(40)))
        other = await http.get(url + "/v1/customers", headers={"Authorization": f"Bearer {new_key()}"})
        assert other.status_code == 200
        passed = [answer for answer in answers if answer.status_code == 200]
        assert 20 <= len(passed) <= 30
        for refused in (answer for answer in answers if answer.status_code != 200):
            assert refused.status_code == 429
            assert refused.json()["error"]["code"] == "rate_limit"
            assert refused.json()["error"]["type"] == "invalid_request_error"
            assert refused.headers["stripe-rate-limited-reason"] == "global-rate"
        await asyncio.sleep(1)
        assert (await http.get(url + "/v1/customers", headers=headers)).status_code == 200


@pytest.mark.parametrize(("livemode", "rate"), [(False, 25), (True, 100)])
async def test_several_processes_share_a_limit(dsn: str, livemode: bool, rate: int) -> None:
    databases = [Database(dsn, pool_size=2) for _ in range(3)]
    processes = [RateLimits(database) for database in databases]
    who = caller(livemode=livemode)
    seconds, passed = 3, 0
    began = time.monotonic()

    async def press(limits: RateLimits) -> None:
        nonlocal passed
        while time.monotonic() - began < seconds:
            let_in = await admitted(limits, who)
            passed += let_in
            await asyncio.sleep(0.002)

    await asyncio.gather(*(press(limits) for limits in processes for _ in range(2)))
    for database in databases:
        await database.close()
    assert 0.8 * rate * seconds <= passed <= 1.2 * rate * seconds


async def test_modes_have_buckets_of_their_own(dsn: str) -> None:
    database = Database(dsn, pool_size=2)
    limits = RateLimits(database, {True: 2, False: 1})
    test = caller()
    live = caller(test.account_id, livemode=True)
    assert [await admitted(limits, test) for _ in range(2)] == [True, False]
    assert [await admitted(limits, live) for _ in range(3)] == [True, True, False]
    await database.close()


async def test_who_is_known_to_be_over_the_limit_costs_no_query(dsn: str) -> None:
    database = Database(dsn, pool_size=1)
    limits = RateLimits(database, {True: 1, False: 1})
    who = caller()
    assert await admitted(limits, who)
    async with database.connection():  # The only one there is.
        assert not await admitted(limits, who)
    await database.close()


async def test_searches_have_a_bucket_of_their_own_besides(shop: Shop, dsn: str, http: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {new_key()}"}
    async with serving(create_app(settings_for_tests(rate_limits="stripe"), dsn)) as url:
        path = url + "/v1/customers/search?query=name:null"
        answers = await asyncio.gather(*(http.get(path, headers=headers) for _ in range(25)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 1 <= len(refused) <= 9
    assert {answer.headers["stripe-rate-limited-reason"] for answer in refused} == {"endpoint-rate"}
    database = Database(dsn, pool_size=2)
    limits = RateLimits(database, {True: 9, False: 9}, searches_per_second=1)
    who = caller()
    await limits.admit(who, searching=True)
    with pytest.raises(RateLimited) as caught:
        await limits.admit(who, searching=True)
    assert caught.value.reason == "endpoint-rate"
    await limits.admit(who)
    await database.close()
