"""A delivery worker as a process of its own: `python -m tests.webhooks.worker_program <address> [<failpoint>]`."""

import asyncio
import sys

from stripe_lite.core import failpoints
from stripe_lite.db.session import Database
from stripe_lite.events.deliveries.schedule import Schedule
from stripe_lite.events.targets import Policy
from stripe_lite.workers import loop
from stripe_lite.workers.webhooks import WebhookWorker


async def main(address: str, failpoint: str) -> None:
    """Deliver until killed."""
    failpoints.configure(failpoint)
    worker = WebhookWorker(Database(address, pool_size=4), Schedule((0.0,)), timeout_seconds=1, policy=Policy.ALLOW)
    await loop.run([worker], asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], [*sys.argv, ""][2]))
