"""A small client of stripe_lite on httpx: Stripe's API in forms, the tutorial APIs in JSON."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import httpx

TIMEOUT_SECONDS = 30.0


class Refused(Exception):
    """The server refused a request; `error` is its reason."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(f"{status}: {error['message']}")
        self.status = status
        self.error = error


class Client:
    """One merchant: a key at a server."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.AsyncClient(
            base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_SECONDS
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, path: str) -> Any:
        """Read an object or a list, from either API."""
        return _told(await self._http.get(path))

    async def post(self, path: str, parameters: Mapping[str, Any] | None = None, *, key: str | None = None) -> Any:
        """Send parameters as a form, as Stripe's API takes them; a `key` makes the request safe to repeat."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return _told(await self._http.post(path, data=dict(_form(parameters or {})), headers=headers))

    async def post_json(self, path: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Send parameters as JSON, as the tutorial APIs take them."""
        return _told(await self._http.post(path, json=parameters))


def _form(parameters: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """`{"metadata": {"order": 1}, "expand": ["customer"]}` becomes `metadata[order]=1` and `expand[0]=customer`."""
    for name, value in parameters.items():
        full = f"{prefix}[{name}]" if prefix else name
        match value:
            case Mapping():
                yield from _form(value, full)
            case list():
                yield from _form({str(index): item for index, item in enumerate(value)}, full)
            case bool():
                yield full, "true" if value else "false"
            case _:
                yield full, value


def _told(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json()
    raise Refused(response.status_code, response.json()["error"])
