"""Wide CSV as the Systematic Review Data Repository (SRDR+) exports it: who, which citation, then a column per field.

`extractions.csv` has a row per study and a column ``title [Question ID: q][Field ID: r x c]`` per answer, `results.csv`
a row per outcome, population and time point with the arms side by side. An empty cell was not extracted, which is not
the same as ``not-reported``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mscevidence import vocabulary
from mscevidence.errors import SelectionError
from mscevidence.model import Arm, CellProduct, Dose, Report, Result, Study, time_point_text
from mscevidence.publish.export import Exported, Files
from mscevidence.publish.export.cells import csv_bytes

HEADERS = (
    "Extraction ID", "Consolidated", "Username", "Citation ID", "Citation Name", "RefMan", "other_reference", "PMID",
    "Authors", "Publication Date", "Key Questions",
)  # fmt: skip
RESULT_HEADERS = (*HEADERS, "Outcome", "Population ID", "Timepoint ID")
Cell = object
_LAST = 99


@dataclass(frozen=True)
class Question:
    """A question of the form: what is asked of the study, or of every arm.

    `fields` are its columns; `answers` gives for a study one line of values per row.
    """

    number: int
    title: str
    fields: tuple[str, ...]
    answers: Callable[[Study], list[tuple[Cell, ...]]]

    def headers(self, rows: int) -> Iterator[str]:
        """Yield the header of every field of so many rows."""
        for row in range(1, rows + 1):
            for column, field in enumerate(self.fields, 1):
                yield f"{self.title}: {field} [Question ID: {self.number}][Field ID: {row}x{column}]"


def _design(study: Study) -> list[tuple[Cell, ...]]:
    return [(study.condition, study.condition_detail, study.design, study.phase)]


def _registration(study: Study) -> list[tuple[Cell, ...]]:
    return [("; ".join(study.registrations),)]


def _setting(study: Study) -> list[tuple[Cell, ...]]:
    places = [", ".join(part for part in (one.name, one.city, one.country) if part) for one in study.centres]
    when = study.enrolment
    return [("; ".join(places), when.start if when else None, when.end if when else None)]


def _product(product: CellProduct | None) -> tuple[Cell, ...]:
    one = product or CellProduct()
    return (one.name, one.source, one.donor, one.passage, one.viability, one.cryopreserved)


def _arms(study: Study) -> list[tuple[Cell, ...]]:
    return [_arm(arm) for arm in study.arms]


def _arm(arm: Arm) -> tuple[Cell, ...]:
    dose = arm.dose or Dose()
    given = (dose.value, dose.unit, dose.infusions, dose.interval_days, dose.route, dose.text)
    return (arm.id, arm.name, arm.role, arm.enrolled, arm.treated, arm.evaluable, *given, *_product(arm.cell_product))


_PRODUCT_FIELDS = ("name", "source", "donor", "passage", "viability", "cryopreserved")
QUESTIONS = (
    Question(1, "Design", ("condition", "detail", "design", "phase"), _design),
    Question(2, "Registration", ("numbers",), _registration),
    Question(3, "Setting", ("centres", "enrolment from", "enrolment to"), _setting),
    Question(4, "Cell product", _PRODUCT_FIELDS, lambda study: [_product(study.cell_product)]),
    Question(
        5,
        "Arm",
        (
            "id", "name", "role", "enrolled", "treated", "evaluable", "dose", "dose unit", "infusions",
            "interval (days)", "route", "dose as printed", *(f"product {field}" for field in _PRODUCT_FIELDS),
        ),
        _arms,
    ),
    Question(6, "Notes", ("text",), lambda study: [("; ".join(study.notes),)]),
)  # fmt: skip


def files(exported: Exported) -> Files:
    """Return extractions.csv and results.csv.

    Raises:
        SelectionError: there is no study.
    """
    studies = exported.evidence.studies
    if not studies:
        raise SelectionError("there is no study to export", hint="`mscevidence template` starts a study file")
    sizes = {one.number: max(len(one.answers(study)) for study in studies) for one in QUESTIONS}
    columns = [*HEADERS, *(header for one in QUESTIONS for header in one.headers(sizes[one.number]))]
    arms = max((len(found) for study in studies for _, found in _measured(study)), default=0)
    result_columns = [*RESULT_HEADERS, *(f"Arm {n} {name}" for n in range(1, arms + 1) for name in MEASURES)]
    return {
        "srdr/extractions.csv": csv_bytes([_extraction(study, exported.title) for study in studies], columns),
        "srdr/results.csv": csv_bytes(
            [row for study in studies for row in _results(study, exported.title)], result_columns
        ),
    }


def _begin(study: Study, title: str) -> dict[str, object]:
    report = _primary(study)
    return {
        "Extraction ID": study.study,
        "Consolidated": "true",
        "Username": "; ".join(dict.fromkeys(result.decision.by for result in study.results)),
        "Citation ID": report.id,
        "Citation Name": report.title or study.title,
        "other_reference": "; ".join([*study.registrations, *([report.doi] if report.doi else [])]),
        "PMID": report.pmid,
        "Authors": report.first_author,
        "Publication Date": report.year,
        "Key Questions": title,
    }


def _primary(study: Study) -> Report:
    """Return the report that is believed before the others of its study."""
    kinds = vocabulary.load("report-kind")
    # Notices that correct or retract a report have rank 0: they are no citation of the study.
    return min(study.reports, key=lambda report: kinds[report.kind].rank or _LAST)


def _extraction(study: Study, title: str) -> dict[str, object]:
    row = _begin(study, title)
    for question in QUESTIONS:
        answers = question.answers(study)
        values = (value for line in answers for value in line)
        row |= {header: _shown(value) for header, value in zip(question.headers(len(answers)), values, strict=True)}
    return row


def _shown(value: Cell) -> Cell:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


MEASURES = (
    "id", "events", "n", "percent", "person-time", "mean", "sd", "definition", "term", "derived", "stated in words",
    "report", "quote",
)  # fmt: skip
Key = tuple[str, str, str]


def _measured(study: Study) -> Iterator[tuple[Key, Sequence[Result]]]:
    """Yield the results by outcome (with its term), population and time point, arms together in their order."""
    found: dict[Key, list[Result]] = {}
    for result in study.results:
        outcome = f"{result.outcome}: {result.term}" if result.term else result.outcome
        key = (outcome, result.population or "", time_point_text(result.time_point))
        found.setdefault(key, []).append(result)
    yield from found.items()


def _results(study: Study, title: str) -> Iterator[dict[str, object]]:
    for (outcome, population, time), found in _measured(study):
        row = {**_begin(study, title), "Outcome": outcome, "Population ID": population, "Timepoint ID": time}
        for number, result in enumerate(found, 1):
            row |= {f"Arm {number} {name}": value for name, value in zip(MEASURES, _measures(result), strict=True)}
        yield row


def _measures(result: Result) -> tuple[Cell, ...]:
    time = None if result.person_time is None else f"{result.person_time:g} {result.person_time_unit or ''}".strip()
    return (
        result.arm,
        result.events,
        result.n,
        result.percent,
        time,
        result.mean,
        result.sd,
        result.definition,
        result.term,
        result.derived.steps if result.derived else None,
        result.narrative_zero.scope if result.narrative_zero else None,
        result.source.report,
        result.source.quote,
    )
