"""The story of a shop, told against a running stripe_lite: payments, a decline, 3-D Secure, refunds and webhooks.

Run it with `python examples/basic_payments_demo/demo.py` while a server runs (`./run` starts one). It reads
STRIPE_LITE_URL (default http://127.0.0.1:8000) and STRIPE_LITE_KEY (default a new sandbox).
"""

import asyncio
import os
import secrets
import sys
import time
from typing import Any

import httpx
from client import Client, Refused
from receiver import Inbox, receiving
from rich.console import Console
from rich.table import Table

URL = os.environ.get("STRIPE_LITE_URL") or "http://127.0.0.1:8000"
KEY = os.environ.get("STRIPE_LITE_KEY") or f"sk_test_demo{secrets.token_hex(8)}"
SETTLE_SECONDS_MAX = 30.0

NOBODY = f"""\
[bold red]No stripe_lite answers at {URL}.[/]

Start one in another terminal, in the project's folder:   [bold]./run[/]
or tell where one runs:   [bold]STRIPE_LITE_URL=http://host:port python examples/basic_payments_demo/demo.py[/]"""

out = Console(highlight=False)


class StoryBroken(Exception):
    """Something went another way than the story tells."""


async def main() -> None:
    """Tell the whole story."""
    async with Client(URL, KEY) as shop, receiving() as inbox:
        health = await shop.get("/healthz")
        out.print(f"[bold]stripe_lite[/] at {URL}, API version {health['api_version']}, keys: {health['mode']}")
        endpoint = await shop.post("/v1/webhook_endpoints", {"url": inbox.url, "enabled_events": ["*"]})
        inbox.secret = endpoint["secret"]
        say("Webhooks go to", inbox.url)

        chapter("Stripe's API")
        customer = await shop.post("/v1/customers", {"name": "Ada Lovelace", "email": "ada@example.com"})
        say("Customer", f"{customer['name']}, {customer['id']}")
        paid = await a_payment(shop, customer["id"])
        declined = await a_decline(shop, customer["id"])
        authenticated = await three_d_secure(shop, customer["id"])
        captured = await a_later_capture(shop, customer["id"])
        refund = await a_refund(shop, paid)

        chapter("The tutorials' APIs, with the same key")
        failed = await mini_stripe(shop)
        charge = await mvp(shop)

        chapter("Webhooks received, each signature verified")
        expected = [
            ("customer.created", customer["id"]),
            ("payment_intent.succeeded", paid["id"]),
            ("payment_intent.payment_failed", declined),
            ("payment_intent.requires_action", authenticated["id"]),
            ("payment_intent.succeeded", authenticated["id"]),
            ("payment_intent.amount_capturable_updated", captured["id"]),
            ("charge.captured", captured["latest_charge"]),
            ("refund.created", refund["id"]),
            ("payment_intent.failed", failed["id"]),
            ("charge.succeeded", charge["id"]),
        ]
        await show_webhooks(inbox, expected)
    out.print("\n[bold green]Everything went as the story tells.[/]")


async def a_payment(shop: Client, customer: str) -> dict[str, Any]:
    """A card that works. The idempotency key makes a repeated request the same payment."""
    order = {
        "amount": 2000,
        "currency": "usd",
        "customer": customer,
        "payment_method": "pm_card_visa",
        "payment_method_types": ["card"],
        "confirm": True,
        "metadata": {"order": "6735"},
    }
    key = secrets.token_hex(8)
    first = await shop.post("/v1/payment_intents", order, key=key)
    again = await shop.post("/v1/payment_intents", order, key=key)
    must(first == again and first["status"] == "succeeded", "a payment succeeds, and once")
    say("Payment", f"{money(first)} {first['status']}; sent twice with one key, paid once")
    return dict(first)


async def a_decline(shop: Client, customer: str) -> str:
    """A card without funds: HTTP 402, and the reason."""
    order = {
        "amount": 2000,
        "currency": "usd",
        "customer": customer,
        "payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds",
        "payment_method_types": ["card"],
        "confirm": True,
    }
    try:
        await shop.post("/v1/payment_intents", order)
    except Refused as refused:
        must(refused.error["decline_code"] == "insufficient_funds", "the decline names its reason")
        say("Decline", f"HTTP {refused.status}: {refused.error['message']} ({refused.error['decline_code']})")
        return str(refused.error["payment_intent"]["id"])
    raise StoryBroken("a card without funds was charged")


async def three_d_secure(shop: Client, customer: str) -> dict[str, Any]:
    """A card whose owner authenticates. A browser would be led to the page; here its JSON side is used."""
    intent = await shop.post(
        "/v1/payment_intents",
        {
            "amount": 4500,
            "currency": "eur",
            "customer": customer,
            "payment_method": "pm_card_authenticationRequired",
            "payment_method_types": ["card"],
            "confirm": True,
            "return_url": "https://shop.example/thanks",
        },
    )
    must(intent["status"] == "requires_action", "the payment waits for the payer")
    page = intent["next_action"]["redirect_to_url"]["url"]
    say("3-D Secure", f"{money(intent)} {intent['status']}, the payer is led to")
    out.print(f"{'':18}[link={page}][dim]{page}[/dim][/link]", soft_wrap=True)
    async with httpx.AsyncClient() as payer:  # Without the shop's key: the page's address is the payer's right.
        done = await payer.post(page, json={"outcome": "complete"})
    must(done.is_success, f"the payer's page answers: {done.text}")
    intent = await shop.get(f"/v1/payment_intents/{intent['id']}")
    must(intent["status"] == "succeeded", "an authenticated payment succeeds")
    say("", f"authenticated: {intent['status']}")
    return dict(intent)


