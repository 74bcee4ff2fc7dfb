"""Locks on names: for what must happen one at a time although no row stands for it yet."""

from hashlib import blake2b

from stripe_lite.db.work import Work

HOLD = "SELECT pg_advisory_xact_lock($1)"


async def hold(work: Work, name: str) -> None:
    """Hold the account's lock of this name until the end of the transaction; raises LockTimeout where that takes too
    long."""
    key = int.from_bytes(blake2b(f"{work.account_id}/{name}".encode(), digest_size=8).digest(), signed=True)
    await work.begin()
    await work.execute(HOLD, key)
