"""The page of a source object: where its payer agrees to the payment or turns it down, or reads the mandate.

A browser is led back to the shop. A program that asks for JSON, or sends it, gets the source as JSON.
"""

from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse

from stripe_lite.core import money
from stripe_lite.core.errors import InvalidParameter, ResourceMissing, StripeError
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.db.work import Work
from stripe_lite.hosted import pages, visits
from stripe_lite.hosted.visits import SourceVisit
from stripe_lite.http import body, phases
from stripe_lite.http.answers import failure
from stripe_lite.http.phases import Call, Kit
from stripe_lite.payments import kinds
from stripe_lite.payments.sources import life, objects
from stripe_lite.payments.sources.machine import SourceStatus
from stripe_lite.payments.sources.schema import render_source

PATH = "/hosted/sources/{account_id}/{id}/{client_secret}"
BOTH: dict[int | str, Tree] = {200: {"content": {"application/json": {}}, "description": "A page, or JSON"}}
ENDINGS = {
    "pending": ("Payment under way", "Your bank is working on it. You can close this window."),
    "succeeded": ("Payment authorized", "The shop has been told. You can close this window."),
    "failed": ("Payment not completed", "Nothing was charged. Go back to the shop to try again."),
}


def router(kit: Kit) -> APIRouter:
    """The pages that a source's `redirect[url]` and a mandate's address lead to."""
    routes = APIRouter(tags=["Payer's pages"])

    @routes.get(PATH, response_class=HTMLResponse, responses=BOTH)
    async def show_source(request: Request, account_id: str, id: str, client_secret: str) -> Response:
        """Show what a source waits for, or its mandate."""
        visit = await visits.of_source(kit, account_id, id, client_secret)
        if pages.wants_json(request):
            return _missing_json(id) if visit is None else JSONResponse(render_source(visit.source).tree())
        return pages.missing() if visit is None else _page(visit)

    @routes.post(PATH, response_class=HTMLResponse, responses=BOTH)
    async def decide_source(request: Request, account_id: str, id: str, client_secret: str) -> Response:
        """Agree to the payment that a source is for, or turn it down."""
        content_type = request.headers.get("content-type")
        as_json = pages.wants_json(request) or (content_type or "").startswith("application/json")
        visit = await visits.of_source(kit, account_id, id, client_secret)
        if visit is None:
            return _missing_json(id) if as_json else pages.missing()
        try:
            content = await body.read(request.headers.get("content-length", "").encode() or None, request.receive)
            chosen = _chosen(body.parameters(b"", content, content_type))

            async def decide(work: Work) -> StripeObject:
                source = await objects.retrieve(work, id, lock=True)
                objects.finish(work, source, chosen)
                return render_source(source)

            outcome = await phases.execute(kit, Call(visit.who, decide, writes=True))
        except StripeError as error:
            outcome = failure(error)
        except body.ClientGone:
            return Response(status_code=400)  # Nobody reads it.
        if as_json:
            return Response(outcome.body, outcome.status, media_type="application/json")
        now = await visits.of_source(kit, account_id, id, client_secret) or visit
        back = _return_url(now)
        return _page(now) if back is None else RedirectResponse(back, 303, {"Referrer-Policy": "no-referrer"})

    return routes


def _chosen(sent: Tree) -> Literal["complete", "fail"]:
    match sent.get("outcome"):
        case "complete":
            return "complete"
        case "fail":
            return "fail"
    raise InvalidParameter("Invalid outcome: must be one of complete or fail.", param="outcome")


def _page(visit: SourceVisit) -> Response:
    source = visit.source
    told = life.told(source)
    label = kinds.of(source.type).label
    if told["type"] == "sepa_debit":
        return pages.page(
            "source_mandate.html", merchant=visit.merchant, facts=_mandate(visit), label=label, livemode=source.livemode
        )
    redirect: Tree = told.get("redirect") or {}
    if objects.waits_for_decision(source):
        return pages.page(
            "source.html",
            leads_to=redirect.get("return_url"),
            merchant=visit.merchant,
            source=source,
            told=told,
            label=label,
            facts=_facts(visit, label),
            livemode=source.livemode,
        )
    match source.source_status:
        case SourceStatus.PENDING:
            tone = "pending"
        case SourceStatus.FAILED | SourceStatus.CANCELED:
            tone = "failed"
        case _:
            tone = "succeeded"
    title, text = ENDINGS[tone]
    return pages.page(
        "message.html", title=title, text=text, tone=tone, back=_return_url(visit), livemode=source.livemode
    )


def _facts(visit: SourceVisit, label: str) -> dict[str, str]:
    """What the page says of the payment."""
    source, told = visit.source, life.told(visit.source)
    if source.type == "card":
        card = source.details
        return {"Card": f"{pages.BRANDS.get(card['brand'], 'Card')} •••• {card['last4']}", "Payment": source.id}
    codes = {name.capitalize(): str(told["shown"][name]) for name in ("entity", "reference") if told["shown"].get(name)}
    return {"Paid with": label, **codes, "Payment": source.id}


def _mandate(visit: SourceVisit) -> dict[str, str]:
    """What the payer agreed to."""
    source, told = visit.source, life.told(visit.source)
    mandate: Tree = told.get("mandate") or {}
    acceptance: Tree = mandate.get("acceptance") or {}
    online: Tree = acceptance.get("online") or {}
    offline: Tree = acceptance.get("offline") or {}
    accepted = acceptance.get("date") or online.get("date")
    facts = {
        "Reference": told["shown"]["mandate_reference"],
        "Account": f"{source.details['country']} •••• {source.details['last4']}",
        "Debited by": visit.merchant,
        "State": acceptance.get("status") or "accepted",
        "Accepted on": None if accepted is None else f"{datetime.fromtimestamp(accepted, UTC):%Y-%m-%d}",
        "Accepted from": acceptance.get("ip") or online.get("ip") or offline.get("contact_email"),
        "By": acceptance.get("user_agent") or online.get("user_agent") or acceptance.get("type"),
        "Debits": mandate.get("interval"),
        "At most": None
        if mandate.get("amount") is None
        else money.display_clearly(mandate["amount"], mandate.get("currency") or "eur"),
        "Told of debits by": mandate.get("notification_method"),
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def _return_url(visit: SourceVisit) -> str | None:
    """The shop's address, with what it needs to look up what became of the source."""
    told = life.told(visit.source)
    redirect: Tree | None = told.get("redirect")
    if redirect is None:
        return None
    parts = urlsplit(redirect["return_url"])
    added = urlencode(
        {
            "client_secret": told["client_secret"],
            "livemode": "true" if visit.source.livemode else "false",
            "source": visit.source.id,
        }
    )
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def _missing_json(id: str) -> Response:
    return Response(failure(ResourceMissing("source", id, param="source")).body, 404, media_type="application/json")
