"""Small invented articles in JATS, built from a few words, for the tests of tables and answers."""

from __future__ import annotations

from collections.abc import Sequence

from mscevidence.extract.lookup import Answer
from mscevidence.model import Document
from mscevidence.read import read

Rows = Sequence[Sequence[str]]


def table(caption: str, head: Rows, body: Rows, *, foot: str = "") -> str:
    """Return a table in JATS; a cell written ``text@3`` spans three columns."""
    rows = "".join(_row(cells, "th") for cells in head)
    lines = "".join(_row(cells, "td") for cells in body)
    note = f"<table-wrap-foot><fn><p>{foot}</p></fn></table-wrap-foot>" if foot else ""
    caption = f"<label>Table 1</label><caption><p>{caption}</p></caption>"
    return f"<table-wrap>{caption}<table><thead>{rows}</thead><tbody>{lines}</tbody></table>{note}</table-wrap>"


def article(*results: str, abstract: str = "", methods: str = "Patients were randomised to two groups.") -> Document:
    """Return the document of an article; what begins with ``<`` is a table, the rest are paragraphs of the results."""
    parts = "".join(each if each.startswith("<") else f"<p>{each}</p>" for each in results)
    start = f"<abstract><sec><title>Results</title><p>{abstract}</p></sec></abstract>" if abstract else ""
    body = f"<sec><title>Methods</title><p>{methods}</p></sec><sec><title>Results</title>{parts}</sec>"
    return read(f"{start}{body}".encode(), format="jats")


def numbers(found: Answer | None) -> tuple[float | None, ...] | None:
    """Return events and n of both groups of a complete answer."""
    if found is None or not found.complete:
        return None
    values = (found.intervention_events, found.intervention_n, found.comparator_events, found.comparator_n)
    return tuple(value.number if value else None for value in values)


def _row(cells: Sequence[str], name: str) -> str:
    return "<tr>" + "".join(_cell(cell, name) for cell in cells) + "</tr>"


def _cell(cell: str, name: str) -> str:
    text, _, columns = cell.partition("@")
    return f'<{name} colspan="{columns or 1}">{text}</{name}>'
