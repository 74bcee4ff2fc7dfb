"""Payments by bank transfer: what the payer is told, and how the customer's cash pays what waits for it.

Cash that is applied to a payment stays the customer's in the books until the payment is complete. `details["funding"]`
says how much that is, in which currency, and by which reference the payer's bank names the payment.
"""

import secrets
from collections.abc import Sequence
from itertools import combinations
from string import ascii_uppercase, digits

from sqlalchemy import select

from stripe_lite.bank.port import Answer, Assessment
from stripe_lite.core.clock import unix
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.customers.cash_balances import posting, transfers
from stripe_lite.customers.cash_balances import service as cash_balances
from stripe_lite.customers.cash_balances.service import Incoming
from stripe_lite.customers.customers.model import Customer
from stripe_lite.db.work import Work
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.intents import Intent
from stripe_lite.payments.payment_intents import actions, attempts, options
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import IntentFact, IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod

TYPE = "customer_balance"
ACTION = "display_bank_transfer_instructions"
REFERENCE_LENGTH = 12
WAITING_MAX = 100  # Payments of one customer that a transfer is looked for in, the oldest ones.
GROUPED_MAX = 20  # Of these, which are tried together for the exact amount.
GROUP_MAX = 5


def applied(intent: PaymentIntent) -> int:
    """What of the customer's cash is set aside for the payment, in minor units."""
    amount: int = (intent.details.get("funding") or {}).get("applied", 0)
    return amount


def remaining(intent: PaymentIntent) -> int:
    """What is still missing."""
    return intent.amount - applied(intent)


def waits(intent: Intent) -> bool:
    """Whether the payer was told to transfer money."""
    action = intent.details.get("next_action") or {}
    return intent.status == IntentStatus.REQUIRES_ACTION and action.get("type") == ACTION


async def start(work: Work, intent: PaymentIntent, method: PaymentMethod, *, refuse_waiting: bool) -> bool:
    """Pay with what the customer has; where that is not enough, tell the payer where to transfer the rest.

    With `refuse_waiting` nothing is done where the payer would have to do something, and that is said by False.
    """
    customer = await hold_customer(work, intent)
    available = 0 if posting.is_manual(customer) else await posting.available(work, customer, intent.currency)
    if refuse_waiting and available < remaining(intent):
        return False
    await pay(work, intent, customer, method, min(available, remaining(intent)))
    return True


async def hold_customer(work: Work, intent: PaymentIntent) -> Customer:
    """The customer whose cash pays; there must be one."""
    if intent.customer_id is None:
        raise InvalidRequest(
            f"A payment by {TYPE} needs a customer: provide `customer`.", code="parameter_missing", param="customer"
        )
    return await posting.hold(work, intent.customer_id)


async def pay(work: Work, intent: PaymentIntent, customer: Customer, method: PaymentMethod, amount: int) -> None:
    """Apply so much of the customer's cash, who is held, to a payment, which is then complete or waits for the rest."""
    waited = waits(intent)
    _note(work, intent, amount, anew=not waited)
    if amount:
        await posting.post(work, customer, "applied_to_payment", -amount, intent.currency, payment_intent_id=intent.id)
    if remaining(intent) == 0:
        await _complete(work, intent, method)
        return
    instructions = await _instructions(work, intent, customer)
    intent.details = intent.details | {"next_action": {ACTION: instructions, "type": ACTION}}
    intents.apply(work, intent, IntentFact.PARTLY_FUNDED if waited else IntentFact.ACTION_REQUIRED)


async def reconcile(work: Work, incoming: Incoming) -> None:
    """Pay what waits with the money that has come in, unless the merchant does that by hand.

    First the payment that the transfer names, else a few of exactly its amount together; the rest goes to the payments
    that were confirmed first.
    """
    customer = incoming.customer
    if posting.is_manual(customer):
        return
    came_in, currency = incoming.transaction, incoming.transaction.currency
    waiting = await _waiting(work, customer, currency)
    named = [intent for intent in waiting if _is_named(intent, incoming.reference)]
    available = await posting.available(work, customer, currency)
    first = named or _exactly(waiting, min(came_in.net_amount, available))
    for intent in (*first, *(each for each in waiting if each not in first)):
        amount = min(available, remaining(intent))
        if amount == 0:
            break
        method = await payment_methods.resolve(work, intent.payment_method_id or "", watch=True)
        await pay(work, intent, customer, method, amount)
        available -= amount


