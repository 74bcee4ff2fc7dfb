"""The classes of behaviour at the simulated bank, one a line, and the declines they speak of."""

from stripe_lite.bank.facts import Decline, Outcome

CARD_DECLINED = "Your card was declined."
INCORRECT_CVC = "Your card's security code is incorrect."

DECLINES: dict[str, Decline] = {
    "generic_decline": Decline(
        "card_declined",
        CARD_DECLINED,
        "generic_decline",
        "01",
        "try_again_later",
        seller_message="The bank did not return any further details with this decline.",
    ),
    "do_not_honor": Decline("card_declined", CARD_DECLINED, "do_not_honor", "05", "try_again_later"),
    "insufficient_funds": Decline(
        "card_declined", "Your card has insufficient funds.", "insufficient_funds", "51", "try_again_later"
    ),
    "lost_card": Decline("card_declined", CARD_DECLINED, "lost_card", "41", "do_not_try_again"),
    "stolen_card": Decline("card_declined", CARD_DECLINED, "stolen_card", "43", "do_not_try_again"),
    "expired_card": Decline("expired_card", "Your card has expired.", None, "54", "confirm_card_data"),
    "incorrect_cvc": Decline("incorrect_cvc", INCORRECT_CVC, None, "N7", "confirm_card_data"),
    "processing_error": Decline(
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
        None,
        "96",
        "try_again_later",
    ),
    "card_velocity_exceeded": Decline(
        "card_declined",
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
        "card_velocity_exceeded",
        "65",
        "try_again_later",
    ),
    "authentication_required": Decline(
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
        "authentication_required",
        "1A",
    ),
    "authentication_failed": Decline("card_declined", CARD_DECLINED, "generic_decline", reason="generic_decline"),
    "transaction_not_approved": Decline("card_declined", CARD_DECLINED, "transaction_not_approved"),
    "mandate_canceled": Decline(
        "india_recurring_payment_mandate_canceled", "The payer canceled the mandate of this recurring payment."
    ),
    "highest_risk": Decline(
        "card_declined",
        CARD_DECLINED,
        "fraudulent",
        type="blocked",
        network_status="not_sent_to_network",
        reason="highest_risk_level",
        seller_message="Stripe blocked this payment as too risky.",
    ),
    "cvc_rule": Decline(
        "incorrect_cvc",
        INCORRECT_CVC,
        type="blocked",
        network_status="reversed_after_approval",
        reason="rule",
        seller_message="A rule blocked this payment because the security code check failed.",
    ),
    # Failures of bank debits: what the payer's bank returns, days later in live use.
    "account_closed": Decline("account_closed", "The bank account has been closed."),
    "no_account": Decline("no_account", "The bank account could not be found."),
    "debit_insufficient_funds": Decline("insufficient_funds", "The bank account holds too little for this payment."),
    "debit_not_authorized": Decline(
        "debit_not_authorized", "The payer told their bank that this debit is not authorized."
    ),
    "invalid_currency": Decline("invalid_currency", "The bank account does not take payments in this currency."),
    "refer_to_customer": Decline("refer_to_customer", "The payer's bank refused the debit and refers to the payer."),
    "could_not_process": Decline("generic_could_not_process", "The payer's bank could not process this payment."),
    "source_limit": Decline(
        "charge_exceeds_source_limit", "This payment takes the bank account over its weekly payment volume limit."
    ),
    "weekly_limit": Decline(
        "charge_exceeds_weekly_limit", "This payment takes the bank account over its weekly transaction limit."
    ),
    "transaction_limit": Decline(
        "charge_exceeds_transaction_limit", "This payment is larger than the bank account's limit for a transaction."
    ),
    "canceled": Decline("payment_canceled", "The payment was canceled before it settled."),
}

