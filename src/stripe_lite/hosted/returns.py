"""Where a customer says which account their money is to be sent back to.

A program that sends JSON gets JSON: POST {"account_number": …}   →   {"refund": …, "status": …}
"""

import json

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, JSONResponse

from stripe_lite.bank import refund_accounts
from stripe_lite.core.errors import ResourceMissing, StripeError
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.db.work import Work
from stripe_lite.hosted import pages, visits
from stripe_lite.hosted.visits import ReturnVisit
from stripe_lite.http import body, phases
from stripe_lite.http.answers import Outcome, failure
from stripe_lite.http.phases import Call, Handler, Kit
from stripe_lite.payments.refunds import returns
from stripe_lite.payments.refunds.machine import RefundStatus
from stripe_lite.payments.refunds.schema import render

PATH = "/hosted/refunds/{account_id}/{name}"


def router(kit: Kit) -> APIRouter:
    """The page of a refund that waits for its customer."""
    routes = APIRouter(tags=["Payer's pages"])

    @routes.get(PATH, response_class=HTMLResponse)
    async def show_return(account_id: str, name: str) -> Response:
        """Ask where money is to be sent back to."""
        visit = await visits.of_return(kit, account_id, name)
        return pages.missing() if visit is None else _page(visit)

    @routes.post(PATH, response_class=HTMLResponse)
    async def answer_return(request: Request, account_id: str, name: str) -> Response:
        """Say where money is to be sent back to."""
        content_type = request.headers.get("content-type")
        as_json = pages.wants_json(request) or (content_type or "").startswith("application/json")
        origin = f"{request.url.scheme}://{request.url.netloc}"
        visit = await visits.of_return(kit, account_id, name, origin)
        if visit is None:
            return _missing_json(name) if as_json else pages.missing()
        try:
            content = await body.read(request.headers.get("content-length", "").encode() or None, request.receive)
            sent = body.parameters(b"", content, content_type)
            handler = _answering(visit.refund.id, str(sent.get("account_number") or ""))
            outcome = await phases.execute(kit, Call(visit.who, handler, writes=True))
        except StripeError as error:
            outcome = failure(error)
        except body.ClientGone:
            return Response(status_code=400)  # Nobody reads it.
        if as_json:
            return _answer_json(outcome)
        now = await visits.of_return(kit, account_id, name, origin) or visit
        problem: str | None = None if outcome.status == 200 else json.loads(outcome.body)["error"]["message"]
        return _page(now, outcome.status, problem)

    return routes


def _answering(id: str, number: str) -> Handler:
    async def answer(work: Work) -> StripeObject:
        return render(await returns.answer(work, id, number))

    return answer


def _page(visit: ReturnVisit, status: int = 200, problem: str | None = None) -> Response:
    refund = visit.refund
    if refund.status == RefundStatus.REQUIRES_ACTION:
        return pages.page(
            "return.html",
            status,
            merchant=visit.merchant,
            refund=refund,
            accounts=refund_accounts.ACCOUNTS[refund.currency],
            problem=problem,
            livemode=refund.livemode,
        )
    title, text, tone = {
        RefundStatus.PENDING: ("Your money is on its way", "Your bank will tell you when it is there.", "pending"),
        RefundStatus.SUCCEEDED: ("Your money was sent", "It is in the account that you named.", "succeeded"),
    }.get(RefundStatus(refund.status), ("There is nothing to send", "Ask the shop what became of it.", "failed"))
    return pages.page("message.html", title=title, text=text, tone=tone, back=None, livemode=refund.livemode)


def _answer_json(outcome: Outcome) -> Response:
    if outcome.status != 200:
        return Response(outcome.body, outcome.status, media_type="application/json")
    told: Tree = json.loads(outcome.body)
    return JSONResponse({"refund": told["id"], "status": told["status"]})


def _missing_json(name: str) -> Response:
    id = name.rpartition("_")[0]
    return Response(failure(ResourceMissing("refund", id, param="refund")).body, 404, media_type="application/json")
