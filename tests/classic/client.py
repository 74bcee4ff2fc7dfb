"""A client of the tutorial APIs: JSON in and out, with a shop's key."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.shop import Shop


@dataclass(slots=True)
class Classic:
    """The tutorial APIs on one server, called with one key or with none."""

    http: httpx.AsyncClient
    base_url: str
    key: str | None

    @classmethod
    def of(cls, shop: Shop) -> "Classic":
        """The client of a shop's account."""
        return cls(shop.http, shop.base_url, shop.key)

    async def call(self, method: str, path: str, sent: Any = None, **headers: str) -> httpx.Response:
        """One request; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key is not None:
            named["Authorization"] = f"Bearer {self.key}"
        return await self.http.request(method, self.base_url + path, json=sent, headers=named)

    async def post(self, path: str, **sent: Any) -> dict[str, Any]:
        """What a POST that works answers."""
        answer: dict[str, Any] = good(await self.call("POST", path, sent))
        return answer

    async def get(self, path: str) -> Any:
        """What a GET that works answers."""
        return good(await self.call("GET", path))

    async def customer(self) -> str:
        """The id of a new customer."""
        customer = await self.post("/customers/", name="Ada Lovelace", email="ada@example.com")
        return str(customer["id"])

    async def paid(self, **sent: Any) -> dict[str, Any]:
        """A charge that succeeded."""
        given = {"customerId": await self.customer(), "amount": 2000, "paymentMethod": "pm_card_visa"}
        return await self.post("/payments/charge", **(given | sent))


def good(response: httpx.Response) -> Any:
    """The JSON of a response that is none of refusal."""
    assert response.status_code == 200, response.text
    return response.json()


def refused(response: httpx.Response, status: int) -> dict[str, Any]:
    """The error in a refusal of this status, which always has the same form."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/json"
    error: dict[str, Any] = response.json()["error"]
    assert error["type"] in ("api_error", "card_error", "idempotency_error", "invalid_request_error")
    assert error["message"]
    return error
