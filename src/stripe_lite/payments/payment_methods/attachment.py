"""How a payment method becomes a customer's, and stops being one's."""

from datetime import datetime

from stripe_lite.bank.outcomes import attach_refusal, by_slug
from stripe_lite.bank.port import Answer
from stripe_lite.core.errors import CardError, InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Tree, changes
from stripe_lite.customers.customers import service as customers
from stripe_lite.customers.customers.links import Link
from stripe_lite.customers.customers.schema import render as render_customer
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.http.questions import Question
from stripe_lite.payments.payment_methods.charging import authorization, declined, learn
from stripe_lite.payments.payment_methods.details import missing
from stripe_lite.payments.payment_methods.known import UNCHECKED
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import PaymentMethodAttachParams, render
from stripe_lite.payments.payment_methods.service import is_method, resolve
from stripe_lite.payments.sources import life

VERIFICATION = "verification"
# A verification reserves nothing, so its currency does not matter; the bank wants one.
VERIFICATION_CURRENCY = "usd"
# Payments by these are single: there is nothing that a customer could keep.
SINGLE_USE = frozenset(
    {
        "affirm",
        "afterpay_clearpay",
        "alma",
        "bancontact",
        "billie",
        "bizum",
        "blik",
        "crypto",
        "customer_balance",
        "eps",
        "fpx",
        "giropay",
        "grabpay",
        "ideal",
        "konbini",
        "mb_way",
        "mobilepay",
        "multibanco",
        "oxxo",
        "p24",
        "pay_by_bank",
        "payco",
        "paynow",
        "promptpay",
        "samsung_pay",
        "satispay",
        "scalapay",
        "sofort",
        "sunbit",
        "swish",
        "twint",
        "wechat_pay",
        "zip",
    }
)
USED_UP = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, "
    "and may not be used again."
)


class AttachedMeanwhile(InvalidRequest):
    """While the bank was asked about the card, another request attached it to somebody else."""

    keeps_work = True


class CustomerGone(ResourceMissing):
    """While the bank was asked about the card, the customer was deleted."""

    status = 400
    keeps_work = True


async def attach(work: Work, id: str, params: PaymentMethodAttachParams) -> PaymentMethod:
    """Attach a payment method to a customer. The bank is asked about a card first, and may decline it."""
    if params.customer is None:
        raise missing("customer")
    customer = await customers.living(work, params.customer, param="customer")
    payment_method = await resolve(work, id, lock=True)
    check_attachable(payment_method, customer.id)
    if payment_method.customer_id is not None:
        return payment_method
    if payment_method.type == "card":
        work.ask(verification(work, payment_method, ("payment_method", payment_method.id), {"customer": customer.id}))
    else:
        attach_now(work, payment_method, customer.id)
    return payment_method


async def attach_to_customer(work: Work, link: Link) -> None:
    """Attach a payment method to a customer that is being created: a declined card leaves no customer behind."""
    payment_method = await resolve(work, link.id, param=link.param, lock=True)
    link.id = payment_method.id
    check_attachable(payment_method, link.customer.id)
    verify_by_class(payment_method)
    if payment_method.customer_id is None:
        attach_now(work, payment_method, link.customer.id)


async def check_default(work: Work, link: Link) -> None:
    """Refuse a default for invoices that is not attached to the customer."""
    payment_method = await work.get(PaymentMethod, link.id)
    if payment_method is None or not is_method(payment_method):
        raise ResourceMissing("PaymentMethod", link.id, param=link.param)
    if payment_method.customer_id != link.customer.id:
        raise InvalidRequest(
            f"The customer does not have a payment method with the ID {link.id}. The payment method must be attached "
            "to the customer.",
            code="resource_missing",
            param=link.param,
        )


def verify_by_class(payment_method: PaymentMethod) -> None:
    """Verify a card by its class of behaviour, where nothing may be kept of a decline; raises CardError.

    The bank cannot be asked here: it is asked only between two transactions, and the first one would have created
    what the card belongs to.
    """
    outcome = by_slug(payment_method.outcome)
    if payment_method.type != "card" or outcome is None:
        return
    refusal = attach_refusal(payment_method.outcome, cvc=payment_method.cvc)
    if refusal is not None:
        error = CardError(refusal.message, code=refusal.code, decline_code=refusal.decline_code)
        error.keeps_work = False
        raise error
    verdicts = {
        "address_line1_check": outcome.line1_check,
        "address_postal_code_check": outcome.postal_code_check,
        "cvc_check": outcome.cvc_check,
    }
    checks = payment_method.details["checks"]
    found = {name: verdicts[name] if checks[name] == UNCHECKED else checks[name] for name in checks}
    payment_method.details = payment_method.details | {"checks": found}
    payment_method.cvc = False


