"""Where a payer completes or fails what a payment or a setup waits for: 3-D Secure, an authorisation elsewhere,
micro-deposits.

Who pays by bank transfer finds the account there, and can only complete the payment: a transfer does not fail.

A browser gets pages and a redirect back to the shop. A program that asks for JSON, or sends it, gets the same as JSON:

    POST {"outcome": "complete"}   →   {"redirect_status": "succeeded", "return_url": …, "payment_intent": {…}}

Of a setup the last name is `setup_intent`.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeAlias
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse

from stripe_lite.core.errors import InvalidParameter, ResourceMissing, StripeError
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.db.work import Work
from stripe_lite.hosted import flows, pages, visits
from stripe_lite.hosted.flows import Deposits
from stripe_lite.hosted.visits import IntentVisit
from stripe_lite.http import body, phases
from stripe_lite.http.answers import Outcome, failure
from stripe_lite.http.phases import Call, Kit
from stripe_lite.payments import kinds, qr_codes
from stripe_lite.payments.payment_intents import actions, funding
from stripe_lite.payments.setup_intents.model import SetupIntent

PATH = "/hosted/actions/{account_id}/{client_secret}"
AMOUNT_DIGITS_MAX = 6
STORES = {"familymart": "FamilyMart", "lawson": "Lawson", "ministop": "Ministop", "seicomart": "Seicomart"}
QR_CODES = {"png": "image/png", "svg": "image/svg+xml"}
BOTH: dict[int | str, Tree] = {200: {"content": {"application/json": {}}, "description": "A page, or JSON"}}

Handler: TypeAlias = Callable[[Work], Awaitable[StripeObject]]


def router(kit: Kit) -> APIRouter:
    """The pages that `next_action` leads to."""
    routes = APIRouter(tags=["Payer's pages"])

    @routes.get(PATH, response_class=HTMLResponse, responses=BOTH)
    async def show_action(request: Request, account_id: str, client_secret: str) -> Response:
        """Show what a payment waits for."""
        visit = await visits.of_intent(kit, account_id, client_secret)
        if pages.wants_json(request):
            return _missing_json(client_secret) if visit is None else JSONResponse(_told(visit))
        return pages.missing() if visit is None else _page(visit)

    @routes.get(PATH + "/qr.{kind}", response_class=Response)
    async def show_qr_code(request: Request, account_id: str, client_secret: str, kind: str) -> Response:
        """Show the QR code that leads a telephone to the page, as `svg` or `png`."""
        visit = await visits.of_intent(kit, account_id, client_secret)
        if visit is None or kind not in QR_CODES:
            return pages.missing()
        page = f"{request.url.scheme}://{request.url.netloc}{request.url.path.rpartition('/')[0]}"
        drawn = qr_codes.image(page, "png" if kind == "png" else "svg")
        return Response(drawn, media_type=QR_CODES[kind], headers={"Cache-Control": "no-store"})

    @routes.post(PATH, response_class=HTMLResponse, responses=BOTH)
    async def take_action(request: Request, account_id: str, client_secret: str) -> Response:
        """Complete or fail what a payment waits for, or tell the values of micro-deposits."""
        content_type = request.headers.get("content-type")
        as_json = pages.wants_json(request) or (content_type or "").startswith("application/json")
        origin = f"{request.url.scheme}://{request.url.netloc}"
        visit = await visits.of_intent(kit, account_id, client_secret, origin)
        if visit is None:
            return _missing_json(client_secret) if as_json else pages.missing()
        try:
            content = await body.read(request.headers.get("content-length", "").encode() or None, request.receive)
            handler = _chosen(visit, body.parameters(b"", content, content_type))
            outcome = await phases.execute(kit, Call(visit.who, handler, writes=True))
        except StripeError as error:
            outcome = failure(error)
        except body.ClientGone:
            return Response(status_code=400)  # Nobody reads it.
        now = await visits.of_intent(kit, account_id, client_secret, origin) or visit
        return _answer_json(now, outcome) if as_json else _answer(now, outcome)

    return routes


def _chosen(visit: IntentVisit, sent: Tree) -> Handler:
    """What the payer chose, as an operation."""
    id, secret = visit.intent.id, visit.intent.client_secret
    flow = flows.of(visit.intent)
    if "amounts" in sent or "descriptor_code" in sent:
        found = Deposits(
            amounts=_amounts(sent["amounts"]) if "amounts" in sent else None,
            code=str(sent["descriptor_code"]).strip() if "descriptor_code" in sent else None,
        )
        return lambda work: flow.verify(work, id, secret, found)
    match sent.get("outcome"):
        case "complete":
            return lambda work: flow.finish(work, id, secret, "complete")
        case "fail":
            return lambda work: flow.finish(work, id, secret, "fail")
    raise InvalidParameter("Invalid outcome: must be one of complete or fail.", param="outcome")


def _amounts(sent: object) -> list[int]:
    """Amounts as a form or JSON brings them; what is no number is none that was deposited."""
    given = sent if isinstance(sent, list) else [sent]
    return [
        int(text) if text.isascii() and text.isdigit() and len(text) <= AMOUNT_DIGITS_MAX else 0
        for text in (str(item).strip() for item in given)
    ]


def _action(visit: IntentVisit) -> str | None:
    """What the payer has to do: to `authenticate` a card payment, say, or to `verify` an account."""
    if not flows.waits(visit.intent):
        return None
    if visit.intent.details["next_action"]["type"] == actions.VERIFY:
        return "verify"
    if funding.waits(visit.intent):
        return "transfer"
    if visit.method is not None and kinds.KINDS[visit.method.type].voucher:
        return "voucher"
    return "authenticate" if visit.method is None or visit.method.type in ("card", "link") else "authorize"


def _return_url(visit: IntentVisit) -> str | None:
    """The shop's address, with what it needs to look up how the payment went."""
    if visit.return_url is None:
        return None
    parts = urlsplit(visit.return_url)
    noun = flows.of(visit.intent).noun
    added = urlencode(
        {
            noun: visit.intent.id,
            f"{noun}_client_secret": visit.intent.client_secret,
            "redirect_status": flows.standing(visit.intent),
        }
    )
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def _page(visit: IntentVisit, status: int = 200, problem: str | None = None) -> Response:
    action = _action(visit)
    if action is None:
        return _ended(visit)
    method = visit.method
    kind = None if method is None else kinds.KINDS.get(method.type)
    return pages.page(
        f"{action}.html",
        status,
        leads_to=visit.return_url,
        merchant=visit.merchant,
        intent=visit.intent,
        saving=isinstance(visit.intent, SetupIntent),
        method=method,
        label="Card" if kind is None else kind.label,
        by_code=action == "verify" and _by_code(visit),
        facts=_on_voucher(visit) if action == "voucher" else {},
        told=visit.intent.details["next_action"].get(funding.ACTION),
        problem=problem,
        livemode=visit.intent.livemode,
    )


