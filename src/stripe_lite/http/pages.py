"""The pages beside the API: its description in Swagger UI, health and metrics, and errors in the API's own form."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.resources import files

from fastapi import FastAPI, Request, Response
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse

from stripe_lite.core.card_numbers import redact
from stripe_lite.core.errors import ApiError, InvalidRequest, StripeError, Unavailable, UnrecognizedUrl
from stripe_lite.core.objects import Tree
from stripe_lite.db.outcomes import LOST
from stripe_lite.db.session import Database
from stripe_lite.http import openapi
from stripe_lite.http.answers import API_VERSION
from stripe_lite.http.metrics import CONTENT_TYPE, Metrics
from stripe_lite.http.route import Operation

PATH_SHOWN_MAX = 200
ASSET_SECONDS = 86_400

# Swagger UI's files come with a wheel, so that the page works without the network; how it is started is ours.
ASSETS = {
    "docs.js": ("stripe_lite.http", "text/javascript"),
    "favicon.png": ("fastapi_offline", "image/png"),
    "swagger-ui.css": ("fastapi_offline", "text/css"),
    "swagger-ui-bundle.js": ("fastapi_offline", "text/javascript"),
}
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
)


def add_docs(pages: FastAPI, operations: Callable[[], Sequence[Operation]]) -> None:
    """Serve the OpenAPI description of the API and of these pages, and Swagger UI, which shows it."""
    described: dict[str, bytes] = {}

    @pages.get("/openapi.json", include_in_schema=False)
    async def openapi_json() -> Response:
        if "json" not in described:
            described["json"] = await asyncio.to_thread(lambda: to_json(_whole(pages, operations())))
        return Response(described["json"], media_type="application/json")

    @pages.get("/", include_in_schema=False)
    async def front() -> Response:
        return RedirectResponse("/docs")

    @pages.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(_static("stripe_lite.http", "docs.html"), headers={"Content-Security-Policy": POLICY})

    @pages.get("/docs/{name}", include_in_schema=False)
    async def asset(name: str) -> Response:
        if name not in ASSETS:
            raise HTTPException(404)
        package, media_type = ASSETS[name]
        content = await asyncio.to_thread(_static, package, name)
        return Response(content, media_type=media_type, headers={"Cache-Control": f"public, max-age={ASSET_SECONDS}"})


def _static(package: str, name: str) -> bytes:
    return (files(package) / "static" / name).read_bytes()


def _whole(pages: FastAPI, operations: Sequence[Operation]) -> Tree:
    """The API's description, and behind it that of the pages."""
    document = openapi.document(operations)
    others = pages.openapi()
    document["paths"] |= others.get("paths", {})
    document["tags"] += others.get("tags", [])
    schemas = others.get("components", {}).get("schemas", {})
    document["components"]["schemas"] = schemas | document["components"]["schemas"]
    return document


def add_health(pages: FastAPI, database: Database, mode: str) -> None:
    """Tell whoever watches the process whether it serves, and whether its database answers."""

    @pages.head("/healthz", include_in_schema=False)
    @pages.get("/healthz", tags=["Health"])
    async def healthz() -> dict[str, str]:
        """Tell that the process serves."""
        return {"status": "ok", "mode": mode, "api_version": API_VERSION}

    @pages.head("/readyz", include_in_schema=False)
    @pages.get("/readyz", tags=["Health"])
    async def readyz() -> Response:
        """Tell whether the database answers too."""
        try:
            await database.ping()
        except (*LOST, Unavailable) as error:
            return JSONResponse({"status": "unavailable", "reason": type(error).__name__}, 503)
        return JSONResponse({"status": "ok"})


def add_metrics(pages: FastAPI, metrics: Metrics, depths: Callable[[], Awaitable[Mapping[str, int]]]) -> None:
    """Serve the metrics; `depths` tells how much waits in each queue."""

    @pages.get("/metrics", tags=["Health"], response_class=PlainTextResponse)
    async def show_metrics() -> Response:
        """Show the counts that Prometheus collects."""
        try:
            waiting = await depths()
        except (*LOST, Unavailable):
            waiting = {}
        return Response(metrics.text(waiting), media_type=CONTENT_TYPE)


def add_errors(pages: FastAPI) -> None:
    """Answer in the API's form where nothing is found: a client with a wrong base address learns what is wrong."""

    @pages.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404 and error.detail == "Not Found":
            return _error(UnrecognizedUrl(request.method, request.url.path[:PATH_SHOWN_MAX]), 404)
        answer = _error(InvalidRequest(str(error.detail)), error.status_code)
        answer.headers.update(error.headers or {})
        return answer

    @pages.exception_handler(Exception)
    async def failed(_: Request, __: Exception) -> Response:
        return _error(ApiError(), 500)


def _error(error: StripeError, status: int) -> Response:
    shown = error.body() | {"message": redact(error.message)}
    return JSONResponse({"error": shown}, status, headers={"X-Content-Type-Options": "nosniff"})
