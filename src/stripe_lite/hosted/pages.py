"""How the payer's pages are made: templates of our own, everything escaped, and headers that allow nothing else."""

import re
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from stripe_lite.core import money

STYLE_SECONDS = 3600
# What a Content-Security-Policy can name as a host; others are allowed by their scheme only.
HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?")
BRANDS: Mapping[str, str] = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}

router = APIRouter(include_in_schema=False)


@router.get("/hosted/style.css")
async def style() -> Response:
    """The one style sheet of these pages."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": f"public, max-age={STYLE_SECONDS}"})


def page(template: str, status: int = 200, *, leads_to: str | None = None, **context: object) -> HTMLResponse:
    """A page from a template. A form on it may be answered with a redirect to the address that it `leads_to`."""
    policy = "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            f"form-action 'self' {_origin(leads_to)}".rstrip(),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        # The page's address proves a right, so that no other site may learn it.
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    return HTMLResponse(_templates.get_template(template).render(context), status, headers)


def missing() -> HTMLResponse:
    """The page for an address that leads to nothing."""
    return page(
        "message.html",
        404,
        title="Page not found",
        tone="failed",
        text="This link is wrong or incomplete. Go back to the shop and try again.",
        back=None,
        livemode=True,
    )


def wants_json(request: Request) -> bool:
    """Whether a program asks, and not a browser."""
    return "application/json" in request.headers.get("accept", "")


def _origin(url: str | None) -> str:
    """The source expression of an address in a Content-Security-Policy; nothing of it can end the directive."""
    if url is None:
        return ""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        host = parts.netloc.rpartition("@")[2].lower()
        if HOST.fullmatch(host):
            return f"{parts.scheme}://{host}"
    return f"{parts.scheme}:"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _brand(name: str) -> str:
    return BRANDS.get(name, "Card")


_templates = Environment(
    loader=PackageLoader("stripe_lite.hosted"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {"brand": _brand, "day": _day, "money": money.display_clearly}

STYLE = (files("stripe_lite.hosted") / "static" / "hosted.css").read_bytes()
