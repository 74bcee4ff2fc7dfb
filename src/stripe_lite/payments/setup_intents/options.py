"""Which payment methods a setup intent takes, and the settings for each type of them."""

from collections.abc import Mapping

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments import kinds
from stripe_lite.payments.payment_intents import options as payment_options
from stripe_lite.payments.setup_intents.model import SetupIntent
from stripe_lite.payments.setup_intents.schema import SetupFields, SetupIntentCreateParams

INVALID = "setup_intent_invalid_parameter"

# What can be set up for later payments; everything else is paid with anew each time.
TYPES = frozenset(
    {
        "acss_debit",
        "amazon_pay",
        "au_becs_debit",
        "bacs_debit",
        "bancontact",
        "boleto",
        "card",
        "cashapp",
        "ideal",
        "kakao_pay",
        "klarna",
        "kr_card",
        "link",
        "naver_pay",
        "nz_bank_account",
        "paypal",
        "pix",
        "revolut_pay",
        "sepa_debit",
        "sofort",
        "twint",
        "upi",
        "us_bank_account",
    }
)
# What can be set up for one payment of a known amount.
SINGLE_USE_TYPES = frozenset(
    {
        "acss_debit",
        "au_becs_debit",
        "bacs_debit",
        "bancontact",
        "boleto",
        "ideal",
        "link",
        "sepa_debit",
        "us_bank_account",
    }
)
DEFAULTS: Mapping[str, Tree] = {
    "acss_debit": {"currency": None, "verification_method": "automatic"},
    "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"},
    "klarna": {"currency": None, "preferred_locale": None},
    "us_bank_account": {"verification_method": "automatic"},
}
# What a type's settings take and don't give back.
INPUT_ONLY: Mapping[str, tuple[str, ...]] = {
    "card": ("cvc_token", "installments", "three_d_secure"),  # The first two come of confirmation tokens only.
    "klarna": ("on_demand", "subscriptions"),
    "upi": ("setup_future_usage",),
    "us_bank_account": ("networks",),
}


async def accepted(work: Work, params: SetupIntentCreateParams) -> Tree:
    """Which types a new setup intent takes: those that were named, or of those that are configured what can be kept."""
    automatic = params.automatic_payment_methods
    if payment_options.chosen_by_name(params.payment_method_types, automatic, params.payment_method_configuration):
        types = params.payment_method_types or ["card"]
        _check_types(types)
        chosen: Tree = {"automatic_payment_methods": None}
    else:
        redirects = (automatic and automatic.allow_redirects) or "always"
        chosen = {"automatic_payment_methods": {"allow_redirects": redirects, "enabled": True}}
        chosen |= await payment_options.configured(work, params.payment_method_configuration)
        types = _automatic(chosen)
    return chosen | _settings_of(types, params, {})


async def changed(work: Work, intent: SetupIntent, params: SetupFields) -> Tree:
    """The same for an update: only what was sent changes."""
    details = dict(intent.details)
    if params.payment_method_configuration is not None:
        if details.get("automatic_payment_methods") is None:
            raise InvalidRequest(
                "This SetupIntent names its payment_method_types: a payment_method_configuration would not change "
                "them.",
                param="payment_method_configuration",
            )
        details |= await payment_options.configured(work, params.payment_method_configuration)
    if params.payment_method_types:
        details |= {"automatic_payment_methods": None, "configuration": None}
        types = params.payment_method_types
        _check_types(types)
    elif details.get("automatic_payment_methods") is not None:
        types = _automatic(details)
    else:
        types = details["payment_method_types"]
    return details | _settings_of(types, params, details)


def check_type(intent: SetupIntent, type: str) -> None:
    """Refuse a payment method of a type that the setup intent does not take."""
    if type in intent.details["payment_method_types"] or _fits_automatically(intent, type):
        return
    listed = ", ".join(intent.details["payment_method_types"])
    raise InvalidRequest(
        f"The PaymentMethod provided ({type}) is not allowed for this SetupIntent. Please attach a PaymentMethod of "
        f"one of the following types: {listed}. Alternatively, update the allowed payment_method_types for this "
        f'SetupIntent to include "{type}".',
        code=INVALID,
        param="payment_method",
    )


def check_single_use(intent: SetupIntent, type: str) -> None:
    """Refuse a type that cannot be set up for one payment only, where that is what is wanted."""
    if intent.details.get("single_use") is not None and type not in SINGLE_USE_TYPES:
        raise InvalidRequest(
            f"A payment method of the type {type} cannot be set up for a single use. These can: "
            f"{', '.join(sorted(SINGLE_USE_TYPES))}.",
            code=INVALID,
            param="single_use",
        )


def settings(intent: SetupIntent, given: Tree | None) -> Tree:
    """What a confirmation changes of the settings."""
    details = intent.details
    merged = payment_options.merged(
        details["payment_method_types"], given, details.get("payment_method_options") or {}, DEFAULTS, INPUT_ONLY
    )
    return {"payment_method_options": merged} | payment_options.imported_authentication(given) | _own_usage(given)


def usage(intent: SetupIntent, type: str) -> str:
    """How a payment method of this type will be used: UPI may have a setting of its own."""
    own: str | None = intent.details.get("upi_usage") if type == "upi" else None
    return own or intent.usage


def _fits_automatically(intent: SetupIntent, type: str) -> bool:
    """Whether a setup intent that leaves the choice to the server can set this type up."""
    automatic: Tree | None = intent.details.get("automatic_payment_methods")
    excluded = intent.details.get("excluded_payment_method_types") or []
    if automatic is None or type not in TYPES or type in excluded:
        return False
    configuration = intent.details.get("configuration")
    if configuration is not None and configuration["strict"] and type not in configuration["types"]:
        return False
    return automatic["allow_redirects"] == "always" or not kinds.KINDS[type].redirects


def _automatic(chosen: Tree) -> list[str]:
    redirects: bool = chosen["automatic_payment_methods"]["allow_redirects"] == "always"
    types = [
        name
        for name in chosen["configuration"]["types"]
        if name in TYPES and (redirects or not kinds.KINDS[name].redirects)
    ]
    if not types:
        raise InvalidRequest(
            "No valid payment method types for this Setup Intent. Please ensure that you have activated payment "
            "methods compatible with Setup Intents in your payment method configuration.",
            code=INVALID,
        )
    return types


def _check_types(types: list[str]) -> None:
    for name in types:
        if name not in kinds.KINDS:
            raise InvalidRequest(
                f"The payment method type provided: {name} is invalid, or stripe_lite does not process it yet.",
                code=INVALID,
                param="payment_method_types",
            )
        if name not in TYPES:
            raise InvalidRequest(
                f"The payment method type {name} cannot be set up for later payments.",
                code=INVALID,
                param="payment_method_types",
            )


def _settings_of(types: list[str], params: SetupFields, before: Tree) -> Tree:
    excluded = before.get("excluded_payment_method_types") or []
    if params.given("excluded_payment_method_types"):
        excluded = params.excluded_payment_method_types or []
    types = [name for name in types if name not in excluded]
    given = params.payment_method_options
    options = before.get("payment_method_options") or {}
    details: Tree = {
        "payment_method_types": types,
        "payment_method_options": payment_options.merged(types, given, options, DEFAULTS, INPUT_ONLY),
    }
    return details | payment_options.imported_authentication(given) | _own_usage(given)


def _own_usage(given: Tree | None) -> Tree:
    own: Tree = (given or {}).get("upi") or {}
    return {"upi_usage": own["setup_future_usage"]} if "setup_future_usage" in own else {}
