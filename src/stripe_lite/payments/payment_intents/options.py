"""Which payment methods an intent takes, and the settings for each type of them."""

from collections.abc import Mapping

from stripe_lite.bank.port import ThreeDSecureResult
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.customers.cash_balances import transfers
from stripe_lite.db.work import Work
from stripe_lite.payments import app_payers, kinds, vouchers
from stripe_lite.payments.intents import Intent
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import (
    AutomaticPaymentMethodsParams,
    IntentFields,
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
)
from stripe_lite.payments.payment_method_configurations import service as configurations
from stripe_lite.payments.payment_methods.model import PaymentMethod

DEFAULTS: dict[str, Tree] = {
    "acss_debit": {"verification_method": "automatic"},
    "bancontact": {"preferred_language": "en"},
    "boleto": {"expires_after_days": 3},
    "card": {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
    },
    "customer_balance": {"funding_type": None},
    "konbini": {
        "confirmation_number": None,
        "expires_after_days": None,
        "expires_at": None,
        "product_description": None,
    },
    "oxxo": {"expires_after_days": 3},
    "us_bank_account": {"verification_method": "automatic"},
}
# What a type's settings take and don't give back.
INPUT_ONLY: dict[str, tuple[str, ...]] = {
    "blik": ("code",),
    "card": ("cvc_token", "three_d_secure"),
    "klarna": ("on_demand", "subscriptions"),
    "p24": ("tos_shown_and_accepted",),
    "paypal": ("risk_correlation_id",),
    "upi": ("mandate_options",),
    "us_bank_account": ("networks",),
}
# What the server decides for a type, and not whoever has the client secret: a payer could else pay less, or unchecked.
SECRET_KEY_ONLY = (
    "capture_method",
    "mandate_options",
    "request_extended_authorization",
    "request_incremental_authorization",
    "request_multicapture",
    "request_overcapture",
    "request_three_d_secure",
    "require_cvc_recollection",
    "statement_descriptor_suffix_kana",
    "statement_descriptor_suffix_kanji",
    "three_d_secure",
)
TRANSFER = "payment_method_options[customer_balance][bank_transfer]"
# How a 3-D Secure that was passed elsewhere ended, by the letter that the card's bank gave it.
IMPORTED_RESULTS: dict[str, ThreeDSecureResult] = {
    "A": "attempt_acknowledged",
    "C": "failed",
    "I": "exempted",
    "N": "failed",
    "R": "failed",
    "U": "processing_error",
    "Y": "authenticated",
}

# What is told of it as it was sent; a cryptogram is for the card's bank alone.
IMPORTED_FIELDS = ("electronic_commerce_indicator", "transaction_id", "version")


async def accepted(work: Work, params: PaymentIntentCreateParams) -> Tree:
    """Which types a new intent takes: those that were named, or of those that are configured what fits the currency."""
    automatic = params.automatic_payment_methods
    given = params.payment_method_options
    if chosen_by_name(params.payment_method_types, automatic, params.payment_method_configuration):
        types = params.payment_method_types or ["card"]
        _check_types(types, params.currency, given, manual=params.capture_method == "manual")
        chosen: Tree = {"automatic_payment_methods": None}
    else:
        redirects = (automatic and automatic.allow_redirects) or "always"
        configuration = await configured(work, params.payment_method_configuration)
        chosen = {"automatic_payment_methods": {"allow_redirects": redirects, "enabled": True}} | configuration
        types = _automatic(configuration, params.currency, redirects, manual=params.capture_method == "manual")
    excluded = params.excluded_payment_method_types or []
    types = [name for name in types if name not in excluded]
    return chosen | _settings_of(types, given, {})


def chosen_by_name(
    types: list[str] | None, automatic: AutomaticPaymentMethodsParams | None, configuration: str | None
) -> bool:
    """Whether the types of a new intent were named, and not left to the server; refused where both was done."""
    by_name = types is not None or (automatic is not None and not automatic.enabled)
    if by_name and configuration is not None:
        raise InvalidRequest(
            "You may only specify one of these parameters: payment_method_configuration, payment_method_types.",
            param="payment_method_configuration",
        )
    if types is not None and automatic is not None and automatic.enabled:
        raise InvalidRequest(
            "You may only specify one of these parameters: automatic_payment_methods, payment_method_types.",
            param="payment_method_types",
        )
    return by_name


async def configured(work: Work, named: str | None) -> Tree:
    """The configuration that decides on the types of an intent, and what it offers, as the intent keeps it."""
    choice = await configurations.choose(work, named)
    return {"configuration": {"id": choice.configuration_id, "types": list(choice.types), "strict": choice.configured}}


