"""A customer's credit balance: every change is a transaction."""

import asyncio

import pytest

from tests.shop import Shop, raises_stripe


async def test_a_first_balance_is_an_initial_transaction(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"balance": -500})
    assert (customer.balance, customer.currency) == (-500, "usd")
    [initial] = (await shop.v1.customers.balance_transactions.list_async(customer.id)).data
    assert (initial.type, initial.amount, initial.ending_balance, initial.currency) == ("initial", -500, -500, "usd")
    assert await shop.event_types() == ["customer.created"]


async def test_a_new_balance_is_an_adjustment_of_the_difference(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"balance": -500})
    await shop.v1.customers.update_async(customer.id, {"balance": 200})
    await shop.v1.customers.update_async(customer.id, {"balance": 200})
    newest, _ = (await shop.v1.customers.balance_transactions.list_async(customer.id)).data
    assert (newest.type, newest.amount, newest.ending_balance) == ("adjustment", 700, 200)
    [event] = (await shop.v1.events.list_async({"type": "customer.updated"})).data
    assert event.data.previous_attributes.to_dict() == {"balance": -500}


async def test_transactions_change_the_balance(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    transactions = shop.v1.customers.balance_transactions
    given = {"amount": -500, "currency": "EUR", "description": "Sorry", "metadata": {"case": "7"}}
    first = await transactions.create_async(customer.id, given)
    second = await transactions.create_async(customer.id, {"amount": 150, "currency": "eur"})
    assert (first.ending_balance, second.ending_balance) == (-500, -350)
    assert (first.description, first.metadata.to_dict(), first.customer) == ("Sorry", {"case": "7"}, customer.id)
    after = await shop.v1.customers.retrieve_async(customer.id, {"expand": ["invoice_credit_balance"]})
    assert (after.balance, after.currency) == (-350, "eur")
    assert after.invoice_credit_balance.to_dict() == {"eur": 350}
    assert await shop.event_types() == ["customer.created", "customer.updated", "customer.updated"]
    events = await shop.v1.events.list_async({"type": "customer.updated"})
    told = [event.data.previous_attributes.to_dict() for event in reversed(events.data)]
    assert told == [{"balance": 0, "currency": None}, {"balance": -500}]


async def test_each_currency_has_a_balance_of_its_own(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"balance": 100})
    transactions = shop.v1.customers.balance_transactions
    for amount, ending in ((-30, -30), (-12, -42)):
        made = await transactions.create_async(customer.id, {"amount": amount, "currency": "jpy"})
        assert made.ending_balance == ending
    after = await shop.v1.customers.retrieve_async(customer.id, {"expand": ["invoice_credit_balance"]})
    assert (after.balance, after.currency) == (100, "usd")
    assert after.invoice_credit_balance.to_dict() == {"usd": -100, "jpy": 42}


async def test_only_the_words_of_a_transaction_change(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"balance": -5})
    transactions = shop.v1.customers.balance_transactions
    [made] = (await transactions.list_async(customer.id)).data
    changed = await transactions.update_async(customer.id, made.id, {"description": "Hello", "metadata": {"a": "1"}})
    assert (changed.description, changed.metadata.to_dict(), changed.amount) == ("Hello", {"a": "1"}, -5)
    assert changed == await transactions.retrieve_async(customer.id, made.id)
    with raises_stripe(code="parameter_unknown", param="amount"):
        await transactions.update_async(customer.id, made.id, {"amount": 7})


async def test_transactions_at_once_are_counted_one_after_the_other(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    transactions = shop.v1.customers.balance_transactions
    await asyncio.gather(
        *(transactions.create_async(customer.id, {"amount": -1, "currency": "usd"}) for _ in range(12))
    )
    assert (await shop.v1.customers.retrieve_async(customer.id)).balance == -12
    listed = await transactions.list_async(customer.id, {"limit": 100})
    assert sorted(made.ending_balance for made in listed.data) == list(range(-12, 0))


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"currency": "usd"}, "amount", "parameter_missing"),
        ({"amount": 5}, "currency", "parameter_missing"),
        ({"amount": 5, "currency": "abc"}, "currency", None),
        ({"amount": 5.5, "currency": "usd"}, "amount", "parameter_invalid_integer"),
        ({"amount": 10**8, "currency": "usd"}, "amount", "amount_too_large"),
        ({"amount": -(2**63), "currency": "usd"}, "amount", None),
        ({"amount": 5, "currency": "usd", "description": "d" * 351}, "description", None),
    ],
)
async def test_wrong_transactions_are_refused(
    shop: Shop, params: dict[str, object], param: str, code: str | None
) -> None:
    customer = await shop.v1.customers.create_async()
    with raises_stripe(param=param, code=code, status=400):
        await shop.v1.customers.balance_transactions.create_async(customer.id, params)
    assert (await shop.v1.customers.retrieve_async(customer.id)).currency is None


async def test_a_transaction_is_found_with_its_customer_only(shop: Shop) -> None:
    ann = await shop.v1.customers.create_async({"balance": -5})
    bob = await shop.v1.customers.create_async()
    transactions = shop.v1.customers.balance_transactions
    [made] = (await transactions.list_async(ann.id)).data
    with raises_stripe(code="resource_missing", param="transaction", status=404):
        await transactions.retrieve_async(bob.id, made.id)
    with raises_stripe(code="resource_missing", param="customer", status=404):
        await transactions.retrieve_async("cus_unknown", made.id)
    assert (await transactions.list_async(bob.id)).data == []


async def test_transactions_are_listed_by_every_parameter(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    transactions = shop.v1.customers.balance_transactions
    made = [await transactions.create_async(customer.id, {"amount": n, "currency": "usd"}) for n in (1, 2, 3)]
    page = await transactions.list_async(customer.id, {"limit": 1, "starting_after": made[2].id})
    assert ([one.id for one in page.data], page.has_more) == ([made[1].id], True)
    assert page.url == f"/v1/customers/{customer.id}/balance_transactions"
    before = await transactions.list_async(customer.id, {"ending_before": made[1].id, "expand": ["data.customer"]})
    assert [one.id for one in before.data] == [made[2].id]
    assert before.data[0].customer.balance == 6
    assert (await transactions.list_async(customer.id, {"invoice": "in_none"})).data == []
    assert (await transactions.list_async(customer.id, {"created": {"gt": made[2].created}})).data == []
