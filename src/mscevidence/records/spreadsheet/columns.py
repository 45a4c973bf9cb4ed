"""The columns of the spreadsheet form: one table that reading, writing, drop-downs and the how-to sheet share."""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from typing import Literal

from mscevidence import vocabulary
from mscevidence.model import NOT_REPORTED

Entity = Literal["study", "report", "arm", "result"]
Kind = Literal["text", "id", "list", "term", "whole", "number", "percent", "day"]
Path = tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Column:
    """One column: whose fact it is, where it stands in the study file, and how a cell is read.

    Attributes:
        name: the header.
        entity: the noun it says something about.
        path: keys inside that noun in the study file.
        kind: how a cell is read.
        about: a few words for the person who fills it in.
        vocabulary: the vocabulary of a ``term``.
        unreported: whether ``not-reported`` is a valid cell.
        standard: whether templates have it; the others are read when they are there.
    """

    name: str
    entity: Entity
    path: Path
    kind: Kind
    about: str
    vocabulary: str = ""
    unreported: bool = False
    standard: bool = True

    @property
    def width(self) -> int:
        """Return the width of the column on the screen, in characters."""
        wide = {"title": 30, "quote": 36, "definition": 24, "narrative_zero": 24, "note": 24, "by": 8, "n": 12}
        of_kind = {"text": 16, "id": 18, "list": 18, "term": 22, "day": 12}
        return wide.get(self.name, of_kind.get(self.kind, len(self.name) + 3))

    def choices(self) -> tuple[str, ...]:
        """Return the valid words of a ``term`` column."""
        if not self.vocabulary:
            return ()
        return (*vocabulary.load(self.vocabulary), *((NOT_REPORTED,) if self.unreported else ()))


def _term(name: str, entity: Entity, path: Path, of: str, about: str, *, unreported: bool = False) -> Column:
    return Column(name, entity, path, "term", about, vocabulary=of, unreported=unreported)


def _may(name: str, entity: Entity, path: Path, kind: Kind, about: str) -> Column:
    return Column(name, entity, path, kind, f"{about}; not-reported when the source does not tell", unreported=True)


def _more(name: str, entity: Entity, path: Path, about: str, kind: Kind = "text", of: str = "") -> Column:
    return Column(name, entity, path, kind, about, vocabulary=of, unreported=bool(of), standard=False)


