"""The two tutorial APIs that stripe_lite descends from, over the same keys, tables, services and machine."""

from fastapi import FastAPI

from stripe_lite.classic.door import Door
from stripe_lite.classic.mini_stripe import router as mini_stripe
from stripe_lite.classic.mvp import router as mvp
from stripe_lite.classic.payments import REACTIONS

__all__ = ["REACTIONS", "Door", "mount"]


def mount(pages: FastAPI, door: Door) -> None:
    """Serve Mini Stripe and the Stripe_lite MVP among the pages."""
    pages.state.classic = door
    pages.include_router(mini_stripe)
    pages.include_router(mvp)
