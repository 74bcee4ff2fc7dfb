"""The mandate that comes of a setup: what the payer allowed, and for how many payments."""

from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.mandates import service as mandates
from stripe_lite.payments.mandates.model import Mandate
from stripe_lite.payments.mandates.service import Single
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.setup_intents.model import SetupIntent


def conclude(work: Work, intent: SetupIntent, kept: PaymentMethod) -> Mandate | None:
    """Note the mandate of a setup that succeeded; a card has one only where its payer agreed to one."""
    consent: Tree = intent.details["consent"]
    options: Tree = (intent.details.get("payment_method_options") or {}).get(kept.type) or {}
    settings: Tree | None = options.get("mandate_options")
    if kept.type == "card" and consent["mandate_data"] is None and settings is None:
        return None
    wanted: Tree | None = intent.details.get("single_use")
    single = None if wanted is None else Single(wanted["amount"], wanted["currency"])
    mandate = mandates.create(work, kept, consent["acceptance"], settings, single)
    if single is None:
        intent.mandate_id = mandate.id
    else:
        intent.single_use_mandate_id = mandate.id
    return mandate
