"""Cochrane data package, version 1: studies, risk of bias, references, analyses and data rows for RevMan.

The headers are those of packages that RevMan wrote until September 2024 (documentation.cochrane.org/revman-kb,
"Previous version: version 1 data package"); every CSV begins with a byte order mark. The header of the subgroup
estimates is not documented there: it is that of the overall estimates without the settings. RevMan has no type of data
for one arm: a rate goes in as contrast-level data, generic inverse variance on its logit, and its footnote says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import resources

from mscevidence import vocabulary
from mscevidence.effects import named_apart, study_label
from mscevidence.model import Appraisal, Arm, Study
from mscevidence.publish.export import Exported, Files, zipped
from mscevidence.publish.export.cells import csv_bytes
from mscevidence.publish.export.citations import citations
from mscevidence.publish.export.metafor import nothing_pooled
from mscevidence.publish.export.revman_analyses import (
    DATA_COLUMNS,
    OVERALL_COLUMNS,
    SUBGROUP_COLUMNS,
    Numbered,
    data_rows,
    overall_row,
    subgroup_rows,
)
from mscevidence.publish.export.ris import ris

NAME = "evidence"
STUDY_COLUMNS = (
    "Study", "Year", "Data source", "Char: Methods", "Char: Participants", "Char: Interventions", "Char: Outcomes",
    "Char: Notes",
)  # fmt: skip


def files(exported: Exported) -> Files:
    """Return the package as a zip file and a README of what to know about it.

    Raises:
        SelectionError: no analysis has a study.
    """
    done = [one for one in exported.analyses if one.pooled is not None]
    if not done:
        raise nothing_pooled(exported)
    names = study_names(exported.evidence.studies)
    numbered = _numbered(exported)
    studies = [_study_row(study, names) for study in exported.evidence.studies]
    package: dict[str, bytes] = {
        "study-data/study-information.csv": csv_bytes(studies, STUDY_COLUMNS, mark=True),
        "study-data/risk-of-bias.csv": _risk_of_bias(exported.evidence.studies, names),
        "study-data/included.ris": ris(citations(exported.evidence)).encode("utf-8-sig"),
        "analysis-data/overall-estimates-and-settings.csv": csv_bytes(
            [overall_row(one) for one in numbered], OVERALL_COLUMNS, mark=True
        ),
        "analysis-data/data-rows.csv": csv_bytes(
            [row for one in numbered for row in data_rows(one, names, exported.evidence.studies)],
            DATA_COLUMNS,
            mark=True,
        ),
        "analysis-data/subgroup-estimates.csv": csv_bytes(
            [row for one in numbered for row in subgroup_rows(one)], SUBGROUP_COLUMNS, mark=True
        ),
    }
    readme = (resources.files("mscevidence.publish") / "templates" / "revman-readme.txt").read_bytes()
    return {f"revman/{NAME}-data.zip": zipped(_named(package)), "revman/README.txt": readme}


def _named(package: Mapping[str, bytes]) -> Files:
    """Put the name of the package before each folder and file, as RevMan does."""
    parts = (path.split("/") for path in package)
    return {f"{NAME}-{folder}/{NAME}-{file}": package[f"{folder}/{file}"] for folder, file in parts}


def study_names(studies: Iterable[Study]) -> dict[str, str]:
    """Return the name of each study in RevMan, where no two studies may have one name."""
    return {study.study: study_label(study) for study in named_apart(studies)}


def _numbered(exported: Exported) -> list[Numbered]:
    """Return the analyses in two groups, each counted from 1: rates of one arm, and comparisons of two."""
    counts = {False: 0, True: 0}
    found = []
    for done in exported.analyses:
        if done.pooled is not None:
            comparative = done.pooled.question.comparative
            counts[comparative] += 1
            found.append(Numbered(done.analysis.id, done.pooled, 2 if comparative else 1, counts[comparative]))
    return found


def _study_row(study: Study, names: Mapping[str, str]) -> dict[str, object]:
    years = [report.year for report in study.reports if report.year is not None]
    design, condition = vocabulary.load("design")[study.design], vocabulary.load("condition")[study.condition]
    phase = f", phase {study.phase}" if study.phase else ""
    outcomes = dict.fromkeys(vocabulary.load("outcome")[result.outcome].label for result in study.results)
    sizes = [f"{arm.name or arm.id}: {arm.treated} treated" for arm in study.arms if isinstance(arm.treated, int)]
    participants = [condition.label, study.condition_detail, *sizes]
    return {
        "Study": names[study.study],
        "Year": min(years, default=None),
        "Char: Methods": f"{design.label}{phase}",
        "Char: Participants": "; ".join(part for part in participants if part),
        "Char: Interventions": "; ".join(_intervention(study, arm) for arm in study.arms),
        "Char: Outcomes": "; ".join(outcomes),
        "Char: Notes": "; ".join([*study.registrations, *study.notes]),
    }


def _intervention(study: Study, arm: Arm) -> str:
    from mscevidence.effects.rows import dose_text, product_text

    role = vocabulary.load("arm-role")[arm.role]
    dose = dose_text(arm.dose) if arm.dose else ""
    cells = product_text(arm.cell_product or study.cell_product) if getattr(role, "receives_cells", False) else ""
    return ", ".join(part for part in (arm.name or arm.id, role.label, cells, dose) if part)


def _risk_of_bias(studies: Sequence[Study], names: Mapping[str, str]) -> bytes:
    """Return one row per study and appraisal; the columns are the domains of every tool that was used."""
    columns = ["Study"]
    rows: list[dict[str, object]] = []
    for study in studies:
        for appraisal in study.appraisal:
            row: dict[str, object] = {"Study": names[study.study]}
            for domain, level, words in _domains(appraisal):
                row[f"Domain (judgement): {domain}"] = level
                row[f"Domain (support): {domain}"] = words
            columns += [name for name in row if name not in columns]
            rows.append(row)
    return csv_bytes(rows, columns, mark=True)


def _domains(appraisal: Appraisal) -> list[tuple[str, str, str]]:
    """Return the name of each domain, its level, and who judged it with which tool on what words."""
    tool = vocabulary.load("appraisal-tool")[appraisal.tool]
    names = {domain.id: domain.name for domain in getattr(tool, "domains", ())}
    who = f"{appraisal.tool}, {appraisal.by}"
    quotes = {item: f'"{found.quote}" ({found.report}); {who}' for item, found in appraisal.support.items()}
    return [(names.get(item, item), level, quotes.get(item, who)) for item, level in appraisal.answers.items()]
