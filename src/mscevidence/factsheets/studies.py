"""From facts sheets and linkage to study records, with everything that did not become part of one named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mscevidence import vocabulary
from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.factsheets.arms import arms_of
from mscevidence.factsheets.linkage import Linkage, StudyLink
from mscevidence.factsheets.pieces import Leftover, Piece, share_out
from mscevidence.factsheets.reports import further_report_of, report_of
from mscevidence.factsheets.results import Place, result_of
from mscevidence.factsheets.sheets import FactSheet
from mscevidence.model import CellProduct, Decision, Overlap, Report, Result, Study

ORIGIN = "facts-sheet"


@dataclass(frozen=True)
class Built:
    """The studies of some sheets, the sheets of each, how many arms of sheets they hold, and the leftovers."""

    studies: tuple[Study, ...]
    sheets: Mapping[str, tuple[str, ...]]
    arms_placed: int
    leftovers: tuple[Leftover, ...]


def build(sheets: Sequence[FactSheet], linkage: Linkage, *, by: str, on: str) -> Built:
    """Return the studies of the sheets, in the order of their ids.

    Raises:
        RecordError: a sheet and the linkage file contradict each other, or a word is not in the vocabulary.
    """
    decision = Decision(by=by, on=on, origin=ORIGIN)
    pieces, unplaced = share_out(sheets, linkage)
    leftovers = list(unplaced)
    studies = tuple(_named_study(study, pieces[study], linkage, decision, leftovers) for study in sorted(pieces))
    used = {study: tuple(piece.sheet.slug for piece in pieces[study]) for study in sorted(pieces)}
    placed = sum(len(piece.arms) for some in pieces.values() for piece in some)
    return Built(studies, used, placed, tuple(leftovers))


def _named_study(
    study_id: str, pieces: Sequence[Piece], linkage: Linkage, decision: Decision, leftovers: list[Leftover]
) -> Study:
    """Return a study; a word that is not in the vocabulary is told with the sheets it may come from."""
    try:
        return _study(study_id, pieces, linkage, decision, leftovers)
    except UnknownTermError as error:
        sheets = ", ".join(piece.sheet.slug for piece in pieces)
        raise RecordError(
            f"study {study_id} (sheets {sheets}): {error.message}",
            hint=f"{error.hint}\nsay it in [study.{study_id}] of the linkage file, or mend the sheet",
            found=error.term,
        ) from error


def _study(
    study_id: str, pieces: Sequence[Piece], linkage: Linkage, decision: Decision, leftovers: list[Leftover]
) -> Study:
    link = linkage.study[study_id]
    reports = _reports(pieces, link)
    arms, size_notes = arms_of(pieces, link)
    return Study(
        study=study_id,
        label=link.label,
        title=link.title,
        condition=vocabulary.term("condition", link.condition or pieces[0].sheet.condition).id,
        condition_detail=link.condition_detail or _first_known(pieces, "condition_detail"),
        design=vocabulary.term("design", link.design or _first_known(pieces, "design") or "secondary table").id,
        phase=_term("phase", link.phase or _first_known(pieces, "phase")),
        registrations=_registrations(pieces, link),
        centres=link.centres,
        cell_product=_product(pieces, link),
        overlaps=tuple(
            Overlap(family=family_id, reason=family.reasons.get(study_id, family.reason))
            for family_id, family in linkage.family.items()
            if study_id in family.studies
        ),
        reports=reports,
        arms=arms,
        results=tuple(_results(pieces, decision, {report.id for report in reports}, leftovers)),
        notes=(*link.notes, *size_notes),
    )


def _first_known(pieces: Sequence[Piece], field: str) -> str | None:
    values = (getattr(piece.sheet, field) for piece in pieces if not piece.secondary)
    return next((value for value in values if value is not None), None)


def _term(kind: str, word: str | None) -> str | None:
    return vocabulary.term(kind, word).id if word is not None else None


def _registrations(pieces: Sequence[Piece], link: StudyLink) -> tuple[str, ...]:
    if link.registrations is not None:
        return link.registrations
    found = [piece.sheet.nct for piece in pieces if piece.sheet.nct and not piece.secondary]
    return tuple(dict.fromkeys(number.strip() for numbers in found for number in numbers.split(";")))


def _product(pieces: Sequence[Piece], link: StudyLink) -> CellProduct | None:
    said = link.cell_product or CellProduct()
    source = _term("cell-source", said.source or _first_known(pieces, "cell_source"))
    donor = _term("donor", said.donor or _first_known(pieces, "donor"))
    product = said.model_copy(update={"source": source, "donor": donor})
    return None if product == CellProduct() else product


def _reports(pieces: Sequence[Piece], link: StudyLink) -> tuple[Report, ...]:
    several = len({piece.link.report for piece in pieces}) > 1
    reports = [report_of(piece, several=several) for piece in pieces if piece.link.repeats is None]
    return (*reports, *(further_report_of(further) for further in link.further))


def _results(
    pieces: Sequence[Piece], decision: Decision, reports: set[str], leftovers: list[Leftover]
) -> Iterator[Result]:
    for piece in pieces:
        for number, outcome in enumerate(piece.sheet.outcomes, 1):
            if outcome.arm not in piece.arms:
                continue
            reading = piece.link.reading(number)
            if reading is not None and reading.leave_out:
                what = f"outcome {number} ({outcome.concept})"
                leftovers.append(Leftover(piece.sheet.slug, what, reading.leave_out, 1))
                continue
            place = Place(piece.arms[outcome.arm], piece.link.repeats or piece.link.report, decision)
            result = result_of(piece.sheet, number, reading, place)
            if result.source.report not in reports:
                raise RecordError(
                    f"outcome {number} names the report {result.source.report!r}, which its study does not have",
                    file=f"{piece.sheet.slug}.yaml",
                    hint=f"the study has {', '.join(sorted(reports))}",
                )
            yield result
