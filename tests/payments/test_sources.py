"""Legacy sources: cards and bank accounts that customers had before there were payment methods."""

import pytest

from tests.shop import Shop, raises_stripe

CARD = {"object": "card", "number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "314"}
ACCOUNT = {"object": "bank_account", "country": "US", "currency": "usd", "routing_number": "110000000"}


async def test_a_customer_is_created_with_a_card(shop: Shop) -> None:
    token = await shop.v1.tokens.create_async(
        {"card": {"number": "4242424242424242", "exp_month": "12", "exp_year": "2040", "cvc": "314"}}
    )
    customer = await shop.v1.customers.create_async({"source": token.id, "expand": ["default_source", "sources"]})
    assert customer.default_source.id == token.card.id
    assert customer.default_source.customer == customer.id
    assert customer.default_source.cvc_check == "pass"
    assert [source.id for source in customer.sources.data] == [token.card.id]
    assert (await shop.v1.tokens.retrieve_async(token.id)).used
    card = await shop.v1.customers.payment_sources.retrieve_async(customer.id, token.card.id)
    assert (card.object, card.last4, card.customer) == ("card", "4242", customer.id)
    types = await shop.event_types()
    assert types == ["customer.created", "payment_method.attached", "customer.source.created"]


async def test_a_declined_source_leaves_no_customer_behind(shop: Shop) -> None:
    with raises_stripe("card_error", code="card_declined", decline_code="generic_decline", status=402):
        await shop.v1.customers.create_async({"source": "tok_chargeDeclined"})
    assert (await shop.v1.customers.list_async()).data == []


async def test_a_new_source_replaces_the_default(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    updated = await shop.v1.customers.update_async(customer.id, {"source": "tok_mastercard", "expand": ["sources"]})
    assert updated.default_source != customer.default_source
    assert [source.last4 for source in updated.sources.data] == ["4444"]
    types = await shop.event_types()
    assert types[3:] == [
        "payment_method.attached",
        "customer.source.created",
        "payment_method.detached",
        "customer.source.deleted",
        "customer.updated",
    ]


async def test_a_card_is_a_payment_method_too(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    method = await shop.v1.payment_methods.retrieve_async(customer.default_source)
    assert (method.object, method.type, method.customer) == ("payment_method", "card", customer.id)
    listed = await shop.v1.customers.payment_methods.list_async(customer.id, {"type": "card"})
    assert [found.id for found in listed.data] == [customer.default_source]


async def test_a_card_expands_to_what_is_asked_for(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    updated = await shop.v1.customers.update_async(
        customer.id,
        {
            "invoice_settings": {"default_payment_method": customer.default_source},
            "expand": ["default_source", "invoice_settings.default_payment_method"],
        },
    )
    assert updated.default_source.object == "card"
    assert updated.invoice_settings.default_payment_method.object == "payment_method"


async def test_the_sources_of_a_customer_expand_to_what_is_asked_for(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa", "expand": ["sources.data.customer"]})
    assert customer.sources.data[0].customer.id == customer.id
    listed = await shop.v1.customers.list_async({"expand": ["data.sources.data.customer"]})
    assert listed.data[0].sources.data[0].customer.id == customer.id
    with raises_stripe(param="expand", status=400):
        await shop.v1.customers.retrieve_async(customer.id, {"expand": ["sources.data.nothing"]})


async def test_sources_are_added_changed_and_deleted(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    first = await shop.v1.customers.payment_sources.create_async(customer.id, {"source": "tok_visa"})
    second = await shop.v1.customers.payment_sources.create_async(
        customer.id, {"source": "tok_mastercard", "metadata": {"a": "b"}}
    )
    assert (await shop.v1.customers.retrieve_async(customer.id)).default_source == first.id
    assert second.metadata.to_dict() == {"a": "b"}
    listed = await shop.v1.customers.payment_sources.list_async(customer.id, {"object": "card"})
    assert [source.id for source in listed.data] == [second.id, first.id]
    changed = await shop.v1.customers.payment_sources.update_async(
        customer.id, first.id, {"name": "Jenny", "exp_year": "2041", "address_zip": "94103", "metadata": {"c": "d"}}
    )
    assert (changed.name, changed.exp_year, changed.address_zip, changed.metadata.to_dict()) == (
        "Jenny",
        2041,
        "94103",
        {"c": "d"},
    )
    deleted = await shop.v1.customers.payment_sources.delete_async(customer.id, first.id)
    assert deleted.deleted
    found = await shop.v1.customers.retrieve_async(customer.id)
    assert found.default_source == second.id
    with raises_stripe(code="resource_missing", status=404):
        await shop.v1.customers.payment_sources.retrieve_async(customer.id, first.id)
    assert (await shop.event_types())[-3:] == ["payment_method.detached", "customer.source.deleted", "customer.updated"]


async def test_a_cards_new_address_is_unchecked_and_an_emptied_one_unset(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    sources = shop.v1.customers.payment_sources
    card = await sources.create_async(customer.id, {"source": "tok_visa"})
    address = {"address_line1": "A", "address_line2": "B", "address_zip": "94103"}
    changed = await sources.update_async(customer.id, card.id, address | {"name": "Jenny"})
    assert (changed.address_line1_check, changed.address_zip_check, changed.cvc_check) == (
        "unchecked",
        "unchecked",
        "pass",
    )
    emptied = await sources.update_async(customer.id, card.id, {"address_line1": "", "address_line2": "", "name": ""})
    assert (emptied.address_line1, emptied.address_line2, emptied.name, emptied.address_zip) == (
        None,
        None,
        None,
        "94103",
    )
    assert (emptied.address_line1_check, emptied.address_zip_check) == (None, "unchecked")


async def test_sources_by_their_numbers(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    response = await shop.post(
        f"/v1/customers/{customer.id}/sources", {f"card[{name}]": str(value) for name, value in CARD.items()}
    )
    assert response.json()["last4"] == "4242"
    fields = {f"bank_account[{name}]": value for name, value in ACCOUNT.items()}
    response = await shop.post(
        f"/v1/customers/{customer.id}/sources", fields | {"bank_account[account_number]": "000123456789"}
    )
    assert (response.json()["object"], response.json()["status"]) == ("bank_account", "new")


async def test_a_source_may_be_the_details_themselves(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": CARD})
    account = ACCOUNT | {
        "account_number": "000123456789",
        "account_holder_name": "Ada",
        "account_holder_type": "company",
    }
    saved = await shop.v1.customers.payment_sources.create_async(customer.id, {"source": account})
    assert (saved.object, saved.account_holder_name, saved.status) == ("bank_account", "Ada", "new")
    charge = await shop.v1.charges.create_async({"amount": 1000, "currency": "usd", "source": CARD})
    assert (charge.status, charge.source.object, charge.source.last4) == ("succeeded", "card", "4242")
    updated = await shop.v1.customers.update_async(
        customer.id,
        {"source": CARD | {"number": "5555555555554444"}, "expand": ["default_source"]},
    )
    assert updated.default_source.last4 == "4444"
    types = await shop.event_types()
    assert types[:5] == [
        "customer.created",
        "payment_method.attached",
        "customer.source.created",
        "customer.source.created",
        "charge.succeeded",
    ]


async def test_a_customer_has_a_bank_account_once(shop: Shop) -> None:
    account = ACCOUNT | {"account_number": "000123456789"}
    customer = await shop.v1.customers.create_async({"source": account})
    with raises_stripe("invalid_request_error", code="bank_account_exists", status=400):
        await shop.v1.customers.payment_sources.create_async(customer.id, {"source": account})
    other = await shop.v1.customers.create_async({"source": account})
    await shop.v1.customers.payment_sources.delete_async(other.id, other.default_source)
    again = await shop.v1.customers.payment_sources.create_async(other.id, {"source": account})
    assert again.last4 == "6789"


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"exp_year": 2010}, "invalid_expiry_year", "exp_year"),
        ({"number": "4000000000000002"}, "card_declined", None),
    ],
)
async def test_the_details_of_a_source_are_checked(
    shop: Shop, wrong: dict[str, object], code: str, param: str | None
) -> None:
    customer = await shop.v1.customers.create_async()
    with raises_stripe("card_error", code=code, param=param, status=402):
        await shop.v1.customers.payment_sources.create_async(customer.id, {"source": CARD | wrong})


@pytest.mark.parametrize(
    ("sent", "param"),
    [
        ({"object": "card"}, "source[exp_month]"),
        (CARD | {"exp_month": "May"}, "source[exp_month]"),
        (ACCOUNT, "source[account_number]"),
    ],
)
async def test_the_details_of_a_source_are_refused_as_of_their_kind(
    shop: Shop, sent: dict[str, object], param: str
) -> None:
    customer = await shop.v1.customers.create_async()
    with raises_stripe("invalid_request_error", param=param, status=400):
        await shop.v1.customers.payment_sources.create_async(customer.id, {"source": sent})


async def test_a_message_does_not_repeat_a_cards_code(shop: Shop) -> None:
    response = await shop.post(
        "/v1/payment_intents", {"amount": "100", "currency": "usd", "payment_method[cvc]": "719"}
    )
    assert response.json()["error"]["param"] == "payment_method"
    assert "719" not in response.text


async def test_a_bank_account_is_verified_by_two_amounts(shop: Shop) -> None:
    account = {"country": "US", "routing_number": "110000000", "account_number": "000123456789"}
    token = await shop.v1.tokens.create_async({"bank_account": account})
    customer = await shop.v1.customers.create_async({"source": token.id})
    id = customer.default_source
    with raises_stripe(param="amounts"):
        await shop.v1.customers.payment_sources.verify_async(customer.id, id, {"amounts": [1, 2]})
    verified = await shop.v1.customers.payment_sources.verify_async(customer.id, id, {"amounts": [32, 45]})
    assert verified.status == "verified"
    assert (await shop.event_types())[-1] == "customer.source.updated"
    payment = {"amount": 700, "currency": "usd", "customer": customer.id}
    charge = await shop.v1.charges.create_async(payment | {"source": id})
    assert (charge.status, charge.payment_method_details.type) == ("pending", "ach_debit")
    assert charge.payment_method_details.ach_debit.to_dict() == {
        "account_holder_type": verified.account_holder_type,
        "bank_name": "STRIPE TEST BANK",
        "country": "US",
        "fingerprint": verified.fingerprint,
        "last4": "6789",
        "routing_number": "110000000",
    }
    agreed = {"mandate_data": {"customer_acceptance": {"type": "offline"}}, "confirm": True, "payment_method": id}
    intent = await shop.v1.payment_intents.create_async(
        payment | agreed | {"payment_method_types": ["us_bank_account"], "expand": ["latest_charge"]}
    )
    assert intent.latest_charge.payment_method_details.type == "us_bank_account"


async def test_the_default_is_one_of_the_customers_own(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    card = await shop.v1.customers.payment_sources.create_async(customer.id, {"source": "tok_amex"})
    updated = await shop.v1.customers.update_async(customer.id, {"default_source": card.id})
    assert updated.default_source == card.id
    with raises_stripe(code="resource_missing", param="default_source", status=400):
        await shop.v1.customers.update_async(customer.id, {"default_source": "card_nothing"})


async def test_a_payment_method_is_no_source(shop: Shop) -> None:
    with raises_stripe(param="source") as refused:
        await shop.v1.customers.create_async({"source": "pm_card_visa"})
    assert "You cannot use a PaymentMethod as a source for Customers" in str(refused.value)


async def test_an_account_abroad_is_a_source_and_no_way_to_pay(shop: Shop) -> None:
    account = {"country": "DE", "currency": "eur", "account_number": "DE89370400440532013000"}
    token = await shop.v1.tokens.create_async({"bank_account": account})
    customer = await shop.v1.customers.create_async({"source": token.id})
    id = customer.default_source
    sources = await shop.v1.customers.payment_sources.list_async(customer.id, {"object": "bank_account"})
    assert [source.id for source in sources.data] == [id]
    assert (await shop.v1.customers.payment_methods.list_async(customer.id)).data == []
    assert (await shop.v1.payment_methods.list_async({"customer": customer.id})).data == []
    for payment in ({"customer": customer.id}, {"customer": customer.id, "source": id}):
        with raises_stripe(param="source", status=400):
            await shop.v1.charges.create_async({"amount": 500, "currency": "eur"} | payment)
    methods = shop.v1.payment_methods
    for refused in (
        methods.retrieve_async(id),
        methods.update_async(id, {"metadata": {"a": "b"}}),
        methods.attach_async(id, {"customer": customer.id}),
        methods.detach_async(id),
        shop.v1.customers.payment_methods.retrieve_async(customer.id, id),
        shop.v1.customers.update_async(customer.id, {"invoice_settings": {"default_payment_method": id}}),
        shop.v1.payment_intents.create_async(
            {"amount": 500, "currency": "eur", "customer": customer.id, "payment_method": id}
        ),
    ):
        with raises_stripe(code="resource_missing"):
            await refused


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"country": "DEU"}, "country_code_invalid", "bank_account[country]"),
        ({"country": "ZZ"}, "country_code_invalid", "bank_account[country]"),
        ({"country": "4242424242424242"}, "country_code_invalid", "bank_account[country]"),
        ({"account_number": "none"}, "account_number_invalid", "bank_account[account_number]"),
        ({"account_number": "1"}, "account_number_invalid", "bank_account[account_number]"),
        ({"routing_number": "4242424242424242"}, "routing_number_invalid", "bank_account[routing_number]"),
        ({"country": "US", "routing_number": "12"}, "routing_number_invalid", "bank_account[routing_number]"),
        ({"country": "US", "routing_number": "110000000"}, "account_number_invalid", "bank_account[account_number]"),
    ],
)
async def test_an_account_abroad_has_a_country_and_a_number(
    shop: Shop, change: dict[str, str], code: str, param: str
) -> None:
    account = {"country": "DE", "currency": "eur", "account_number": "DE89370400440532013000"}
    with raises_stripe(code=code, param=param, status=400):
        await shop.v1.tokens.create_async({"bank_account": account | change})


async def test_cards_and_accounts_have_fields_of_their_own(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    account = await shop.v1.customers.payment_sources.create_async(customer.id, {"source": "btok_us_verified"})
    for id, change in (
        (customer.default_source, {"account_holder_type": "individual"}),
        (customer.default_source, {"account_holder_name": "Ann"}),
        (account.id, {"exp_month": 5}),
        (account.id, {"address_city": "Oslo"}),
    ):
        with raises_stripe(code="parameter_unknown", param=next(iter(change)), status=400):
            await shop.v1.customers.payment_sources.update_async(customer.id, id, change)
    assert (await shop.v1.customers.payment_methods.list_async(customer.id)).data


async def test_a_customer_is_updated_by_the_older_parameters(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    at = f"/v1/customers/{customer.id}"
    typed = {f"card[{name}]": str(value) for name, value in CARD.items()}
    carded = (await shop.post(at, typed)).json()
    assert carded["default_source"].startswith("card_") and carded["default_source"] != customer.default_source
    saved = await shop.v1.customers.payment_sources.create_async(customer.id, {"source": "tok_amex"})
    assert (await shop.post(at, {"default_card": saved.id})).json()["default_source"] == saved.id
    banked = (await shop.post(at, {"bank_account": "btok_us_verified"})).json()
    account = banked["default_source"]
    assert account.startswith("ba_")
    sources = (await shop.v1.customers.payment_sources.list_async(customer.id)).data
    assert [source.id for source in sources] == [account, carded["default_source"]]
    assert (await shop.post(at, {"default_card": carded["default_source"]})).status_code == 200
    assert (await shop.post(at, {"default_bank_account": account})).json()["default_source"] == account
    for refused, param, code in (
        ({"default_card": account}, "default_card", "resource_missing"),
        ({"default_bank_account": saved.id}, "default_bank_account", "resource_missing"),
        ({"bank_account": "tok_visa"}, "bank_account", None),
        ({"card": "tok_visa", "source": "tok_visa"}, "card", None),
        ({"card": "tok_chargeDeclined"}, None, "card_declined"),
        ({"default_alipay_account": "aliacc_1"}, "default_alipay_account", "parameter_unsupported"),
    ):
        error = (await shop.post(at, refused)).json()["error"]
        assert (error.get("param"), error.get("code")) == (param, code), error
    assert (await shop.v1.customers.retrieve_async(customer.id)).default_source == account


async def test_lists_of_all_kinds_are_newest_first(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    sources, methods = shop.v1.customers.payment_sources, shop.v1.customers.payment_methods
    made = []
    account = ACCOUNT | {"account_number": "000222222227"}
    for source in ("tok_visa", "btok_us_verified", "tok_amex", account):
        made.append((await sources.create_async(customer.id, {"source": source})).id)
    pages = [await sources.list_async(customer.id, {"limit": 3})]
    pages.append(await sources.list_async(customer.id, {"limit": 3, "starting_after": pages[0].data[-1].id}))
    assert [found.id for page in pages for found in page.data] == made[::-1]
    assert [page.has_more for page in pages] == [True, False]
    back = await sources.list_async(customer.id, {"limit": 2, "ending_before": made[0]})
    assert [found.id for found in back.data] == [made[2], made[1]]
    newest = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    last = (await sources.create_async(customer.id, {"source": "tok_jcb"})).id
    shown = [found.id for found in (await methods.list_async(customer.id, {"limit": 3})).data]
    assert shown == [last, newest.id, made[3]]
