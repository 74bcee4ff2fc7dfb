"""Lists as clients walk through them, shown on customers: pages, cursors, filters and expanded objects."""

import asyncio
from typing import Any

import pytest

from tests.shop import Shop, raises_stripe


async def customers(shop: Shop, count: int) -> list[str]:
    """Ids of new customers, the newest first, as lists give them."""
    ids = [(await shop.v1.customers.create_async({"name": f"No. {number}"})).id for number in range(count)]
    return ids[::-1]


async def page_of(shop: Shop, **params: Any) -> Any:
    return await shop.v1.customers.list_async(params)


def ids_of(page: Any) -> list[str]:
    return [item.id for item in page.data]


async def test_ten_of_the_newest_are_a_page(shop: Shop) -> None:
    ids = await customers(shop, 12)
    page = await page_of(shop)
    assert ids_of(page) == ids[:10]
    assert page.has_more
    assert page.url == "/v1/customers"
    assert "total_count" not in page


async def test_an_empty_list_has_no_more(shop: Shop) -> None:
    page = await page_of(shop)
    assert page.data == []
    assert not page.has_more


async def test_cursors_lead_forwards_and_backwards(shop: Shop) -> None:
    ids = await customers(shop, 7)
    after = await page_of(shop, limit=2, starting_after=ids[1])
    assert (ids_of(after), after.has_more) == (ids[2:4], True)
    last = await page_of(shop, limit=3, starting_after=ids[3])
    assert (ids_of(last), last.has_more) == (ids[4:], False)
    before = await page_of(shop, limit=2, ending_before=ids[4])
    assert (ids_of(before), before.has_more) == (ids[2:4], True)
    first = await page_of(shop, limit=3, ending_before=ids[2])
    assert (ids_of(first), first.has_more) == (ids[:2], False)


@pytest.mark.parametrize("limit", [0, -1, 101])
async def test_a_page_has_between_1_and_100(shop: Shop, limit: int) -> None:
    with raises_stripe(code="parameter_invalid_integer", param="limit", status=400):
        await page_of(shop, limit=limit)


@pytest.mark.parametrize("limit", ["ten", "1.5", "1e1", "٣", ""])
async def test_a_limit_is_an_integer(shop: Shop, limit: str) -> None:
    with raises_stripe(param="limit", status=400):
        await page_of(shop, limit=limit)


async def test_two_directions_at_once_are_refused(shop: Shop) -> None:
    [id] = await customers(shop, 1)
    with raises_stripe(status=400):
        await page_of(shop, starting_after=id, ending_before=id)


@pytest.mark.parametrize("cursor", ["starting_after", "ending_before"])
async def test_an_unknown_cursor_is_named(shop: Shop, cursor: str) -> None:
    with raises_stripe(code="resource_missing", param=cursor, status=400, message="No such customer: 'cus_unknown'"):
        await page_of(shop, **{cursor: "cus_unknown"})


async def test_a_cursor_is_of_the_kind_that_is_listed(shop: Shop) -> None:
    [id] = await customers(shop, 1)
    with raises_stripe(code="resource_missing", param="starting_after", status=400):
        await shop.v1.events.list_async({"starting_after": id})


async def test_a_walk_during_inserts_meets_each_older_object_once(shop: Shop) -> None:
    ids = await customers(shop, 25)
    walking = True

    async def insert() -> None:
        while walking:
            await shop.v1.customers.create_async({"name": "Late"})

    inserting = asyncio.create_task(insert())
    met: list[str] = []
    page = await page_of(shop, limit=4)
    while True:
        met += ids_of(page)
        if not page.has_more:
            break
        page = await page_of(shop, limit=4, starting_after=met[-1])
    walking = False
    await inserting
    assert [id for id in met if id in set(ids)] == ids
    assert len(met) == len(set(met))


async def test_the_sdk_pages_by_itself(shop: Shop) -> None:
    ids = await customers(shop, 6)
    page = await page_of(shop, limit=2)
    assert [customer.id async for customer in page.auto_paging_iter()] == ids


async def test_deleted_cursors_still_lead_on(shop: Shop) -> None:
    ids = await customers(shop, 3)
    await shop.v1.customers.delete_async(ids[1])
    assert ids_of(await page_of(shop, starting_after=ids[1])) == [ids[2]]
    assert ids_of(await page_of(shop)) == [ids[0], ids[2]]


