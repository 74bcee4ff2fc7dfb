"""The payer's pages without a browser: what they show, what they do, what they refuse."""

import asyncio
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.payments.intents import BACK, CHALLENGED, DEBIT, UNVERIFIED_ACCOUNT
from tests.shop import Shop

HOSTILE = "<script>alert('x')</script>"


async def challenged(shop: Shop, **params: Any) -> tuple[Any, str]:
    intent = await shop.v1.payment_intents.create_async(CHALLENGED | params)
    return intent, intent.next_action.redirect_to_url.url


async def choose(shop: Shop, url: str, outcome: str) -> httpx.Response:
    return await shop.http.post(url, data={"outcome": outcome})


def returned(answer: httpx.Response) -> dict[str, list[str]]:
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("https://shop.example/back?")
    return parse_qs(urlsplit(answer.headers["location"]).query)


async def test_the_page_shows_what_is_paid(shop: Shop) -> None:
    _, url = await challenged(shop, description=HOSTILE)
    page = await shop.http.get(url)
    assert page.status_code == 200
    assert "$20.00" in page.text
    assert "•••• 3220" in page.text
    assert "&lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    _, canadian = await challenged(shop, currency="cad")
    assert "$20.00 CAD" in (await shop.http.get(canadian)).text


async def test_the_page_allows_nothing_but_itself(shop: Shop) -> None:
    _, url = await challenged(shop)
    headers = (await shop.http.get(url)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' https://shop.example;" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("myapp://paid", "myapp:"),
        ("http://localhost:3000/x", "http://localhost:3000"),
        ("https://user@shop.example/", "https://shop.example"),
        ("https://shöp.example/", "https:"),
        ("https://a;script-src=*/", "https:"),
    ],
)
async def test_a_strange_return_url_does_not_loosen_the_policy(shop: Shop, address: str, source: str) -> None:
    _, url = await challenged(shop, return_url=address)
    policy = (await shop.http.get(url)).headers["content-security-policy"]
    assert f"form-action 'self' {source};" in policy
    assert policy.count(";") == 4


async def test_completing_leads_back_to_the_shop(shop: Shop) -> None:
    intent, url = await challenged(shop)
    query = returned(await choose(shop, url, "complete"))
    assert query == {
        "order": ["7"],
        "payment_intent": [intent.id],
        "payment_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }
    assert (await shop.v1.payment_intents.retrieve_async(intent.id)).status == "succeeded"


async def test_failing_leads_back_to_the_shop(shop: Shop) -> None:
    intent, url = await challenged(shop)
    assert returned(await choose(shop, url, "fail"))["redirect_status"] == ["failed"]
    assert (await shop.v1.payment_intents.retrieve_async(intent.id)).status == "requires_payment_method"


async def test_a_second_click_changes_nothing(shop: Shop) -> None:
    intent, url = await challenged(shop)
    await choose(shop, url, "complete")
    assert returned(await choose(shop, url, "fail"))["redirect_status"] == ["succeeded"]
    page = await shop.http.get(url)
    assert (page.status_code, "Payment complete" in page.text) == (200, True)
    assert "<form" not in page.text
    assert (await shop.v1.payment_intents.retrieve_async(intent.id)).status == "succeeded"


async def test_a_payment_given_up_meanwhile_is_not_made(shop: Shop) -> None:
    intent, url = await challenged(shop)
    await shop.v1.payment_intents.cancel_async(intent.id)
    assert returned(await choose(shop, url, "complete"))["redirect_status"] == ["failed"]
    assert "not completed" in (await shop.http.get(url)).text
    assert (await shop.v1.payment_intents.retrieve_async(intent.id)).status == "canceled"


async def test_many_clicks_pay_once(shop: Shop) -> None:
    intent, url = await challenged(shop)
    answers = await asyncio.gather(*(choose(shop, url, "complete") for _ in range(16)))
    assert {answer.status_code for answer in answers} <= {303, 429}
    charges = await shop.v1.charges.list_async({"payment_intent": intent.id})
    assert len(charges.data) == 1


async def test_without_a_return_url_the_page_says_how_it_went(shop: Shop) -> None:
    params = {name: value for name, value in CHALLENGED.items() if name != "return_url"}
    intent = await shop.v1.payment_intents.create_async(params | {"use_stripe_sdk": True})
    answer = await choose(shop, intent.next_action.use_stripe_sdk["stripe_js"], "complete")
    assert (answer.status_code, "Payment complete" in answer.text) == (200, True)


async def test_programs_speak_json(shop: Shop) -> None:
    intent, url = await challenged(shop)
    told = (await shop.http.get(url, headers={"Accept": "application/json"})).json()
    assert (told["action"], told["send"]) == ("authenticate", ["outcome"])
    assert told["payment_intent"]["id"] == intent.id
    assert "latest_charge" not in told["payment_intent"]
    wrong = await shop.http.post(url, json={"outcome": "perhaps"})
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "outcome")
    done = (await shop.http.post(url, json={"outcome": "complete"})).json()
    assert done["redirect_status"] == "succeeded"
    assert done["return_url"].startswith(BACK + "&payment_intent=")
    assert done["payment_intent"]["status"] == "succeeded"
    late = await shop.http.post(url, json={"outcome": "complete"})
    assert (late.status_code, late.json()["error"]["code"]) == (400, "payment_intent_unexpected_state")


