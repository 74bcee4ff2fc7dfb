"""Tokens: single-use names for what a payer typed in."""

import asyncio
from typing import Any

import asyncpg
import pytest
import stripe
from stripe import HTTPXClient, StripeClient

from stripe_lite.db.session import Database
from stripe_lite.http.keys import create_account, create_key
from tests.shop import Shop, raises_stripe

CARD = {"number": "5555555555554444", "exp_month": "12", "exp_year": "2040", "cvc": "314"}
ACCOUNT = {
    "country": "US",
    "currency": "usd",
    "account_holder_name": "Jenny Rosen",
    "account_holder_type": "individual",
    "routing_number": "110000000",
    "account_number": "000123456789",
}


async def test_a_card_token_shows_the_card(shop: Shop) -> None:
    card = CARD | {"name": "Jenny Rosen", "address_line1": "1 Main St", "address_zip": "94103"}
    token = await shop.v1.tokens.create_async({"card": card})
    assert token.id.startswith("tok_")
    assert (token.type, token.used, token.client_ip) == ("card", False, "127.0.0.1")
    assert token.card.id.startswith("card_")
    assert (token.card.brand, token.card.last4, token.card.exp_year) == ("MasterCard", "4444", 2040)
    assert (token.card.name, token.card.address_zip) == ("Jenny Rosen", "94103")
    assert (token.card.cvc_check, token.card.address_zip_check) == ("unchecked", "unchecked")
    found = await shop.v1.tokens.retrieve_async(token.id)
    assert found.to_dict() == token.to_dict()


async def test_a_token_is_used_once(shop: Shop) -> None:
    token = await shop.v1.tokens.create_async({"card": CARD | {"name": "Jenny Rosen"}})
    method = await shop.v1.payment_methods.create_async({"type": "card", "card": {"token": token.id}})
    assert method.card.last4 == "4444"
    assert method.billing_details.name == "Jenny Rosen"
    assert method.card.fingerprint == token.card.fingerprint
    assert (await shop.v1.tokens.retrieve_async(token.id)).used
    with raises_stripe(code="token_already_used", message=f"You cannot use a Stripe token more than once: {token.id}."):
        await shop.v1.payment_methods.create_async({"type": "card", "card": {"token": token.id}})


async def test_of_many_racers_one_uses_the_token(shop: Shop) -> None:
    token = await shop.v1.tokens.create_async({"card": CARD})
    params = {"type": "card", "card": {"token": token.id}}
    answers = await asyncio.gather(
        *(shop.v1.payment_methods.create_async(params) for _ in range(8)), return_exceptions=True
    )
    assert len([answer for answer in answers if not isinstance(answer, Exception)]) == 1
    assert {answer.code for answer in answers if isinstance(answer, stripe.StripeError)} == {"token_already_used"}


async def test_a_refused_request_does_not_use_the_token(shop: Shop) -> None:
    token = await shop.v1.tokens.create_async({"card": CARD})
    with raises_stripe():
        await shop.v1.payment_methods.create_async(
            {"type": "card", "card": {"token": token.id}, "metadata": {"a" * 41: "b"}}
        )
    assert not (await shop.v1.tokens.retrieve_async(token.id)).used


async def test_documented_names_work_any_number_of_times(shop: Shop) -> None:
    for _ in range(2):
        method = await shop.v1.payment_methods.create_async({"type": "card", "card": {"token": "tok_visa"}})
        assert method.card.last4 == "4242"
    token = await shop.v1.tokens.retrieve_async("tok_mastercard")
    assert token.card.last4 == "4444"


async def test_a_bank_account_token_shows_the_account(shop: Shop) -> None:
    token = await shop.v1.tokens.create_async({"bank_account": ACCOUNT})
    assert token.id.startswith("btok_")
    assert token.bank_account.id.startswith("ba_")
    assert (token.bank_account.last4, token.bank_account.status) == ("6789", "new")
    assert token.bank_account.account_holder_name == "Jenny Rosen"
    foreign = await shop.v1.tokens.create_async(
        {"bank_account": {"country": "DE", "currency": "eur", "account_number": "DE89370400440532013000"}}
    )
    assert (foreign.bank_account.country, foreign.bank_account.currency) == ("DE", "eur")
    with raises_stripe():
        await shop.v1.payment_methods.create_async({"type": "card", "card": {"token": token.id}})


async def test_the_other_kinds_keep_nothing(shop: Shop) -> None:
    pii = await shop.v1.tokens.create_async({"pii": {"id_number": "000000000"}})
    assert (pii.type, pii.id[:4]) == ("pii", "pii_")
    cvc = await shop.v1.tokens.create_async({"cvc_update": {"cvc": "123"}})
    assert (cvc.type, cvc.id[:7]) == ("cvc_update", "cvctok_")
    with raises_stripe("card_error", code="invalid_cvc", status=402):
        await shop.v1.tokens.create_async({"cvc_update": {"cvc": "12"}})


async def test_a_saved_card_can_become_a_token(shop: Shop) -> None:
    customer = await shop.v1.customers.create_async({"source": "tok_visa"})
    token = await shop.v1.tokens.create_async({"customer": customer.id, "card": customer.default_source})
    assert token.card.last4 == "4242"
    assert token.card.id != customer.default_source
    with raises_stripe(code="resource_missing", param="card"):
        await shop.v1.tokens.create_async({"customer": customer.id, "card": "card_nothing"})


