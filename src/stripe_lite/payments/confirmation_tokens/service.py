"""What can be done with confirmation tokens: intents of both kinds `take` one, `fill` in what it brings, `spend` it."""

from datetime import timedelta
from typing import Any, TypeVar

from stripe_lite.core.errors import InvalidParameter, InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Params, Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.confirmation_tokens.model import ConfirmationToken
from stripe_lite.payments.confirmation_tokens.schema import (
    ConfirmationTokenCreateParams,
    ConfirmationTokenObject,
    PaymentMethodPreviewObject,
    render,
)
from stripe_lite.payments.payment_intents import checks
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import render as render_method

NOUN = "confirmation_token"
LIFE = timedelta(hours=12)

# The columns of a payment method that its token keeps until it is made.
KEPT = (
    "allow_redisplay",
    "billing_details",
    "cvc",
    "details",
    "extras",
    "fingerprint",
    "legacy",
    "meta",
    "outcome",
    "set_up",
    "spent",
    "type",
    "verified",
)

AnyParams = TypeVar("AnyParams", bound=Params)


async def create(work: Work, params: ConfirmationTokenCreateParams) -> ConfirmationToken:
    """Create a token for tests, as a payer's browser does elsewhere."""
    if work.livemode:
        raise InvalidRequest("Test helpers can only be used in test mode.")
    checks.check_return_url(params.return_url)
    method = await _read(work, params)
    attached = method is not None and params.payment_method == method.id
    sent: Tree = params.model_dump(exclude_unset=True)
    token = ConfirmationToken(
        account_id=work.account_id,
        id=new_id("ctoken"),
        livemode=work.livemode,
        created_at=work.now,
        expires_at=work.now + LIFE,
        payment_method_id=params.payment_method if attached else None,
        setup_future_usage=params.setup_future_usage,
        method={} if method is None or attached else {name: getattr(method, name) for name in KEPT},
        details={name: sent.get(name) for name in ("payment_method_options", "return_url", "shipping")}
        | {"preview": None if method is None else _preview(method)},
    )
    work.add(token)
    return token


async def retrieve(work: Work, id: str, *, param: str = NOUN, lock: bool = False) -> ConfirmationToken:
    """The confirmation token with this id."""
    token = await work.get(ConfirmationToken, id, lock=lock)
    if token is None:
        raise ResourceMissing(NOUN, id, param=param)
    return token


async def show(work: Work, id: str) -> ConfirmationTokenObject:
    """The confirmation token as clients see it."""
    return render(await retrieve(work, id))


async def take(work: Work, id: str) -> ConfirmationToken:
    """The token, to confirm an intent with: locked, and refused where it was used or has expired."""
    token = await retrieve(work, id, lock=True)
    used = token.payment_intent_id or token.setup_intent_id
    if used is not None:
        raise InvalidRequest(
            f"The ConfirmationToken {id} has already been used to confirm {used}. You must create a new one before you "
            "can retry this request.",
            code="token_already_used",
            param=NOUN,
        )
    if token.expires_at <= work.now:
        raise InvalidRequest(
            f"The ConfirmationToken {id} has expired: it can be used for {LIFE // timedelta(hours=1)} hours. You must "
            "create a new one before you can retry this request.",
            param=NOUN,
        )
    return token


async def taken(work: Work, id: str | None) -> ConfirmationToken | None:
    """The same where a request may name none."""
    return None if id is None else await take(work, id)


async def fill(work: Work, token: ConfirmationToken, params: AnyParams) -> AnyParams:
    """A request with what the token brings. What the request itself says comes first."""
    brought: Tree = {"use_stripe_sdk": True, "setup_future_usage": token.setup_future_usage}
    brought |= {name: token.details.get(name) for name in ("return_url", "shipping")}
    if not (params.given("payment_method") or params.given("payment_method_data")):
        brought["payment_method"] = await _method_id(work, token)
    fields = type(params).model_fields
    brought = {
        name: value
        for name, value in brought.items()
        if name in fields and value is not None and not params.given(name)
    }
    options: Tree | None = token.details.get("payment_method_options")
    if options:
        brought["payment_method_options"] = _merged(options, params.sent().get("payment_method_options") or {})
    raw = {name: getattr(params, name) for name in params.model_fields_set}
    return type(params).model_validate(raw | brought)


def spend(token: ConfirmationToken, *, payment_intent: str | None = None, setup_intent: str | None = None) -> None:
    """Note the intent that was confirmed with the token: it cannot be used for another one."""
    token.payment_intent_id = payment_intent
    token.setup_intent_id = setup_intent


async def _read(work: Work, params: ConfirmationTokenCreateParams) -> PaymentMethod | None:
    """The payment method that a new token brings: one that exists, or one that is not written yet."""
    if params.payment_method is not None and params.payment_method_data is not None:
        raise InvalidParameter(
            "You may only specify one of these parameters: payment_method, payment_method_data.",
            param="payment_method_data",
        )
    if params.payment_method_data is not None:
        return await payment_methods.read_data(work, params.payment_method_data)
    if params.payment_method is None:
        return None
    named = payment_methods.read_named(work, params.payment_method)
    return await payment_methods.resolve(work, params.payment_method) if named is None else named


async def _method_id(work: Work, token: ConfirmationToken) -> str | None:
    """The payment method that the token names, or one that is made of what it keeps."""
    if not token.method:
        return token.payment_method_id
    method = PaymentMethod(
        account_id=work.account_id,
        id=new_id("pm"),
        livemode=work.livemode,
        created_at=work.now,
        **token.method,
    )
    work.add(method)
    return method.id


def _preview(method: PaymentMethod) -> Tree:
    shown = render_method(method).tree()
    return {name: value for name, value in shown.items() if name in PaymentMethodPreviewObject.model_fields}


def _merged(brought: Tree, sent: Tree) -> Tree:
    """Settings of both, type by type; those that the request sends come first."""
    both: dict[str, Any] = dict(brought)
    for type, settings in sent.items():
        both[type] = None if settings is None else (brought.get(type) or {}) | settings
    return both
