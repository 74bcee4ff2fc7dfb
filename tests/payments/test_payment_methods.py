"""Payment methods: what is kept of them, whose they are, and what is refused."""

from datetime import date

import asyncpg
import pytest

from stripe_lite.bank.port import Answer, Checks
from stripe_lite.payments.payment_methods import billing
from stripe_lite.payments.payment_methods.charge_details import of_charge
from stripe_lite.payments.payment_methods.details import read
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import PaymentMethodDataParams
from tests.contract.schema import validate_object
from tests.payments.intents import PAID, PAYER
from tests.shop import Shop, raises_stripe

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "314"}
WITH_DETAILS: dict[str, dict[str, object]] = {
    "acss_debit": {"account_number": "000123456789", "institution_number": "000", "transit_number": "11000"},
    "au_becs_debit": {"account_number": "000123456", "bsb_number": "000-000"},
    "bacs_debit": {"account_number": "00012345", "sort_code": "10-88-00"},
    "boleto": {"tax_id": "000.000.000-00"},
    "card": CARD,
    "eps": {"bank": "bawag_psk_ag"},
    "fpx": {"bank": "maybank2u"},
    "ideal": {"bank": "ing"},
    "klarna": {"dob": {"day": 1, "month": 2, "year": 1990}},
    "naver_pay": {"funding": "points"},
    "nz_bank_account": {"account_number": "0123456", "bank_code": "01", "branch_code": "0001", "suffix": "00"},
    "p24": {"bank": "ing"},
    "payto": {"account_number": "123456", "bsb_number": "000000"},
    "sepa_debit": {"iban": "DE89370400440532013000"},
    "sofort": {"country": "DE"},
    "us_bank_account": {"account_number": "000123456789", "routing_number": "110000000"},
}
NO_DETAILS = (
    "affirm alipay alma amazon_pay afterpay_clearpay bancontact billie bizum blik cashapp crypto customer_balance "
    "giropay grabpay kakao_pay konbini kr_card link mb_way mobilepay multibanco oxxo pay_by_bank payco paynow paypal "
    "pix promptpay revolut_pay samsung_pay satispay scalapay sunbit swish twint upi wechat_pay zip"
)
ALL_TYPES = WITH_DETAILS | {type: {} for type in NO_DETAILS.split(" ")}


async def test_a_card_is_kept_without_its_number(shop: Shop, dsn: str) -> None:
    created = await shop.v1.payment_methods.create_async(
        {
            "type": "card",
            "card": CARD,
            "billing_details": {"name": "Jenny Rosen", "address": {"line1": "1 Main St", "country": "US"}},
            "metadata": {"order": "6735"},
            "allow_redisplay": "always",
        }
    )
    assert created.id.startswith("pm_")
    assert created.type == "card"
    assert created.customer is None
    assert (created.card.brand, created.card.last4, created.card.funding) == ("visa", "4242", "credit")
    assert (created.card.exp_month, created.card.exp_year, created.card.country) == (12, 2040, "US")
    assert created.card.checks.cvc_check == "unchecked"
    assert created.card.checks.address_line1_check == "unchecked"
    assert created.card.checks.address_postal_code_check is None
    assert created.card.networks.available == ["visa"]
    assert created.billing_details.address.line1 == "1 Main St"
    assert created.billing_details.address.city is None
    assert created.metadata.to_dict() == {"order": "6735"}
    assert created.allow_redisplay == "always"
    found = await shop.v1.payment_methods.retrieve_async(created.id)
    assert found.to_dict() == created.to_dict()
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchval("SELECT p::text FROM payment_methods p WHERE id = $1", created.id)
    finally:
        await connection.close()
    assert "4242424242424242" not in row
    assert '"314"' not in row


async def test_a_number_has_one_fingerprint_in_an_account(shop: Shop) -> None:
    first = await shop.v1.payment_methods.create_async({"type": "card", "card": CARD})
    second = await shop.v1.payment_methods.create_async({"type": "card", "card": CARD | {"exp_year": 2041}})
    by_name = await shop.v1.payment_methods.retrieve_async("pm_card_visa")
    other = await shop.v1.payment_methods.retrieve_async("pm_card_mastercard")
    assert first.card.fingerprint == second.card.fingerprint == by_name.card.fingerprint
    assert other.card.fingerprint != first.card.fingerprint