def changed(intent: PaymentIntent, params: IntentFields | PaymentIntentConfirmParams) -> Tree:
    """The same for an update: only what was sent changes. The intent has its new currency and capture method."""
    details: Tree = {}
    types: list[str] = intent.details["payment_method_types"]
    automatic = intent.details.get("automatic_payment_methods")
    manual = intent.capture_method == "manual"
    given = params.payment_method_options
    before: Tree = intent.details.get("payment_method_options") or {}
    if params.payment_method_types:
        types = params.payment_method_types
        details |= {"automatic_payment_methods": None, "configuration": None}
    elif automatic is not None:
        types = _automatic(intent.details, intent.currency, automatic["allow_redirects"], manual=manual)
    if params.payment_method_types or automatic is None:
        _check_types(types, intent.currency, before | (given or {}), manual=manual)
    excluded = intent.details.get("excluded_payment_method_types") or []
    if params.given("excluded_payment_method_types"):
        excluded = params.excluded_payment_method_types or []
    types = [name for name in types if name not in excluded]
    return details | _settings_of(types, given, before)


def capture_method(intent: PaymentIntent, type: str) -> str:
    """When the money of a payment by this type is taken."""
    own = _of(intent, type).get("capture_method")
    return intent.capture_method if own is None else str(own)


def future_usage(intent: PaymentIntent, type: str) -> str | None:
    """For what a payment method of this type is kept after the payment."""
    own = _of(intent, type).get("setup_future_usage")
    if own is None:
        return intent.setup_future_usage
    return None if own == "none" else str(own)


def of_type(intent: PaymentIntent, type: str) -> Tree:
    """The settings for payments by this type."""
    return _of(intent, type)


def of_card(intent: Intent) -> Tree:
    """The settings for payments by card."""
    return _of(intent, "card")


def server_side(given: Tree | None) -> list[str]:
    """The parameters among settings that whoever has a client secret may not send."""
    return [
        f"payment_method_options[{type}][{name}]"
        for type, settings in (given or {}).items()
        for name in SECRET_KEY_ONLY
        if name in (settings or {})
    ]


def cvc_token(given: Tree | None) -> str | None:
    """The token of a security code that the payer typed in again."""
    token: str | None = ((given or {}).get("card") or {}).get("cvc_token")
    return token


def check_type(intent: PaymentIntent, type: str) -> None:
    """Refuse a payment method of a type that the intent does not take."""
    if type in intent.details["payment_method_types"] or _fits_automatically(intent, type):
        return
    listed = ", ".join(intent.details["payment_method_types"])
    raise InvalidRequest(
        f"The PaymentMethod provided ({type}) is not allowed for this PaymentIntent. Please attach a PaymentMethod of "
        f"one of the following types: {listed}. Alternatively, update the allowed payment_method_types for this "
        f'PaymentIntent to include "{type}".',
        code="payment_intent_invalid_parameter",
        param="payment_method",
    )


def _fits_automatically(intent: PaymentIntent, type: str) -> bool:
    """Whether an intent that leaves the choice to the server can be paid by this type."""
    automatic = intent.details.get("automatic_payment_methods")
    kind = kinds.KINDS.get(type)
    if automatic is None or kind is None or type in (intent.details.get("excluded_payment_method_types") or []):
        return False
    configuration = intent.details.get("configuration")
    if configuration is not None and configuration["strict"] and type not in configuration["types"]:
        return False
    return (
        kind.takes(intent.currency)
        and (kind.reserves or capture_method(intent, type) != "manual")
        and (automatic["allow_redirects"] == "always" or not kind.redirects)
    )


def check_network(intent: Intent, method: PaymentMethod) -> None:
    """Refuse a card that does not run on the network that was chosen for it."""
    network = of_card(intent).get("network")
    if network is not None and network not in method.details["networks"]["available"]:
        raise InvalidRequest(
            f"This card cannot use the network {network}: it can use "
            f"{', '.join(method.details['networks']['available'])}.",
            param="payment_method_options[card][network]",
        )


def check_card(intent: PaymentIntent, method: PaymentMethod, *, cvc_given: bool) -> None:
    """Refuse a card that the settings for cards do not fit."""
    check_network(intent, method)
    settings = of_card(intent)
    if settings.get("require_cvc_recollection") and method.customer_id is not None and not cvc_given:
        raise InvalidRequest(
            "This PaymentIntent requires the card's security code anew: provide "
            "`payment_method_options[card][cvc_token]`.",
            code="parameter_missing",
            param="payment_method_options[card][cvc_token]",
        )