COLUMNS: tuple[Column, ...] = (
    Column("study", "study", ("study",), "id", "id: lower-case letters, digits, hyphens; blank = as above"),
    _more("label", "study", ("label",), "short name of the study for figures"),
    Column("title", "study", ("title",), "text", "title of the trial; once per study is enough"),
    _term("condition", "study", ("condition",), "condition", "what the patients have"),
    _more("condition_detail", "study", ("condition_detail",), "further criteria, in words"),
    _term("design", "study", ("design",), "design", "how patients were allotted"),
    _term("phase", "study", ("phase",), "phase", "phase of the trial", unreported=True),
    Column("registration", "study", ("registrations",), "list", "such as NCT04014166; several with ;"),
    _term("cell_source", "study", ("cell_product", "source"), "cell-source", "tissue of the cells", unreported=True),
    _term("donor", "study", ("cell_product", "donor"), "donor", "whose cells", unreported=True),
    Column("report", "report", ("id",), "id", "publication the number was read in: its id; blank = as above"),
    _term("report_kind", "report", ("kind",), "report-kind", "kind of publication"),
    _term("report_status", "report", ("status",), "report-status", "blank means published"),
    Column("report_year", "report", ("year",), "whole", "year of publication"),
    Column("first_author", "report", ("first_author",), "text", "family name and initials"),
    _more("report_title", "report", ("title",), "title of the publication"),
    _more("journal", "report", ("journal",), "journal"),
    _more("volume", "report", ("volume",), "volume of the journal"),
    _more("issue", "report", ("issue",), "issue or supplement"),
    _more("pages", "report", ("pages",), "pages or article number"),
    _more("meeting", "report", ("meeting",), "meeting of an abstract"),
    _more("number", "report", ("number",), "number of an abstract"),
    _more("url", "report", ("url",), "address"),
    Column("doi", "report", ("doi",), "id", "such as 10.1000/xyz, without https://doi.org/"),
    Column("pmid", "report", ("pmid",), "id", "PubMed number"),
    _more("unverified", "report", ("unverified",), "fields that the source seen did not show", "list"),
    _more("report_note", "report", ("note",), "note on the publication"),
    Column("arm", "arm", ("id",), "id", "group of patients: its id, such as all; blank = as above"),
    _more("arm_name", "arm", ("name",), "name of the arm as published"),
    _term("arm_role", "arm", ("role",), "arm-role", "what the arm is for"),
    Column("combines", "arm", ("combines",), "list", "arms that this one is the sum of, with ;"),
    _may("dose_value", "arm", ("dose", "value"), "number", "cells per infusion as a number"),
    _term("dose_unit", "arm", ("dose", "unit"), "dose-unit", "unit of dose_value", unreported=True),
    _may("infusions", "arm", ("dose", "infusions"), "whole", "planned number of infusions"),
    _may("interval_days", "arm", ("dose", "interval_days"), "number", "days between infusions"),
    _more("route", "arm", ("dose", "route"), "route of the infusion", "term", "route"),
    _more("dose_text", "arm", ("dose", "text"), "what a number cannot say of the dose"),
    _may("enrolled", "arm", ("enrolled",), "whole", "patients enrolled in the arm"),
    _may("treated", "arm", ("treated",), "whole", "patients treated in the arm"),
    _may("evaluable", "arm", ("evaluable",), "whole", "patients evaluable in the arm"),
    _term("outcome", "result", ("outcome",), "outcome", "what was counted; blank on rows that only describe an arm"),
    _may("events", "result", ("events",), "whole", "8 of 18: the 8; zero is 0"),
    _may("n", "result", ("n",), "whole", "8 of 18: the 18"),
    Column("percent", "result", ("percent",), "percent", "as printed, such as 44.4; blank when none is printed"),
    _more("mean", "result", ("mean",), "mean, with sd and n", "number"),
    _more("sd", "result", ("sd",), "standard deviation", "number"),
    _more("person_time", "result", ("person_time",), "time at risk, with events", "number"),
    _more("person_time_unit", "result", ("person_time_unit",), "unit of person_time", "term", "time-unit"),
    Column("definition", "result", ("definition",), "text", "how the source defines the outcome"),
    _more("term", "result", ("term",), "the event in the words of the source"),
    Column("time_value", "result", ("time_point", "value"), "number", "when it was judged, from the first infusion"),
    _term("time_unit", "result", ("time_point", "unit"), "time-unit", "unit of time_value", unreported=True),
    _more("time_text", "result", ("time_point", "text"), "time point where a number does not do"),
    _term("population", "result", ("population",), "population", "who is in the denominator", unreported=True),
    Column("narrative_zero", "result", ("narrative_zero", "scope"), "text", "the phrase that a zero rests on"),
    _term("derived_method", "result", ("derived", "method"), "derivation", "how a number not printed was obtained"),
    Column("derived_steps", "result", ("derived", "steps"), "text", "the arithmetic, such as 0 + 2 + 6"),
    Column("quote", "result", ("source", "quote"), "text", "the few words around the number, copied exactly"),
    Column("section", "result", ("source", "section"), "text", "section or table of the publication"),
    _more("document", "result", ("source", "document"), "sha256 of the captured document", "id"),
    Column("by", "result", ("decision", "by"), "text", "your initials; blank = as above"),
    Column("on", "result", ("decision", "on"), "day", "the day, such as 2026-11-22; blank = as above"),
    _more("from", "result", ("decision", "from"), "where the value came from; blank means person"),
    Column("note", "result", ("note",), "text", "anything else"),
)  # fmt: skip

STANDARD: tuple[Column, ...] = tuple(column for column in COLUMNS if column.standard)


@cache
def by_name() -> dict[str, Column]:
    """Return the columns by their header."""
    return {column.name: column for column in COLUMNS}


def at(entity: Entity, path: Path) -> Column | None:
    """Return the column that holds a fact, or None."""
    return next((column for column in COLUMNS if column.entity == entity and column.path == path), None)


def normal_header(text: str) -> str:
    """Return a header as columns are named: ``Report Kind`` is ``report_kind``."""
    return re.sub(r"[\s_-]+", "_", text.strip().lstrip("\ufeff").casefold()).strip("_")
