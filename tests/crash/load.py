"""Merchants under bad conditions: they ask again with the same key until they are told something definite."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx

from stripe_lite.audit.verify import State, verify
from stripe_lite.http.keys import sandbox_account_id
from tests.shop import new_key
from tests.webhooks.receivers import Receiver

BY_CARD = {
    "amount": "2000",
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
}
PAID = BY_CARD | {"confirm": "true"}
HELD = PAID | {"capture_method": "manual"}
DECLINED = PAID | {"payment_method": "pm_card_chargeDeclined"}
SAVED = {"payment_method_types[]": "card", "payment_method": "pm_card_visa", "confirm": "true"}
DISPUTED = PAID | {"payment_method": "pm_card_createDispute"}
AVAILABLE = PAID | {"payment_method": "pm_card_bypassPending"}
DEBITED = {
    "amount": "1200",
    "currency": "usd",
    "payment_method": "pm_usBankAccount_success",
    "payment_method_types[]": "us_bank_account",
    "mandate_data[customer_acceptance][type]": "offline",
    "confirm": "true",
}
TRANSFERRED = {
    "amount": "900",
    "currency": "usd",
    "payment_method_types[]": "customer_balance",
    "payment_method_data[type]": "customer_balance",
    "payment_method_options[customer_balance][funding_type]": "bank_transfer",
    "payment_method_options[customer_balance][bank_transfer][type]": "us_bank_transfer",
    "confirm": "true",
}
TRY_SECONDS_MAX = 40.0
PAUSE_SECONDS = 0.05

# Whatever is not among these leaves open what happened, and is asked again.
DEFINITE = (200, 400, 402, 404)


@dataclass(slots=True)
class Answer:
    """What a client was told in the end, how often it had asked, and for how long."""

    path: str
    form: dict[str, str]
    key: str
    status: int
    body: bytes
    tries: int
    began: float
    ended: float

    @property
    def object(self) -> dict[str, Any]:
        """The object in the answer."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(slots=True)
class Merchant:
    """One account and what it was told."""

    http: httpx.AsyncClient
    url: str
    key: str = field(default_factory=new_key)
    answers: list[Answer] = field(default_factory=list)
    undecided: list[int] = field(default_factory=list)

    async def post(self, path: str, form: dict[str, str], *, url: str | None = None) -> Answer:
        """Ask until there is a definite answer."""
        number = len(self.answers) + len(self.undecided)
        key = f"{self.key[-8:]}-{number}-{time.monotonic_ns()}"
        began, tries = time.monotonic(), 0
        while time.monotonic() - began < TRY_SECONDS_MAX:
            tries += 1
            try:
                response = await self.send(path, form, key, url=url)
            except httpx.TransportError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if response.status_code in DEFINITE:
                answer = Answer(path, form, key, response.status_code, response.content, tries, began, time.monotonic())
                self.answers.append(answer)
                return answer
            self.undecided.append(response.status_code)
            await asyncio.sleep(PAUSE_SECONDS)
        raise TimeoutError(f"no definite answer to POST {path} with key {key}: {self.undecided[-5:]}")

    async def send(self, path: str, form: dict[str, str], key: str | None, *, url: str | None = None) -> httpx.Response:
        """Ask once."""
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Idempotency-Key": key} if key else {})
        return await self.http.post((url or self.url) + path, data=form, headers=headers)

    async def subscribe(self, receiver: Receiver) -> None:
        """Have every event sent to a receiver."""
        await self.post("/v1/webhook_endpoints", {"url": receiver.url, "enabled_events[]": "*"})

    async def trade(self, rounds: int) -> None:
        """Sell things in every way there is, one after the other."""
        for _ in range(rounds):
            paid = await self.post("/v1/payment_intents", PAID)
            assert (paid.status, paid.object["status"]) == (200, "succeeded"), paid.body
            debited = await self.post("/v1/payment_intents", DEBITED)
            # Who hears of it after a while may hear that it is settled.
            assert debited.object["status"] in ("processing", "succeeded"), debited.body
            returned = await self.post("/v1/refunds", {"payment_intent": paid.object["id"]})
            assert (returned.object["status"], returned.object["amount"]) == ("succeeded", 2000), returned.body
            held = (await self.post("/v1/payment_intents", HELD)).object
            captured = await self.post(f"/v1/payment_intents/{held['id']}/capture", {"amount_to_capture": "1500"})
            assert captured.object["status"] == "succeeded", captured.body
            refunded = await self.post("/v1/refunds", {"payment_intent": held["id"], "amount": "700"})
            assert refunded.object["status"] == "succeeded", refunded.body
            declined = await self.post("/v1/payment_intents", DECLINED)
            assert (declined.status, declined.object["error"]["code"]) == (402, "card_declined"), declined.body
            held = (await self.post("/v1/payment_intents", HELD)).object
            canceled = await self.post(f"/v1/payment_intents/{held['id']}/cancel", {})
            assert canceled.object["status"] == "canceled", canceled.body
            disputed = await self.post("/v1/payment_intents", DISPUTED)
            assert disputed.object["status"] == "succeeded", disputed.body
            await self._pay_out()
            await self._be_sent_money()
            saved = await self.post("/v1/setup_intents", SAVED)
            assert (saved.status, saved.object["status"]) == (200, "succeeded"), saved.body
            created = (await self.post("/v1/payment_intents", BY_CARD)).object
            confirmed = await self.post(f"/v1/payment_intents/{created['id']}/confirm", {})
            assert confirmed.object["status"] == "succeeded", confirmed.body

    async def _pay_out(self) -> None:
        """Earn what can be paid out at once, and pay it out; the dispute may have taken it first."""
        accounts = f"/v1/accounts/{sandbox_account_id(self.key)}/external_accounts"
        added = await self.post(accounts, {"external_account": "btok_us_verified"})
        assert added.status == 200, added.body
        earned = await self.post("/v1/payment_intents", AVAILABLE)
        assert earned.object["status"] == "succeeded", earned.body
        paid = await self.post("/v1/payouts", {"amount": "500", "currency": "usd"})
        assert paid.status == 200 or paid.object["error"]["code"] == "balance_insufficient", paid.body

    async def _be_sent_money(self) -> None:
        """Have a customer pay by bank transfer, in two parts and a little more."""
        customer = (await self.post("/v1/customers", {"name": "Ann"})).object["id"]
        awaited = await self.post("/v1/payment_intents", TRANSFERRED | {"customer": customer})
        assert awaited.object["status"] == "requires_action", awaited.body
        for amount in ("500", "450"):
            path = f"/v1/test_helpers/customers/{customer}/fund_cash_balance"
            funded = await self.post(path, {"amount": amount, "currency": "usd"})
            assert (funded.status, funded.object["net_amount"]) == (200, int(amount)), funded.body

    async def replays(self, *, url: str | None = None) -> None:
        """Every answer is given again, byte by byte."""
        for answer in self.answers:
            again = await self.send(answer.path, answer.form, answer.key, url=url)
            assert again.headers["Idempotent-Replayed"] == "true"
            assert (again.status_code, again.content) == (answer.status, answer.body)


