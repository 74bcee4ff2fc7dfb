"""Where a payer says which account a refund is to be sent to: below the receipt of the payment, or by itself.

A program that sends JSON gets JSON: POST {"account_holder_name": …, "account_number": …} → {"refund": …, "status": …}.
What was paid by bank transfer can be left with the merchant for later payments: POST {"outcome": "keep"}.
"""

import json
import re

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, JSONResponse

from stripe_lite.bank import refund_accounts
from stripe_lite.core.errors import InvalidParameter, ResourceMissing, StripeError
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.db.work import Work
from stripe_lite.hosted import pages, visits
from stripe_lite.hosted.visits import RefundVisit
from stripe_lite.http import body, phases
from stripe_lite.http.answers import Outcome, failure
from stripe_lite.http.phases import Call, Kit
from stripe_lite.payments.refunds import answers, returns
from stripe_lite.payments.refunds.machine import RefundStatus
from stripe_lite.payments.refunds.schema import render

PATH = "/receipts/{account_id}/{name}/refunds/{refund_id}"
CASH_PATH = "/hosted/refunds/{account_id}/{name}"
ACCOUNT_NUMBER = re.compile(r"[A-Za-z0-9 -]{4,34}")
KEEP = "keep"


def router(kit: Kit) -> APIRouter:
    """The page of a refund that waits for its payer."""
    routes = APIRouter(tags=["Payer's pages"])

    @routes.get(PATH, response_class=HTMLResponse)
    async def show_refund(request: Request, account_id: str, name: str, refund_id: str) -> Response:
        """Ask where a refund is to be sent."""
        return await _show(kit, request, account_id, refund_id)

    @routes.post(PATH, response_class=HTMLResponse)
    async def answer_refund(request: Request, account_id: str, name: str, refund_id: str) -> Response:
        """Say where a refund is to be sent."""
        return await _take(kit, request, account_id, refund_id)

    @routes.get(CASH_PATH, response_class=HTMLResponse)
    async def show_cash_refund(request: Request, account_id: str, name: str) -> Response:
        """Ask where a customer's cash is to be sent back to."""
        return await _show(kit, request, account_id, name.rpartition("_")[0])

    @routes.post(CASH_PATH, response_class=HTMLResponse)
    async def answer_cash_refund(request: Request, account_id: str, name: str) -> Response:
        """Say where a customer's cash is to be sent back to."""
        return await _take(kit, request, account_id, name.rpartition("_")[0])

    return routes


async def _show(kit: Kit, request: Request, account_id: str, refund_id: str) -> Response:
    visit = await visits.of_refund(kit, account_id, refund_id, request.url)
    return pages.missing() if visit is None else _page(visit)


async def _take(kit: Kit, request: Request, account_id: str, refund_id: str) -> Response:
    content_type = request.headers.get("content-type")
    as_json = pages.wants_json(request) or (content_type or "").startswith("application/json")
    visit = await visits.of_refund(kit, account_id, refund_id, request.url)
    if visit is None:
        return _missing_json(refund_id) if as_json else pages.missing()
    try:
        content = await body.read(request.headers.get("content-length", "").encode() or None, request.receive)
        handler = _chosen(visit.refund.id, body.parameters(b"", content, content_type))
        outcome = await phases.execute(kit, Call(visit.who, handler, writes=True))
    except StripeError as error:
        outcome = failure(error)
    except body.ClientGone:
        return Response(status_code=400)  # Nobody reads it.
    return _answer_json(outcome) if as_json else _answer(visit, outcome)


def _chosen(id: str, sent: Tree) -> phases.Handler:
    """What the payer chose, as an operation."""
    if sent.get("outcome") == KEEP:

        async def keep(work: Work) -> StripeObject:
            return render(await answers.keep(work, id))

        return keep
    _check(sent)

    async def give(work: Work) -> StripeObject:
        return render(await answers.give(work, id, str(sent["account_number"])))

    return give


def _check(sent: Tree) -> None:
    """Refuse an account that cannot be one."""
    if not str(sent.get("account_holder_name") or "").strip():
        raise InvalidParameter("Tell us whose account it is.", param="account_holder_name")
    if ACCOUNT_NUMBER.fullmatch(str(sent.get("account_number") or "")) is None:
        raise InvalidParameter("This is no account number.", param="account_number")


def _page(visit: RefundVisit, status: int = 200, problem: str | None = None) -> Response:
    refund = visit.refund
    by_transfer = refund.details["method"] == returns.METHOD
    return pages.page(
        "refund.html",
        status,
        merchant=visit.merchant,
        refund=refund,
        accounts=refund_accounts.ACCOUNTS[refund.currency] if by_transfer else None,
        keepable=by_transfer and refund.charge_id is not None,
        problem=problem,
        livemode=refund.livemode,
    )


def _answer(visit: RefundVisit, outcome: Outcome) -> Response:
    told: Tree = json.loads(outcome.body)
    if outcome.status != 200:
        return _page(visit, outcome.status, told["error"]["message"])
    sent = f"{visit.merchant} sends it to the account that you named. You can close this window."
    kept = f"{visit.merchant} keeps it for your next payments. You can close this window."
    is_sent = told["status"] == RefundStatus.PENDING
    return pages.page(
        "message.html",
        title="Your refund is on its way" if is_sent else "Your money is kept for you",
        text=sent if is_sent else kept,
        tone="pending" if is_sent else "succeeded",
        back=None,
        livemode=visit.refund.livemode,
    )


def _answer_json(outcome: Outcome) -> Response:
    if outcome.status != 200:
        return Response(outcome.body, outcome.status, media_type="application/json")
    told: Tree = json.loads(outcome.body)
    return JSONResponse({"refund": told["id"], "status": told["status"]})


def _missing_json(id: str) -> Response:
    return Response(failure(ResourceMissing("refund", id, param="refund")).body, 404, media_type="application/json")
