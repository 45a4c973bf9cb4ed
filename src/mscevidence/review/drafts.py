"""The first version of a study file, as far as a document tells."""

from __future__ import annotations

from pydantic import ValidationError

from mscevidence import vocabulary
from mscevidence.errors import RecordError
from mscevidence.model import CellProduct, Document, Report, Study

YEARS = range(1950, 2101)
"""The years that a report may be of; any other is a slip of the source and is left out."""

_DEFAULT_DESIGN = "single-arm"


def draft_study(document: Document, *, study_id: str, report_id: str, condition: str | None = None) -> Study:
    """Return a study without results, described by the title and text of a document.

    Raises:
        RecordError: no condition of the vocabulary is named and none was given.
        UnknownTermError: the given condition is not in the vocabulary.
    """
    found = vocabulary.term("condition", condition).id if condition else _first("condition", document)
    if found is None:
        raise RecordError(
            f"{report_id} names no condition of the vocabulary",
            hint="say it with --condition; `mscevidence terms condition`",
        )
    source = _first("cell-source", document)
    return Study(
        study=study_id,
        title=document.title or report_id,
        condition=found,
        design=_design(document),
        phase=_first("phase", document),
        registrations=tuple(one.value for one in document.identifiers if one.kind in REGISTRIES),
        cell_product=CellProduct(source=source) if source else None,
        reports=(report_of(document, report_id),),
    )


REGISTRIES = frozenset({"nct", "eudract", "chictr", "umin", "isrctn", "jprn", "actrn", "ctri", "irct", "drks", "kct"})


def report_of(document: Document, report_id: str) -> Report:
    """Return the report that a document is of.

    Raises:
        RecordError: the document tells something that a record may not hold, such as a number that is none.
    """
    try:
        return _report_of(document, report_id)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        place = ".".join(map(str, wrong["loc"]))
        raise RecordError(
            f"{report_id}: its {place} cannot be recorded: {wrong['input']!r:.80}",
            hint="`mscevidence template` begins a study file by hand",
        ) from error


def _report_of(document: Document, report_id: str) -> Report:
    year = document.date[:4] if document.date and document.date[:4].isdigit() else None
    first = short_name(document.authors[0].name) if document.authors else None
    return Report(
        id=report_id,
        kind=document.kind,
        status=document.status,
        year=int(year) if year and int(year) in YEARS else None,
        first_author=first,
        title=document.title or None,
        journal=document.journal,
        volume=document.volume,
        issue=document.issue,
        pages=document.pages,
        doi=document.identifier("doi"),
        pmid=document.identifier("pmid"),
        number=document.number,
        meeting=document.meeting,
        url=document.url,
        documents=(document.sha256,),
    )


def short_name(author: str) -> str:
    """Return ``Chen Y`` for ``Yunfei Chen``; a name that ends in initials, or is one word, stays as it is."""
    words = author.split()
    if len(words) < 2 or (words[-1].isupper() and len(words[-1]) <= 3):
        return author
    given = "".join(part[0] for word in words[:-1] for part in word.split("-") if part[:1].isalpha())
    return f"{words[-1]} {given.upper()}"


def _first(kind: str, document: Document) -> str | None:
    """Return the term that the title names, else the first that the text names."""
    for text in (document.title, document.text):
        found = vocabulary.find(kind, text)
        if found:
            return found[0].id
    return None


def _design(document: Document) -> str:
    found = [term for text in (document.title, document.text) for term in vocabulary.find("design", text)]
    escalation = next((term.id for term in found if term.id == "dose-escalation"), None)
    return escalation or (found[0].id if found else _DEFAULT_DESIGN)
