"""Which accounts a key may name: its own alone."""

from stripe_lite.core.errors import PermissionDenied
from stripe_lite.db.work import Work


def check_own(work: Work, account_id: str) -> None:
    """Refuse another account, or one that does not exist: both read the same."""
    if account_id != work.account_id:
        raise PermissionDenied(
            f"The provided key does not have access to account '{account_id}' (or that account does not exist). "
            "Application access may have been revoked.",
            code="account_invalid",
        )
