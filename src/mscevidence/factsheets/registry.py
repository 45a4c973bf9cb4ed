"""Posted adverse-event tables of a trial registry: number affected and number at risk of each group of a trial."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mscevidence import vocabulary
from mscevidence.errors import RecordError
from mscevidence.factsheets.linkage import Linkage, RegistryLink, StudyLink
from mscevidence.factsheets.pieces import Leftover
from mscevidence.factsheets.wording import time_point
from mscevidence.model import Arm, CellProduct, Decision, Overlap, Report, Result, Source, Study

ORIGIN = "registry"

COLUMNS = ("nct", "title", "conditions", "group_id", "group_title")

TABLES = (
    ("serious", "serious-adverse-event", "Adverse events, serious"),
    ("other", "other-adverse-event", "Adverse events, other than serious"),
    ("deaths", "death", "Adverse events, deaths"),
)


@dataclass(frozen=True)
class Group:
    """One row: a group of a trial with what was posted about it; None where the registry has no such table."""

    nct: str
    title: str
    conditions: str
    group_id: str
    group_title: str
    counts: dict[str, tuple[int, int] | None]


@dataclass(frozen=True)
class RegistryBuilt:
    """Studies as far as the registry tells them, and the trials left out."""

    studies: tuple[Study, ...]
    leftovers: tuple[Leftover, ...]


def read_groups(path: Path) -> tuple[Group, ...]:
    """Return the rows of a table of adverse-event groups.

    Raises:
        RecordError: the file cannot be read, lacks a column, or holds something that is not a count.
    """
    rows = _rows(path, (*COLUMNS, *(f"{name}_{part}" for name, _, _ in TABLES for part in ("affected", "at_risk"))))
    return tuple(_group(row, line, path.name) for line, row in enumerate(rows, 2))


def count_terms(path: Path, trials: Sequence[str]) -> dict[str, int]:
    """Return how many rows of single serious event terms there are for each of some trials.

    Raises:
        RecordError: the file cannot be read or has no column ``nct``.
    """
    rows = _rows(path, ("nct", "term"))
    return {nct: sum(row["nct"] == nct for row in rows) for nct in trials}


def build(groups: Sequence[Group], linkage: Linkage, *, by: str, on: str) -> RegistryBuilt:
    """Return the studies of the trials that the linkage file names, and every other trial with a reason.

    Raises:
        RecordError: the linkage file does not name the arm of a group.
    """
    decision = Decision(by=by, on=on, origin=ORIGIN)
    by_trial: dict[str, list[Group]] = {}
    for group in groups:
        by_trial.setdefault(group.nct, []).append(group)
    studies = tuple(
        _study(nct, rows, linkage.registry[nct], linkage, decision)
        for nct, rows in sorted(by_trial.items())
        if nct in linkage.registry
    )
    left_out = [
        Leftover(nct, rows[0].title, _reason_left_out(rows[0], linkage), len(rows))
        for nct, rows in sorted(by_trial.items())
        if nct not in linkage.registry
    ]
    return RegistryBuilt(studies, (*left_out, *_empty_tables(by_trial, linkage)))


def report_id(nct: str) -> str:
    """Return the id of the report that holds the posted results of a trial."""
    return f"registry:{nct.lower()}"


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordError(f"cannot be read as CSV: {error}", file=path.name) from error
    if missing:
        raise RecordError(
            f"has no column {', '.join(missing)}", file=path.name, line=1, hint=f"needed: {', '.join(columns)}"
        )
    return rows


def _group(row: dict[str, str], line: int, file: str) -> Group:
    counts: dict[str, tuple[int, int] | None] = {}
    for name, _, _ in TABLES:
        affected, at_risk = row[f"{name}_affected"].strip(), row[f"{name}_at_risk"].strip()
        if not affected and not at_risk:
            counts[name] = None
            continue
        if not (affected.isdigit() and at_risk.isdigit() and int(affected) <= int(at_risk)):
            raise RecordError(
                f"{name}: {affected!r} affected of {at_risk!r} at risk are not a count", file=file, line=line, key=name
            )
        counts[name] = (int(affected), int(at_risk))
    return Group(**{column: row[column] for column in COLUMNS}, counts=counts)


def _reason_left_out(group: Group, linkage: Linkage) -> str:
    said = linkage.registry_left_out.get(group.nct)
    if said is not None:
        return said.reason
    found = vocabulary.find("condition", f"{group.conditions}; {group.title}")
    if found:
        return f"undecided: names {', '.join(term.label for term in found)}; add it to the linkage file"
    return f"no immune-mediated condition of the vocabulary in: {group.conditions}"


def _empty_tables(by_trial: dict[str, list[Group]], linkage: Linkage) -> Iterator[Leftover]:
    for nct in sorted(set(by_trial) & set(linkage.registry)):
        for group in by_trial[nct]:
            for name, _, _ in TABLES:
                if group.counts[name] is None:
                    yield Leftover(nct, f"{group.group_id}: {name}", "the registry shows no such table", 1)


def _study(nct: str, groups: Sequence[Group], entry: RegistryLink, linkage: Linkage, decision: Decision) -> Study:
    for group in groups:
        if group.group_id not in entry.arms:
            raise RecordError(
                f"{nct} has a group {group.group_id} ({group.group_title}) that the linkage file gives no arm",
                hint=f"add it to [registry.{nct}] arms",
            )
    link = linkage.study[entry.study]
    return Study(
        study=entry.study,
        label=link.label,
        title=link.title,
        condition=_term("condition", link.condition or groups[0].conditions),
        condition_detail=link.condition_detail,
        design=_term("design", link.design or "single-arm"),
        phase=_term("phase", link.phase) if link.phase else None,
        registrations=link.registrations or (nct,),
        centres=link.centres,
        cell_product=_product(link),
        overlaps=tuple(
            Overlap(family=family_id, reason=family.reasons.get(entry.study, family.reason))
            for family_id, family in linkage.family.items()
            if entry.study in family.studies
        ),
        reports=(_report(nct, entry),),
        arms=tuple(_arm(group, entry, link) for group in groups),
        results=tuple(result for group in groups for result in _results(group, entry, decision)),
        notes=link.notes,
    )


def _term(kind: str, word: str) -> str:
    return vocabulary.term(kind, word).id


def _product(link: StudyLink) -> CellProduct | None:
    product = link.cell_product
    if product is None:
        return None
    terms = {"cell-source": product.source, "donor": product.donor}
    source, donor = (_term(kind, word) if word else None for kind, word in terms.items())
    return product.model_copy(update={"source": source, "donor": donor})


def _report(nct: str, entry: RegistryLink) -> Report:
    note = " ".join(text for text in (entry.reason, entry.note) if text)
    return Report(
        id=report_id(nct),
        kind="registry-results",
        journal="ClinicalTrials.gov, state of October 2022",
        number=nct,
        url=f"https://clinicaltrials.gov/study/{nct}",
        note=note,
    )


def _arm(group: Group, entry: RegistryLink, link: StudyLink) -> Arm:
    arm_id = entry.arms[group.group_id]
    said = link.arm.get(arm_id)
    serious = group.counts["serious"]
    return Arm(
        id=arm_id,
        name=(said.name if said else None) or group.group_title,
        role=_term("arm-role", (said.role if said else None) or "experimental"),
        enrolled=said.enrolled if said else None,
        treated=said.treated if said and said.treated is not None else (serious[1] if serious else None),
    )


def _results(group: Group, entry: RegistryLink, decision: Decision) -> Iterator[Result]:
    for name, outcome, section in TABLES:
        counts = group.counts[name]
        if counts is None:
            continue
        events, n = counts
        yield Result(
            outcome=outcome,
            arm=entry.arms[group.group_id],
            events=events,
            n=n,
            population="safety",
            time_point=time_point(entry.time),
            source=Source(report=report_id(group.nct), quote=f"{events} / {n}", section=section),
            decision=decision,
        )
