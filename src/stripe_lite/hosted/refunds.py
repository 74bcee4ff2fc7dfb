"""Where a payer says which account a refund is to be sent to; its address is the receipt's, and the refund's id.

A program that sends JSON gets JSON: POST {"account_holder_name": …, "account_number": …} → {"refund": …, "status": …}.
"""

import json
import re

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, JSONResponse

from stripe_lite.core.errors import InvalidParameter, ResourceMissing, StripeError
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.db.work import Work
from stripe_lite.hosted import pages, visits
from stripe_lite.hosted.visits import ReceiptVisit
from stripe_lite.http import body, phases
from stripe_lite.http.answers import Outcome, failure
from stripe_lite.http.phases import Call, Kit
from stripe_lite.payments.refunds import answers
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.schema import render

PATH = "/receipts/{account_id}/{name}/refunds/{refund_id}"
ACCOUNT_NUMBER = re.compile(r"[A-Za-z0-9 -]{4,34}")


def router(kit: Kit) -> APIRouter:
    """The page of a refund that waits for its payer."""
    routes = APIRouter(tags=["Payer's pages"])

    @routes.get(PATH, response_class=HTMLResponse)
    async def show_refund(account_id: str, name: str, refund_id: str) -> Response:
        """Ask where a refund is to be sent."""
        visit = await visits.of_receipt(kit, account_id, name)
        refund = None if visit is None else _named(visit, refund_id)
        return pages.missing() if visit is None or refund is None else _page(visit, refund)

    @routes.post(PATH, response_class=HTMLResponse)
    async def answer_refund(request: Request, account_id: str, name: str, refund_id: str) -> Response:
        """Say where a refund is to be sent."""
        content_type = request.headers.get("content-type")
        as_json = pages.wants_json(request) or (content_type or "").startswith("application/json")
        visit = await visits.of_receipt(kit, account_id, name, f"{request.url.scheme}://{request.url.netloc}")
        refund = None if visit is None else _named(visit, refund_id)
        if visit is None or refund is None:
            return _missing_json(refund_id) if as_json else pages.missing()
        try:
            content = await body.read(request.headers.get("content-length", "").encode() or None, request.receive)
            _check(body.parameters(b"", content, content_type))
            outcome = await phases.execute(kit, Call(visit.who, _giving(refund.id), writes=True))
        except StripeError as error:
            outcome = failure(error)
        except body.ClientGone:
            return Response(status_code=400)  # Nobody reads it.
        return _answer_json(outcome) if as_json else _answer(visit, refund, outcome)

    return routes


def _named(visit: ReceiptVisit, refund_id: str) -> Refund | None:
    return next((refund for refund in visit.waiting if refund.id == refund_id), None)


def _check(sent: Tree) -> None:
    """Refuse an account that cannot be one."""
    if not str(sent.get("account_holder_name") or "").strip():
        raise InvalidParameter("Tell us whose account it is.", param="account_holder_name")
    if ACCOUNT_NUMBER.fullmatch(str(sent.get("account_number") or "")) is None:
        raise InvalidParameter("This is no account number.", param="account_number")


def _giving(id: str) -> phases.Handler:
    async def give(work: Work) -> StripeObject:
        return render(await answers.give(work, id))

    return give


def _page(visit: ReceiptVisit, refund: Refund, status: int = 200, problem: str | None = None) -> Response:
    return pages.page(
        "refund.html",
        status,
        merchant=visit.merchant,
        refund=refund,
        problem=problem,
        livemode=refund.livemode,
    )


def _answer(visit: ReceiptVisit, refund: Refund, outcome: Outcome) -> Response:
    if outcome.status != 200:
        message: str = json.loads(outcome.body)["error"]["message"]
        return _page(visit, refund, outcome.status, message)
    return pages.page(
        "message.html",
        title="Your refund is on its way",
        text=f"{visit.merchant} sends it to the account that you named. You can close this window.",
        tone="pending",
        back=None,
        livemode=refund.livemode,
    )


def _answer_json(outcome: Outcome) -> Response:
    if outcome.status != 200:
        return Response(outcome.body, outcome.status, media_type="application/json")
    told: Tree = json.loads(outcome.body)
    return JSONResponse({"refund": told["id"], "status": told["status"]})


def _missing_json(id: str) -> Response:
    return Response(failure(ResourceMissing("refund", id, param="refund")).body, 404, media_type="application/json")