def check_attachable(payment_method: PaymentMethod, customer_id: str) -> None:
    """Refuse a payment method that cannot become, or stay, this customer's."""
    if payment_method.customer_id not in (None, customer_id):
        raise InvalidRequest("The payment method you provided has already been attached to a customer.")
    if payment_method.spent:
        raise InvalidRequest(USED_UP)
    if payment_method.type in SINGLE_USE:
        raise InvalidRequest(f"A PaymentMethod of the type {payment_method.type} cannot be attached to a customer.")
    if not payment_method.verified:
        raise InvalidRequest(
            f"A PaymentMethod of the type {payment_method.type} must be verified before it can be attached to a "
            "customer. Verify it by a SetupIntent, or by a PaymentIntent with setup_future_usage."
        )


def attach_now(work: Work, payment_method: PaymentMethod, customer_id: str) -> None:
    """Attach a payment method, of which the bank approved already or needs not be asked. The row must be locked."""
    payment_method.customer_id = customer_id
    record(work, "payment_method.attached", render(payment_method))


def verification(work: Work, payment_method: PaymentMethod, subject: tuple[str, str], facts: Tree) -> Question:
    """The question whether a card is good at all: an authorization of nothing."""
    terms = authorization(work, payment_method, ref=new_id("vrf"), amount=0, currency=VERIFICATION_CURRENCY)
    return Question(
        kind=VERIFICATION,
        verb="authorize",
        terms=terms.model_dump(mode="json"),
        subject=subject,
        facts=facts | {"payment_method": payment_method.id},
    )


async def record_verification(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Attach the card that the bank approved of; raises CardError where it declined."""
    payment_method = await resolve(work, question.facts["payment_method"], lock=True)
    learn(payment_method, answer)
    if answer.result != "approved":
        raise declined(answer)
    customer_id = question.facts["customer"]
    if payment_method.customer_id not in (None, customer_id) or payment_method.spent:
        raise AttachedMeanwhile("The payment method you provided has already been attached to a customer.")
    if payment_method.customer_id is None:
        # Locked, so that deleting the customer comes before this, and is seen, or after, and detaches the card again.
        customer = await customers.retrieve(work, customer_id, lock=True)
        if customer.deleted:
            raise CustomerGone("customer", customer_id, param="customer")
        attach_now(work, payment_method, customer_id)
    return None


async def detach(work: Work, id: str) -> PaymentMethod:
    """Detach a payment method from its customer for good."""
    payment_method = await resolve(work, id, lock=True)
    if payment_method.customer_id is None:
        raise InvalidRequest(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    customer_id = payment_method.customer_id
    detach_now(work, payment_method)
    await forget_defaults(work, customer_id, payment_method.id)
    return payment_method


def detach_now(work: Work, payment_method: PaymentMethod) -> None:
    """Take a payment method from its customer. The row must be locked."""
    before = render(payment_method)
    life.leave(work, payment_method)
    payment_method.customer_id = None
    payment_method.spent = True
    after = render(payment_method)
    record(work, "payment_method.detached", after, changes(before, after))


async def forget_defaults(work: Work, customer_id: str, id: str, successor: str | None = None) -> None:
    """Let a customer no longer prefer a payment method that is not its own any more."""
    customer = await customers.retrieve(work, customer_id, lock=True)
    before = render_customer(customer)
    settings = customer.details.get("invoice_settings") or {}
    if settings.get("default_payment_method") == id:
        cleared = settings | {"default_payment_method": None}
        customer.details = customer.details | {"invoice_settings": cleared}
    if customer.default_source_id == id:
        customer.default_source_id = successor
    after = render_customer(customer)
    if not customer.deleted and (previous := changes(before, after)):
        record(work, "customer.updated", after, previous)
