"""Proving that a saved bank account is the customer's, by the two amounts that were sent to it."""

from stripe_lite.bank.outcomes import by_slug
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree, changes
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments import microdeposits
from stripe_lite.payments.microdeposits import Verdict, VerificationFailed
from stripe_lite.payments.payment_methods.details import missing
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.sources import service as sources
from stripe_lite.payments.sources.schema import VERIFICATION_FAILED, SourceVerifyParams, render

FAILED = "bank_account_verification_failed"
TRIES = "verification_tries"


async def verify(work: Work, customer_id: str, id: str, params: SourceVerifyParams) -> PaymentMethod:
    """Prove that a bank account is the customer's. After too many wrong tries it cannot be proven any more."""
    source = await sources.retrieve(work, customer_id, id, lock=True)
    if source.source_status is not None:
        raise InvalidRequest(f"Source objects are verified at /v1/sources/{id}/verify.", param="id")
    if source.type == "card":
        raise InvalidRequest("Only bank accounts are verified by amounts.", param="id")
    if source.verified:
        raise InvalidRequest("This bank account has already been verified.", code="bank_account_already_verified")
    if source.extras.get(VERIFICATION_FAILED):
        raise InvalidRequest("You have exceeded the number of allowed verification attempts.", code=FAILED)
    if params.amounts is None:
        raise missing("amounts")
    if len(params.amounts) != 2:
        raise InvalidRequest("You must provide exactly two amounts, in cents.", param="amounts")
    tries: int = source.extras.get(TRIES) or 0
    verdict = microdeposits.judge([max(amount, 1) for amount in params.amounts], None, tries)
    match verdict:
        case Verdict.RIGHT if not _deposits_fail(source):
            before = render(source)
            source.verified = True
            after = render(source)
            record(work, "customer.source.updated", after, changes(before, after))
            return source
        case Verdict.WRONG | Verdict.RIGHT:
            source.extras = source.extras | {TRIES: tries + 1}
            raise VerificationFailed(
                "The amounts provided do not match the amounts that were sent to the bank account.",
                code=FAILED,
                param="amounts",
            )
        case Verdict.EXCEEDED | Verdict.LATE:
            _give_up(work, source, {TRIES: tries + 1, VERIFICATION_FAILED: True})
            raise VerificationFailed(microdeposits.failure(verdict, by_code=False).message, code=FAILED)


def _deposits_fail(source: PaymentMethod) -> bool:
    """Whether no deposit reaches the account, so that no amounts can be right."""
    outcome = by_slug(source.outcome)
    return outcome is not None and outcome.microdeposits == "failed"


def _give_up(work: Work, source: PaymentMethod, found: Tree) -> None:
    before = render(source)
    source.extras = source.extras | found
    after = render(source)
    record(work, "customer.source.updated", after, changes(before, after))
