"""The reports as CSL JSON (csl-data.json of the Citation Style Language), for Zotero, pandoc and citeproc."""

from __future__ import annotations

import json

from mscevidence.publish.export import Exported, Files
from mscevidence.publish.export.citations import Citation, Name, citations, lines

TYPES = {
    "conference-abstract": "paper-conference",
    "preprint": "article",
    "thesis": "thesis",
    "registry-entry": "dataset",
    "registry-results": "dataset",
    "press-release": "document",
    "personal-communication": "personal_communication",
    "review": "article-journal",
}
"""The CSL type of each kind of report; the others are journal articles."""


def files(exported: Exported) -> Files:
    """Return reports.json.

    Raises:
        SelectionError: there is no report.
    """
    items = _distinct([_item(one) for one in citations(exported.evidence)])
    return {"csl/reports.json": (json.dumps(items, ensure_ascii=False, indent=2) + "\n").encode()}


def _distinct(items: list[dict[str, object]]) -> list[dict[str, object]]:
    """Number the ids that stand twice: two entries of one report that do not agree are both kept."""
    seen: dict[object, int] = {}
    for item in items:
        seen[item["id"]] = number = seen.get(item["id"], 0) + 1
        item["id"] = item["id"] if number == 1 else f"{item['id']}#{number}"
    return items


def _item(one: Citation) -> dict[str, object]:
    report, document = one.report, one.document
    volume, issue, pages = one.place
    item: dict[str, object] = {
        "id": report.id,
        "type": TYPES.get(report.kind, "article-journal"),
        "title": one.title,
        "author": [_name(name) for name in one.authors],
        "issued": {"date-parts": [[int(part) for part in one.date.split("-")]]} if one.date else None,
        "container-title": _one(one.journal),
        "volume": _one(volume),
        "issue": _one(issue),
        "page": _one(pages),
        "ISSN": ", ".join(document.issns) if document else None,
        "number": _one(report.number),
        "event": _one(report.meeting),
        "DOI": report.doi,
        "PMID": report.pmid,
        "URL": _one(report.url),
        "status": report.status,
        "custom": _custom(one),
    }
    return {name: value for name, value in item.items() if value}


def _name(name: Name) -> dict[str, str]:
    return {"family": name.family, "given": name.given} if name.given else {"literal": name.family}


def _custom(one: Citation) -> dict[str, object]:
    custom: dict[str, object] = {
        "kind": one.report.kind,
        "studies": [study.study for study in one.studies],
        "registrations": list(one.registrations),
        "unverified": list(one.report.unverified),
        "title-supplied": one.supplied,
        "note": one.report.note,
    }
    return {name: value for name, value in custom.items() if value}


def _one(text: str | None) -> str | None:
    return next(iter(lines([text])), None)