@pytest.mark.parametrize("type", sorted(ALL_TYPES))
async def test_every_type_can_be_created(shop: Shop, type: str) -> None:
    params = {"type": type, "billing_details": PAYER} | ({type: ALL_TYPES[type]} if ALL_TYPES[type] else {})
    created = await shop.v1.payment_methods.create_async(params)
    assert created.type == type
    assert created[type] is not None
    assert [name for name in ALL_TYPES if name in created.to_dict()] == [type]


def test_charges_by_every_type_tell_of_it() -> None:
    today = date(2026, 6, 1)
    for type, sent in ALL_TYPES.items():
        known = read(PaymentMethodDataParams.model_validate({"type": type, type: sent}), "acct_1", today)
        method = PaymentMethod(type=type, details=known.details, billing_details={})
        answer = Answer(ref="ch_1", kind="authorize", result="approved", checks=Checks(cvc_check="pass"))
        details = of_charge(method, 1000, answer, {"authentication": "authenticated"}, mandate="mandate_1")
        assert validate_object("payment_method_details", details) == []
        for name in known.details.keys() & details[type].keys() - {"checks"}:
            # What the payment method did not know yet was learned from the payer.
            assert details[type][name] == known.details[name] or known.details[name] is None


NEEDED = [(type, name) for type, names in billing.NEEDED.items() for name in names]


@pytest.mark.parametrize(("type", "name"), NEEDED)
async def test_some_types_need_to_know_the_payer(shop: Shop, type: str, name: str) -> None:
    payer = {key: value for key, value in PAYER.items() if key != name}
    params = {"type": type, "billing_details": payer} | ({type: ALL_TYPES[type]} if ALL_TYPES[type] else {})
    param = f"billing_details[{name}]"
    with raises_stripe(code="parameter_missing", param=param, message=f"Missing required param: {param}."):
        await shop.v1.payment_methods.create_async(params)


@pytest.mark.parametrize(("name", "value"), [("day", 0), ("day", 32), ("month", 13), ("year", 90)])
async def test_klarna_wants_a_date_of_birth_that_can_be_one(shop: Shop, name: str, value: int) -> None:
    dob = {"day": 1, "month": 2, "year": 1990} | {name: value}
    sent = {"type": "klarna", "klarna": {"dob": dob}, "billing_details": PAYER}
    with raises_stripe(code="parameter_invalid_integer", param=f"klarna[dob][{name}]", status=400):
        await shop.v1.payment_methods.create_async(sent)


async def test_klarna_needs_to_know_the_payers_country(shop: Shop) -> None:
    message = "You must provide `billing_details[address][country]` to use Klarna."
    for payer in ({}, {"billing_details": PAYER | {"address": {"city": "Oslo"}}}):
        with raises_stripe(param="billing_details[address][country]", message=message):
            await shop.v1.payment_methods.create_async({"type": "klarna"} | payer)


async def test_bank_accounts_show_what_a_receipt_shows(shop: Shop) -> None:
    us = await shop.v1.payment_methods.create_async(
        {
            "type": "us_bank_account",
            "us_bank_account": ALL_TYPES["us_bank_account"] | {"account_holder_type": "company"},
            "billing_details": {"name": "Ann Ltd"},
        }
    )
    assert us.us_bank_account.last4 == "6789"
    assert us.us_bank_account.bank_name == "STRIPE TEST BANK"
    assert us.us_bank_account.account_holder_type == "company"
    sepa = await shop.v1.payment_methods.create_async(
        {"type": "sepa_debit", "sepa_debit": {"iban": "DE89 3704 0044 0532 0130 00"}, "billing_details": PAYER}
    )
    assert (sepa.sepa_debit.country, sepa.sepa_debit.bank_code, sepa.sepa_debit.last4) == ("DE", "37040044", "3000")
    bacs = await shop.v1.payment_methods.create_async(
        {"type": "bacs_debit", "bacs_debit": ALL_TYPES["bacs_debit"], "billing_details": PAYER}
    )
    assert bacs.bacs_debit.sort_code == "10-88-00"


