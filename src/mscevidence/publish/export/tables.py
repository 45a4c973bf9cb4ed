"""The whole database as a Frictionless data package: one CSV for each table, described by datapackage.json.

Table Schema and Data Package, version 1 (specs.frictionlessdata.io): types, primary and foreign keys, the hash of each
file. An empty cell is NULL.
"""

from __future__ import annotations

import hashlib
import json
import re

from mscevidence.errors import SelectionError
from mscevidence.publish.export import Exported, Files
from mscevidence.publish.export.cells import csv_bytes
from mscevidence.store import Contents, StoredTable, copied_tables

TYPES = {"TEXT": "string", "INTEGER": "integer", "REAL": "number"}
README = (
    "An empty cell is a value that is not there. Text that begins with = + - @ or a tab has an apostrophe in front, so "
    "that no spreadsheet runs it; control characters are shown as their pictures. Documents hold the texts of others: "
    "mind their rights before passing the folder on."
)


def files(exported: Exported) -> Files:
    """Return datapackage.json and a CSV of every table.

    Raises:
        SelectionError: there is no study.
        StoreError: the contents contradict themselves.
    """
    evidence = exported.evidence
    if not evidence.studies:
        raise SelectionError("there is no study to export", hint="`mscevidence template` starts a study file")
    contents = Contents(
        studies=evidence.studies,
        documents=evidence.documents,
        candidates=evidence.candidates,
        findings=evidence.findings,
        families=evidence.families,
        links=evidence.links,
        analyses=[(one.analysis.id, one.pooled) for one in exported.analyses if one.pooled is not None],
    )
    tables = copied_tables(contents)
    made = {
        f"data/{table.name}.csv": csv_bytes(table.rows, [column.name for column in table.columns]) for table in tables
    }
    package = {
        "profile": "tabular-data-package",
        "name": re.sub(r"[^a-z0-9]+", "-", exported.title.lower()).strip("-") or "evidence",
        "title": exported.title,
        "description": README,
        **({"version": exported.date} if exported.date else {}),
        "resources": [_resource(table, made[f"data/{table.name}.csv"]) for table in tables],
    }
    described = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    return {f"tables/{name}": data for name, data in {"datapackage.json": described.encode(), **made}.items()}


def _resource(table: StoredTable, data: bytes) -> dict[str, object]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"data/{table.name}.csv",
        **({"description": table.description} if table.description else {}),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": _schema(table),
    }


def _schema(table: StoredTable) -> dict[str, object]:
    links = [
        {
            "fields": list(link.columns),
            # The specification names the table itself by an empty text.
            "reference": {"resource": "" if link.table == table.name else link.table, "fields": list(link.others)},
        }
        for link in table.links
    ]
    return {
        "fields": [_field(table, position) for position in range(len(table.columns))],
        "missingValues": [""],
        **({"primaryKey": list(table.primary_key)} if table.primary_key else {}),
        **({"foreignKeys": links} if links else {}),
    }


def _field(table: StoredTable, position: int) -> dict[str, object]:
    column = table.columns[position]
    # CSV cannot tell an empty text from none: such a column is not required.
    required = column.required and all(row[column.name] != "" for row in table.rows)
    constraints: dict[str, object] = {"required": True} if required else {}
    if table.primary_key == (column.name,):
        constraints["unique"] = True
    return {
        "name": column.name,
        "type": TYPES[column.type],
        **({"constraints": constraints} if constraints else {}),
    }