_TABLE = (
    # Cards that pay.
    Outcome("approved"),
    Outcome("approved_without_3ds", three_d_secure="unsupported"),
    Outcome("bypass_pending", bypass_pending=True),
    Outcome("captcha", captcha=True),
    # Cards that are declined already when they are saved, and so at every payment.
    Outcome("declined_generic", "generic_decline", "declined"),
    Outcome("declined_insufficient_funds", "insufficient_funds", "declined"),
    Outcome("declined_lost_card", "lost_card", "declined"),
    Outcome("declined_stolen_card", "stolen_card", "declined"),
    Outcome("declined_expired_card", "expired_card", "declined"),
    Outcome("declined_incorrect_cvc", "incorrect_cvc", "declined", declines_given_cvc_only=True, cvc_check="fail"),
    Outcome("declined_processing_error", "processing_error", "declined"),
    Outcome("declined_velocity_exceeded", "card_velocity_exceeded", "declined"),
    # Cards that can be saved, and are declined at a payment.
    Outcome("charge_declined_generic", "generic_decline"),
    Outcome("charge_declined_lost_card", "lost_card"),
    Outcome("charge_declined_stolen_card", "stolen_card"),
    # Fraud prevention, with the rules that are on by default: block the highest risk, block a failed CVC check.
    Outcome("blocked_always", "highest_risk", risk_level="highest"),
    Outcome("blocked_highest_risk", "highest_risk", risk_level="highest"),
    Outcome("elevated_risk", risk_level="elevated"),
    Outcome("cvc_check_fails", "cvc_rule", declines_given_cvc_only=True, cvc_check="fail"),
    Outcome(
        "cvc_check_fails_elevated_risk",
        "cvc_rule",
        declines_given_cvc_only=True,
        cvc_check="fail",
        risk_level="elevated",
    ),
    Outcome("postal_code_check_fails", postal_code_check="fail"),
    Outcome("postal_code_check_fails_elevated_risk", postal_code_check="fail", risk_level="elevated"),
    Outcome("line1_check_fails", line1_check="fail"),
    Outcome("address_checks_fail", line1_check="fail", postal_code_check="fail"),
    Outcome("address_checks_unavailable", line1_check="unavailable", postal_code_check="unavailable"),
    # What follows a payment.
    Outcome("dispute_fraudulent", disputed="fraudulent"),
    Outcome("dispute_product_not_received", disputed="product_not_received"),
    Outcome("dispute_inquiry", disputed="inquiry"),
    Outcome("dispute_multiple", disputed="multiple"),
    Outcome("dispute_compelling_evidence", disputed="compelling_evidence"),
    Outcome("dispute_compliance", disputed="compliance"),
    Outcome("fraud_warning", fraud_warning=True),
    Outcome("refund_pending", refund="pending"),
    Outcome("refund_fails", refund="fails"),
    # 3-D Secure.
    Outcome("3ds_required", three_d_secure="required"),
    Outcome("3ds_required_declined", "generic_decline", three_d_secure="required"),
    Outcome("3ds_required_error", three_d_secure="required_error"),
    Outcome("3ds_optional", three_d_secure="optional"),
    Outcome("3ds_optional_error", three_d_secure="optional_error"),
    Outcome("3ds_unless_set_up", three_d_secure="unless_set_up"),
    Outcome("3ds_set_up", three_d_secure="set_up"),
    Outcome("3ds_insufficient_funds", "insufficient_funds", three_d_secure="set_up"),
    Outcome("mandate_not_approved", off_session_decline="transaction_not_approved", three_d_secure="unless_set_up"),
    Outcome("mandate_not_notified", off_session_decline="processing_error", three_d_secure="unless_set_up"),
    Outcome("mandate_canceled", off_session_decline="mandate_canceled", three_d_secure="unless_set_up"),
    # Debit cards that receive payouts.
    Outcome("payout_fails", payout_failure="could_not_process"),
    Outcome("payout_not_instant", instant_payouts=False),
    # Bank debits, which are decided some time after they were asked for.
    Outcome("debit_success", settlement="delayed"),
    Outcome("debit_success_slow", settlement="slow"),
    Outcome("debit_processing", settlement="never"),
    Outcome("debit_blocked", "highest_risk", risk_level="highest"),
    Outcome("debit_disputed", settlement="delayed", disputed="debit_not_authorized"),
    Outcome("debit_disputed_slow", settlement="slow", disputed="debit_not_authorized"),
    Outcome("debit_mandate_refused", "debit_not_authorized", settlement="delayed", mandate="refused"),
    Outcome("debit_microdeposits_fail", settlement="delayed", microdeposits="failed"),
    Outcome("debit_failed", "could_not_process", settlement="delayed"),
    Outcome("debit_failed_slow", "could_not_process", settlement="slow"),
    Outcome(
        "debit_account_closed",
        "account_closed",
        settlement="delayed",
        mandate="inactive",
        payout_failure="account_closed",
    ),
    Outcome("debit_no_account", "no_account", settlement="delayed", mandate="inactive", payout_failure="no_account"),
    Outcome(
        "debit_insufficient_funds",
        "debit_insufficient_funds",
        settlement="delayed",
        payout_failure="insufficient_funds",
    ),
    Outcome("debit_insufficient_funds_slow", "debit_insufficient_funds", settlement="slow"),
    Outcome(
        "debit_not_authorized",
        "debit_not_authorized",
        settlement="delayed",
        mandate="inactive",
        payout_failure="debit_not_authorized",
    ),
    Outcome("debit_not_authorized_slow", "debit_not_authorized", settlement="slow", mandate="inactive"),
    Outcome("debit_invalid_currency", "invalid_currency", settlement="delayed", payout_failure="invalid_currency"),
    Outcome("debit_refer_to_customer", "refer_to_customer", settlement="delayed"),
    Outcome("debit_refer_to_customer_slow", "refer_to_customer", settlement="slow"),
    Outcome("debit_source_limit", "source_limit", settlement="delayed"),
    Outcome("debit_weekly_limit", "weekly_limit", settlement="delayed"),
    Outcome("debit_transaction_limit", "transaction_limit", settlement="delayed"),
)

OUTCOMES: dict[str, Outcome] = {outcome.slug: outcome for outcome in _TABLE}


def by_slug(slug: str) -> Outcome | None:
    """Look up a class of behaviour by the slug that a payment method's row keeps."""
    return OUTCOMES.get(slug)


def attach_refusal(slug: str, *, cvc: bool = True) -> Decline | None:
    """Tell with which decline the bank refuses to have this payment method saved; None where it agrees."""
    outcome = OUTCOMES.get(slug)
    if outcome is None or outcome.decline is None or outcome.attach == "accepted":
        return None
    if outcome.declines_given_cvc_only and not cvc:
        return None
    return DECLINES[outcome.decline]