@pytest.mark.parametrize(
    ("changed", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"number": "4242abcd42424242"}, "invalid_number", "number"),
        ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
        ({"exp_year": 2019}, "invalid_expiry_year", "exp_year"),
        ({"exp_year": 2120}, "invalid_expiry_year", "exp_year"),
        ({"cvc": "99"}, "invalid_cvc", "cvc"),
    ],
)
async def test_wrong_card_details_are_card_errors(
    shop: Shop, changed: dict[str, object], code: str, param: str
) -> None:
    with raises_stripe("card_error", code=code, param=param, status=402):
        await shop.v1.payment_methods.create_async({"type": "card", "card": CARD | changed})


async def test_a_real_card_is_declined(shop: Shop) -> None:
    with raises_stripe("card_error", code="card_declined", decline_code="test_mode_live_card", status=402):
        await shop.v1.payment_methods.create_async({"type": "card", "card": CARD | {"number": "4539578763621486"}})


async def test_a_token_comes_without_details_of_another_kind(shop: Shop) -> None:
    by_token = {"type": "card", "card": {"token": "tok_visa"}}
    with raises_stripe(param="ideal", status=400):
        await shop.v1.payment_methods.create_async(by_token | {"ideal": {"bank": "ing"}})


@pytest.mark.parametrize(
    ("billing_details", "code", "param"),
    [
        ({"email": "jenny"}, "email_invalid", "billing_details[email]"),
        ({"email": "jenny@example"}, "email_invalid", "billing_details[email]"),
        ({"address": {"country": "JA"}}, None, "billing_details[address][country]"),
        ({"address": {"country": "USA"}}, None, "billing_details[address][country]"),
    ],
)
async def test_a_payer_can_be_reached(
    shop: Shop, billing_details: dict[str, object], code: str | None, param: str
) -> None:
    with raises_stripe(code=code, param=param, status=400):
        await shop.v1.payment_methods.create_async(
            {"type": "card", "card": CARD, "billing_details": billing_details},
        )


async def test_what_a_type_needs_must_be_there(shop: Shop) -> None:
    with raises_stripe(code="parameter_missing", param="type", status=400):
        await shop.v1.payment_methods.create_async({"card": CARD})
    with raises_stripe(code="parameter_missing", param="card"):
        await shop.v1.payment_methods.create_async({"type": "card"})
    with raises_stripe(code="parameter_missing", param="card[number]"):
        await shop.v1.payment_methods.create_async({"type": "card", "card": {"exp_month": 1, "exp_year": 2040}})
    with raises_stripe(code="parameter_missing", param="sepa_debit"):
        await shop.v1.payment_methods.create_async({"type": "sepa_debit"})
    with raises_stripe(param="sepa_debit"):
        await shop.v1.payment_methods.create_async(
            {"type": "card", "card": CARD, "sepa_debit": ALL_TYPES["sepa_debit"]}
        )
    with raises_stripe(param="type"):
        await shop.v1.payment_methods.create_async({"type": "barter"})


async def test_cloning_is_refused_by_name(shop: Shop) -> None:
    with raises_stripe(code="parameter_unsupported", param="payment_method"):
        await shop.v1.payment_methods.create_async({"payment_method": "pm_card_visa"})


async def test_ways_to_pay_of_ones_own(shop: Shop) -> None:
    mine = {"type": "custom", "custom": {"type": "cpmt_123"}, "billing_details": {"name": "Jenny"}}
    method = await shop.v1.payment_methods.create_async(mine)
    assert (method.type, method.custom.to_dict()) == (
        "custom",
        {"display_name": None, "logo": None, "type": "cpmt_123"},
    )
    with raises_stripe(code="resource_missing", param="custom[type]"):
        await shop.v1.payment_methods.create_async({"type": "custom", "custom": {"type": "paper"}})
    with raises_stripe(param="custom"):
        await shop.v1.payment_methods.create_async({"type": "custom"})
    with raises_stripe(status=400):
        await shop.v1.payment_intents.create_async(PAID | {"payment_method": method.id})


async def test_a_terminals_card_cannot_be_typed_in(shop: Shop) -> None:
    given = {"type": "card", "card[token]": "tok_visa", "interac_present": ""}
    answer = await shop.post("/v1/payment_methods", given)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "interac_present")


