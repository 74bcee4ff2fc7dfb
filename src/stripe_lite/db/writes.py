"""What a unit of work writes, as parts of one `WITH …` statement: rows to insert, to update and to delete."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy.orm.base import instance_state

from stripe_lite.db.base import Base
from stripe_lite.db.queries import COMPILED_STATEMENTS_MAX, Field, Fields, fields_of

# So many rows that are written alike are sent as arrays.
MANY = 4


class Written(NamedTuple):
    """A part of one `WITH …` statement: its SQL with {} for each argument, and the arguments.

    A part with a `guard` must write so many rows, or the whole statement fails: somebody else has changed one of them.
    Of a `counted` part the work wants to know how many rows it wrote. Both say RETURNING; the others don't have to.

    `many` says the same of any number of rows, as one array for each of their `width` values. Where it is `sql` itself,
    the arguments are arrays already; where it is None, the part cannot be told of several works at once.
    """

    sql: str
    arguments: tuple[Any, ...]
    guard: int | None = None
    counted: bool = False
    many: str | None = None
    width: int = 0

    @property
    def rows(self) -> Iterable[tuple[Any, ...]]:
        """The values of each row, for `many`."""
        if self.sql == self.many:
            return zip(*self.arguments, strict=True)
        return (self.arguments[at : at + self.width] for at in range(0, len(self.arguments), self.width))


def insert_part(rows: list[Base]) -> Written:
    """One INSERT for rows of one model."""
    model = type(rows[0])
    facts = fields_of(model)
    many = _insert_many_sql(model) if facts.flat else None
    if many is not None and _together(facts, rows):
        columns = zip(*(facts.values(row) for row in rows), strict=True)
        return Written(many, tuple(list(column) for column in columns), many=many)
    arguments: list[Any] = []
    for row in rows:
        arguments += facts.values(row)
    return Written(_insert_sql(model, len(rows)), tuple(arguments), many=many, width=len(facts.fields))


@cache
def _insert_sql(model: type[Base], count: int) -> str:
    facts = fields_of(model)
    columns = ", ".join(field.column for field in facts.fields)
    values = "(" + ", ".join("{}::" + field.cast for field in facts.fields) + ")"
    return f"INSERT INTO {facts.table} ({columns}) VALUES {', '.join([values] * count)}"


@cache
def _insert_many_sql(model: type[Base]) -> str:
    facts = fields_of(model)
    columns = ", ".join(field.column for field in facts.fields)
    return f"INSERT INTO {facts.table} ({columns}) {_arrays_sql(facts.fields)}"


def update_parts(changes: Iterable[tuple[Base, tuple[str, ...]]]) -> Iterator[Written]:
    """An UPDATE for each row, of the named attributes; many rows that are changed alike share one."""
    alike: dict[tuple[type[Base], tuple[str, ...]], list[Base]] = {}
    for row, changed in changes:
        alike.setdefault((type(row), changed), []).append(row)
    for (model, changed), rows in alike.items():
        if _together(fields_of(model), rows):
            yield _update_many(model, changed, rows)
        else:
            yield from (update_part(row, changed) for row in rows)


def update_part(row: Base, changed: tuple[str, ...]) -> Written:
    """One UPDATE of the named attributes of a row, provided that nobody else changed it since it was read."""
    model = type(row)
    facts = fields_of(model)
    fields = [facts.by_key[key] for key in changed]
    arguments = tuple(facts.value(row, field) for field in (*fields, *facts.identity))
    return Written(
        _update_sql(model, changed),
        arguments,
        guard=1 if facts.versioned else None,
        many=_update_many_sql(model, changed) if facts.flat else None,
        width=len(arguments),
    )


def _update_many(model: type[Base], changed: tuple[str, ...], rows: list[Base]) -> Written:
    facts = fields_of(model)
    fields = (*(facts.by_key[key] for key in changed), *facts.identity)
    sql = _update_many_sql(model, changed)
    return Written(sql, _columns(facts, fields, rows), guard=len(rows) if facts.versioned else None, many=sql)


@cache
def _update_many_sql(model: type[Base], changed: tuple[str, ...]) -> str:
    facts = fields_of(model)
    fields = tuple(facts.by_key[key] for key in changed)
    sets = [f"{field.column} = new.new_{field.column}" for field in fields]
    sets += ["version = old.version + 1"] if facts.versioned else []
    names = [f"new_{field.column}" for field in fields] + [field.column for field in facts.identity]
    return (
        f"UPDATE {facts.table} old SET {', '.join(sets)}"
        f" FROM {_arrays_sql((*fields, *facts.identity))} new({', '.join(names)})"
        f" WHERE {_same_sql(facts)}{facts.returning}"
    )


@cache
def _update_sql(model: type[Base], changed: tuple[str, ...]) -> str:
    facts = fields_of(model)
    sets = [f"{facts.by_key[key].column} = {{}}::{facts.by_key[key].cast}" for key in changed]
    sets += ["version = version + 1"] if facts.versioned else []
    return f"UPDATE {facts.table} SET {', '.join(sets)} WHERE {_identity_sql(facts)}{facts.returning}"


def delete_parts(rows: Iterable[Base]) -> Iterator[Written]:
    """A DELETE for each row; many rows of one model share one."""
    models: dict[type[Base], list[Base]] = {}
    for row in rows:
        models.setdefault(type(row), []).append(row)
    for model, of_model in models.items():
        facts = fields_of(model)
        if _together(facts, of_model):
            arguments = _columns(facts, facts.identity, of_model)
            sql = _delete_many_sql(model)
            yield Written(sql, arguments, guard=len(of_model) if facts.versioned else None, many=sql)
        else:
            yield from (delete_part(row) for row in of_model)


@cache
def _delete_many_sql(model: type[Base]) -> str:
    facts = fields_of(model)
    names = ", ".join(field.column for field in facts.identity)
    return (
        f"DELETE FROM {facts.table} old USING {_arrays_sql(facts.identity)} new({names})"
        f" WHERE {_same_sql(facts)}{facts.returning}"
    )


def delete_part(row: Base) -> Written:
    """One DELETE of a row, provided that nobody else changed it since it was read."""
    facts = fields_of(type(row))
    arguments = tuple(facts.value(row, field) for field in facts.identity)
    sql = f"DELETE FROM {facts.table} WHERE {_identity_sql(facts)}{facts.returning}"
    many = _delete_many_sql(type(row)) if facts.flat else None
    return Written(sql, arguments, guard=1 if facts.versioned else None, many=many, width=len(arguments))


def _together(facts: Fields, rows: Sequence[Base]) -> bool:
    return len(rows) >= MANY and facts.flat


def _columns(facts: Fields, fields: Sequence[Field], rows: list[Base]) -> tuple[list[Any], ...]:
    return tuple([facts.value(row, field) for row in rows] for field in fields)


def _arrays_sql(fields: Sequence[Field]) -> str:
    """An array for each column: the text is the same for any number of rows, so that it is planned once.

    Unnested side by side in a SELECT they come as rows; `FROM unnest(…, …)` would first store each column apart.
    """
    return f"(SELECT {', '.join('unnest({}::' + field.cast + '[])' for field in fields)})"


def _same_sql(facts: Fields) -> str:
    return " AND ".join(f"old.{field.column} = new.{field.column}" for field in facts.identity)


def _identity_sql(facts: Fields) -> str:
    return " AND ".join(f"{field.column} = {{}}::{field.cast}" for field in facts.identity)


def merged(works: Iterable[list[Written]]) -> list[Written]:
    """The parts of several works as those of one: what they do alike to the same table is said once."""
    alone: list[Written] = []
    alike: dict[str, list[Written]] = {}
    for parts in works:
        for part in parts:
            if part.many is None:
                alone.append(part)
            else:
                alike.setdefault(part.many, []).append(part)
    return [_merged(many, parts) for many, parts in alike.items()] + alone


def _merged(many: str, parts: list[Written]) -> Written:
    columns = zip(*(row for part in parts for row in part.rows), strict=True)
    guard = None if parts[0].guard is None else sum(part.guard or 0 for part in parts)
    return Written(many, tuple(list(column) for column in columns), guard, parts[0].counted, many)


_statements: dict[tuple[tuple[str, int | None, bool], ...], str] = {}


def combine(parts: list[Written]) -> tuple[str, list[Any]]:
    """All parts as one statement that answers how many rows the counted ones wrote, one after the other."""
    # The number of rows that many are guarded by is an argument, not a part of the text.
    shape = tuple((part.sql, None if part.sql == part.many else part.guard, part.counted) for part in parts)
    sql = _statements.get(shape)
    if sql is None:
        sql = _combined_sql(parts)
        if len(_statements) >= COMPILED_STATEMENTS_MAX:
            _statements.clear()
        _statements[shape] = sql
    arguments = [argument for part in parts for argument in part.arguments]
    arguments += [part.guard for part in parts if part.guard is not None and part.sql == part.many]
    return sql, arguments


def numbered(sql: str, count: int, start: int = 1) -> str:
    """SQL with {} replaced by $1, $2, …"""
    return sql.format(*(f"${number}" for number in range(start, start + count)))


def _combined_sql(parts: list[Written]) -> str:
    sub_statements, start = [], 1
    for index, part in enumerate(parts):
        sub_statements.append(f"w{index} AS ({numbered(part.sql, len(part.arguments), start)})")
        start += len(part.arguments)
    written = {index: f"(SELECT count(*) FROM w{index})" for index in range(len(parts))}
    wanted = [written[index] for index, part in enumerate(parts) if part.counted]
    guards = []
    for index, part in enumerate(parts):
        if part.guard is not None and part.sql != part.many:
            guards.append(f"{written[index]} = {part.guard}")
        elif part.guard is not None:
            guards.append(f"{written[index]} = ${start}::bigint")
            start += 1
    # Dividing by zero is how a single statement can undo itself.
    wanted += [f"1 / (CASE WHEN {' AND '.join(guards)} THEN 1 ELSE 0 END)"] if guards else []
    return f"WITH {', '.join(sub_statements)} SELECT {', '.join(wanted) or '1'}"


Change = tuple[Base, tuple[str, ...]]


def changes(
    known: Mapping[tuple[type[Base], str], Base], locked: Set[tuple[type[Base], str]], aside: Iterable[Base]
) -> list[Change]:
    """Known rows with changed columns, save those set aside, and from now on they count as unchanged.

    Only a locked row may be changed, else two requests could overwrite each other's values.
    """
    others = {id(row) for row in aside}
    found: list[Change] = []
    for key, row in known.items():
        state = instance_state(row)
        if not state.committed_state or id(row) in others:
            continue
        keys = tuple(sorted(name for name, old in state.committed_state.items() if row.__dict__[name] != old))
        state.committed_state.clear()
        if keys:
            assert key in locked, f"{key[0].__name__} was changed, but neither locked nor watched"
            found.append((row, keys))
    return found
