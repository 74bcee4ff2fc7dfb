"""Payments by voucher: handed out to the payer, and paid or expired later."""

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments import vouchers
from stripe_lite.payments.payment_intents import actions, endings, options
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_methods.model import PaymentMethod


def hand_out(work: Work, intent: PaymentIntent, method: PaymentMethod) -> Tree:
    """Make a voucher out, and note what will become of it."""
    vouchers.check_amount(method.type, intent.amount, intent.currency)
    settings = options.of_type(intent, method.type)
    expiry = vouchers.expires_at(method.type, settings, work.now)
    if expiry <= work.now:
        param = f"payment_method_options[{method.type}][expires_at]"
        raise InvalidRequest(f"Invalid {param}: it must be in the future.", param=param)
    settles = work.terms.settlement_delay
    ending, at = vouchers.ending(method.type, settings, method.billing_details, work.now, expiry, settles)
    if ending == "expired":
        expiry = at
    shown, told = vouchers.make_out(method.type, settings, expiry, actions.page_url(work, intent))
    intent.details = intent.details | {"voucher": told}
    endings.later(work, intent, ending, at)
    return _action(method.type, shown)


def _action(type: str, shown: Tree) -> Tree:
    kind = vouchers.VOUCHERS[type].action
    return {kind: shown, "type": kind}