async def test_wrong_accounts_are_invalid_requests(shop: Shop) -> None:
    wrong = {"account_number": "000999999999", "routing_number": "110000000"}
    with raises_stripe(code="account_number_invalid", param="us_bank_account[account_number]"):
        await shop.v1.payment_methods.create_async({"type": "us_bank_account", "us_bank_account": wrong})
    with raises_stripe(code="invalid_bank_account_iban", param="sepa_debit[iban]"):
        await shop.v1.payment_methods.create_async({"type": "sepa_debit", "sepa_debit": {"iban": "DE00370400440532"}})


async def test_a_publishable_key_may_create_a_payment_method(shop: Shop) -> None:
    created = await shop.v1.payment_methods.create_async(
        {"type": "card", "card": CARD}, {"api_key": shop.key.replace("sk_", "pk_", 1)}
    )
    assert (await shop.v1.payment_methods.retrieve_async(created.id)).card.last4 == "4242"


async def test_each_use_of_a_name_makes_a_new_payment_method(shop: Shop) -> None:
    first = await shop.v1.payment_methods.retrieve_async("pm_card_visa")
    second = await shop.v1.payment_methods.retrieve_async("pm_card_visa")
    assert first.id != second.id
    assert (await shop.v1.payment_methods.retrieve_async(first.id)).card.last4 == "4242"
    sepa = await shop.v1.payment_methods.retrieve_async("pm_success_de")
    assert sepa.sepa_debit.last4 == "3000"


async def test_a_cobranded_card_prefers_one_of_its_networks(shop: Shop) -> None:
    card = CARD | {"number": "4000002500001001", "networks": {"preferred": "cartes_bancaires"}}
    created = await shop.v1.payment_methods.create_async({"type": "card", "card": card})
    assert created.card.networks.available == ["visa", "cartes_bancaires"]
    assert created.card.networks.preferred == created.card.display_brand == "cartes_bancaires"


async def test_a_network_that_a_card_does_not_have_is_told_as_no_valid_preference(shop: Shop) -> None:
    other = {"networks": {"preferred": "mastercard"}}
    created = await shop.v1.payment_methods.create_async({"type": "card", "card": CARD | other})
    assert (created.card.networks.preferred, created.card.display_brand) == ("invalid_preference", "visa")
    token = await shop.v1.tokens.create_async({"card": CARD | other})
    assert token.card.networks.preferred == "invalid_preference"
    customer = await shop.v1.customers.create_async()
    attached = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    updated = await shop.v1.payment_methods.update_async(attached.id, {"card": other})
    assert (updated.card.networks.preferred, updated.card.display_brand) == ("invalid_preference", "visa")
    event = (await shop.v1.events.list_async({"type": "payment_method.updated"})).data[0]
    assert event.data.previous_attributes.to_dict() == {"card": {"networks": {"preferred": None}}}
    paying = {"customer": customer.id, "payment_method": attached.id, "expand": ["latest_charge"]}
    intent = await shop.v1.payment_intents.create_async(PAID | paying)
    assert intent.latest_charge.payment_method_details.card.network == "visa"


async def test_an_ideal_payment_method_tells_its_banks_code(shop: Shop) -> None:
    created = await shop.v1.payment_methods.create_async({"type": "ideal", "ideal": {"bank": "ing"}})
    assert created.ideal.to_dict() == {"bank": "ing", "bic": "INGBNL2A"}
    unknown = await shop.v1.payment_methods.create_async({"type": "ideal"})
    assert unknown.ideal.to_dict() == {"bank": None, "bic": None}


async def test_unknown_payment_methods_are_missing(shop: Shop) -> None:
    with raises_stripe(
        code="resource_missing", param="payment_method", status=404, message="No such PaymentMethod: 'pm_nothing'"
    ):
        await shop.v1.payment_methods.retrieve_async("pm_nothing")