async def quiet(dsn: str, seconds: float = 60.0) -> None:
    """Wait until nothing is under way."""
    connection = await asyncpg.connect(dsn)
    until = time.monotonic() + seconds
    try:
        while busy := await connection.fetch(BUSY):
            assert time.monotonic() < until, f"still under way: {busy}"
            await asyncio.sleep(0.05)
    finally:
        await connection.close()


BUSY = """
SELECT 'delivery', id, attempts, next_attempt_at, lease_until FROM deliveries WHERE status = 'pending'
UNION ALL
SELECT kind, id, attempts, run_at, lease_until FROM jobs WHERE kind = 'bank' OR run_at < now() + interval '30 seconds'
UNION ALL
SELECT 'idempotency key', id, NULL, created_at, NULL FROM idempotency_keys WHERE state = 'started'
"""


async def nothing_is_wrong(dsn: str) -> None:
    """Every invariant holds, and nothing at all is left under way."""
    broken = {each.check.name: each.rows[:3] for each in await verify(dsn, quiet=True) if each.state is State.BROKEN}
    assert not broken, broken


async def everything_arrived(dsn: str, receiver: Receiver) -> None:
    """What was received is what was committed: all of it, nothing else, in the words it was frozen in."""
    connection = await asyncpg.connect(dsn)
    try:
        committed = {row["id"]: row["data"] for row in await connection.fetch("SELECT id, data FROM events")}
        states = await connection.fetch("SELECT DISTINCT status FROM deliveries")
    finally:
        await connection.close()
    received: dict[str, Any] = {}
    for hit in receiver.hits:
        event = json.loads(hit.body)
        assert received.setdefault(event["id"], event["data"]) == event["data"]
    assert received == {id: json.loads(data) for id, data in committed.items()}
    assert {state["status"] for state in states} == {"delivered"}


async def one_effect_each(dsn: str, merchants: list[Merchant]) -> None:
    """For each thing that was asked for there is one thing, here and at the bank."""
    asked = [answer for merchant in merchants for answer in merchant.answers]
    intents = [answer.form for answer in asked if answer.path == "/v1/payment_intents"]
    transferred = sum("payment_method_data[type]" in form for form in intents)
    refunds = sum(answer.path == "/v1/refunds" for answer in asked)
    # What is only created is not asked for; what is transferred comes by itself.
    authorized = len(intents) - intents.count(BY_CARD) - transferred
    expected = {
        "intents": len(intents),
        "authorize": authorized + sum(answer.path.endswith(("/confirm", "/setup_intents")) for answer in asked),
        "capture": sum(answer.path.endswith("/capture") for answer in asked),
        "void": sum(answer.path.endswith("/cancel") for answer in asked),
        "refund": refunds,
        "references": refunds,
        "funded": sum(answer.path.endswith("/fund_cash_balance") for answer in asked),
        "paid by customer_balance": transferred,
        "paid by us_bank_account": intents.count(DEBITED),
    }
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(DONE)
    finally:
        await connection.close()
    assert {row["kind"]: row["count"] for row in rows} == {kind: number for kind, number in expected.items() if number}


DONE = """
SELECT kind, count(*) FROM audit.bank_ops GROUP BY 1
UNION ALL SELECT 'intents', count(*) FROM payment_intents HAVING count(*) > 0
UNION ALL SELECT 'funded', count(*) FROM cash_balance_transactions WHERE type = 'funded' HAVING count(*) > 0
UNION ALL
SELECT 'references', count(*) FROM (
    SELECT object_id FROM events WHERE type = 'refund.updated'
    UNION ALL SELECT payload ->> 'refund' FROM jobs WHERE kind = 'refund_reference'
) AS told_or_to_come HAVING count(*) > 0
UNION ALL
SELECT 'paid by ' || (details #>> '{payment_method_details,type}'), count(*) FROM charges
WHERE status = 'succeeded' AND details #>> '{payment_method_details,type}' <> 'card' GROUP BY 1
"""
