"""Write imported studies into the folder of study files; nothing is overwritten unasked, everything is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mscevidence.factsheets import registry, studies
from mscevidence.factsheets.linkage import Linkage
from mscevidence.factsheets.pieces import Leftover
from mscevidence.factsheets.sheets import read_sheets
from mscevidence.model import Frozen, Study
from mscevidence.records import edit_study, load_study, write_study
from mscevidence.records.writing import commented

HEADER = (
    "label",
    "title", "condition", "condition_detail", "design", "phase", "registrations", "centres", "cell_product", "overlaps",
    "notes",
)  # fmt: skip


@dataclass(frozen=True)
class Imported:
    """What an import found and did: counts of what came in and went out, what happened to each file, leftovers."""

    read: Mapping[str, int]
    made: Mapping[str, int]
    written: tuple[str, ...]
    extended: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]
    leftovers: tuple[Leftover, ...]


def import_reports(
    folder: Path, linkage: Linkage, into: Path, *, by: str, on: str, overwrite: bool = False
) -> Imported:
    """Read the facts sheets of a folder and write one study file for each study; return what happened.

    A file that is there and differs is kept and named, unless `overwrite`; what it has from elsewhere (other reports,
    verdicts, appraisal, criteria) stays in any case.

    Raises:
        RecordError: a sheet, the linkage file or an existing study file is wrong; nothing is written then.
        WriteError: a file cannot be written.
    """
    sheets = read_sheets(folder)
    built = studies.build(sheets, linkage, by=by, on=on)
    comments = {study: _comment(sheets_used) for study, sheets_used in built.sheets.items()}
    counts = {
        "sheets": len(sheets),
        "arms": sum(len(sheet.arms) for sheet in sheets),
        "outcomes": sum(len(sheet.outcomes) for sheet in sheets),
    }
    done = _write(built.studies, into, counts, built.leftovers, comments=comments, overwrite=overwrite)
    repeated = built.arms_placed - done.made["arms"]
    return replace(done, made={**done.made, "arms repeated by a second sheet": repeated})


def import_registry(
    groups: Path, linkage: Linkage, into: Path, *, by: str, on: str, overwrite: bool = False, terms: Path | None = None
) -> Imported:
    """Read a table of posted adverse-event groups and add them to the studies that the linkage file names.

    Single terms of serious events (`terms`) are counted and left out: one patient can have several of them.

    Raises:
        RecordError: a table, the linkage file or an existing study file is wrong; nothing is written then.
        WriteError: a file cannot be written.
    """
    rows = registry.read_groups(groups)
    built = registry.build(rows, linkage, by=by, on=on)
    counts = {"trials": len({row.nct for row in rows}), "groups": len(rows)}
    leftovers = list(built.leftovers)
    ready = tuple(
        study for study in built.studies if (into / f"{study.study}.yaml").exists() or not _has_sheets(study, linkage)
    )
    leftovers += [
        Leftover(study.registrations[0], study.title, "has facts sheets: run `mscevidence import reports` first", 1)
        for study in built.studies
        if study not in ready
    ]
    if terms is not None:
        found = registry.count_terms(terms, sorted(linkage.registry))
        counts["terms"] = sum(found.values())
        reason = "rows of single serious event terms: a patient can have several, so they are not counts of patients"
        leftovers += [Leftover(nct, "serious event terms", reason, count) for nct, count in found.items() if count]
    comments = {study.study: _comment((), trial=study.registrations[0]) for study in ready}
    return _write(ready, into, counts, tuple(leftovers), comments=comments, overwrite=overwrite)


def _has_sheets(study: Study, linkage: Linkage) -> bool:
    """Return whether the linkage file gives the study a facts sheet, so that the sheet must come first."""
    return any(study.study in sheet.studies for sheet in linkage.sheet.values())


def _comment(sheets: Sequence[str], *, trial: str = "") -> str:
    source = f"facts sheets: {', '.join(sheets)}" if sheets else f"adverse events posted for {trial}"
    return f"Imported from {source}.\nWhich report is which study stands in linkage.toml."


def _write(
    fresh: Sequence[Study],
    into: Path,
    read: Mapping[str, int],
    leftovers: tuple[Leftover, ...],
    *,
    comments: Mapping[str, str],
    overwrite: bool,
) -> Imported:
    done: dict[str, list[str]] = {"written": [], "extended": [], "unchanged": [], "kept": []}
    plans: list[tuple[str, Study]] = []
    for study in fresh:
        path = into / f"{study.study}.yaml"
        what, result = merged(load_study(path) if path.exists() else None, study, overwrite=overwrite)
        done[what].append(study.study)
        plans.append((what, result))
    for what, study in plans:
        path = into / f"{study.study}.yaml"
        if what == "written":
            write_study(study, path, comment=comments[study.study])
        elif what == "extended":
            edit_study(path, partial(_extend, fresh=study))
    return Imported(
        read=read,
        made=_made(fresh),
        written=tuple(done["written"]),
        extended=tuple(done["extended"]),
        unchanged=tuple(done["unchanged"]),
        kept=tuple(done["kept"]),
        leftovers=leftovers,
    )


def merged(existing: Study | None, fresh: Study, *, overwrite: bool) -> tuple[str, Study]:
    """Return what is to be done with a study, and the study to do it with.

    ``written``: a new file, or one overwritten with this study. ``extended``: the file gets the reports of this study,
    which it did not have. ``unchanged``: it says the same. ``kept``: it differs from what the sources give.
    """
    if existing is None:
        return "written", fresh
    mine = {report.id for report in fresh.reports}
    if not mine & {report.id for report in existing.reports}:
        return "extended", fresh
    if _same(existing, fresh, mine):
        return "unchanged", existing
    return ("written", _replaced(existing, fresh, mine)) if overwrite else ("kept", existing)


def _extend(mapping: Any, fresh: Study) -> None:
    """Append reports, results and missing arms to the round-trip mapping of a study file; its comments stay."""
    known = {arm["id"] for arm in mapping.get("arms", ())}
    new_arms = tuple(arm for arm in fresh.arms if arm.id not in known)
    for key, items in (("reports", fresh.reports), ("arms", new_arms), ("results", fresh.results)):
        if items:
            mapping.setdefault(key, commented([])).extend(_plain(item) for item in items)


def _plain(item: Frozen) -> Any:
    return commented(item.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True, mode="json"))


def _same(existing: Study, fresh: Study, mine: set[str]) -> bool:
    """Return whether an existing study says all that the sources give, and nothing else under their reports."""
    known = {arm.id for arm in fresh.arms}
    pairs = [
        (tuple(report for report in existing.reports if report.id in mine), fresh.reports),
        (tuple(result for result in existing.results if result.source.report in mine), fresh.results),
    ]
    if _leads(existing, fresh):
        pairs += [(getattr(existing, field), getattr(fresh, field)) for field in HEADER]
        pairs.append((tuple(arm for arm in existing.arms if arm.id in known), fresh.arms))
    return all(is_there == is_read for is_there, is_read in pairs)


def _leads(existing: Study, fresh: Study) -> bool:
    """Return whether title, product and arms of the study come from the source of the fresh one."""
    return existing.reports[0].id == fresh.reports[0].id


def _replaced(existing: Study, fresh: Study, mine: set[str]) -> Study:
    """Return the fresh study with what the existing one has from elsewhere."""
    known = {arm.id for arm in fresh.arms}
    others = tuple(report for report in existing.reports if report.id not in mine)
    other_results = tuple(result for result in existing.results if result.source.report not in mine)
    if not _leads(existing, fresh):
        update = {"reports": (*others, *fresh.reports), "results": (*other_results, *fresh.results)}
        return existing.model_copy(update=update)
    return existing.model_copy(
        update={
            **{field: getattr(fresh, field) for field in HEADER},
            "reports": (*fresh.reports, *others),
            "arms": (*fresh.arms, *(arm for arm in existing.arms if arm.id not in known)),
            "results": (*fresh.results, *other_results),
        }
    )


def _made(fresh: Sequence[Study]) -> dict[str, int]:
    results = [result for study in fresh for result in study.results]
    return {
        "studies": len(fresh),
        "reports": sum(len(study.reports) for study in fresh),
        "arms": sum(len(study.arms) for study in fresh),
        "results": len(results),
        "derived": sum(result.derived is not None for result in results),
        "narrative zeros": sum(result.narrative_zero is not None for result in results),
    }
