"""What can be done with customer sessions."""

from datetime import timedelta

from stripe_lite.core.errors import InvalidParameter, InvalidRequest
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.objects import Params, Tree
from stripe_lite.customers.customer_sessions.model import CustomerSession
from stripe_lite.customers.customer_sessions.schema import (
    ComponentsParams,
    CustomerSessionCreateParams,
    CustomerSessionObject,
    ElementFeaturesParams,
    render,
)
from stripe_lite.customers.customers import lookup
from stripe_lite.db.work import Work
from stripe_lite.http.keys import digest

LIFETIME = timedelta(minutes=30)
REDISPLAY_LIMIT_MAX = 10
SECRET_LENGTH = 51

SHEET = {"payment_method_allow_redisplay_filters": ["always"], "payment_method_remove": "disabled"}
FEATURES: dict[str, Tree] = {
    "customer_sheet": SHEET,
    "mobile_payment_element": SHEET
    | {
        "payment_method_redisplay": "disabled",
        "payment_method_save": "disabled",
        "payment_method_save_allow_redisplay_override": None,
    },
    "payment_element": SHEET
    | {
        "payment_method_redisplay": "disabled",
        "payment_method_redisplay_limit": 3,
        "payment_method_save": "disabled",
        "payment_method_save_usage": None,
    },
}


async def create(work: Work, params: CustomerSessionCreateParams) -> CustomerSessionObject:
    """Begin a session for a customer; its client secret is told once."""
    if params.customer is None:
        raise InvalidParameter("Missing required param: customer.", code="parameter_missing", param="customer")
    components = _components(params.components)
    customer = await lookup.living(work, params.customer)
    secret = f"cuss_secret_{new_secret(SECRET_LENGTH)}"
    session = CustomerSession(
        account_id=work.account_id,
        id=new_id("cuss"),
        livemode=work.livemode,
        created_at=work.now,
        digest=digest(secret),
        customer_id=customer.id,
        components=components,
        expires_at=work.now + LIFETIME,
    )
    work.add(session)
    return render(session, secret)


def _components(given: ComponentsParams) -> Tree:
    """Every component, enabled or not; refuses what is not exactly one that is."""
    shown = {name: _component(name, getattr(given, name)) for name in type(given).model_fields}
    if sum(component["enabled"] for component in shown.values()) != 1:
        raise InvalidRequest("Exactly 1 component must be enabled.", param="components")
    return shown


def _component(name: str, given: Params | None) -> Tree:
    sent = {} if given is None else given.model_dump(exclude_unset=True, exclude_none=True)
    shown: Tree = {"enabled": sent.get("enabled", False)}
    features: Tree | None = sent.get("features")
    if features is not None and not shown["enabled"]:
        raise InvalidRequest(
            f"Only an enabled component has features: {name} is not enabled.", param=f"components[{name}][features]"
        )
    if name in FEATURES:
        shown["features"] = FEATURES[name] | (features or {}) if shown["enabled"] else None
    if name == "payment_element" and features is not None:
        _check_element(ElementFeaturesParams.model_validate(features))
    return shown


def _check_element(features: ElementFeaturesParams) -> None:
    path = "components[payment_element][features]"
    limit = features.payment_method_redisplay_limit
    if limit is not None and not 1 <= limit <= REDISPLAY_LIMIT_MAX:
        raise InvalidRequest(
            f"The limit must be between 1 and {REDISPLAY_LIMIT_MAX}.", param=f"{path}[payment_method_redisplay_limit]"
        )
    if features.payment_method_save_usage is not None and features.payment_method_save != "enabled":
        raise InvalidRequest(
            "A usage can only be given where payment methods are saved: set payment_method_save to enabled.",
            param=f"{path}[payment_method_save_usage]",
        )
