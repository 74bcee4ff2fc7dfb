"""The data rules that let the tables be spread over many machines: read off the metadata, table by table."""

import pytest
from sqlalchemy import (
    CheckConstraint,
    Double,
    Enum,
    Float,
    ForeignKeyConstraint,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
)

from stripe_lite.registry import METADATA

# Looked up before the account is known, or made only of accounts: small tables that every machine holds a copy of.
REFERENCE_TABLES = {"accounts", "api_keys"}

TABLES = sorted(METADATA.tables.values(), key=lambda table: table.name)
TENANT_TABLES = [table for table in TABLES if table.name not in REFERENCE_TABLES]


def _named(tables: list[Table]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("table", tables, ids=[table.name for table in tables])


@_named(TENANT_TABLES)
def test_the_account_comes_first_in_every_key(table: Table) -> None:
    assert next(iter(table.primary_key.columns)).name == "account_id"
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            assert next(iter(constraint.columns)).name == "account_id", constraint.name
    for index in table.indexes:
        if index.unique:
            assert next(iter(index.columns)).name == "account_id", index.name


@_named(TENANT_TABLES)
def test_references_stay_within_the_account(table: Table) -> None:
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            assert constraint.column_keys[0] == "account_id", constraint.name
            assert len(constraint.column_keys) >= 2, constraint.name


@_named(TENANT_TABLES)
def test_ids_compare_byte_by_byte(table: Table) -> None:
    for column in table.columns:
        if column.name == "id" or column.name.endswith("_id"):
            assert isinstance(column.type, Text), column.name
            assert column.type.collation == "C", column.name


@_named(TABLES)
def test_nothing_is_computed_by_the_database(table: Table) -> None:
    for column in table.columns:
        assert column.server_default is None, column.name
        assert column.server_onupdate is None, column.name
        assert column.computed is None, column.name
        assert column.identity is None, column.name
        assert not isinstance(column.type, Enum), column.name


@_named(TABLES)
def test_money_is_counted_in_integers(table: Table) -> None:
    for column in table.columns:
        assert not isinstance(column.type, Numeric | Float | Double), column.name


@_named([table for table in TABLES if "status" in table.columns and table.name not in ("request_logs",)])
def test_a_status_is_one_of_the_states_of_its_machine(table: Table) -> None:
    checks = [constraint for constraint in table.constraints if isinstance(constraint, CheckConstraint)]
    states = [str(check.sqltext) for check in checks if "status" in str(check.sqltext)]
    assert states or table.name == "idempotency_keys", f"{table.name}.status is not constrained"


@_named(TABLES)
def test_indexes_of_times_are_kept_summarized(table: Table) -> None:
    """Else whoever looks for what is old reads all that came since the last vacuum."""
    for index in table.indexes:
        options = index.dialect_options["postgresql"]
        if options["using"] == "brin":
            assert options["with"] == {"autosummarize": "on"}, index.name
