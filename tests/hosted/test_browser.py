"""The payer's pages in a real browser, with JavaScript switched off."""

import os
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from playwright.async_api import Browser, Page, async_playwright, expect
from starlette.responses import HTMLResponse, Response

from tests.conftest import serving
from tests.payments.intents import CHALLENGED, DEBIT, PAID, PAYER, UNVERIFIED_ACCOUNT
from tests.payments.test_payment_intents_transfers import a_customer, pay
from tests.payments.test_refunds_of_cash import page_of
from tests.shop import Shop

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHOTS = os.environ.get("STRIPE_LITE_SCREENSHOTS")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed"),
]


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    assert CHROMIUM is not None, "Chromium is not installed, and CI is to have it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page that runs no scripts, as the payer's pages must work without; it stays within its own policy."""
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 900, "height": 760})
    page = await context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    await context.close()
    assert not [problem for problem in problems if "Content Security Policy" in problem]


@pytest_asyncio.fixture
async def shop_page() -> AsyncIterator[str]:
    """Another site: the shop that the payer returns to."""
    app = FastAPI()

    @app.get("/back")
    async def back(request: Request) -> Response:
        return HTMLResponse(f"<h1>{request.query_params['redirect_status']}</h1>")

    async with serving(app) as url:
        yield f"{url}/back"


async def shot(page: Page, name: str) -> None:
    """Keep a picture, for whoever wants to look at the pages."""
    if SHOTS is not None:
        await page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


async def challenged(shop: Shop, back: str) -> Any:
    return await shop.v1.payment_intents.create_async(
        CHALLENGED | {"return_url": back, "description": "One felt hat, size 58"}
    )


@pytest.mark.parametrize(("button", "status"), [("Complete", "succeeded"), ("Fail", "failed")])
async def test_a_payer_answers_the_challenge(shop: Shop, page: Page, shop_page: str, button: str, status: str) -> None:
    intent = await challenged(shop, shop_page)
    await page.goto(intent.next_action.redirect_to_url.url)
    await expect(page.get_by_role("heading", name="Confirm it is you")).to_be_visible()
    await shot(page, "authenticate")
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_role("heading", name=status)).to_be_visible()
    assert page.url.startswith(f"{shop_page}?payment_intent={intent.id}")
    await page.goto(intent.next_action.redirect_to_url.url)
    await expect(page.get_by_role("link", name="Back to the shop")).to_be_visible()
    await shot(page, f"ended-{status}")


async def test_the_colours_follow_the_payer(shop: Shop, browser: Browser, shop_page: str) -> None:
    intent = await challenged(shop, shop_page)
    grounds = []
    for scheme in ("light", "dark"):
        context = await browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 760})
        page = await context.new_page()
        await page.goto(intent.next_action.redirect_to_url.url)
        grounds.append(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, "the page scrolls sideways on a telephone"
        await shot(page, f"telephone-{scheme}")
        await context.close()
    assert grounds[0] != grounds[1]


async def test_a_payer_verifies_a_bank_account(shop: Shop, page: Page) -> None:
    params = {name: value for name, value in DEBIT.items() if name != "payment_method"}
    intent = await shop.v1.payment_intents.create_async(params | {"payment_method_data": UNVERIFIED_ACCOUNT})
    await page.goto(intent.next_action.verify_with_microdeposits.hosted_verification_url)
    await page.get_by_label("Code on your statement").fill("SM99ZZ")
    await page.get_by_role("button", name="Verify").click()
    await expect(page.get_by_role("alert")).to_contain_text("does not match")
    await shot(page, "verify")
    await page.get_by_label("Code on your statement").fill("SM11AA")
    await page.get_by_role("button", name="Verify").click()
    await expect(page.get_by_role("heading", name="Payment under way")).to_be_visible()
    await shot(page, "under-way")


async def test_a_payer_authorises_elsewhere(shop: Shop, page: Page, shop_page: str) -> None:
    intent = await shop.v1.payment_intents.create_async(
        {
            "amount": 4250,
            "currency": "usd",
            "payment_method_types": ["klarna"],
            "payment_method_data": {"type": "klarna", "billing_details": PAYER},
            "confirm": True,
            "return_url": shop_page,
        }
    )
    await page.goto(intent.next_action.redirect_to_url.url)
    await shot(page, "authorize")
    await page.locator("#test-source-authorize-3ds").click()
    await expect(page.get_by_role("heading", name="succeeded")).to_be_visible()


async def test_a_payer_reads_the_receipt(shop: Shop, page: Page) -> None:
    intent = await shop.v1.payment_intents.create_async(PAID | {"description": "One felt hat, size 58"})
    await shop.v1.refunds.create_async({"payment_intent": intent.id, "amount": 500})
    charge = await shop.v1.charges.retrieve_async(intent.latest_charge)
    await page.goto(charge.receipt_url)
    await expect(page.get_by_role("heading", name="Receipt from")).to_be_visible()
    await expect(page.get_by_role("row", name="Paid in all")).to_contain_text("$15.00")
    await shot(page, "receipt")


async def test_a_payer_transfers_money_and_asks_for_it_back(shop: Shop, page: Page) -> None:
    customer = await a_customer(shop, usd=500)
    intent = await pay(shop, customer)
    await page.goto(intent.next_action.display_bank_transfer_instructions.hosted_instructions_url)
    await expect(page.get_by_text("What is left of $20.00")).to_be_visible()
    await shot(page, "transfer")
    await page.get_by_role("button", name="Send test transfer").click()
    await expect(page.get_by_role("heading", name="Payment complete")).to_be_visible()
    refund = await shop.v1.refunds.create_async({"payment_intent": intent.id})
    await page.goto(page_of(refund))
    await page.get_by_label("Account holder").fill("Zoë")
    await page.get_by_label("Account number").fill("1234")
    await page.get_by_role("button", name="Send my refund there").click()
    await expect(page.get_by_role("alert")).to_contain_text("not the account number of a test account")
    await shot(page, "refund-of-a-transfer")
    await page.get_by_role("button", name="Keep it for my next payments").click()
    await expect(page.get_by_role("heading", name="Your money is kept for you")).to_be_visible()
