"""ClinicalTrials.gov, API version 2: one study, pages of a search, and results alone.

The canonical text holds the plan of the trial with its sections and then every posted table. Each number that the
registry posts for a group is also in `Document.posted`, with its characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.ctgov.protocol import modules_of, protocol_fields, write_protocol
from mscevidence.read.ctgov.results import write_results
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.jats_tables import Writer
from mscevidence.read.json_records import Layout, Value, excerpt_of, split
from mscevidence.read.posted_tables import PostedResults, many_nouns
from mscevidence.read.streams import beginning

_SECTION = re.compile(r'"(?:protocolSection|resultsSection)"\s*:\s*\{')
_PAGE = re.compile(r'^\s*\{[^{}\[\]]*"studies"\s*:\s*\[')
_EMPTY_PAGE = re.compile(r'^\s*\{[^{}\[\]]*"studies"\s*:\s*\[\s*\]')
_LIST = re.compile(r"^\s*\[")


def records(stream: BinaryIO) -> Iterator[Record | Reject]:
    """Yield the studies of a file in order."""
    head = beginning(stream).decode("utf-8-sig", "replace")
    begins = next((each for each in (_PAGE, _LIST) if each.match(head)), None)
    layout: Layout = "values" if begins is None else "list"
    for position, value in enumerate(split(stream, layout, begins=begins), 1):
        try:
            yield _record(value)
        except DocumentError as error:
            yield Reject(position=position, reason=error.message, excerpt=excerpt_of(value.raw))


def _record(value: Value) -> Record:
    if value.fault:
        raise DocumentError(value.fault, hint="fetch the file again")
    study = value.value
    if isinstance(study, dict) and isinstance(study.get("study"), dict):
        study = study["study"]
    if not isinstance(study, dict) or not {"protocolSection", "resultsSection"} & set(study):
        raise DocumentError(
            "no study of ClinicalTrials.gov (no protocolSection, no resultsSection)", hint="fetch it again"
        )
    return _study(value, study)


def _study(value: Value, study: dict[str, Any]) -> Record:
    writer = Writer()
    modules = modules_of(study)
    identifiers = write_protocol(writer, modules)
    results = PostedResults(writer)
    section = study.get("resultsSection")
    if isinstance(section, dict):
        with many_nouns():
            write_results(results, section)
    if not writer.length:
        raise DocumentError("a study without any words", hint="fetch it again")
    notes = [value.note] if value.note else []
    if not modules:
        notes.append("results without the plan of the trial: its number is not known")
    fields = {
        **protocol_fields(modules, study),
        "kind": "registry-results" if results.posted else "registry-entry",
        "identifiers": identifiers,
        "sections": tuple(sorted(writer.sections, key=lambda each: each.span)),
        "tables": tuple(writer.tables),
        "posted": tuple(results.posted),
        "source": "clinicaltrials.gov",
        "notes": tuple(notes),
    }
    return Record(value.data, writer.text(), fields)


def looks_like_ctgov(head: str, _name: str) -> bool:
    """Return whether a file holds studies of ClinicalTrials.gov."""
    start = head.lstrip("\ufeff \t\r\n")
    return start[:1] in {"{", "["} and (bool(_SECTION.search(head)) or bool(_EMPTY_PAGE.match(start)))


FORMAT = RecordFormat(name="ctgov", recognises=looks_like_ctgov, records=records)
"""Studies of ClinicalTrials.gov in JSON."""
