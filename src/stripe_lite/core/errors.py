"""Every error a client can be told, as one tree.

StripeError
├─ InvalidRequest            400  the request cannot be carried out as it was sent
│  ├─ ResourceMissing        404  no such object in this account and mode
│  ├─ UnrecognizedUrl        404  no such operation
│  ├─ UnexpectedState        400  the object's status forbids the operation
│  ├─ KeyInUse               409  the idempotency key's first request is still running
│  └─ LockTimeout            429  another request holds the object
├─ AuthenticationFailed      401  no key, or none that we know
├─ PermissionDenied          403  the key may not do this
├─ RateLimited               429  too many requests
├─ IdempotencyMismatch       400  the key was first used with something else
├─ CardError                 402  the bank or the card said no; the attempt stays on record
└─ ApiError                  500  our own fault
   ├─ OutcomeUnknown         500  it was begun and will be finished; look it up, or ask again with the same key
   └─ Unavailable            503  nothing was done; try again
"""

from collections.abc import Mapping
from typing import Any

DOC_URL = "https://stripe.com/docs/error-codes/"


class StripeError(Exception):
    """A refusal that a client sees as `{"error": {...}}`.

    `keeps_work` says that what was done so far is committed with the error: a declined charge stays on record.
    `saved` says that an idempotency key remembers this answer; what was refused before execution is not remembered.
    """

    status = 400
    type = "invalid_request_error"
    keeps_work = False
    saved = True
    should_retry = False

    def __init__(
        self, message: str, *, code: str | None = None, param: str | None = None, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.extra = dict(extra or {})

    def put_within(self, name: str) -> None:
        """Name the parameter in full, where the client sent it within another one."""
        if self.param is not None:
            first, bracket, rest = self.param.partition("[")
            full = f"{name}[{first}]{bracket}{rest}"
            self.message = self.message.replace(f"required param: {self.param}.", f"required param: {full}.")
            self.param = full

    def body(self) -> dict[str, Any]:
        """The object under `error`, with a link to the code's documentation where it has one."""
        error: dict[str, Any] = {"type": self.type, "message": self.message}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = DOC_URL + self.code.replace("_", "-")
        if self.param is not None:
            error["param"] = self.param
        return error | self.extra


class InvalidRequest(StripeError):
    """The request cannot be carried out as it was sent."""


class InvalidParameter(InvalidRequest):
    """A parameter has the wrong name, type or form; nothing was executed, so the key may be used again."""

    saved = False


class ResourceMissing(InvalidRequest):
    """No such object in this account and mode. Another account's object reads exactly the same."""

    status = 404

    def __init__(self, noun: str, id: str, *, param: str = "id") -> None:
        super().__init__(f"No such {noun}: '{id}'", code="resource_missing", param=param)
        self.id = id

    def hint_at_other_mode(self, *, livemode: bool) -> None:
        """Say that the account has such an object in the mode that was not asked."""
        here, there = ("live", "test") if livemode else ("test", "live")
        self.message += (
            f"; a similar object exists in {there} mode, but a {here} mode key was used to make this request."
        )


class UnrecognizedUrl(InvalidRequest):
    """No operation has this method and path."""

    status = 404
    saved = False

    def __init__(self, method: str, path: str, hint: str = "") -> None:
        super().__init__(f"Unrecognized request URL ({method}: {path}).{hint}")


class UnexpectedState(InvalidRequest):
    """The object's status forbids the operation."""


class KeyInUse(InvalidRequest):
    """The first request with this idempotency key is still running."""

    status = 409
    saved = False
    should_retry = True

    def __init__(self) -> None:
        super().__init__(
            "There is currently another in-progress request using this Idempotent Key "
            "(that probably means you submitted twice, and the other request is still going through). "
            "Please try again later.",
            code="idempotency_key_in_use",
        )


class LockTimeout(InvalidRequest):
    """Another request holds the object; nothing was executed."""

    status = 429
    saved = False
    should_retry = True

    def __init__(self) -> None:
        super().__init__(
            "This object cannot be accessed right now because another API request or background process is currently "
            "accessing it. If you see this error intermittently, retry the request.",
            code="lock_timeout",
        )


class AuthenticationFailed(StripeError):
    """No API key, or none that we know."""

    status = 401
    saved = False


class PermissionDenied(StripeError):
    """The key may not do this."""

    status = 403
    saved = False


class RateLimited(StripeError):
    """The account sent too many requests."""

    status = 429
    saved = False
    should_retry = True

    def __init__(self, reason: str = "global-rate") -> None:
        super().__init__(
            "Request rate limit exceeded. Slow down: wait a little longer before each retry.", code="rate_limit"
        )
        self.reason = reason


class IdempotencyMismatch(StripeError):
    """The idempotency key was first used with other parameters or another endpoint."""

    type = "idempotency_error"
    saved = False


class CardError(StripeError):
    """The bank or the card said no. The attempt and its events stay on record."""

    status = 402
    type = "card_error"
    keeps_work = True

    def __init__(
        self,
        message: str,
        *,
        code: str,
        decline_code: str | None = None,
        param: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        decline = {} if decline_code is None else {"decline_code": decline_code}
        super().__init__(message, code=code, param=param, extra=decline | dict(extra or {}))


class ApiError(StripeError):
    """Our own fault. The details are in the log, under the request's id."""

    status = 500
    type = "api_error"

    def __init__(
        self, message: str = "An unknown error occurred on our side; the request id names it in our log."
    ) -> None:
        super().__init__(message)


class OutcomeUnknown(ApiError):
    """The operation was begun, and how it ends is not known yet: never call that failed.

    With an idempotency key the request may be sent again, and gets the answer once there is one.
    """

    saved = False

    def __init__(self, *, keyed: bool) -> None:
        super().__init__(
            "The outcome of this request is not known yet. "
            + ("Send it again with the same idempotency key." if keyed else "Look it up before you send it again.")
        )
        self.should_retry = keyed


class Unavailable(ApiError):
    """Nothing was executed; the request may be sent again."""

    status = 503
    saved = False
    should_retry = True