async def test_a_list_can_be_narrowed(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    ids = []
    for name in ("pm_card_visa", "pm_card_mastercard", "pm_success_de"):
        ids.append((await shop.v1.payment_methods.attach_async(name, {"customer": customer.id})).id)
    await shop.v1.payment_methods.retrieve_async("pm_card_visa")
    mine = await shop.v1.customers.payment_methods.list_async(customer.id)
    assert [method.id for method in mine.data] == ids[::-1]
    cards = await shop.v1.payment_methods.list_async({"customer": customer.id, "type": "card"})
    assert [method.id for method in cards.data] == ids[1::-1]
    first = await shop.v1.payment_methods.list_async({"customer": customer.id, "limit": 1})
    assert first.has_more
    rest = await shop.v1.payment_methods.list_async({"customer": customer.id, "starting_after": first.data[0].id})
    assert [method.id for method in rest.data] == ids[1::-1]
    shown = await shop.v1.payment_methods.list_async({"customer": customer.id, "allow_redisplay": "always"})
    assert shown.data == []
    assert len((await shop.v1.payment_methods.list_async()).data) == 4
    with raises_stripe(code="resource_missing", param="customer", status=404):
        await shop.v1.customers.payment_methods.list_async("cus_nobody")


async def test_a_customer_has_only_its_own(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    other = await shop.v1.customers.create_async()
    method = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    found = await shop.v1.customers.payment_methods.retrieve_async(customer.id, method.id)
    assert found.id == method.id
    with raises_stripe(code="resource_missing", status=404):
        await shop.v1.customers.payment_methods.retrieve_async(other.id, method.id)


async def test_an_update_tells_what_changed(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    method = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    changed = await shop.v1.payment_methods.update_async(
        method.id,
        {
            "card": {"exp_month": 5, "exp_year": 2041},
            "billing_details": {"name": "Jenny", "address": {"postal_code": "94103"}},
            "metadata": {"a": "b"},
            "allow_redisplay": "limited",
        },
    )
    assert (changed.card.exp_month, changed.card.exp_year) == (5, 2041)
    assert changed.billing_details.name == "Jenny"
    assert changed.card.checks.address_postal_code_check == "unchecked"
    assert changed.card.checks.cvc_check == "pass"
    assert changed.allow_redisplay == "limited"
    event = (await shop.v1.events.list_async({"type": "payment_method.updated"})).data[0]
    assert event.data.previous_attributes["billing_details"]["name"] is None
    assert event.data.previous_attributes["metadata"]["a"] is None
    cleared = await shop.v1.payment_methods.update_async(method.id, {"billing_details": {"name": ""}, "metadata": ""})
    assert cleared.billing_details.name is None
    assert cleared.billing_details.address.postal_code == "94103"
    assert cleared.metadata.to_dict() == {}


async def test_an_update_unsets_parts_of_the_address(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async()
    address = {"city": "Bonn", "country": "DE", "line1": "A", "line2": "B", "postal_code": "53113", "state": "NW"}
    created = await shop.v1.payment_methods.create_async(
        {"type": "card", "card": CARD, "billing_details": {"address": address, "tax_id": "7"}}
    )
    method = await shop.v1.payment_methods.attach_async(created.id, {"customer": customer.id})
    assert method.card.checks.address_line1_check == "pass"
    emptied = {"billing_details": {"address": {"line1": "", "line2": ""}, "tax_id": ""}}
    changed = await shop.v1.payment_methods.update_async(method.id, emptied)
    assert changed.billing_details.address.to_dict() == address | {"line1": None, "line2": None}
    assert (changed.billing_details.tax_id, changed.card.checks.address_line1_check) == (None, None)
    emptied = {"billing_details": {"address": dict.fromkeys(address, "")}}
    changed = await shop.v1.payment_methods.update_async(method.id, emptied)
    assert set(changed.billing_details.address.to_dict().values()) == {None}


async def test_updates_are_checked(shop: Shop) -> None:
    loose = await shop.v1.payment_methods.create_async({"type": "card", "card": CARD})
    with raises_stripe(message="You must save this PaymentMethod to a customer before you can update it."):
        await shop.v1.payment_methods.update_async(loose.id, {"metadata": {"a": "b"}})
    customer = await shop.v1.customers.create_async()
    method = await shop.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    with raises_stripe("card_error", code="invalid_expiry_year", param="exp_year", status=402):
        await shop.v1.payment_methods.update_async(method.id, {"card": {"exp_year": 2019}})
    with raises_stripe(param="us_bank_account"):
        await shop.v1.payment_methods.update_async(method.id, {"us_bank_account": {"account_type": "savings"}})
