"""From SQLAlchemy's models and statements to SQL text and arguments for the driver, compiled once per shape.

What reads is here; what writes rows is in `writes`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

from pydantic_core import from_json, to_json
from sqlalchemy import Select, inspect
from sqlalchemy.dialects import registry as dialects
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.sql.compiler import SQLCompiler

from stripe_lite.db.base import Base, Row

AnyRow = TypeVar("AnyRow", bound=Base)
Binder = Callable[[Any], Any]

DIALECT: Dialect = dialects.load("postgresql.asyncpg")(json_serializer=lambda value: to_json(value).decode())
COMPILED_STATEMENTS_MAX = 2000


def json_text(value: object) -> str | None:
    """What the driver's jsonb codec takes."""
    return None if value is None else to_json(value).decode()


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a model: how it is called in Python and in SQL, and how a value of it is sent."""

    key: str
    column: str
    cast: str
    binder: Binder | None


@dataclass(frozen=True, slots=True)
class Fields:
    """A model's columns, in the table's order, and the way from a record to an instance."""

    table: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...]
    by_key: Mapping[str, Field]
    # The primary key, and the version where there is one: what a row is written by.
    identity: tuple[Field, ...]
    versioned: bool
    # Whether rows may be sent as one array for each column: arrays of arrays would come apart.
    flat: bool
    # All the values of an instance, which has them from the beginning.
    getter: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    # Which of the fields are not sent as they are, by their place.
    bound: tuple[tuple[int, Binder], ...]
    mapper: Mapper[Any]

    @property
    def returning(self) -> str:
        """What a statement ends with whose rows are counted, to see whether somebody else was faster."""
        return " RETURNING 1" if self.versioned else ""

    def instance(self, record: Iterable[Any]) -> Any:
        """A row object with the record's values and an empty attribute history."""
        row = self.mapper.class_manager.new_instance()
        row.__dict__.update(zip(self.keys, record, strict=True))
        return row

    def decoded(self, record: Iterable[Any]) -> list[Any]:
        """The values of a record whose JSON was read as text."""
        values = list(record)
        for place, _ in self.bound:
            text = values[place]
            values[place] = None if text is None else from_json(text)
        return values

    def values(self, row: Base) -> list[Any]:
        """What is sent for every field, in the table's order."""
        values = list(self.getter(row.__dict__))
        for place, binder in self.bound:
            values[place] = binder(values[place])
        return values

    def value(self, row: Base, field: Field) -> Any:
        """What is sent for the field."""
        value = row.__dict__[field.key]
        return value if field.binder is None else field.binder(value)


@cache
def fields_of(model: type[Base]) -> Fields:
    """The facts about a model's columns that reading and writing it need."""
    mapper: Mapper[Any] = inspect(model)
    fields = []
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        fields.append(
            Field(
                key=attribute.key,
                column=DIALECT.identifier_preparer.quote(column.name),
                cast=column.type.compile(DIALECT).split(" COLLATE")[0],
                binder=json_text if isinstance(column.type, JSON | JSONB) else None,
            )
        )
    names = {column.name for column in mapper.primary_key} | {"version"}
    return Fields(
        table=str(mapper.local_table),
        fields=tuple(fields),
        keys=tuple(field.key for field in fields),
        getter=itemgetter(*(field.key for field in fields)),
        by_key={field.key: field for field in fields},
        identity=tuple(field for field in fields if field.column in names),
        versioned=any(field.column == "version" for field in fields),
        flat=not any(field.cast.endswith("[]") for field in fields),
        bound=tuple((place, field.binder) for place, field in enumerate(fields) if field.binder is not None),
        mapper=mapper,
    )


@cache
def select_by_id(model: type[Row], lock: bool) -> str:
    """The statement that reads one row by its account and id, locked for a change if asked."""
    facts = fields_of(model)
    columns = ", ".join(field.column for field in facts.fields)
    ending = " FOR NO KEY UPDATE" if lock else ""
    return f"SELECT {columns} FROM {facts.table} WHERE account_id = $1 AND id = $2{ending}"


@cache
def select_together(models: tuple[type[Row], ...]) -> str:
    """The statement that reads one row of each model, of one account, in one round trip."""
    columns, tables, conditions = [], [], []
    for index, model in enumerate(models):
        facts = fields_of(model)
        columns += [f"t{index}.{field.column}" for field in facts.fields]
        tables.append(f"{facts.table} t{index}")
        conditions.append(f"t{index}.account_id = $1 AND t{index}.id = ${index + 2}")
    return f"SELECT {', '.join(columns)} FROM {', '.join(tables)} WHERE {' AND '.join(conditions)}"


@cache
def model_of(table: str) -> type[Row]:
    """The model of a table by its name."""
    for mapper in Base.registry.mappers:
        if str(mapper.local_table) == table and issubclass(mapper.class_, Row):
            return mapper.class_
    raise KeyError(table)


_compiled: dict[Any, SQLCompiler] = {}


def compiled(statement: ClauseElement) -> tuple[str, list[Any]]:
    """SQL text and arguments of any SQLAlchemy statement; the text is compiled once per shape of statement."""
    key = statement._generate_cache_key()
    if key is None:
        compiler = _compile(statement, None)
        parameters = compiler.construct_params()
    else:
        found = _compiled.get(key.key)
        if found is None:
            found = _compile(statement, key)
            if len(_compiled) >= COMPILED_STATEMENTS_MAX:
                _compiled.clear()
            _compiled[key.key] = found
        compiler = found
        parameters = compiler.construct_params(extracted_parameters=key.bindparams)
    if not compiler.post_compile_params:
        return str(compiler), list(_arguments(compiler.positiontup, parameters, compiler._bind_processors))
    # `column IN (…)`: as many placeholders as values are written only now.
    expanded = compiler._process_parameters_for_postcompile(parameters)
    processors = {**compiler._bind_processors, **expanded.processors}
    values = {**parameters, **expanded.additional_parameters}
    return expanded.statement, list(_arguments(expanded.positiontup, values, processors))


def _compile(statement: ClauseElement, key: CacheKey | None) -> SQLCompiler:
    compiler = statement._compiler(DIALECT, cache_key=key)
    if not isinstance(compiler, SQLCompiler):
        raise TypeError(f"not a statement: {statement}")
    return compiler


def _arguments(
    names: Sequence[str] | None, values: Mapping[str, Any], processors: Mapping[str, object]
) -> Iterator[Any]:
    for name in names or ():
        processor = processors.get(name)
        yield processor(values[name]) if callable(processor) else values[name]


def entity_of(statement: Select[AnyRow]) -> type[AnyRow]:
    """The model that a `select(Model)` statement reads."""
    entity = statement.column_descriptions[0]["entity"]
    if entity is None:
        raise TypeError("Work reads whole rows: use select(Model)")
    model: type[AnyRow] = entity
    return model