async def test_times_of_creation_bound_a_list(shop: Shop) -> None:
    [id] = await customers(shop, 1)
    second = (await shop.v1.customers.retrieve_async(id)).created
    found = {
        "created": second,
        "gte": {"gte": second},
        "lte": {"lte": second},
        "both": {"gt": second - 1, "lt": second + 1},
    }
    for bounds in found.values():
        assert ids_of(await page_of(shop, created=bounds)) == [id]
    missed: list[Any] = [second + 1, {"gt": second}, {"lt": second}, {"gte": second, "lt": second}]
    for bounds in missed:
        assert ids_of(await page_of(shop, created=bounds)) == []
    with raises_stripe(code="parameter_unknown", param="created[near]"):
        await page_of(shop, created={"near": second})


async def test_a_filter_and_a_cursor_work_together(shop: Shop) -> None:
    for number in range(4):
        await shop.v1.customers.create_async({"email": "twin@example.com" if number % 2 else "single@example.com"})
    first = await page_of(shop, email="twin@example.com", limit=1)
    assert first.has_more
    second = await page_of(shop, email="twin@example.com", limit=1, starting_after=first.data[0].id)
    assert not second.has_more
    assert {customer.email for customer in [*first.data, *second.data]} == {"twin@example.com"}


async def test_one_account_never_sees_the_other(shop: Shop) -> None:
    [id] = await customers(shop, 1)
    other = {"Authorization": f"Bearer {shop.key}x"}
    seen = await shop.http.get(f"{shop.base_url}/v1/customers", headers=other)
    assert seen.json()["data"] == []
    foreign = await shop.http.get(f"{shop.base_url}/v1/customers/{id}", headers=other)
    unknown = await shop.http.get(f"{shop.base_url}/v1/customers/cus_unknown", headers=other)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["error"]["message"].replace(id, "cus_unknown") == unknown.json()["error"]["message"]


async def test_objects_of_a_page_are_expanded(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"name": "Ann"})
    path = f"/v1/customers/{customer.id}/balance_transactions"
    await shop.post(path, {"amount": "-5", "currency": "usd"})
    page = (await shop.get(f"{path}?expand[]=data.customer&expand[]=data.customer.tax_ids")).json()
    assert page["data"][0]["customer"]["name"] == "Ann"
    assert page["data"][0]["customer"]["tax_ids"]["data"] == []


@pytest.mark.parametrize("path", ["data.nickname", "nickname", "data", "data.name", "data.customer.id.id"])
async def test_an_unknown_path_is_not_expanded(shop: Shop, path: str) -> None:
    await customers(shop, 1)
    with raises_stripe(param="expand", status=400):
        await page_of(shop, expand=[path])


async def test_no_more_than_four_levels_are_expanded(shop: Shop) -> None:
    await customers(shop, 1)
    with raises_stripe(param="expand", status=400):
        await page_of(shop, expand=["data.a.b.c.d.e"])


async def test_create_update_and_retrieve_expand_too(shop: Shop) -> None:
    created = await shop.v1.customers.create_async({"expand": ["tax_ids"]})
    assert created.tax_ids.data == []
    updated = await shop.v1.customers.update_async(created.id, {"name": "Ann", "expand": ["tax", "cash_balance"]})
    assert updated.tax.automatic_tax == "unrecognized_location"
    assert updated.cash_balance.settings.using_merchant_default
    plain = await shop.v1.customers.retrieve_async(created.id)
    assert "tax_ids" not in plain
    with raises_stripe(param="expand", status=400):
        await shop.v1.customers.create_async({"name": "Bob", "expand": ["nickname"]})
    assert [customer.name for customer in (await page_of(shop)).data] == ["Ann"]


async def test_a_list_shows_what_has_changed_since_it_was_read(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"name": "Before"})
    other = await shop.v1.customers.create_async({"name": "Other"})
    first = await shop.v1.customers.list_async()
    assert [each.name for each in first.data] == ["Other", "Before"]
    await shop.v1.customers.update_async(customer.id, {"name": "After", "metadata": {"a": "1"}})
    again = await shop.v1.customers.list_async()
    assert [each.to_dict() for each in again.data] == [
        (await shop.v1.customers.retrieve_async(id)).to_dict() for id in (other.id, customer.id)
    ]
    assert [each.name for each in again.data] == ["Other", "After"]


async def test_what_one_client_expands_in_a_list_is_no_other_clients_business(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    intent = await shop.v1.payment_intents.create_async(
        {"amount": 2000, "currency": "usd", "customer": customer.id, "payment_method_types": ["card"]}
    )
    plain = await shop.v1.payment_intents.list_async()
    expanded = await shop.v1.payment_intents.list_async({"expand": ["data.customer"]})
    assert expanded.data[0].customer == customer
    again = await shop.v1.payment_intents.list_async()
    assert plain.data[0].customer == again.data[0].customer == customer.id
    assert again.data[0].id == intent.id
