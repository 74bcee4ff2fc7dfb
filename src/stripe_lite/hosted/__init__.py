"""The payer's pages: to authenticate or authorise a payment, to verify a bank account, and to read a receipt."""

from fastapi import FastAPI

from stripe_lite.hosted import actions, mandates, pages, receipts, refunds, sources
from stripe_lite.http.phases import Kit

__all__ = ["mount"]


def mount(app: FastAPI, kit: Kit) -> None:
    """Serve the payer's pages."""
    app.include_router(pages.router)
    app.include_router(actions.router(kit))
    app.include_router(mandates.router(kit))
    app.include_router(receipts.router(kit))
    app.include_router(refunds.router(kit))
    app.include_router(sources.router(kit))