def _on_voucher(visit: IntentVisit) -> dict[str, str]:
    """What a payer types in, or shows, where they pay."""
    action: Tree = visit.intent.details["next_action"]
    shown: Tree = action[action["type"]]
    facts = {name.capitalize(): str(shown[name]) for name in ("entity", "reference", "number") if name in shown}
    for store, codes in shown.get("stores", {}).items():
        facts[STORES[store]] = f"{codes['payment_code']} / {codes['confirmation_number']}"
    until = datetime.fromtimestamp(shown.get("expires_at") or shown["expires_after"], UTC)
    return facts | {"Pay until": f"{until:%Y-%m-%d %H:%M} UTC"}


def _by_code(visit: IntentVisit) -> bool:
    """Whether the payer finds a code beside the deposit, and not two amounts."""
    kind: str = visit.intent.details["next_action"][actions.VERIFY]["microdeposit_type"]
    return kind == "descriptor_code"


def _ended(visit: IntentVisit) -> Response:
    """There is nothing to do: it was done before, or the shop gave the payment up."""
    status = flows.standing(visit.intent)
    title, text = flows.of(visit.intent).endings[status]
    return pages.page(
        "message.html",
        title=title,
        text=text,
        tone=status,
        back=_return_url(visit),
        livemode=visit.intent.livemode,
    )


def _answer(visit: IntentVisit, outcome: Outcome) -> Response:
    """Lead the payer back to the shop, or say what was wrong."""
    if _action(visit) is not None and outcome.status != 200:
        message: str = json.loads(outcome.body)["error"]["message"]
        return _page(visit, outcome.status, message)
    back = _return_url(visit)
    return _ended(visit) if back is None else RedirectResponse(back, 303, {"Referrer-Policy": "no-referrer"})


def _answer_json(visit: IntentVisit, outcome: Outcome) -> Response:
    if outcome.status not in (200, 402):
        return Response(outcome.body, outcome.status, media_type="application/json")
    return JSONResponse(
        {
            "redirect_status": flows.standing(visit.intent),
            "return_url": _return_url(visit),
            flows.of(visit.intent).noun: flows.shown(visit.intent).tree(),
        }
    )


def _told(visit: IntentVisit) -> Tree:
    action = _action(visit)
    sends = ["amounts", "descriptor_code"] if action == "verify" else ["outcome"]
    return {
        "action": action,
        "send": [] if action is None else sends,
        flows.of(visit.intent).noun: flows.shown(visit.intent).tree(),
    }


def _missing_json(client_secret: str) -> Response:
    id = client_secret.partition("_secret_")[0]
    noun = "setupintent" if id.startswith("seti_") else "payment_intent"
    return Response(failure(ResourceMissing(noun, id, param="intent")).body, 404, media_type="application/json")
