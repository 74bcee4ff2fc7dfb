"""The life of a customer, as the official SDK sees it."""

from tests.shop import Shop, raises_stripe


async def test_a_customer_lives_and_dies(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"email": "ann@example.com", "metadata": {"plan": "free"}})
    changed = await shop.v1.customers.update_async(customer.id, {"name": "Ann", "metadata": {"plan": "", "seats": "1"}})
    assert changed.name == "Ann"
    assert changed.metadata.to_dict() == {"seats": "1"}
    deleted = await shop.v1.customers.delete_async(customer.id)
    assert deleted.deleted
    assert (await shop.v1.customers.retrieve_async(customer.id)).deleted
    assert (await shop.v1.customers.list_async()).data == []


async def test_an_unknown_parameter_is_refused_by_name(shop: Shop) -> None:
    with raises_stripe(code="parameter_unknown", param="nickname"):
        await shop.v1.customers.create_async({"nickname": "A"})


async def test_an_unknown_customer_is_missing(shop: Shop) -> None:
    with raises_stripe(code="resource_missing", param="id", status=404):
        await shop.v1.customers.retrieve_async("cus_unknown")