def _of(intent: Intent, type: str) -> Tree:
    return (intent.details.get("payment_method_options") or {}).get(type) or {}


def _automatic(details: Tree, currency: str, redirects: str, *, manual: bool) -> list[str]:
    configuration = details.get("configuration")
    among = kinds.AUTOMATIC if configuration is None else configuration["types"]
    types = kinds.automatic(currency, redirects=redirects == "always", among=among)
    types = [name for name in types if kinds.KINDS[name].reserves or not manual]
    if not types:
        raise InvalidRequest(
            "No valid payment method types for this Payment Intent. Please ensure that you have activated payment "
            "methods compatible with your chosen currency in your payment method configuration.",
            code="payment_intent_invalid_parameter",
        )
    return types


def _check_types(types: list[str], currency: str, given: Tree | None, *, manual: bool) -> None:
    for name in types:
        kind = kinds.KINDS.get(name)
        if kind is None:
            raise InvalidRequest(
                f"The payment method type provided: {name} is invalid, or stripe_lite does not process it yet.",
                code="payment_intent_invalid_parameter",
                param="payment_method_types",
            )
        if not kind.takes(currency):
            raise InvalidRequest(
                f"The currency provided ({currency}) is invalid for one or more payment method types on this "
                f"PaymentIntent. {name} takes: {', '.join(sorted(kind.currencies))}.",
                code="payment_intent_incompatible_payment_method",
                param="payment_method_types",
            )
        settings: Tree = (given or {}).get(name) or {}
        if kind.transfer:
            transfers.check(settings.get("bank_transfer"), currency, TRANSFER)
        own = settings.get("capture_method")
        if not kind.reserves and (own or ("manual" if manual else None)) == "manual":
            raise InvalidRequest(
                f"Payments by {name} cannot be reserved first: `capture_method` cannot be `manual` for this type.",
                code="payment_intent_incompatible_payment_method",
                param="capture_method",
            )


def _settings_of(types: list[str], given: Tree | None, before: Tree) -> Tree:
    details: Tree = {"payment_method_types": types, "payment_method_options": merged(types, given, before)}
    for name in vouchers.VOUCHERS:
        vouchers.check_settings(name, details["payment_method_options"].get(name) or {})
    app_payers.check_settings("pix", details["payment_method_options"].get("pix") or {})
    # UPI takes what its mandate will say, and gives it back by the mandate only.
    agreed: Tree | None = ((given or {}).get("upi") or {}).get("mandate_options")
    if agreed is not None:
        details["upi_mandate_options"] = agreed
    return details | imported_authentication(given)


def mandate_options(intent: PaymentIntent, type: str) -> Tree | None:
    """What a mandate of this type will say."""
    if type == "upi":
        told: Tree | None = intent.details.get("upi_mandate_options")
        return told
    return of_type(intent, type).get("mandate_options")


def imported_authentication(given: Tree | None) -> Tree:
    """How a 3-D Secure ended that was passed elsewhere, where the settings tell of one."""
    told: Tree | None = ((given or {}).get("card") or {}).get("three_d_secure")
    if told is None:
        return {}
    imported = {name: told[name] for name in IMPORTED_FIELDS if told.get(name) is not None}
    return {"authentication": _imported(told), "imported": imported}


def merged(
    types: list[str],
    given: Tree | None,
    before: Tree,
    every: Mapping[str, Tree] = DEFAULTS,
    input_only: Mapping[str, tuple[str, ...]] = INPUT_ONLY,
) -> Tree:
    """`payment_method_options` as clients see it: what was set, on top of what holds without, which `every` tells."""
    settings: Tree = {name: every[name] for name in types if name in every}
    for name, values in before.items():
        if name in types or values != every.get(name):
            settings[name] = values
    for name, values in (given or {}).items():
        defaults = every.get(name, {})
        if values is None:
            settings[name] = defaults
            continue
        own = dict(settings.get(name) or defaults)
        for key, value in values.items():
            if key in input_only.get(name, ()):
                continue
            if value is not None:
                own[key] = _installments(value) if key == "installments" else value
            elif key in defaults:
                own[key] = defaults[key]
            else:
                own.pop(key, None)
        settings[name] = own
    return settings


def _installments(given: Tree) -> Tree:
    """No test card comes with plans of its own; the one that the client names is agreed to."""
    return {"available_plans": [], "enabled": bool(given.get("enabled")), "plan": given.get("plan")}


def _imported(given: Tree) -> ThreeDSecureResult:
    if given.get("exemption_indicator") == "low_risk":
        return "exempted"
    return IMPORTED_RESULTS[given.get("ares_trans_status") or "Y"]