async def test_a_publishable_key_may_create_tokens(shop: Shop) -> None:
    token = await shop.v1.tokens.create_async({"card": CARD}, {"api_key": shop.key.replace("sk_", "pk_", 1)})
    assert token.card.last4 == "4444"


@pytest.mark.parametrize(
    ("changed", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"exp_month": "May"}, "invalid_expiry_month", "exp_month"),
        ({"exp_year": "2019"}, "invalid_expiry_year", "exp_year"),
        ({"cvc": "1"}, "invalid_cvc", "cvc"),
    ],
)
async def test_wrong_card_details_are_card_errors(
    shop: Shop, changed: dict[str, object], code: str, param: str
) -> None:
    with raises_stripe("card_error", code=code, param=param, status=402):
        await shop.v1.tokens.create_async({"card": CARD | changed})


@pytest.mark.parametrize(
    ("changed", "code", "param"),
    [
        ({"routing_number": "110"}, "routing_number_invalid", "bank_account[routing_number]"),
        ({"account_number": "000999999999"}, "account_number_invalid", "bank_account[account_number]"),
        ({"currency": "xxx"}, None, "bank_account[currency]"),
    ],
)
async def test_wrong_accounts_are_named_as_they_were_sent(
    shop: Shop, changed: dict[str, str], code: str | None, param: str
) -> None:
    with raises_stripe(code=code, param=param, status=400):
        await shop.v1.tokens.create_async({"bank_account": ACCOUNT | changed})


async def test_a_token_stands_for_one_thing(shop: Shop) -> None:
    with raises_stripe():
        await shop.v1.tokens.create_async({})
    with raises_stripe(param="card"):
        await shop.v1.tokens.create_async({"card": CARD, "bank_account": ACCOUNT})
    with raises_stripe(param="person"):
        await shop.v1.tokens.create_async({"person": {"first_name": "Jenny"}, "account": {"business_type": "company"}})
    with raises_stripe(code="resource_missing", param="token", status=404):
        await shop.v1.tokens.retrieve_async("tok_nothing")


JENNY = {
    "first_name": "Jenny",
    "dob": {"day": 29, "month": 2, "year": 1992},
    "address": {"city": "Oslo"},
    "id_number": "000000000",
    "ssn_last_4": "0000",
    "metadata": {"a": "b"},
}


@pytest.mark.parametrize(
    ("kind", "details", "prefix"),
    [
        ("account", {"business_type": "individual", "individual": JENNY, "tos_shown_and_accepted": True}, "ct_"),
        ("account", {"business_type": "company", "company": {"name": "Hats", "owners_provided": True}}, "ct_"),
        ("person", JENNY | {"relationship": {"representative": True, "percent_ownership": 50.5}}, "cpt_"),
    ],
)
async def test_tokens_of_who_is_behind_an_account(
    shop: Shop, dsn: str, kind: str, details: dict[str, Any], prefix: str
) -> None:
    token = await shop.v1.tokens.create_async({kind: details})
    assert (token.id.startswith(prefix), token.type, token.used) == (True, kind, False)
    assert (await shop.v1.tokens.retrieve_async(token.id)).to_dict() == token.to_dict()
    with raises_stripe(param="source"):
        await shop.v1.charges.create_async({"amount": 500, "currency": "usd", "source": token.id})
    connection = await asyncpg.connect(dsn)
    try:
        kept = await connection.fetchval("SELECT extras::text FROM tokens WHERE id = $1", token.id)
        logged = await connection.fetchval(
            "SELECT string_agg(r::text, '') FROM request_logs r WHERE account_id = $1", shop.account_id
        )
    finally:
        await connection.close()
    assert "00000" not in kept
    assert "000000000" not in (logged or "")
    assert '"Hats"' in kept or '"id_number_provided": true' in kept


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"account": {"business_type": "individual", "company": {"name": "Hats"}}}, "account[company]"),
        ({"account": {"business_type": "company", "individual": {"first_name": "J"}}}, "account[individual]"),
        ({"person": {"dob": {"day": 30, "month": 2, "year": 1992}}}, "person[dob][day]"),
        ({"person": {"dob": {"day": 1, "month": 13, "year": 1992}}}, "person[dob][month]"),
        ({"person": {"dob": {"day": 1, "month": 1, "year": 92}}}, "person[dob][year]"),
        ({"person": {"ssn_last_4": "12"}}, "person[ssn_last_4]"),
        ({"person": {"verification": {"document": {"front": "file_x"}}}}, "person[verification][document][front]"),
        ({"person": {"documents": {"visa": {"files": ["file_x"]}}}}, "person[documents][visa][files]"),
    ],
)
async def test_what_nobody_can_be(shop: Shop, given: dict[str, Any], param: str) -> None:
    with raises_stripe(param=param):
        await shop.v1.tokens.create_async(given)


async def test_live_account_tokens_come_from_clients(shop: Shop, sdk_transport: HTTPXClient, dsn: str) -> None:
    database = Database(dsn, pool_size=1)
    key = await create_key(database, account_id=await create_account(database), livemode=True)
    await database.close()
    live: Any = StripeClient(key.key, base_addresses={"api": shop.base_url}, http_client=sdk_transport).v1
    with raises_stripe(param="account", status=400):
        await live.tokens.create_async({"account": {"business_type": "company"}})
