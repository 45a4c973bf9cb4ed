"""Where the records of two extractors of one study differ, and how often they agree."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator

from mscevidence.model import Arm, Result, Study, result_key

STUDY_FIELDS = ("condition", "design", "phase")
ARM_FIELDS = ("role", "enrolled", "treated", "evaluable", "dose.value", "dose.unit", "dose.infusions")
RESULT_FIELDS = ("events", "n", "percent", "person_time", "mean", "sd", "population")
ABSENT = ""
"""What is shown of a field, or of a whole entry, that an extractor does not have."""


@dataclasses.dataclass(frozen=True)
class Fact:
    """One value of a record: the kind of field, the value in words, its quote; of an entry, its contents."""

    field: str
    value: str
    quote: str = ""
    in_short: str = ""


@dataclasses.dataclass(frozen=True)
class Difference:
    """A place of the record where two extractors differ.

    Attributes:
        place: ``study <field>``, ``arm <id> [<field>]`` or ``result <arm>/<outcome> [<field>]``; without a field, only
            one of the two has the entry.
        field: what kind of value it is, such as ``result events``.
        first: what the first extractor has, in words; empty for nothing.
        second: what the second extractor has.
        first_quote: the words that the first one read it from.
        second_quote: the words that the second one read it from.
    """

    place: str
    field: str
    first: str
    second: str
    first_quote: str = ""
    second_quote: str = ""


def differences(first: Study, second: Study) -> tuple[Difference, ...]:
    """Return where two records of one study differ: of the study, then of arms, then of results."""
    found = []
    for place, one, other in _together(first, second):
        known = one or other
        if known is not None and (one is None or other is None or one.value.casefold() != other.value.casefold()):
            told = (_said(one), _said(other))
            quotes = (one.quote if one else ABSENT, other.quote if other else ABSENT)
            found.append(Difference(place, known.field, *told, *quotes))
    return tuple(found)


def _said(fact: Fact | None) -> str:
    return ABSENT if fact is None else fact.in_short or fact.value


def agreed_pairs(first: Study, second: Study) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return what both say of each kind of field, entry by entry, for a measure of agreement.

    Only entries that both have are compared; fields that neither filled in are left out.
    """
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for _, one, other in _together(first, second):
        if one is not None and other is not None and (one.value or other.value) and " " in one.field:
            pairs[one.field].append((one.value.casefold(), other.value.casefold()))
    return {field: tuple(both) for field, both in pairs.items()}


def _together(first: Study, second: Study) -> Iterator[tuple[str, Fact | None, Fact | None]]:
    """Yield every place with what both say; the fields of an entry that only one has are left aside."""
    left, right = dict(_facts(first)), dict(_facts(second))
    for place in dict.fromkeys((*left, *right)):
        kind, _, rest = place.partition(" ")
        entry, _, field = rest.partition(" ")
        whole = f"{kind} {entry}"
        if kind != "study" and field and (whole not in left or whole not in right):
            continue
        yield place, left.get(place), right.get(place)


def _facts(study: Study) -> Iterator[tuple[str, Fact]]:
    for name in STUDY_FIELDS:
        yield f"study {name}", Fact(f"study {name}", _shown(getattr(study, name)))
    for arm in study.arms:
        yield f"arm {arm.id}", Fact("arm", arm.id)
        for name in ARM_FIELDS:
            yield f"arm {arm.id} {name}", Fact(f"arm {name}", _shown(_inside(arm, name)))
    for index, result in enumerate(study.results):
        address = result_key(study, index).partition("/")[2]
        quote = result.source.quote
        yield f"result {address}", Fact("result", address, quote, _in_short(result))
        for name in RESULT_FIELDS:
            yield f"result {address} {name}", Fact(f"result {name}", _shown(getattr(result, name)), quote)


def _inside(arm: Arm, name: str) -> object:
    value: object = arm
    for step in name.split("."):
        value = getattr(value, step, None)
    return value


def _in_short(result: Result) -> str:
    return f"{_shown(result.events) or '?'} of {_shown(result.n) or '?'}"


def _shown(value: object) -> str:
    if value is None:
        return ABSENT
    return f"{value:.12g}" if isinstance(value, float) else str(value)
