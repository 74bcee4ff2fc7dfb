"""Pages of a list: the rows on one side of a cursor, found by the key's own order however long the list is."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from asyncpg import Record
from sqlalchemy import ColumnElement, Select, func, select

from stripe_lite.core.errors import ResourceMissing
from stripe_lite.core.ids import MOMENT_LENGTH
from stripe_lite.core.lists import ListParams, Page, Unmade
from stripe_lite.db.base import Resource, Row
from stripe_lite.db.queries import fields_of

if TYPE_CHECKING:
    from stripe_lite.db.work import Work

AnyRow = TypeVar("AnyRow", bound=Row)
Condition: TypeAlias = ColumnElement[bool]


async def page_of(
    work: "Work", model: type[AnyRow], params: ListParams, conditions: tuple[Condition, ...], noun: str, *, mixed: bool
) -> Page[AnyRow]:
    """One page of the account's rows, newest first, from the client's cursor."""
    backwards = params.ending_before is not None
    cursor = params.ending_before or params.starting_after

    async def check_cursor() -> None:
        if cursor is not None and await work.get(model, cursor) is None:
            missing = noun or model.__tablename__.removesuffix("s")
            raise ResourceMissing(missing, cursor, param="ending_before" if backwards else "starting_after")

    found: Sequence[AnyRow] | Sequence[Record]
    if conditions:
        await check_cursor()
        found = await work.all(page_statement(model, work.account_id, work.livemode, params, conditions, mixed=mixed))
    else:
        arguments: list[Any] = [work.account_id, params.limit + 1]
        arguments += [work.livemode] if issubclass(model, Resource) else []
        arguments += [cursor] if cursor is not None else []
        found = await work.execute(page_sql(model, cursor is not None, backwards), *arguments)
        if not found:
            await check_cursor()
    has_more, found = len(found) > params.limit, found[: params.limit]
    return Page(_rows_of(work, model, found[::-1] if backwards else found), has_more)


def _rows_of(work: "Work", model: type[AnyRow], found: Sequence[Any]) -> Sequence[AnyRow]:
    if not found or isinstance(found[0], model):
        return found
    facts = fields_of(model)

    def make(place: int) -> AnyRow:
        return work.taken(model, facts.decoded(found[place]))

    if not facts.versioned:
        return [make(place) for place in range(len(found))]
    return Unmade([(record["id"], record["version"]) for record in found], make)


@cache
def page_sql(model: type[Row], after_cursor: bool, backwards: bool) -> str:
    """The statement for a page without further conditions: account, limit, then mode and cursor where there are any.

    JSON comes as text: of most rows it is not looked into, because what was shown of them is remembered. Behind a
    cursor that does not exist there is nothing.

    With the account fixed, comparing the id alone lets PostgreSQL start at the cursor; comparing the pair of both would
    make it walk there from the account's end.
    """
    facts = fields_of(model)
    conditions = ["account_id = $1"]
    if issubclass(model, Resource):
        conditions.append(f"livemode = ${len(conditions) + 2}")
    if after_cursor:
        there = f"SELECT FROM {facts.table} WHERE {' AND '.join(conditions)} AND id = ${len(conditions) + 2}"
        conditions += [f"id {'>' if backwards else '<'} ${len(conditions) + 2}", f"EXISTS ({there})"]
    columns = ", ".join(field.column + ("::text" if field.binder else "") for field in facts.fields)
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
