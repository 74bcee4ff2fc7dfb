"""A merchant for tests: an account of its own, the official SDK pointed at the server, and short ways to things."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import stripe
from stripe import StripeClient

from stripe_lite.http.keys import sandbox_account_id


@dataclass(slots=True)
class Shop:
    """One account in open mode, opened by a key nobody else uses."""

    key: str
    stripe: StripeClient
    http: httpx.AsyncClient
    base_url: str

    @property
    def account_id(self) -> str:
        """The account's id."""
        return sandbox_account_id(self.key)

    @property
    def v1(self) -> Any:
        """The SDK's services; untyped, because tests send wrong things on purpose."""
        return self.stripe.v1

    async def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """A raw POST with this shop's key, form-encoded; header names are written with underscores."""
        return await self.http.post(self.base_url + path, data=data or {}, headers=self._headers(headers))

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """A raw GET with this shop's key."""
        return await self.http.get(self.base_url + path, headers=self._headers(headers))

    async def event_types(self) -> list[str]:
        """The types of the account's events, oldest first, but for the one that comes when the clock wants it to."""
        events = await self.v1.events.list_async({"limit": 100})
        return [event.type for event in reversed(events.data) if event.type != "balance.available"]

    async def untold(self, type: str) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Where events of these types do not tell, in `previous_attributes`, just what is new since the one before:
        each with what it tells and what it should."""
        events = [event.to_dict() for event in (await self.v1.events.list_async({"type": type, "limit": 100})).data]
        before: dict[str, dict[str, Any]] = {}
        found = []
        for event in reversed(events):
            now, told = event["data"]["object"], event["data"].get("previous_attributes")
            was = before.get(now["id"])
            if told is not None and was is not None and told != (wanted := _differences(was, now)):
                found.append((event["type"], told, wanted))
            before[now["id"]] = now
        return found

    async def until(self, look: Callable[[], Awaitable[Any]], seconds: float = 30, **expected: object) -> Any:
        """Look again and again until the object has the expected values."""
        async with asyncio.timeout(seconds):
            while True:
                found = await look()
                if all(getattr(found, name) == value for name, value in expected.items()):
                    return found
                await asyncio.sleep(0.05)

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.key}"} | named


def _differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in old.keys() | new.keys():
        was, now = old.get(name), new.get(name)
        if was != now:
            found[name] = _differences(was, now) if isinstance(was, dict) and isinstance(now, dict) else was
    return found


def new_key() -> str:
    """A secret key that opens a new sandbox."""
    return f"sk_test_{secrets.token_hex(12)}"


@contextmanager
def raises_stripe(
    type: str = "invalid_request_error",
    *,
    code: str | None = None,
    param: str | None = None,
    status: int | None = None,
    decline_code: str | None = None,
    message: str | None = None,
) -> Iterator[pytest.ExceptionInfo[stripe.StripeError]]:
    """Expect the SDK to raise Stripe's error of this type, with what else is named."""
    with pytest.raises(stripe.StripeError) as caught:
        yield caught
    error = json.loads(str(caught.value.http_body))["error"]
    assert error["type"] == type, error
    expected = {"code": code, "param": param, "decline_code": decline_code, "message": message}
    for name, value in expected.items():
        if value is not None:
            assert error.get(name) == value, error
    if status is not None:
        assert caught.value.http_status == status, error
