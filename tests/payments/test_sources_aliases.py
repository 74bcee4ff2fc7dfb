"""The older addresses of a customer's sources, which SDKs of former years call: `/cards` and `/bank_accounts`."""

from typing import Any

import httpx
import pytest

from tests.shop import Shop

CARD = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "314"}
ACCOUNT = {
    "bank_account[country]": "US",
    "bank_account[currency]": "usd",
    "bank_account[routing_number]": "110000000",
    "bank_account[account_number]": "000123456789",
}
OTHER_ACCOUNT = ACCOUNT | {"bank_account[account_number]": "000222222227"}


def body(response: httpx.Response) -> Any:
    """What a successful response says."""
    assert response.status_code == 200, response.text
    return response.json()


def error(response: httpx.Response, status: int = 400) -> Any:
    """What a refusal says."""
    assert response.status_code == status, response.text
    return response.json()["error"]


async def delete(shop: Shop, path: str) -> httpx.Response:
    """A raw DELETE with this shop's key."""
    return await shop.http.delete(shop.base_url + path, headers={"Authorization": f"Bearer {shop.key}"})


@pytest.mark.parametrize(
    ("path", "by_details", "token", "foreign", "change"),
    [
        ("cards", CARD, "tok_mastercard", "btok_us_verified", {"name": "Jenny"}),
        ("bank_accounts", OTHER_ACCOUNT, "btok_us_verified", "tok_visa", {"account_holder_name": "Jenny"}),
    ],
)
async def test_one_kind_by_itself(
    shop: Shop, path: str, by_details: dict[str, str], token: str, foreign: str, change: dict[str, str]
) -> None:
    customer = await shop.v1.customers.create_async()
    await shop.v1.customers.payment_sources.create_async(customer.id, {"source": foreign})
    other = (await shop.v1.customers.retrieve_async(customer.id)).default_source
    at = f"/v1/customers/{customer.id}/{path}"
    first = body(await shop.post(at, by_details))
    second = body(await shop.post(at, {"source": token, "metadata[a]": "b"}))
    assert (first["object"], second["metadata"]) == (path.removesuffix("s"), {"a": "b"})
    assert body(await shop.get(f"{at}/{first['id']}")) == first
    listed = body(await shop.get(f"{at}?limit=1"))
    assert ([item["id"] for item in listed["data"]], listed["has_more"], listed["url"]) == ([second["id"]], True, at)
    rest = body(await shop.get(f"{at}?starting_after={second['id']}"))
    assert [item["id"] for item in rest["data"]] == [first["id"]]
    changed = body(await shop.post(f"{at}/{first['id']}", change))
    assert changed.items() >= change.items()
    assert (await shop.event_types())[-1] == "customer.source.updated"
    assert error(await shop.post(at, {"source": foreign}))["param"] == "source"
    for refused in (await shop.get(f"{at}/{other}"), await delete(shop, f"{at}/{other}")):
        assert error(refused, 404)["code"] == "resource_missing"
    assert body(await delete(shop, f"{at}/{first['id']}"))["deleted"] is True
    assert [item["id"] for item in body(await shop.get(at))["data"]] == [second["id"]]


async def test_the_amounts_prove_an_account_or_too_many_tries_end_it(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    at = f"/v1/customers/{customer.id}/bank_accounts"
    id = body(await shop.post(at, ACCOUNT))["id"]
    wrong = {"amounts[0]": "1", "amounts[1]": "2"}
    for _ in range(2):
        refused = error(await shop.post(f"{at}/{id}/verify", wrong))
        assert (refused["code"], refused["param"]) == ("bank_account_verification_failed", "amounts")
        assert body(await shop.get(f"{at}/{id}"))["status"] == "new"
    exceeded = error(await shop.post(f"{at}/{id}/verify", wrong))
    assert (exceeded["code"], "exceeded" in exceeded["message"]) == ("bank_account_verification_failed", True)
    assert body(await shop.get(f"{at}/{id}"))["status"] == "verification_failed"
    event = (await shop.v1.events.list_async({"limit": 1})).data[0]
    assert event.type == "customer.source.updated"
    assert event.data.previous_attributes.to_dict() == {"status": "new"}
    right = {"amounts[0]": "32", "amounts[1]": "45"}
    late = error(await shop.post(f"{at}/{id}/verify", right))
    assert late["code"] == "bank_account_verification_failed"

    await delete(shop, f"{at}/{id}")
    again = body(await shop.post(at, ACCOUNT))["id"]
    assert error(await shop.post(f"{at}/{again}/verify", {"amounts[0]": "32"}))["param"] == "amounts"
    assert body(await shop.post(f"{at}/{again}/verify", right))["status"] == "verified"
    known = error(await shop.post(f"{at}/{again}/verify", right))
    assert known["code"] == "bank_account_already_verified"

    unreachable = ACCOUNT | {"bank_account[account_number]": "000666666661"}
    nobody = body(await shop.post(at, unreachable))["id"]
    assert error(await shop.post(f"{at}/{nobody}/verify", right))["code"] == "bank_account_verification_failed"
