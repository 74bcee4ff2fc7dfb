"""Follow every cent: payments, a refund, a dispute and a payout, with balance and ledger after each step.

Run it with `python examples/follow_the_money/follow.py` while a server runs (`./run` starts one), where `stripe` and
`rich` are installed. It reads STRIPE_LITE_URL (default http://127.0.0.1:8000) and STRIPE_LITE_KEY (default a new
sandbox). The double entries come from the server's database, by `stripe-lite ledger`: the settings that the server was
started with lead there.
"""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable

import stripe
from rich.console import Console
from rich.table import Table

URL = os.environ.get("STRIPE_LITE_URL") or "http://127.0.0.1:8000"
KEY = os.environ.get("STRIPE_LITE_KEY") or f"sk_test_money{secrets.token_hex(8)}"
WAIT_SECONDS_MAX = 60.0

client = stripe.StripeClient(KEY, base_addresses={"api": URL})
out = Console(highlight=False)
shown: set[str] = set()
LEDGER = [sys.executable, "-m", "stripe_lite", "ledger", KEY]


class Astray(Exception):
    """A cent is missing, or something did not happen in time."""


def main() -> None:
    """Earn, refund, be disputed, win, pay out."""
    step("A payment of $100.00: pending, less 2.9 % and 30 cents")
    paid = pay("pm_card_visa", 10_000)
    tell()

    step("A payment of $250.00 whose card makes the money available at once")
    pay("pm_card_bypassPending", 25_000)
    tell()

    step("€80.00, converted by the fixed table of rates")
    pay("pm_card_visa", 8_000, currency="eur")
    tell()

    step("$40.00 of the first payment are given back; its fee is not")
    client.v1.refunds.create({"payment_intent": paid, "amount": 4_000})
    tell()

    step("A payment of $60.00 is disputed: the amount and a fee are withdrawn")
    intent = pay("pm_card_createDispute", 6_000)
    until("the dispute", lambda: bool(client.v1.disputes.list({"payment_intent": intent}).data))
    dispute = client.v1.disputes.list({"payment_intent": intent}).data[0].id
    tell()

    step("The evidence wins: both come back")
    client.v1.disputes.update(dispute, {"evidence": {"uncategorized_text": "winning_evidence"}})
    until("the decision", lambda: client.v1.disputes.retrieve(dispute).status == "won")
    tell()

    step("$200.00 are paid out")
    account = client.v1.accounts.retrieve_current().id
    client.v1.accounts.external_accounts.create(account, {"external_account": "btok_us_verified"})
    payout = client.v1.payouts.create({"amount": 20_000, "currency": "usd"}).id
    until("the payout", lambda: client.v1.payouts.retrieve(payout).status == "paid")
    tell()

    out.print(f"\nEvery cent was found again. All the books:  [bold]./run ledger {KEY}[/]")


def pay(card: str, amount: int, *, currency: str = "usd") -> str:
    """Be paid by a test card; the payment intent's id."""
    return client.v1.payment_intents.create(
        {
            "amount": amount,
            "currency": currency,
            "payment_method": card,
            "payment_method_types": ["card"],
            "confirm": True,
        }
    ).id


def step(title: str) -> None:
    """Begin a step."""
    out.print(f"\n[bold]{title}[/]")


def tell() -> None:
    """Print the balance transactions that are new, the balance, which is the sum of all, and what is behind them."""
    transactions = list(client.v1.balance_transactions.list({"limit": 100}).auto_paging_iter())[::-1]
    table = Table("type", "source", "amount", "fee", "net", box=None, pad_edge=False)
    for each in transactions:
        if each.id not in shown:
            shown.add(each.id)
            table.add_row(each.type, str(each.source), *map(dollars, (each.amount, each.fee, each.net)))
    out.print(table)
    balance = client.v1.balance.retrieve()
    available = sum(part.amount for part in balance.available)
    pending = sum(part.amount for part in balance.pending)
    out.print(f"  balance: {dollars(available)} available, {dollars(pending)} pending")
    if available + pending != sum(each.net for each in transactions):
        raise Astray("the balance is not the sum of its transactions")
    tell_entries()


def tell_entries() -> None:
    """Print the double entries that are new, where the server's database is within reach."""
    done = subprocess.run(LEDGER, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "120"})
    if done.returncode != 0:
        out.print("  [dim]The double entries are out of reach: `./run ledger` shows them beside the server.[/]")
        return
    _, _, entries = done.stdout.partition("\nPosting")
    for entry in entries.splitlines()[1:]:
        if entry not in shown:
            shown.add(entry)
            out.print(f"    {entry}", markup=False)


def dollars(cents: int) -> str:
    """An amount as people write it."""
    return f"{'-' if cents < 0 else ''}${abs(cents) / 100:,.2f}"


def until(what: str, happened: Callable[[], bool]) -> None:
    """Look again and again until something has happened."""
    end = time.monotonic() + WAIT_SECONDS_MAX
    while not happened():
        if time.monotonic() > end:
            raise Astray(f"{what} did not come within {WAIT_SECONDS_MAX:g} seconds")
        time.sleep(0.2)


if __name__ == "__main__":
    try:
        main()
    except stripe.APIConnectionError:
        sys.exit(f"No stripe_lite answers at {URL}. Start one with ./run, or name it in STRIPE_LITE_URL.")
    except Astray as error:
        sys.exit(f"Astray: {error}.")
