"""The direct debit that comes of a payment or a setup elsewhere: the page there tells the payer's bank account."""

from stripe_lite.bank import accounts
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_methods import known
from stripe_lite.payments.payment_methods.details import of_sepa_debit
from stripe_lite.payments.payment_methods.model import PaymentMethod

# By the type of the payment method: where the payer's account is.
COUNTRIES = {"bancontact": "BE", "ideal": "NL", "sofort": "DE"}


def debit_of(
    work: Work, method: PaymentMethod, *, charge: str | None = None, setup_attempt: str | None = None
) -> PaymentMethod | None:
    """The SEPA debit that the payer can be charged by later; None for types that are charged again themselves."""
    country = COUNTRIES.get(method.type)
    if country is None:
        return None
    email = str(method.billing_details.get("email") or "")
    account = accounts.generated(method.details.get("country") or country, email)
    debit = known.build(work, of_sepa_debit(account, known.fingerprint_key(work.account_id), True), new_id("pm"))
    debit.billing_details = dict(method.billing_details)
    debit.details = debit.details | {"generated_from": {"charge": charge, "setup_attempt": setup_attempt}}
    work.add(debit)
    return debit


def told(debit: PaymentMethod, mandate: str | None) -> Tree:
    """What is told of the account that the payer's page named."""
    return {
        "generated_sepa_debit": debit.id,
        "generated_sepa_debit_mandate": mandate,
        "iban_last4": debit.details["last4"],
        "verified_name": debit.billing_details.get("name"),
    }