async def a_later_capture(shop: Client, customer: str) -> dict[str, Any]:
    """Reserve an amount now, and take a part of it later."""
    intent = await shop.post(
        "/v1/payment_intents",
        {
            "amount": 5000,
            "currency": "usd",
            "customer": customer,
            "payment_method": "pm_card_mastercard",
            "payment_method_types": ["card"],
            "capture_method": "manual",
            "confirm": True,
        },
    )
    must(intent["amount_capturable"] == 5000, "the whole amount is reserved")
    say("Manual capture", f"{money(intent)} reserved: {intent['status']}")
    intent = await shop.post(f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 3000})
    must((intent["status"], intent["amount_received"]) == ("succeeded", 3000), "a part of it is taken")
    say("", f"{money(intent, 'amount_received')} taken, the rest released: {intent['status']}")
    return dict(intent)


async def a_refund(shop: Client, paid: dict[str, Any]) -> dict[str, Any]:
    """Give a quarter of a payment back."""
    refund = await shop.post("/v1/refunds", {"payment_intent": paid["id"], "amount": 500})
    must(refund["status"] == "succeeded", "a refund succeeds")
    say("Refund", f"{money(refund)} of {money(paid)} given back: {refund['status']}")
    return dict(refund)


async def mini_stripe(shop: Client) -> dict[str, Any]:
    """Mini Stripe: the confirmation answers at once, and the bank is asked in the background."""
    customer = await shop.post_json("/customers/", {"name": "Grace Hopper", "email": "grace@example.com"})
    wrong = {"amount": 1200, "customer_id": customer["id"], "payment_method": "pm_card_visa_chargeDeclined"}
    intent = await shop.post_json("/payment_intents/", wrong)
    states = [intent["status"], (await shop.post_json(f"/payment_intents/{intent['id']}/confirm/"))["status"]]
    until = time.monotonic() + SETTLE_SECONDS_MAX
    while states[-1] == "processing" and time.monotonic() < until:
        await asyncio.sleep(0.05)
        intent = await shop.get(f"/payment_intents/{intent['id']}/")
        if intent["status"] != "processing":
            states.append(intent["status"])
    must(states == ["created", "processing", "failed"], f"a declined card fails in the background: {states}")
    say("Mini Stripe", f"{money(intent)} {' → '.join(states)} ({intent['failure_message']})")
    return dict(intent)


async def mvp(shop: Client) -> dict[str, Any]:
    """The MVP: charge and refund in one request each."""
    customer = await shop.post_json("/customers/", {"name": "Alan Turing"})
    charge = await shop.post_json(
        "/payments/charge", {"customerId": customer["id"], "amount": 3300, "paymentMethod": "pm_card_visa"}
    )
    refund = await shop.post_json("/payments/refund", {"chargeId": charge["id"]})
    must((charge["status"], refund["status"]) == ("succeeded", "succeeded"), "charge and refund succeed")
    say("Stripe_lite MVP", f"{money(charge)} charged: {charge['status']}; refunded: {refund['status']}")
    return dict(charge)


async def show_webhooks(inbox: Inbox, expected: list[tuple[str, str]]) -> None:
    """Wait for the events of the story, and list them."""
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for heading in ("event", "about", "id"):
        table.add_column(heading, no_wrap=True)
    for type, object_id in expected:
        event = await inbox.wait_for(type, object_id)
        table.add_row(f"[green]✓[/] {type}", object_id, f"[dim]{event['id']}[/]")
    out.print(table)
    must(inbox.forged == 0, "no webhook had a wrong signature")
    out.print(f"[dim]and {len(inbox.events) - len(expected)} more[/]")
    await forge(inbox)


async def forge(inbox: Inbox) -> None:
    """What an attacker sends is not believed."""
    async with httpx.AsyncClient() as attacker:
        answer = await attacker.post(inbox.url, json={"type": "payment_intent.succeeded"})
    must(answer.status_code == 400 and inbox.forged == 1, "a forged webhook is refused")
    say("Forged", "an event without the right signature was refused with 400")


def chapter(title: str) -> None:
    """Begin a part of the story."""
    out.print(f"\n[bold cyan]{title}[/]")


def say(what: str, text: str) -> None:
    """Tell one thing."""
    out.print(f"  [bold]{what:<16}[/]{text}", soft_wrap=True)


def money(shown: dict[str, Any], name: str = "amount") -> str:
    """An amount in the currencies of this story, which have cents."""
    return f"{shown[name] / 100:.2f} {shown['currency'].upper()}"


def must(is_so: bool, what: str) -> None:
    """Stop the story where it is not true."""
    if not is_so:
        raise StoryBroken(what)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except httpx.ConnectError:
        out.print(NOBODY)
        sys.exit(1)
    except Refused as refused:
        out.print(f"[bold red]The server refused a request with {refused}[/]")
        if refused.status == 401:
            out.print("Set STRIPE_LITE_KEY to a secret key of this server: it lets only created keys in.")
        sys.exit(1)
    except (StoryBroken, TimeoutError) as problem:
        out.print(f"[bold red]The story went another way:[/] {problem or 'a webhook did not arrive'}")
        sys.exit(1)
