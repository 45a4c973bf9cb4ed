"""The words of the field as data: conditions, cell sources, outcomes, designs, units and appraisal tools.

One TOML file per kind stands beside this module, one table per term, its key the term's id. Every term names its
source. Nothing is read before it is asked for, and each file is read once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, overload

from mscevidence.errors import UnknownTermError
from mscevidence.vocabulary.matching import Finder, finder, key
from mscevidence.vocabulary.terms import (
    AppraisalTool,
    ArmRole,
    Condition,
    Definition,
    Derivation,
    Design,
    Domain,
    DoseUnit,
    Outcome,
    Population,
    ReportKind,
    ReportStatus,
    Term,
    TimeUnit,
    term_of,
)

__all__ = [
    "AppraisalTool",
    "ArmRole",
    "Condition",
    "Definition",
    "Derivation",
    "Design",
    "Domain",
    "DoseUnit",
    "Outcome",
    "Population",
    "ReportKind",
    "ReportStatus",
    "Term",
    "TimeUnit",
    "below",
    "conditions_below",
    "exposure_units",
    "find",
    "kinds",
    "load",
    "term",
]


@cache
def kinds() -> tuple[str, ...]:
    """Return the names of all vocabularies, in alphabetical order."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


@overload
def load(kind: Literal["condition"]) -> Mapping[str, Condition]: ...
@overload
def load(kind: Literal["outcome"]) -> Mapping[str, Outcome]: ...
@overload
def load(kind: Literal["design"]) -> Mapping[str, Design]: ...
@overload
def load(kind: Literal["population"]) -> Mapping[str, Population]: ...
@overload
def load(kind: Literal["time-unit"]) -> Mapping[str, TimeUnit]: ...
@overload
def load(kind: Literal["dose-unit"]) -> Mapping[str, DoseUnit]: ...
@overload
def load(kind: Literal["report-kind"]) -> Mapping[str, ReportKind]: ...
@overload
def load(kind: Literal["report-status"]) -> Mapping[str, ReportStatus]: ...
@overload
def load(kind: Literal["arm-role"]) -> Mapping[str, ArmRole]: ...
@overload
def load(kind: Literal["derivation"]) -> Mapping[str, Derivation]: ...
@overload
def load(kind: Literal["appraisal-tool"]) -> Mapping[str, AppraisalTool]: ...
@overload
def load(kind: str) -> Mapping[str, Term]: ...
def load(kind: str) -> Mapping[str, Term]:
    """Return the terms of one kind by id, in the order of the file.

    Raises:
        UnknownTermError: there is no vocabulary of that name.
    """
    return _load(kind)


@overload
def term(kind: Literal["condition"], word: str) -> Condition: ...
@overload
def term(kind: Literal["outcome"], word: str) -> Outcome: ...
@overload
def term(kind: Literal["design"], word: str) -> Design: ...
@overload
def term(kind: Literal["population"], word: str) -> Population: ...
@overload
def term(kind: Literal["time-unit"], word: str) -> TimeUnit: ...
@overload
def term(kind: Literal["dose-unit"], word: str) -> DoseUnit: ...
@overload
def term(kind: Literal["report-kind"], word: str) -> ReportKind: ...
@overload
def term(kind: Literal["report-status"], word: str) -> ReportStatus: ...
@overload
def term(kind: Literal["arm-role"], word: str) -> ArmRole: ...
@overload
def term(kind: Literal["derivation"], word: str) -> Derivation: ...
@overload
def term(kind: Literal["appraisal-tool"], word: str) -> AppraisalTool: ...
@overload
def term(kind: str, word: str) -> Term: ...
def term(kind: str, word: str) -> Term:
    """Return the term that a word names: by its id, label, synonym, abbreviation or listed spelling.

    Case, accents, a plural s and the choice of space, hyphen or underscore do not matter; nothing else is guessed.

    Raises:
        UnknownTermError: the word names no term of this kind, or there is no such kind.
    """
    found = _names(kind).get(key(word))
    if found is None:
        also = {name: each.id for name, each in _names(kind).items()}
        raise UnknownTermError(word, kind=kind, choices=_load(kind), names=also)
    return found


def find(kind: str, text: str) -> tuple[Term, ...]:
    """Return the terms of a kind whose names occur as whole words in a text, longest match first.

    Words that are part of a longer match do not count: "acute graft-versus-host disease" is not also the unqualified
    disease. Abbreviations must be written in their own case.
    """
    return _finder(kind)(text)


def below(kind: str, word: str) -> frozenset[str]:
    """Return the ids of a term and of all its narrower terms."""
    return _below(kind, term(kind, word).id)


@cache
def _below(kind: str, term_id: str) -> frozenset[str]:
    found = {term_id}
    terms = _load(kind).values()
    while wider := {each.id for each in terms if each.broader in found} - found:
        found |= wider
    return frozenset(found)


def conditions_below(id: str) -> frozenset[str]:  # noqa: A002 - the word of the data model
    """Return the ids of a condition and of its narrower conditions."""
    return below("condition", id)


TREATMENTS_GIVEN = ("infusion", "cycle")
"""Units of time that count treatments: events may be told per each of them, as they are per year."""


@cache
def exposure_units() -> tuple[str, ...]:
    """Return the units in which time at risk may be given: lengths of time, and treatments given."""
    lengths = (name for name, unit in load("time-unit").items() if unit.days and "-" not in name)
    return (*lengths, *TREATMENTS_GIVEN)


@cache
def _load(kind: str) -> Mapping[str, Term]:
    if kind not in kinds():
        raise UnknownTermError(kind, kind="vocabulary", choices=kinds())
    tables = tomllib.loads((resources.files(__name__) / f"{kind}.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: term_of(kind, name, table) for name, table in tables.items()})


@cache
def _names(kind: str) -> Mapping[str, Term]:
    names: dict[str, Term] = {}
    for each in _load(kind).values():
        for name in (each.id, each.label, *each.synonyms, *each.abbreviations, *each.spellings):
            names.setdefault(key(name), each)
    plurals = {f"{name}s": each for name, each in names.items() if name[-1:].isalpha() and not name.endswith("s")}
    return MappingProxyType(plurals | names)


@cache
def _finder(kind: str) -> Finder:
    return finder(_load(kind).values())
