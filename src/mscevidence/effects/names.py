"""The short name of a study in figures and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from mscevidence import vocabulary
from mscevidence.model import Study

# From this rank on a report repeats what others found (secondary tables, reviews, editorials).
SECONDARY_RANK = vocabulary.load("report-kind")["secondary-table"].rank


def study_label(study: Study) -> str:
    """Return the name a reader knows: the label, first author and year of a primary report, registration, or the id."""
    if study.label:
        return study.label
    kinds = vocabulary.load("report-kind")
    reports = sorted(study.reports, key=lambda report: (kinds[report.kind].rank, report.year or 9999))
    for report in reports:
        if report.first_author and kinds[report.kind].rank < SECONDARY_RANK:
            return f"{surname(report.first_author)} {report.year}" if report.year else surname(report.first_author)
    return study.registrations[0] if study.registrations else study.study


def surname(author: str) -> str:
    """Return the surname of ``Chen Y`` or ``van der Berg AB``."""
    words = author.split()
    while len(words) > 1 and words[-1].isupper():
        words.pop()
    return " ".join(words)


def named_apart(studies: Iterable[Study]) -> tuple[Study, ...]:
    """Return the same studies, those of one name with a label that tells them apart: ``Wang 2013 (SLE)``.

    What tells all studies of a name apart stands behind it: the condition, else the registration, else the id of the
    record. Letters (2013a, 2013b) would change hands when a living review takes in one more. Names are compared
    without regard to case. For display only: a record is never written back with such a label.
    """
    all_studies = tuple(studies)
    shared = _by_name(all_studies)
    apart = {
        one.study: f"{study_label(one)} ({mark})"
        for group in shared
        for one, mark in zip(group, _marks(group), strict=True)
    }
    return tuple(
        study.model_copy(update={"label": apart[study.study]}) if study.study in apart else study
        for study in all_studies
    )


def _by_name(studies: Sequence[Study]) -> Iterator[list[Study]]:
    """Yield the groups of several studies that have one name."""
    groups: dict[str, list[Study]] = {}
    for study in studies:
        groups.setdefault(study_label(study).casefold(), []).append(study)
    yield from (group for group in groups.values() if len(group) > 1)


def _marks(group: Sequence[Study]) -> list[str]:
    """Return what stands behind the name of each study of a group."""
    for marks in ([_condition(study) for study in group], [_registration(study) for study in group]):
        if all(marks) and max(Counter(mark.casefold() for mark in marks).values()) == 1:
            return marks
    return [study.study for study in group]


def _condition(study: Study) -> str:
    """Return the abbreviation of a condition if it is one of its label (not of a synonym), else the label."""
    term = vocabulary.load("condition")[study.condition]
    return next((short for short in term.abbreviations if _abbreviates(short, term.label)), term.label)


def _abbreviates(short: str, label: str) -> bool:
    letters = iter(label.casefold())
    return all(letter in letters for letter in short.casefold())


def _registration(study: Study) -> str:
    return study.registrations[0] if study.registrations else ""
