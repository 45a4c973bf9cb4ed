"""Two study files side by side: what speaks for the same patients, and what against it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mscevidence import vocabulary
from mscevidence.identify import identifiers
from mscevidence.model import CellProduct, Link, Report, Study

SECOND_HAND = frozenset({"secondary-table", "review", "editorial"})


@dataclass(frozen=True)
class Comparison:
    """Reasons for and against the same patients; `alike` holds what makes one look twice."""

    alike: tuple[str, ...]
    support: tuple[str, ...]
    against: tuple[str, ...]


def related(left: Study, right: Study) -> bool:
    """Return whether the two conditions are the same, or one is a form of the other."""
    first, second = left.condition, right.condition
    return second in vocabulary.conditions_below(first) or first in vocabulary.conditions_below(second)


def first_hand(study: Study) -> Iterator[Report]:
    """Yield the reports by the people who did the study."""
    return (report for report in study.reports if report.kind not in SECOND_HAND)


def alike(studies: Sequence[Study]) -> list[tuple[Study, Study]]:
    """Return each two studies that make one look twice, in the order of the studies.

    They have an author or a city in common and conditions under the same widest one; `judged` says what to think of it.
    Studies are laid side by side only where they meet, so that ten thousand take no longer than ten thousand times one.
    """
    met: dict[tuple[object, str], list[int]] = defaultdict(list)
    for place, study in enumerate(studies):
        widest = _widest(study.condition)
        for mark in (*_authors(study), *_cities(study)):
            met[mark, widest].append(place)
    found = {pair for places in met.values() for pair in itertools.combinations(places, 2)}
    return [(studies[left], studies[right]) for left, right in sorted(found)]


def _widest(condition: str) -> str:
    """Return the condition that a condition is a form of and that is itself no form of another."""
    terms = vocabulary.load("condition")
    while condition in terms and (broader := terms[condition].broader):
        condition = broader
    return condition


def compare(left: Study, right: Study) -> Comparison:
    """Return what two studies of related conditions have in common, and what tells them apart."""
    return Comparison(
        alike=tuple(_alike(left, right)),
        support=tuple(_support(left, right)),
        against=tuple(_against(left, right)),
    )


def judged(left: Study, right: Study) -> Link | None:
    """Return a proposed overlap or an explained look-alike of two studies; None when nothing makes one look twice."""
    if not related(left, right):
        return None
    found = compare(left, right)
    if not found.alike:
        return None
    alike = f"same condition, {', '.join(found.alike)}"
    if found.against:
        reason = f"{alike}; kept apart because {' and '.join(found.against)}"
        return Link(kind="look-alike", left=left.study, right=right.study, basis="comparison", reason=reason)
    if found.support:
        reason = f"{alike}, {', '.join(found.support)}: may share patients"
        return Link(kind="overlap", left=left.study, right=right.study, basis="comparison", reason=reason)
    return None


def _alike(left: Study, right: Study) -> Iterator[str]:
    authors = _authors(left) & _authors(right)
    if authors:
        yield f"first author {', '.join(sorted(name.title() for name, _ in authors))}"
    cities = _cities(left) & _cities(right)
    if cities:
        yield f"city {', '.join(sorted(city.title() for city in cities))}"


def _support(left: Study, right: Study) -> Iterator[str]:
    if left.cell_product and right.cell_product and left.cell_product.source and _sources_agree(left, right):
        yield f"cells from {_label('cell-source', left.cell_product.source)}"
    sizes = _sizes(left) & _sizes(right)
    if sizes:
        yield f"{max(sizes)} patients in each"
    if _enrolment(left) and _enrolment(right) and not _enrolment_apart(left, right):
        yield "overlapping enrolment"


def _against(left: Study, right: Study) -> Iterator[str]:
    mine, theirs = left.cell_product or CellProduct(), right.cell_product or CellProduct()
    if mine.source and theirs.source and not _sources_agree(left, right):
        yield f"the cells differ ({_label('cell-source', mine.source)}, {_label('cell-source', theirs.source)})"
    if mine.donor and theirs.donor and {mine.donor, theirs.donor} >= {"autologous"} and mine.donor != theirs.donor:
        yield f"the donors differ ({mine.donor}, {theirs.donor})"
    if _cities(left) and _cities(right) and not _cities(left) & _cities(right):
        yield f"the places differ ({_named(_cities(left))}, {_named(_cities(right))})"
    if left.registrations and right.registrations and not set(left.registrations) & set(right.registrations):
        yield f"the registrations differ ({', '.join(left.registrations)}; {', '.join(right.registrations)})"
    if _enrolment_apart(left, right):
        yield "the enrolment periods do not meet"


def _authors(study: Study) -> frozenset[tuple[str, str]]:
    names = [report.first_author for report in first_hand(study) if report.first_author]
    return frozenset((identifiers.surname(name), identifiers.initial(name)) for name in names)


def _cities(study: Study) -> frozenset[str]:
    return frozenset(centre.city.casefold() for centre in study.centres if centre.city)


def _named(cities: frozenset[str]) -> str:
    return ", ".join(sorted(city.title() for city in cities))


def _sizes(study: Study) -> frozenset[int]:
    """Return the largest number of patients of a study; one and two patients are too few to mean anything."""
    sizes = [size for arm in study.arms for size in (arm.treated, arm.enrolled) if isinstance(size, int)]
    return frozenset({max(sizes)}) if sizes and max(sizes) > 2 else frozenset()


def _sources_agree(left: Study, right: Study) -> bool:
    """Return whether the cells may come from the same tissue; a mixture agrees with each of its parts."""
    mine = left.cell_product.source if left.cell_product else None
    theirs = right.cell_product.source if right.cell_product else None
    if mine is None or theirs is None:
        return True
    parts = set(mine.split("-or-")) & set(theirs.split("-or-"))
    return (
        bool(parts)
        or theirs in vocabulary.below("cell-source", mine)
        or mine in vocabulary.below("cell-source", theirs)
    )


def _enrolment(study: Study) -> tuple[str, str] | None:
    period = study.enrolment
    if period is None or not period.start or not period.end:
        return None
    return None if "not-reported" in (period.start, period.end) else (period.start, period.end)


def _enrolment_apart(left: Study, right: Study) -> bool:
    mine, theirs = _enrolment(left), _enrolment(right)
    if mine is None or theirs is None:
        return False
    # Months compare as text; a year alone ("2019") stands before all its months, so its end is padded.
    return f"{mine[1]}-99" < theirs[0] or f"{theirs[1]}-99" < mine[0]


def _label(kind: str, term_id: str) -> str:
    return vocabulary.load(kind)[term_id].label
