"""How the tutorial APIs say no: `{"error": {…}}` with a sentence, Stripe's code and our name of the parameter."""

from collections.abc import Mapping

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from pydantic_core import from_json, to_json

from stripe_lite.core.card_numbers import redact
from stripe_lite.core.errors import InvalidParameter, InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.http.answers import Outcome, failure

# FastAPI's status for parameters that do not fit; Stripe's would be 400.
UNPROCESSABLE = 422

# Of Stripe's errors these are told; the objects that come with some of them have Stripe's form, not this API's.
TOLD = ("type", "message", "code", "param", "decline_code", "charge")
# Error code → what is said instead of a sentence that speaks of Stripe's parameters.
SAID: Mapping[str, str] = {
    "authentication_required": "The card's owner has to authenticate this payment, and there is no page for that here. "
    "Use another card, or pay through /v1, where `next_action` leads to the page.",
}


class Refused(Exception):
    """An operation was refused; the outcome is what Stripe's API would answer."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.status)
        self.outcome = outcome


class NotServedYet(InvalidRequest):
    """A path of the tutorial's that a later version will serve."""

    status = 501
    saved = False

    def __init__(self, message: str) -> None:
        super().__init__(message, code="not_served_yet")


class ClassicErrorDetail(BaseModel):
    """What went wrong."""

    type: str = Field(description="`invalid_request_error`, `card_error`, `idempotency_error` or `api_error`.")
    message: str = Field(description="What is wrong, as a sentence for the integrator.")
    code: str | None = Field(None, description="The same for programs, such as `resource_missing`.")
    param: str | None = Field(None, description="The parameter that is to blame.")
    decline_code: str | None = Field(None, description="Why the bank declined.")
    charge: str | None = Field(None, description="The charge that failed.")
    payment_intent: str | None = Field(None, description="The payment intent that failed.")


class ClassicError(BaseModel):
    """A refusal."""

    error: ClassicErrorDetail


def invalid(error: RequestValidationError) -> Outcome:
    """What a client is told of parameters that do not fit."""
    first = error.errors()[0]
    param = ".".join(str(step) for step in first["loc"][1:])
    if not param:
        refused = InvalidParameter("This request needs a JSON object as its body, sent as application/json.")
    elif first["type"] == "missing":
        refused = InvalidParameter(f"Missing required param: {param}.", code="parameter_missing", param=param)
    elif first["type"] == "extra_forbidden":
        refused = unknown(param)
    else:
        refused = InvalidParameter(f"Invalid {param}: {first['msg']}.", code="parameter_invalid", param=param)
    refused.status = UNPROCESSABLE
    return failure(refused)


def unknown(param: str) -> InvalidParameter:
    """The refusal of a parameter that the operation does not have."""
    shown = redact(param)
    refused = InvalidParameter(f"Received unknown parameter: {shown}", code="parameter_unknown", param=shown)
    refused.status = UNPROCESSABLE
    return refused


def told(outcome: Outcome, names: Mapping[str, str]) -> Outcome:
    """A refusal in this API's form: the objects in it by their ids, and parameters by the names they have here."""
    error: Tree = from_json(outcome.body)["error"]
    kept = {name: error[name] for name in TOLD if name in error}
    if isinstance(error.get("payment_intent"), dict):
        kept["payment_intent"] = error["payment_intent"]["id"]
    if kept.get("code") in SAID:
        kept["message"] = SAID[kept["code"]]
    if "param" in kept and kept.get("code") != "parameter_unknown":
        named, bracket, rest = kept["param"].partition("[")
        ours = f"{names.get(named, named)}{bracket}{rest}"
        kept["message"] = kept["message"].replace(f"Invalid {kept['param']}:", f"Invalid {ours}:")
        kept["param"] = ours
    return Outcome(outcome.status, to_json({"error": kept}), headers=outcome.headers)
