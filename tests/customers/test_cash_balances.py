"""A customer's cash: what comes in by bank transfer, each change of it, and the accounts to transfer to."""

import pytest

from tests.shop import Shop, raises_stripe

SENDERS = {
    "usd": {"network": "ach"},
    "eur": {"bic": "TESTDEFFXXX", "iban_last4": "3000"},
    "gbp": {"account_number_last4": "2345", "sort_code": "108800"},
    "jpy": {"sender_bank": "STRIPE TEST BANK", "sender_branch": "STRIPE TEST BRANCH"},
    "mxn": None,
}
# Currency → the type of its transfers, the country, and each shape of address with its networks.
ACCOUNTS = {
    "usd": ("us", "US", {"aba": ["ach", "domestic_wire_us"], "swift": ["swift"]}),
    "eur": ("eu", "DE", {"iban": ["sepa"]}),
    "gbp": ("gb", "GB", {"sort_code": ["bacs", "fps"]}),
    "jpy": ("jp", "JP", {"zengin": ["zengin"]}),
    "mxn": ("mx", "MX", {"spei": ["spei"]}),
}


async def test_a_transfer_without_a_payment_stays_with_the_customer(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"name": "Zoë"})
    before = await shop.v1.customers.cash_balance.retrieve_async(customer.id)
    assert before.available is None
    fund = shop.v1.test_helpers.customers.fund_cash_balance_async
    first = await fund(customer.id, {"amount": 500, "currency": "usd", "reference": "REF-4242"})
    second = await fund(customer.id, {"amount": 250, "currency": "usd"})
    euros = await fund(customer.id, {"amount": 100, "currency": "eur"})
    assert (first.type, first.net_amount, first.ending_balance, first.customer) == ("funded", 500, 500, customer.id)
    assert first.funded.bank_transfer.reference == "REF-4242"
    assert (second.ending_balance, euros.ending_balance) == (750, 100)
    after = await shop.v1.customers.retrieve_async(customer.id, {"expand": ["cash_balance"]})
    assert after.cash_balance.available.to_dict() == {"eur": 100, "usd": 750}
    listed = await shop.v1.customers.cash_balance_transactions.list_async(customer.id, {"limit": 2})
    assert ([each.id for each in listed.data], listed.has_more) == ([euros.id, second.id], True)
    found = await shop.v1.customers.cash_balance_transactions.retrieve_async(
        customer.id, first.id, {"expand": ["customer"]}
    )
    assert (found.net_amount, found.customer.name) == (500, "Zoë")
    assert await shop.event_types() == [
        "customer.created",
        *["customer_cash_balance_transaction.created", "cash_balance.funds_available"] * 3,
    ]
    [told] = (await shop.v1.events.list_async({"type": "cash_balance.funds_available", "limit": 1})).data
    assert told.data.object.available.to_dict() == {"eur": 100, "usd": 750}
    balance = await shop.v1.balance.retrieve_async()
    assert sum(part.amount for part in (*balance.available, *balance.pending)) == 0


@pytest.mark.parametrize("currency", list(SENDERS))
async def test_each_currency_tells_what_its_banks_tell_and_where_to_transfer_to(shop: Shop, currency: str) -> None:
    customer = await shop.v1.customers.create_async({"name": "Zoë"})
    fund = shop.v1.test_helpers.customers.fund_cash_balance_async
    told = (await fund(customer.id, {"amount": 5000, "currency": currency})).funded.bank_transfer.to_dict()
    region, country, addresses = ACCOUNTS[currency]
    type, sender = f"{region}_bank_transfer", SENDERS[currency]
    expected = {} if sender is None else {type: sender | {"sender_name": "Zoë"}}
    assert told == {"reference": None, "type": type} | expected
    given = {"type": type} | ({type: {"country": "DE"}} if currency == "eur" else {})
    asked = {"currency": currency, "funding_type": "bank_transfer", "bank_transfer": given}
    shown = await shop.v1.customers.funding_instructions.create_async(customer.id, asked)
    transfer = shown.bank_transfer
    assert (shown.currency, transfer.country) == (currency, country)
    assert {each.type: list(each.supported_networks) for each in transfer.financial_addresses} == addresses
    again = await shop.v1.customers.funding_instructions.create_async(customer.id, asked)
    assert again.to_dict() == shown.to_dict()
    other = await shop.v1.customers.create_async()
    theirs = await shop.v1.customers.funding_instructions.create_async(other.id, asked)
    assert theirs.bank_transfer.financial_addresses != transfer.financial_addresses


async def test_accounts_are_numbered_as_their_countries_number_them(shop: Shop) -> None:
    customer = (await shop.v1.customers.create_async()).id
    instructions = shop.v1.customers.funding_instructions
    base = {"currency": "eur", "funding_type": "bank_transfer"}
    for country, length in {"BE": 16, "DE": 22, "ES": 24, "FR": 27, "IE": 22, "NL": 18}.items():
        transfer = {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": country}}
        shown = await instructions.create_async(customer, base | {"bank_transfer": transfer})
        iban = shown.bank_transfer.financial_addresses[0].iban.iban
        assert (iban[:2], len(iban)) == (country, length)
        assert int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1
    spei = base | {"currency": "mxn", "bank_transfer": {"type": "mx_bank_transfer"}}
    clabe = (await instructions.create_async(customer, spei)).bank_transfer.financial_addresses[0].spei.clabe
    assert len(clabe) == 18
    assert sum(int(digit) * (3, 7, 1)[place % 3] % 10 for place, digit in enumerate(clabe[:17])) % 10 == (
        -int(clabe[17]) % 10
    )


async def test_what_no_transfer_can_be_is_refused(shop: Shop) -> None:
    customer = (await shop.v1.customers.create_async()).id
    fund = shop.v1.test_helpers.customers.fund_cash_balance_async
    instructions = shop.v1.customers.funding_instructions.create_async
    with raises_stripe(param="currency"):
        await fund(customer, {"amount": 100, "currency": "chf"})
    with raises_stripe(code="parameter_invalid_integer", param="amount"):
        await fund(customer, {"amount": 0, "currency": "usd"})
    with raises_stripe(code="amount_too_large", param="amount"):
        await fund(customer, {"amount": 100_000_000, "currency": "usd"})
    with raises_stripe(code="resource_missing", param="customer"):
        await fund("cus_x", {"amount": 100, "currency": "usd"})
    base = {"currency": "eur", "funding_type": "bank_transfer"}
    for given, param in (
        ({"type": "us_bank_transfer"}, "bank_transfer[type]"),
        ({"type": "eu_bank_transfer"}, "bank_transfer[eu_bank_transfer][country]"),
        (
            {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "PT"}},
            "bank_transfer[eu_bank_transfer][country]",
        ),
        (
            {
                "type": "eu_bank_transfer",
                "eu_bank_transfer": {"country": "NL"},
                "requested_address_types": ["sort_code"],
            },
            "bank_transfer[requested_address_types]",
        ),
    ):
        with raises_stripe(param=param):
            await instructions(customer, base | {"bank_transfer": given})
    with raises_stripe(code="resource_missing", param="transaction"):
        await shop.v1.customers.cash_balance_transactions.retrieve_async(customer, "ccsbtxn_x")


async def test_a_customer_who_has_cash_is_not_deleted(shop: Shop) -> None:
    customer = (await shop.v1.customers.create_async()).id
    await shop.v1.test_helpers.customers.fund_cash_balance_async(customer, {"amount": 100, "currency": "usd"})
    with raises_stripe():
        await shop.v1.customers.delete_async(customer)
