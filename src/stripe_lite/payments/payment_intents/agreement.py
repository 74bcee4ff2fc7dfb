"""The mandate that a payment is made under: one that its payer gave before, or the one that comes of it."""

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments import kinds
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.disputes.schema import DisputeObject
from stripe_lite.payments.mandates import service as mandates
from stripe_lite.payments.mandates import terms
from stripe_lite.payments.mandates.machine import MandateFact
from stripe_lite.payments.mandates.model import Mandate
from stripe_lite.payments.mandates.service import Single
from stripe_lite.payments.payment_intents import checks, options
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_methods.model import PaymentMethod

ENDED_BY_DISPUTES = frozenset({"us_bank_account"})


async def reach(
    work: Work,
    intent: PaymentIntent,
    method: PaymentMethod,
    *,
    named: str | None,
    given: Tree | None,
    off_session: bool,
) -> Tree | None:
    """What the payer agreed to: an older `mandate`, or the `acceptance` of a new one; None where none is needed.

    A bank is debited only with the payer's agreement, given now or before.
    """
    checks.check_acceptance(work, given)
    payment = Single(intent.amount, intent.currency)
    if named is not None:
        mandate = await mandates.retrieve(work, named)
        if mandate.payment_method_id != method.id or not mandates.allows(mandate, payment):
            raise _invalid()
        return {"mandate": mandate.id}
    if given is not None:
        return {"acceptance": terms.acceptance(work, given)}
    kind = kinds.KINDS[method.type]
    debit = kind.debit
    if not debit and _keeps(intent, method):
        return {"acceptance": terms.acceptance(work, None)}
    if not (debit or off_session):
        return None
    known = await mandates.of_method(work, method.id)
    found = mandates.fitting(known, payment)
    if found is not None:
        return {"mandate": found.id}
    if (debit and known) or kind.redirects or kind.app:
        raise _invalid()
    if debit and not (off_session or method.set_up):
        raise checks.without_mandate(method)
    return None


def conclude(work: Work, intent: PaymentIntent, charge: Charge, kept: PaymentMethod, *, keeps: bool) -> Mandate | None:
    """Note the mandate that comes of a payment: for this one, or for all later ones if it `keeps` the method."""
    agreed: Tree = intent.details.get("agreement") or {}
    if "acceptance" not in agreed or charge.details.get("mandate") is not None:
        return None
    if not (keeps or kinds.KINDS[kept.type].debit):
        return None
    single = None if keeps else Single(charge.amount, charge.currency)
    return mandates.create(work, kept, agreed["acceptance"], options.mandate_options(intent, kept.type), single)


async def end_disputed(work: Work, dispute: DisputeObject) -> None:
    """A payer who disputes a debit of a US bank account takes back the mandate that it was made under."""
    charge = await work.get(Charge, str(dispute.charge))
    id: str | None = None if charge is None else charge.details.get("mandate")
    if charge is None or id is None or charge.details["payment_method_details"]["type"] not in ENDED_BY_DISPUTES:
        return
    mandate = await mandates.retrieve(work, id, lock=True)
    if mandate.status in mandates.OPEN:
        mandates.apply(work, mandate, MandateFact.REVOKED)


def _keeps(intent: PaymentIntent, method: PaymentMethod) -> bool:
    """Whether keeping the method makes a mandate, of a card only where its settings speak of one."""
    if options.future_usage(intent, method.type) is None:
        return False
    return method.type != "card" or options.mandate_options(intent, method.type) is not None


def _invalid() -> InvalidRequest:
    return InvalidRequest(
        "The provided mandate is invalid and can not be used for the payment intent.",
        code="payment_intent_mandate_invalid",
        param="mandate",
    )
