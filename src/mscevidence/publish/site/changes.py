"""What changed between two editions: trials in and out, values changed and why, how each pooled number moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from mscevidence.model.noun import Frozen
from mscevidence.publish import wording
from mscevidence.publish.site.snapshot import SeenAnalysis, SeenResult, SeenStudy, Snapshot

NOT_ASKED, NO_LONGER_ASKED = "not asked", "no longer asked"
"""What stands before and after for an analysis that one of the two editions does not have."""
Seen = TypeVar("Seen", SeenStudy, SeenAnalysis)


class ValueChange(Frozen):
    """A result whose numbers or words are not what they were; an empty `before` or `after` means there was none."""

    study: str
    label: str
    key: str
    place: str
    before: str
    after: str
    quote: str
    why: str


class ReportChange(Frozen):
    """A report that came, went, or has another status."""

    study: str
    label: str
    report: str
    before: str
    after: str


class Shift(Frozen):
    """How an analysis moved; `moved` is the difference of the estimates in words, empty where one is missing.

    `because` names what may have moved it: studies that came in or went out, and values of its outcome that changed.
    """

    id: str
    title: str
    before: str
    after: str
    moved: str
    k_before: int
    k_after: int
    patients_before: int
    patients_after: int
    studies_in: tuple[str, ...]
    studies_out: tuple[str, ...]
    because: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Return whether nothing of it moved."""
        kept = (self.before, self.k_before, self.patients_before) == (self.after, self.k_after, self.patients_after)
        return kept and not self.because and not self.studies_in and not self.studies_out


class Changes(Frozen):
    """Everything that differs between two snapshots.

    Attributes:
        since: the day of the newest decision in the earlier one.
        until: the day of the newest decision in the later one.
        studies_in: studies that are only in the later one, as id, label and title.
        studies_out: those only in the earlier one.
        reports: of studies that are in both.
        values: results of studies that are in both.
        shifts: every analysis of either.
        unreadable: study files of a date that this version cannot read.
    """

    since: str
    until: str
    studies_in: tuple[tuple[str, str, str], ...] = ()
    studies_out: tuple[tuple[str, str, str], ...] = ()
    reports: tuple[ReportChange, ...] = ()
    values: tuple[ValueChange, ...] = ()
    shifts: tuple[Shift, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Return whether the two say the same."""
        moved = any(not shift.same for shift in self.shifts)
        return not (self.studies_in or self.studies_out or self.reports or self.values or moved or self.unreadable)


def compare(before: Snapshot, after: Snapshot, *, unreadable: Iterable[str] = ()) -> Changes:
    """Return what changed from one snapshot to another."""
    old, new = _by_id(before.studies), _by_id(after.studies)
    both = [(old[one], new[one]) for one in new if one in old]
    values = tuple(change for pair in both for change in _value_changes(*pair))
    labels = {one.id: one.label for one in (*before.studies, *after.studies)}
    return Changes(
        since=before.day,
        until=after.day,
        studies_in=tuple((one.id, one.label, one.title) for one in after.studies if one.id not in old),
        studies_out=tuple((one.id, one.label, one.title) for one in before.studies if one.id not in new),
        reports=tuple(change for pair in both for change in _report_changes(*pair)),
        values=values,
        shifts=_shifts(before, after, values, labels),
        unreadable=tuple(unreadable),
    )


def _by_id(seen: Iterable[Seen]) -> dict[str, Seen]:
    return {one.id: one for one in seen}


def _report_changes(old: SeenStudy, new: SeenStudy) -> Iterable[ReportChange]:
    for report in dict.fromkeys((*old.reports, *new.reports)):
        was, now = old.reports.get(report, ""), new.reports.get(report, "")
        if was != now:
            yield ReportChange(study=new.id, label=new.label, report=report, before=was, after=now)


def _value_changes(old: SeenStudy, new: SeenStudy) -> Iterable[ValueChange]:
    was, now = _by_place(old.results), _by_place(new.results)
    for place in dict.fromkeys((*was, *now)):
        one, other = was.get(place), now.get(place)
        if one and other and (one.value, one.quote) == (other.value, other.quote):
            continue
        shown = other or one
        if shown is None:  # pragma: no cover - a place is of one of the two
            continue
        yield ValueChange(
            study=new.id,
            label=new.label,
            key=shown.key,
            place=shown.place,
            before=one.value if one else "",
            after=other.value if other else "",
            quote=shown.quote,
            why=other.why if other else "",
        )


def _by_place(results: Iterable[SeenResult]) -> Mapping[tuple[str, int], SeenResult]:
    """Return results by outcome, arm, time and report, counted where these are alike: a new one renames no other."""
    found: dict[tuple[str, int], SeenResult] = {}
    for result in results:
        number = sum(place == result.place for place, _ in found)
        found[result.place, number] = result
    return found


def _shifts(
    before: Snapshot, after: Snapshot, values: Sequence[ValueChange], labels: Mapping[str, str]
) -> tuple[Shift, ...]:
    old, new = _by_id(before.analyses), _by_id(after.analyses)
    shifts = [(_shift(old.get(one), new.get(one)), new.get(one)) for one in dict.fromkeys((*new, *old))]
    return tuple(
        shift.model_copy(update={"because": tuple(_because(shift, now, values, labels))}) for shift, now in shifts
    )


def _because(
    shift: Shift, now: SeenAnalysis | None, values: Sequence[ValueChange], labels: Mapping[str, str]
) -> Iterator[str]:
    yield from (f"{labels.get(one, one)} came in" for one in shift.studies_in)
    yield from (f"{labels.get(one, one)} went out" for one in shift.studies_out)
    # A place begins with the outcome; a study that came in or went out is named already.
    inside = set(now.studies) - set(shift.studies_in) if now else set()
    for one in values:
        if now and one.study in inside and one.place.partition(", ")[0] == now.outcome:
            yield f"{one.label}: {one.before or 'new'} → {one.after or 'gone'}"


def _shift(old: SeenAnalysis | None, new: SeenAnalysis | None) -> Shift:
    shown = new or old
    if shown is None:  # pragma: no cover - an analysis is of one of the two
        raise ValueError("an analysis of neither snapshot")
    was, now = set(old.studies if old else ()), set(new.studies if new else ())
    return Shift(
        id=shown.id,
        title=shown.title,
        before=old.answer if old else NOT_ASKED,
        after=new.answer if new else NO_LONGER_ASKED,
        moved=_moved(old, new) if old and new else "",
        k_before=old.k if old else 0,
        k_after=new.k if new else 0,
        patients_before=old.patients if old else 0,
        patients_after=new.patients if new else 0,
        studies_in=tuple(sorted(now - was)),
        studies_out=tuple(sorted(was - now)),
    )


def _moved(old: SeenAnalysis, new: SeenAnalysis) -> str:
    """Return the shift in words: ``+2.3 points``, ``× 1.20``, ``unchanged``; empty where there is no estimate."""
    if old.effect is None or new.effect is None:
        return ""
    if new.unit == "points":
        points = 100 * (new.effect - old.effect)
        return "unchanged" if abs(points) < 0.05 else f"{points:+.1f} points".replace("-", "\N{MINUS SIGN}")
    if old.effect <= 0:
        return ""
    ratio = new.effect / old.effect
    return "unchanged" if abs(ratio - 1) < 0.005 else f"× {wording.number_text(ratio)}"
