"""Customers found by Stripe's search language."""

import pytest

from tests.shop import Shop, raises_stripe


async def found(shop: Shop, query: str) -> set[str]:
    page = await shop.v1.customers.search_async({"query": query})
    return {customer.name for customer in page.data}


async def test_customers_are_found_by_every_field(shop: Shop) -> None:
    ann = await shop.v1.customers.create_async(
        {"name": "Ann Other", "email": "ann@example.com", "phone": "+1555010", "metadata": {"plan": "pro"}}
    )
    await shop.v1.customers.create_async({"name": "Bob", "email": "bob@mail.test"})
    both = {"Ann Other", "Bob"}
    assert await found(shop, "name:'Ann Other'") == {"Ann Other"}
    assert await found(shop, "name~'ther'") == {"Ann Other"}
    assert await found(shop, "email:'ann@example.com'") == {"Ann Other"}
    assert await found(shop, "email~'mail.test'") == {"Bob"}
    assert await found(shop, "phone:'+1555010'") == {"Ann Other"}
    assert await found(shop, "phone:null") == {"Bob"}
    assert await found(shop, "metadata['plan']:'pro'") == {"Ann Other"}
    assert await found(shop, "-metadata['plan']:'pro'") == {"Bob"}
    assert await found(shop, "metadata['plan']:null") == {"Bob"}
    assert await found(shop, f"created>={ann.created}") == both
    assert await found(shop, f"created<{ann.created}") == set()
    assert await found(shop, "name:'Bob' OR metadata['plan']:'pro'") == both
    assert await found(shop, "name:'Bob' AND metadata['plan']:'pro'") == set()


async def test_deleted_customers_are_not_found(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"name": "Ann"})
    await shop.v1.customers.delete_async(customer.id)
    assert await found(shop, "name:'Ann'") == set()


async def test_results_come_in_pages(shop: Shop) -> None:
    ids = [(await shop.v1.customers.create_async({"name": "Ann"})).id for _ in range(5)]
    first = await shop.v1.customers.search_async({"query": "name:'Ann'", "limit": 2})
    assert (first.object, first.url, first.has_more) == ("search_result", "/v1/customers/search", True)
    second = await shop.v1.customers.search_async({"query": "name:'Ann'", "limit": 2, "page": first.next_page})
    last = await shop.v1.customers.search_async({"query": "name:'Ann'", "limit": 2, "page": second.next_page})
    assert [customer.id for page in (first, second, last) for customer in page.data] == ids[::-1]
    assert (last.has_more, last.next_page) == (False, None)
    assert [customer.id async for customer in first.auto_paging_iter()] == ids[::-1]


@pytest.mark.parametrize("query", ["nickname:'A'", "name>'A'", "created~'1'", "name:", "metadata:'x'", "plan:'x"])
async def test_a_query_that_cannot_be_asked_is_refused(shop: Shop, query: str) -> None:
    with raises_stripe(status=400):
        await shop.v1.customers.search_async({"query": query})


async def test_the_total_is_counted_where_it_is_asked_for(shop: Shop) -> None:
    for _ in range(3):
        await shop.v1.customers.create_async({"name": "Ann"})
    await shop.v1.customers.create_async({"name": "Bea"})
    query = {"query": "name:'Ann'", "limit": 2}
    plain = await shop.v1.customers.search_async(query)
    assert "total_count" not in plain
    first = await shop.v1.customers.search_async(query | {"expand": ["total_count"]})
    assert (len(first.data), first.total_count) == (2, 3)
    last = await shop.v1.customers.search_async(query | {"expand": ["total_count"], "page": first.next_page})
    assert (len(last.data), last.total_count) == (1, 3)
    with raises_stripe(param="expand"):
        await shop.v1.customers.list_async({"expand": ["total_count"]})


async def test_results_are_expanded(shop: Shop) -> None:
    await shop.v1.customers.create_async({"name": "Ann"})
    page = await shop.v1.customers.search_async({"query": "name:'Ann'", "expand": ["data.tax_ids"]})
    assert page.data[0].tax_ids.data == []


async def test_a_page_that_is_none_of_ours_is_refused(shop: Shop) -> None:
    with raises_stripe(param="page", status=400):
        await shop.v1.customers.search_async({"query": "name:'Ann'", "page": "2"})
    with raises_stripe(code="parameter_missing", param="query", status=400):
        await shop.v1.customers.search_async({})
