"""The payer's pages where nothing is paid yet: a payment method is saved, and its mandate can be read."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.payments.intents import BACK, UNVERIFIED_ACCOUNT
from tests.shop import Shop

OFFLINE = {"customer_acceptance": {"type": "offline"}}


async def challenged(shop: Shop, **params: Any) -> tuple[Any, str]:
    intent = await shop.v1.setup_intents.create_async(
        {
            "payment_method_types": ["card"],
            "payment_method": "pm_card_threeDSecure2Required",
            "confirm": True,
            "return_url": BACK,
        }
        | params
    )
    return intent, intent.next_action.redirect_to_url.url


async def test_a_card_is_saved_on_a_page(shop: Shop) -> None:
    intent, url = await challenged(shop, description="<script>x</script>")
    page = await shop.http.get(url)
    assert page.status_code == 200
    for text in ("Nothing is charged now", "it is you who saves this card", "•••• 3220", "&lt;script&gt;"):
        assert text in page.text
    assert "<script" not in page.text
    assert "form-action 'self' https://shop.example;" in page.headers["content-security-policy"]
    answer = await shop.http.post(url, data={"outcome": "complete"})
    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query == {
        "order": ["7"],
        "setup_intent": [intent.id],
        "setup_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }
    assert "Payment method saved" in (await shop.http.get(url)).text
    _, other = await challenged(shop)
    failed = await shop.http.post(other, data={"outcome": "fail"})
    assert "redirect_status=failed" in failed.headers["location"]
    assert "Nothing was saved" in (await shop.http.get(other)).text


async def test_programs_speak_json(shop: Shop) -> None:
    intent, url = await challenged(shop)
    told = (await shop.http.get(url, headers={"Accept": "application/json"})).json()
    assert (told["action"], told["send"]) == ("authenticate", ["outcome"])
    assert told["setup_intent"]["id"] == intent.id
    assert "latest_attempt" not in told["setup_intent"]
    wrong = await shop.http.post(url, json={"outcome": "perhaps"})
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "outcome")
    missing = await shop.http.post(url + "x", json={"outcome": "complete"})
    assert (missing.status_code, missing.json()["error"]["message"]) == (404, f"No such setupintent: '{intent.id}'")


async def test_a_bank_account_is_verified_on_a_page(shop: Shop) -> None:
    intent = await shop.v1.setup_intents.create_async(
        {
            "payment_method_types": ["us_bank_account"],
            "payment_method_data": UNVERIFIED_ACCOUNT,
            "mandate_data": OFFLINE,
            "confirm": True,
        }
    )
    url = intent.next_action.verify_with_microdeposits.hosted_verification_url
    assert 'name="descriptor_code"' in (await shop.http.get(url)).text
    wrong = await shop.http.post(url, data={"descriptor_code": "SM99ZZ"})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (400, True)
    right = await shop.http.post(url, data={"descriptor_code": "sm11aa "})
    assert (right.status_code, "Payment method saved" in right.text) == (200, True)


async def test_a_mandate_can_be_read_by_who_knows_its_address(shop: Shop) -> None:
    intent = await shop.v1.setup_intents.create_async(
        {
            "payment_method_types": ["au_becs_debit"],
            "payment_method": "pm_auBecsDebit_success",
            "mandate_data": OFFLINE,
            "single_use": {"amount": 1234, "currency": "aud"},
            "confirm": True,
            "expand": ["single_use_mandate"],
        }
    )
    url = intent.single_use_mandate.payment_method_details.au_becs_debit.url
    page = await shop.http.get(url)
    for text in ("BECS Direct Debit mandate", "12.34", "•••• 3456", "In force"):
        assert text in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    start, _, name = url.rpartition("/")
    for wrong in (name[:-1], name + "x", "mandate_none_x", "%00", "x" * 300):
        assert (await shop.http.get(f"{start}/{wrong}")).status_code == 404
