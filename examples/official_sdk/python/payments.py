"""The official `stripe` package, unmodified, against stripe_lite: only the address of the API differs.

It reads STRIPE_LITE_URL (default http://127.0.0.1:8000) and STRIPE_LITE_KEY (default a new sandbox).
"""

import os
import queue
import secrets
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import stripe

URL = os.environ.get("STRIPE_LITE_URL") or "http://127.0.0.1:8000"
KEY = os.environ.get("STRIPE_LITE_KEY") or f"sk_test_sdk{secrets.token_hex(8)}"
WEBHOOK_SECONDS_MAX = 15.0

# What a shop in production leaves out is `base_addresses`: everything else stays as it is.
client = stripe.StripeClient(KEY, base_addresses={"api": URL})


class Receiver(BaseHTTPRequestHandler):
    """Puts each webhook's body and signature into a queue."""

    arrived: queue.Queue[tuple[bytes, str]] = queue.Queue()

    def do_POST(self) -> None:
        """Take one webhook."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.arrived.put((body, self.headers["Stripe-Signature"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def main() -> None:
    """A payment, a decline, and the webhooks of both."""
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = client.v1.webhook_endpoints.create(
        {
            "url": f"http://127.0.0.1:{server.server_port}/webhook",
            "enabled_events": ["payment_intent.succeeded", "payment_intent.payment_failed"],
        }
    )
    print(f"stripe {stripe.VERSION}, API version {stripe.api_version}, at {URL}")

    customer = client.v1.customers.create({"name": "Ada Lovelace", "email": "ada@example.com"})
    paid = client.v1.payment_intents.create(
        {
            "amount": 2000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "payment_method_types": ["card"],
            "confirm": True,
        }
    )
    print(f"payment   {paid.id}: {paid.status}")
    assert paid.status == "succeeded"

    declined = decline(customer.id)
    print(f"decline   {declined.code} ({declined.decline_code}): {declined.message}")
    assert declined.decline_code == "generic_decline"

    assert endpoint.secret is not None
    types = {webhook(endpoint.secret) for _ in range(2)}
    assert types == {"payment_intent.succeeded", "payment_intent.payment_failed"}
    server.shutdown()
    print("Everything went as it does with Stripe.")


def decline(customer: str) -> stripe.ErrorObject:
    """What a declined card is told by."""
    try:
        client.v1.payment_intents.create(
            {
                "amount": 2000,
                "currency": "usd",
                "customer": customer,
                "payment_method": "pm_card_visa_chargeDeclined",
                "payment_method_types": ["card"],
                "confirm": True,
            }
        )
    except stripe.CardError as declined:
        assert declined.error is not None
        return declined.error
    raise AssertionError("a card that is always declined was charged")


def webhook(secret: str) -> str:
    """The type of the next webhook, once the SDK has verified its signature."""
    body, signature = Receiver.arrived.get(timeout=WEBHOOK_SECONDS_MAX)
    event = client.construct_event(body, signature, secret)
    print(f"webhook   {event.id}: {event.type}, verified")
    return event.type


if __name__ == "__main__":
    try:
        main()
    except stripe.APIConnectionError:
        sys.exit(f"No stripe_lite answers at {URL}: start one with ./run, or set STRIPE_LITE_URL.")
