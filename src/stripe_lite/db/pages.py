"""Pages of a list: the rows on one side of a cursor, found by the key's own order however long the list is."""

from functools import cache
from typing import TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, func, select

from stripe_lite.core.ids import MOMENT_LENGTH
from stripe_lite.core.lists import ListParams
from stripe_lite.db.base import Resource, Row
from stripe_lite.db.queries import fields_of

AnyRow = TypeVar("AnyRow", bound=Row)
Condition: TypeAlias = ColumnElement[bool]


@cache
def page_sql(model: type[Row], after_cursor: bool, backwards: bool) -> str:
    """The statement for a page without further conditions: account, limit, then mode and cursor where there are any.

    With the account fixed, comparing the id alone lets PostgreSQL start at the cursor; comparing the pair of both would
    make it walk there from the account's end.
    """
    facts = fields_of(model)
    conditions = ["account_id = $1"]
    if issubclass(model, Resource):
        conditions.append(f"livemode = ${len(conditions) + 2}")
    if after_cursor:
        conditions.append(f"id {'>' if backwards else '<'} ${len(conditions) + 2}")
    columns = ", ".join(field.column for field in facts.fields)
    order = "ASC" if backwards else "DESC"
    return f"SELECT {columns} FROM {facts.table} WHERE {' AND '.join(conditions)} ORDER BY id {order} LIMIT $2::bigint"


def page_statement(
    model: type[AnyRow],
    account_id: str,
    livemode: bool,
    params: ListParams,
    conditions: tuple[Condition, ...],
    *,
    mixed: bool = False,
) -> Select[AnyRow]:
    """The same with further conditions. In `mixed` lists ids begin with different prefixes; what follows has the time.

    No index has that order: the conditions must leave few rows.
    """
    moment: ColumnElement[str] = func.right(model.id, MOMENT_LENGTH).collate("C") if mixed else model.id.expression
    statement = select(model).where(model.account_id == account_id, *conditions)
    if issubclass(model, Resource):
        statement = statement.where(model.livemode == livemode)
    if params.ending_before is not None:
        statement = statement.where(moment > _moment(params.ending_before, mixed)).order_by(moment.asc())
    else:
        statement = statement.order_by(moment.desc())
        if params.starting_after is not None:
            statement = statement.where(moment < _moment(params.starting_after, mixed))
    return statement.limit(params.limit + 1)


def _moment(cursor: str, mixed: bool) -> str:
    return cursor[-MOMENT_LENGTH:] if mixed else cursor
