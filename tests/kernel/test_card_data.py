"""Card data: after a payment the database has what a receipt shows, and nothing that could pay again."""

import re

import asyncpg

from stripe_lite.registry import METADATA
from tests.kernel.test_request_log import entries
from tests.shop import Shop

NUMBER, DECLINED, MISTYPED = "378282246310005", "4000000000000002", "4242424242424241"
CODE = "7193"


def sent(prefix: str, number: str, **more: str) -> dict[str, str]:
    card = {"number": number, "exp_month": "12", "exp_year": "2040", "cvc": CODE} | more
    return {f"{prefix}[{name}]": value for name, value in card.items()}


async def test_neither_numbers_nor_codes_reach_any_table(shop: Shop, dsn: str) -> None:
    payment = {"amount": "500", "currency": "usd", "confirm": "true", "return_url": "https://shop.example/back"}
    data = payment | {"payment_method_data[type]": "card"}
    statuses = [
        (await shop.post(path, form, Idempotency_Key=f"{shop.account_id}-{place}")).status_code
        for place, (path, form) in enumerate(
            [
                ("/v1/payment_methods", {"type": "card"} | sent("card", NUMBER)),
                ("/v1/tokens", sent("card", NUMBER)),
                ("/v1/payment_intents", data | sent("payment_method_data[card]", NUMBER)),
                ("/v1/payment_intents", data | sent("payment_method_data[card]", DECLINED, cvc="719")),
                ("/v1/charges", {"amount": "500", "currency": "usd"} | sent("card", NUMBER)),
                ("/v1/payment_methods", {"type": "card"} | sent("card", MISTYPED)),
                ("/v1/payment_methods", {"type": "card"} | sent("card", NUMBER, exp_year="2001")),
                ("/v1/payment_methods", {"type": "card"} | sent("card", NUMBER, cvv=CODE)),
                ("/v1/payment_methods", {"type": "card"} | sent("card", NUMBER, name=NUMBER)),
                (f"/v1/payment_methods/{NUMBER}", {"metadata[a]": "b"}),
            ]
        )
    ]
    assert statuses == [200, 200, 200, 402, 200, 402, 402, 400, 400, 404]
    kept = await _kept(shop, dsn)
    for number in (NUMBER, DECLINED, MISTYPED):
        assert number not in kept
    assert not re.search(rf"(?<![\w.:-]){CODE}(?![\w.:-])", kept)
    assert f"****{NUMBER[-4:]}" in kept  # What was asked is in the log all the same.


async def _kept(shop: Shop, dsn: str) -> str:
    """Everything that the database has of the account, as text."""
    await entries(dsn, shop.account_id, 10)
    connection = await asyncpg.connect(dsn)
    try:
        texts = []
        for table in METADATA.sorted_tables:
            column = "id" if table.name == "accounts" else "account_id"
            rows = await connection.fetch(f"SELECT t::text FROM {table.name} t WHERE {column} = $1", shop.account_id)
            texts += [str(row[0]) for row in rows]
        bodies = "SELECT convert_from(body, 'UTF8') FROM idempotency_keys WHERE account_id = $1"
        texts += [str(row[0]) for row in await connection.fetch(bodies, shop.account_id)]
        return "\n".join(texts)
    finally:
        await connection.close()
