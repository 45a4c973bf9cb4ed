"""What changed, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mscevidence.publish import wording
from mscevidence.publish.site.changes import Changes, Shift, ValueChange
from mscevidence.publish.table import as_text


def changes_text(changes: Changes) -> str:
    """Return the changes as the page that ``mscevidence diff`` prints."""
    lines = [f"From the records of {changes.since or 'no day'} to those of {changes.until or 'no day'}"]
    lines += [f"could not be read: {one}" for one in changes.unreadable]
    if changes.nothing:
        return "\n".join([*lines, "", "Nothing changed."])
    lines += ["", *_studies("came in", changes.studies_in), *_studies("went out", changes.studies_out)]
    lines += [f"{one.label}: {one.report}: {one.before or 'new'} -> {one.after or 'gone'}" for one in changes.reports]
    lines += ["", f"{wording.count(len(changes.values), 'value')} changed in studies that stayed"]
    lines += [f"  {line}" for line in _values(changes.values)]
    return "\n".join([*lines, "", *_shifts(changes.shifts)])


def _studies(what: str, studies: Iterable[tuple[str, str, str]]) -> list[str]:
    found = list(studies)
    return [
        f"{wording.count(len(found), 'study', 'studies')} {what}",
        *(f"  {one}: {label}, {title}" for one, label, title in found),
    ]


def _values(values: Iterable[ValueChange]) -> Iterator[str]:
    for one in values:
        what = f"{one.label}: {one.place}: {one.before or 'new'} -> {one.after or 'gone'}"
        if one.before == one.after:
            what = f"{one.label}: {one.place}: {one.after}, read from other words: “{one.quote}”"
        why = one.why or ("no reason recorded" if one.before and one.after else "")
        yield f"{what} ({why})" if why else what


def _shifts(shifts: Iterable[Shift]) -> list[str]:
    moved = [shift for shift in shifts if not shift.same]
    rows = [
        {
            "analysis": shift.id,
            "before": shift.before,
            "now": shift.after,
            "shift": shift.moved,
            "studies": f"{shift.k_before} -> {shift.k_after}",
            "patients": f"{shift.patients_before} -> {shift.patients_after}",
            "because": "; ".join(shift.because).replace("→", "->"),
        }
        for shift in moved
    ]
    if not rows:
        return ["No pooled number moved."]
    return [f"{wording.count(len(moved), 'analysis', 'analyses')} moved", *as_text(rows, list(rows[0])).splitlines()]
