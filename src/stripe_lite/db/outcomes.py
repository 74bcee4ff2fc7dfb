"""How a transaction can end otherwise than well."""

import asyncpg

# What a transaction may be repeated for: nothing of it was committed.
REPEATABLE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
# The connection was lost, or there was none to be had: a commit on its way may or may not have happened. An address
# without a server is told in many ways, as a missing socket file and as a time-out among others: all are OSErrors.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # What the driver says where the server's farewell comes between two of its steps.
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    OSError,
)


class Conflict(Exception):
    """Somebody else changed a row after it was read here; nothing was written, and all of it may be tried again."""


class CommitUnknown(Exception):
    """The connection was lost while a commit was on its way: nobody knows yet whether it happened.

    `pid` is the lost session's process in the database server; None where there was no session.
    """

    def __init__(self, pid: int | None = None) -> None:
        super().__init__()
        self.pid = pid