async def give_back(work: Work, intent: PaymentIntent) -> None:
    """Give the customer back what was applied to a payment that will not be completed so; other payments may use it."""
    funding: Tree = intent.details.get("funding") or {}
    amount, currency = applied(intent), funding.get("currency", "")
    if amount == 0 or intent.customer_id is None:
        return
    customer = await posting.hold(work, intent.customer_id)
    intent.details = intent.details | {"funding": funding | {"applied": 0}}
    transaction = await posting.post(
        work, customer, "unapplied_from_payment", amount, currency, payment_intent_id=intent.id
    )
    await cash_balances.distribute(work, Incoming(customer, transaction))


async def transfer_rest(work: Work, intent: PaymentIntent) -> None:
    """The payer transfers what is missing, as they were told to."""
    if not waits(intent):
        raise intents.refuse(work, intent, f"This PaymentIntent waits for no transfer: its status is {intent.status}.")
    customer = await hold_customer(work, intent)
    told: Tree = intent.details["next_action"][ACTION]
    await cash_balances.receive(work, customer, told["type"], remaining(intent), told["reference"])


def _note(work: Work, intent: PaymentIntent, amount: int, *, anew: bool) -> None:
    before: Tree = intent.details.get("funding") or {}
    reference = before.get("reference")
    if reference is None:
        reference = "".join(secrets.choice(ascii_uppercase + digits) for _ in range(REFERENCE_LENGTH))
    intent.details = intent.details | {
        "funding": {
            "applied": applied(intent) + amount,
            "confirmed": unix(work.now) if anew else before["confirmed"],
            "currency": intent.currency,
            "reference": reference,
        }
    }


async def _complete(work: Work, intent: PaymentIntent, method: PaymentMethod) -> None:
    """The money is there already, so that no bank is asked."""
    intents.apply(work, intent, IntentFact.FUNDED)
    charge = attempts.begin(work, intent, method, {})
    answer = Answer(
        ref=charge.id,
        kind="authorize",
        result="approved",
        amount=charge.amount,
        currency=charge.currency,
        assessment=Assessment(
            type="authorized",
            network_status="approved_by_network",
            risk_level="not_assessed",
            seller_message="Payment complete.",
        ),
    )
    intent.details = intent.details | {"funding": None, "next_action": None}
    await charges.approve(work, charge, method, answer, capture=True)
    intent.amount_received = charge.amount
    intents.apply(work, intent, IntentFact.PAID)


async def _instructions(work: Work, intent: PaymentIntent, customer: Customer) -> Tree:
    """Where to transfer the rest to, and what to write beside it."""
    settings = options.of_type(intent, TYPE)
    if settings.get("funding_type") is None and intent.details.get("automatic_payment_methods") is None:
        param = "payment_method_options[customer_balance][funding_type]"
        raise InvalidRequest(
            f"The customer's cash balance does not cover this payment: {param} must say how it is funded.",
            code="parameter_missing",
            param=param,
        )
    given: Tree = settings.get("bank_transfer") or {}
    transfers.check(given, intent.currency, options.TRANSFER)
    type: str = given.get("type") or transfers.type_of(intent.currency)
    country = await transfers.country_of(work, customer, type, given)
    requested = given.get("requested_address_types")
    referenced = transfers.TRANSFERS[type].referenced
    return {
        "amount_remaining": remaining(intent),
        "currency": intent.currency,
        "financial_addresses": await transfers.addresses(work, customer, type, country, requested),
        "hosted_instructions_url": actions.page_url(work, intent),
        "reference": intent.details["funding"]["reference"] if referenced else None,
        "type": type,
    }


async def _waiting(work: Work, customer: Customer, currency: str) -> list[PaymentIntent]:
    """The customer's payments that wait for a transfer in this currency, those first that were confirmed first."""
    own = select(PaymentIntent).where(
        PaymentIntent.account_id == work.account_id,
        PaymentIntent.customer_id == customer.id,
        PaymentIntent.status == IntentStatus.REQUIRES_ACTION,
        PaymentIntent.currency == currency,
    )
    found = await work.all(own.order_by(PaymentIntent.id).limit(WAITING_MAX), lock=True)
    waiting = [intent for intent in found if waits(intent) and intent.currency == currency]
    return sorted(waiting, key=lambda intent: (intent.details["funding"]["confirmed"], intent.id))


def _is_named(intent: PaymentIntent, reference: str | None) -> bool:
    own: str | None = intent.details["next_action"][ACTION]["reference"]
    return own is not None and reference is not None and own == reference.strip().upper()


def _exactly(waiting: Sequence[PaymentIntent], amount: int) -> list[PaymentIntent]:
    """The smallest group of payments that wait for exactly this amount together; of several the oldest."""
    for size in range(1, GROUP_MAX + 1):
        for group in combinations(waiting[:GROUPED_MAX], size):
            if sum(map(remaining, group)) == amount:
                return list(group)
    return []
