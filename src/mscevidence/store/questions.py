"""Named questions: SQL that was written once, with parameters that are checked before they are bound.

The questions are data in ``questions.toml``; the served database offers the same ones.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from mscevidence import vocabulary
from mscevidence.errors import StoreError, UnknownTermError
from mscevidence.store.query import Rows, run_sql

LOOKUPS = {
    "study": "SELECT id FROM studies WHERE :value IN ('', id) ORDER BY id",
    "result": "SELECT id FROM results WHERE :value IN ('', id) ORDER BY id",
    "analysis": "SELECT id FROM analyses WHERE :value IN ('', id) ORDER BY position",
}
"""What a parameter may name that stands in the database itself: the query that lists the valid values, or finds one."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a question; empty means no restriction.

    At most one of `vocabulary` (a term, found by any of its names), `lookup` (something in the database) and `choices`
    says what is valid; without any of them every text is.
    """

    name: str
    description: str = ""
    vocabulary: str = ""
    lookup: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""

    @property
    def kind(self) -> str:
        """Return what a value must be, in words."""
        return self.description or self.vocabulary or self.lookup or ", ".join(self.choices) or "text"

    @property
    def shown(self) -> str:
        """Return what a value must be as usage lines write it: ``CONDITION``, ``new|deferred``."""
        return "|".join(self.choices) or (self.vocabulary or self.lookup or "text").upper()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Question:
    """A question with its SQL and parameters."""

    id: str
    title: str
    description: str
    sql: str
    parameters: tuple[Parameter, ...] = ()


@cache
def load() -> Mapping[str, Question]:
    """Return all questions by id, in the order of the file."""
    tables = tomllib.loads((resources.files(__package__) / "questions.toml").read_text(encoding="utf-8"))
    found = {}
    for name, table in tables.items():
        parameters = tuple(_parameter(key, value) for key, value in table.pop("parameters", {}).items())
        found[name] = Question(id=name, parameters=parameters, **table)
    return MappingProxyType(found)


def _parameter(name: str, table: dict[str, object]) -> Parameter:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Parameter(name=name, **values)  # type: ignore[arg-type]  # a wrong key or type fails the test of the file


def question(name: str) -> Question:
    """Return the question with a name; ``_`` counts as ``-``.

    Raises:
        UnknownTermError: there is none.
    """
    found = load().get(name.strip().casefold().replace("_", "-"))
    if found is None:
        raise UnknownTermError(name, kind="question", choices=load())
    return found


def ask(path: Path, name: str | Question, params: Mapping[str, str] | None = None, *, limit: int | None = None) -> Rows:
    """Return the answer of a database to a named question.

    Raises:
        UnknownTermError: there is no such question, parameter or term; the nearest ones are named.
        StoreError: the database cannot be read.
    """
    asked = question(name) if isinstance(name, str) else name
    values = bound(path, asked, params or {})
    return run_sql(path, _restricted(asked.sql, values), values, limit=limit)


_RESTRICTION = re.compile(r"\(:(\w+) = '' OR (.+)\)$", re.MULTILINE)

_ORDER = re.compile(r"\nORDER BY [^\n]+\Z")


def _restricted(sql: str, values: Mapping[str, str]) -> str:
    """Return the SQL of a question with the restrictions that are asked for: SQLite uses no index behind an OR."""
    return _RESTRICTION.sub(lambda found: f"({found[2]})" if values[found[1]] else "TRUE", sql.strip())


@dataclasses.dataclass(frozen=True)
class Stretch:
    """A stretch of an answer, and how many rows the whole answer has; None when those are too many to count."""

    rows: Rows
    total: int | None


MOST_COUNTED = 20_000
"""Rows that are counted before somebody has to wait for it."""


def ask_stretch(path: Path, asked: Question, params: Mapping[str, str], *, first: int, most: int) -> Stretch:
    """Return at most `most` rows of the answer to a question, after the `first` ones.

    Raises:
        UnknownTermError: there is no such parameter or term.
        StoreError: the database cannot be read.
    """
    values = bound(path, asked, params)
    sql = _restricted(asked.sql, values)
    counting = f"SELECT count(*) FROM (SELECT 1 FROM ({_ORDER.sub('', sql)}) LIMIT {MOST_COUNTED + 1})"  # noqa: S608
    ((total,),) = run_sql(path, counting, values).rows
    some = run_sql(path, f"{sql}\nLIMIT :_most OFFSET :_first", {**values, "_most": most, "_first": first})
    return Stretch(some, total if total <= MOST_COUNTED else None)


def choices_of(path: Path, parameter: Parameter, *, most: int = 200) -> tuple[tuple[str, str], ...]:
    """Return id and label of what a parameter may be, for a form; nothing where there are more than `most`.

    Raises:
        StoreError: the database cannot be read.
    """
    if parameter.vocabulary:
        return tuple((term.id, term.label) for term in vocabulary.load(parameter.vocabulary).values())
    if parameter.lookup:
        known = run_sql(path, LOOKUPS[parameter.lookup], {"value": ""}, limit=most)
        return () if known.truncated else tuple((name, "") for (name,) in known.rows)
    return tuple((word, "") for word in parameter.choices)


def bound(path: Path, asked: Question, params: Mapping[str, str]) -> dict[str, str]:
    """Return a value for every parameter of a question: given and checked, or its default.

    Raises:
        UnknownTermError: a parameter or value that does not exist.
        StoreError: the database holds nothing of what a parameter names.
    """
    values = {parameter.name: parameter.default for parameter in asked.parameters}
    by_name = {parameter.name: parameter for parameter in asked.parameters}
    for name, value in params.items():
        plain = name.replace("-", "_")
        if plain not in by_name:
            raise UnknownTermError(name, kind=f"parameter of {asked.id}", choices=by_name)
        values[plain] = _valid(path, by_name[plain], value)
    return values


_WHERE = {"analysis": "`mscevidence reproduce` runs the analyses; ask its database: `-d output/evidence.db`"}


def _valid(path: Path, parameter: Parameter, value: str) -> str:
    if not value:
        return value
    if parameter.vocabulary:
        return vocabulary.term(parameter.vocabulary, value).id
    choices: Sequence[str] = parameter.choices
    if parameter.lookup:
        if run_sql(path, LOOKUPS[parameter.lookup], {"value": value}).rows:
            return value
        choices = [row[0] for row in run_sql(path, LOOKUPS[parameter.lookup], {"value": ""}).rows]
        if not choices:
            raise StoreError(f"{path.name} holds no {parameter.lookup}", hint=_WHERE.get(parameter.lookup, ""))
    if (parameter.choices or parameter.lookup) and value not in choices:
        raise UnknownTermError(value, kind=parameter.lookup or parameter.name, choices=choices)
    return value
