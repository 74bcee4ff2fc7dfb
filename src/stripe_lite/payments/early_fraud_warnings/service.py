"""What can be read of early fraud warnings, and what happens to them."""

from sqlalchemy import ColumnElement, select

from stripe_lite.core.errors import ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.core.lists import ListObject
from stripe_lite.db.filters import created_between
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import ChargeObject
from stripe_lite.payments.early_fraud_warnings.model import EarlyFraudWarning
from stripe_lite.payments.early_fraud_warnings.schema import (
    EarlyFraudWarningListParams,
    EarlyFraudWarningObject,
    render,
)

FRAUD_TYPE = "misc"


async def show(work: Work, id: str) -> EarlyFraudWarningObject:
    """The warning as clients see it."""
    warning = await work.get(EarlyFraudWarning, id)
    if warning is None:
        raise ResourceMissing("early fraud warning", id, param="early_fraud_warning")
    return render(warning)


async def listed(work: Work, params: EarlyFraudWarningListParams) -> ListObject[EarlyFraudWarningObject]:
    """The account's warnings, newest first."""
    conditions: list[ColumnElement[bool]] = created_between(EarlyFraudWarning, params.created)
    if params.charge is not None:
        conditions.append(EarlyFraudWarning.charge_id == params.charge)
    if params.payment_intent is not None:
        conditions.append(EarlyFraudWarning.payment_intent_id == params.payment_intent)
    page = await work.page(EarlyFraudWarning, params, *conditions, noun="early fraud warning")
    rendered = [render(row) for row in page.rows]
    return ListObject(data=rendered, has_more=page.has_more, url="/v1/radar/early_fraud_warnings")


def warn(work: Work, charge: Charge) -> None:
    """Note that a card's issuer thinks a charge fraudulent, and tell it."""
    warning = EarlyFraudWarning(
        account_id=work.account_id,
        id=new_id("issfr"),
        livemode=work.livemode,
        created_at=work.now,
        charge_id=charge.id,
        payment_intent_id=charge.payment_intent_id,
        fraud_type=FRAUD_TYPE,
        actionable=True,
    )
    work.add(warning)
    record(work, "radar.early_fraud_warning.created", render(warning))


async def settle_refunded(work: Work, charge: ChargeObject) -> None:
    """After a refund: a warning of a charge that was given back as a whole is answered."""
    if charge.refunded and charge.amount_captured:
        await settle(work, charge.id)


async def settle(work: Work, charge_id: str) -> None:
    """Nothing can be done about a charge any more: it was refunded, or the dispute has come."""
    actionable = select(EarlyFraudWarning).where(
        EarlyFraudWarning.account_id == work.account_id,
        EarlyFraudWarning.charge_id == charge_id,
        EarlyFraudWarning.actionable,
    )
    for warning in await work.all(actionable, lock=True):
        warning.actionable = False
        record(work, "radar.early_fraud_warning.updated", render(warning), {"actionable": True})
