"""The migrations make the views that the program knows."""

import re

import asyncpg

from stripe_lite.audit.views import APPEND_ONLY, VIEWS
from stripe_lite.db.migrate import folder


def _flat(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()


def test_the_newest_migration_of_the_views_says_what_the_program_says() -> None:
    texts = [_flat(path.read_text()) for path in sorted((folder() / "versions").glob("*.py"))]
    for name, sql in VIEWS.items():
        assert any(_flat(sql) in text for text in texts), name
    assert any(all(f'"{table}"' in text for table in APPEND_ONLY) and "REVOKE" in text for text in texts)


async def test_the_views_only_read(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        views = await connection.fetch(
            "SELECT table_name, is_insertable_into FROM information_schema.views WHERE table_schema = 'audit'"
        )
    finally:
        await connection.close()
    assert {view["table_name"] for view in views} == set(VIEWS)
    assert not [view["table_name"] for view in views if view["is_insertable_into"] == "YES"]