async def test_a_wrong_address_leads_nowhere(shop: Shop) -> None:
    intent, url = await challenged(shop)
    start = url.rpartition("/")[0]
    for secret in (f"{intent.id}_secret_wrong", "pi_none_secret_x", "x", "%00", "a%20b", "x" * 300):
        for answer in (await shop.http.get(f"{start}/{secret}"), await choose(shop, f"{start}/{secret}", "complete")):
            assert (answer.status_code, "Page not found" in answer.text) == (404, True)
        json = await shop.http.get(f"{start}/{secret}", headers={"Accept": "application/json"})
        assert (json.status_code, json.json()["error"]["code"]) == (404, "resource_missing")
    assert (await shop.v1.payment_intents.retrieve_async(intent.id)).status == "requires_action"


@pytest.mark.parametrize(
    ("content", "type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"outcome=complete", "text/plain", 400),
        (b"\xff=\xff", "application/x-www-form-urlencoded", 400),
        (b"x" * (1024 * 1024 + 1), "application/x-www-form-urlencoded", 413),
        (b"amounts[]=%F0%9F%98%80&amounts[]=1", "application/x-www-form-urlencoded", 400),
    ],
)
async def test_hostile_bodies_are_refused(shop: Shop, content: bytes, type: str, status: int) -> None:
    intent, url = await challenged(shop)
    answer = await shop.http.post(url, content=content, headers={"Content-Type": type})
    assert answer.status_code == status
    assert (await shop.v1.payment_intents.retrieve_async(intent.id)).status == "requires_action"


async def account(shop: Shop) -> tuple[Any, str]:
    params = {name: value for name, value in DEBIT.items() if name != "payment_method"}
    intent = await shop.v1.payment_intents.create_async(params | {"payment_method_data": UNVERIFIED_ACCOUNT})
    return intent, intent.next_action.verify_with_microdeposits.hosted_verification_url


async def test_a_bank_account_is_verified_on_a_page(shop: Shop) -> None:
    intent, url = await account(shop)
    page = await shop.http.get(url)
    assert 'name="descriptor_code"' in page.text
    assert "•••• 6789" in page.text
    wrong = await shop.http.post(url, data={"descriptor_code": "SM99ZZ"})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (400, True)
    right = await shop.http.post(url, data={"descriptor_code": "sm11aa "})
    assert (right.status_code, "Payment under way" in right.text) == (200, True)
    await shop.until(lambda: shop.v1.payment_intents.retrieve_async(intent.id), status="succeeded")


async def test_a_bank_account_is_verified_by_a_program(shop: Shop) -> None:
    _, url = await account(shop)
    told = (await shop.http.get(url, headers={"Accept": "application/json"})).json()
    assert (told["action"], told["send"]) == ("verify", ["amounts", "descriptor_code"])
    wrong = await shop.http.post(url, json={"amounts": [1, 2]})
    assert wrong.status_code == 400
    done = await shop.http.post(url, json={"amounts": [32, 45]})
    assert done.json()["redirect_status"] == "pending"


async def test_a_payment_elsewhere_names_its_method(shop: Shop) -> None:
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 2000,
            "currency": "eur",
            "payment_method_types": ["ideal"],
            "payment_method_data": {"type": "ideal"},
            "confirm": True,
            "return_url": BACK,
        }
    )
    url = intent.next_action.redirect_to_url.url
    page = await shop.http.get(url)
    assert "Pay with iDEAL" in page.text
    assert "€20.00" in page.text
    assert returned(await choose(shop, url, "complete"))["redirect_status"] == ["succeeded"]


async def test_the_style_sheet_is_there(shop: Shop) -> None:
    style = await shop.http.get(shop.base_url + "/hosted/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "max-age" in style.headers["cache-control"]
    assert not re.search(r"url\(|@import", style.text)
