"""Which payment methods an intent takes, and the settings for each type of them."""

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.payments import kinds
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import (
    IntentFields,
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
)

CARD_DEFAULTS: Tree = {
    "installments": None,
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}
# What a card's settings take and don't give back.
CARD_INPUT_ONLY = ("cvc_token", "installments", "moto", "three_d_secure", "mandate_options")


def accepted(params: PaymentIntentCreateParams) -> Tree:
    """Which types a new intent takes: those that were named, or whatever fits the currency."""
    automatic = params.automatic_payment_methods
    if params.payment_method_types is not None and automatic is not None and automatic.enabled:
        raise InvalidRequest(
            "You may only specify one of these parameters: automatic_payment_methods, payment_method_types.",
            param="payment_method_types",
        )
    if params.payment_method_types is not None or (automatic is not None and not automatic.enabled):
        types = params.payment_method_types or ["card"]
        _check_types(types, params.currency)
        chosen: Tree = {"automatic_payment_methods": None, "payment_method_types": types}
    else:
        redirects = (automatic and automatic.allow_redirects) or "always"
        chosen = {
            "automatic_payment_methods": {"allow_redirects": redirects, "enabled": True},
            "payment_method_types": kinds.automatic(params.currency, redirects=redirects == "always"),
        }
    excluded = params.excluded_payment_method_types or []
    chosen["payment_method_types"] = [name for name in chosen["payment_method_types"] if name not in excluded]
    return chosen | {
        "payment_method_options": settings(chosen["payment_method_types"], params.payment_method_options),
        "requested": _requested(params.payment_method_options),
    }


def changed(intent: PaymentIntent, params: IntentFields | PaymentIntentConfirmParams) -> Tree:
    """The same for an update: only what was sent changes."""
    details: Tree = {}
    types: list[str] = intent.details["payment_method_types"]
    if params.payment_method_types:
        _check_types(params.payment_method_types, intent.currency)
        types = params.payment_method_types
        details |= {"automatic_payment_methods": None}
    if params.excluded_payment_method_types:
        types = [name for name in types if name not in params.excluded_payment_method_types]
    details["payment_method_types"] = types
    before: Tree = intent.details.get("payment_method_options") or {}
    details["payment_method_options"] = settings(types, params.payment_method_options, before)
    details["requested"] = (intent.details.get("requested") or {}) | _requested(params.payment_method_options)
    return details


def settings(types: list[str], given: Tree | None, before: Tree | None = None) -> Tree:
    """`payment_method_options` as clients see it: what was set, on top of what holds without."""
    merged: Tree = {"card": CARD_DEFAULTS} if "card" in types else {}
    if "link" in types:
        merged["link"] = {"persistent_token": None}
    for source in (before or {}, given or {}):
        for name, values in source.items():
            hidden = CARD_INPUT_ONLY if name == "card" and source is given else ()
            shown = {key: value for key, value in (values or {}).items() if key not in hidden and value is not None}
            merged[name] = (merged.get(name) or {}) | shown
    return merged


def check_type(intent: PaymentIntent, type: str) -> None:
    """Refuse a payment method of a type that the intent does not take."""
    details = intent.details
    if details.get("automatic_payment_methods") is not None:
        kind = kinds.KINDS.get(type)
        redirects = details["automatic_payment_methods"]["allow_redirects"] == "always"
        excluded = details.get("excluded_payment_method_types") or []
        if kind is not None and type not in excluded and (redirects or not kind.redirects):
            return
    elif type in details["payment_method_types"]:
        return
    listed = ", ".join(details["payment_method_types"])
    raise InvalidRequest(
        f"The PaymentMethod provided ({type}) is not allowed for this PaymentIntent. Please attach a PaymentMethod of "
        f"one of the following types: {listed}. Alternatively, update the allowed payment_method_types for this "
        f'PaymentIntent to include "{type}".',
        code="payment_intent_invalid_parameter",
        param="payment_method",
    )


def _check_types(types: list[str], currency: str) -> None:
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


def _requested(given: Tree | None) -> Tree:
    """What of the settings decides how a payment goes, though it is not shown."""
    card = (given or {}).get("card") or {}
    return {name: card[name] for name in ("moto", "setup_future_usage", "three_d_secure") if name in card}
