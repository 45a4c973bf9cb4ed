"""The database as a Frictionless data package: what datapackage.json says is true of the files beside it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from made_review import HOSTILE, exported, studies

from mscevidence.errors import SelectionError
from mscevidence.model import Document
from mscevidence.publish.export import Exported, Files, export
from mscevidence.store import build
from study_factory import arm, result, study

Rows = list[dict[str, str]]
PARSERS = {"integer": int, "number": float, "string": str}


def package_of(files: Files) -> dict[str, Any]:
    package: dict[str, Any] = json.loads(files["tables/datapackage.json"])
    return package


def rows_of(files: Files, table: str) -> Rows:
    return list(csv.DictReader(io.StringIO(files[f"tables/data/{table}.csv"].decode(), newline="")))


@cache
def review() -> Exported:
    document = Document(sha256="b" * 64, format="plain-text", reader="plain-text/1", text=HOSTILE, name="@name")
    hostile = study(
        "hostile",
        result("response", 2, 9, arm="low", quote=HOSTILE),
        arms=[arm("low"), arm("all", combines=["low"])],
        notes=["-1 is a note"],
        condition_detail="-2+3",
    )
    return exported((*studies(), hostile), documents=(document,))


def problems(files: Files) -> list[str]:
    """Return where the files are not what datapackage.json says: the checks of a Frictionless validator."""
    package = package_of(files)
    tables = {resource["name"]: rows_of(files, resource["name"]) for resource in package["resources"]}
    found = []
    for resource in package["resources"]:
        name, schema = resource["name"], resource["schema"]
        data = files[f"tables/{resource['path']}"]
        if resource["hash"] != f"sha256:{hashlib.sha256(data).hexdigest()}" or resource["bytes"] != len(data):
            found.append(f"{name}: hash or size")
        header = data.decode().splitlines()[0].split(",")
        if header != [field["name"] for field in schema["fields"]]:
            found.append(f"{name}: header")
        found += [f"{name}.{field['name']}" for field in schema["fields"] if not fits(field, tables[name])]
        if keys := schema.get("primaryKey"):
            values = [tuple(row[key] for key in keys) for row in tables[name]]
            found += [f"{name}: key"] if len(set(values)) < len(values) else []
        found += [f"{name}: link" for link in schema.get("foreignKeys", ()) if not linked(link, name, tables)]
    return found


def fits(field: dict[str, Any], rows: Rows) -> bool:
    try:
        for row in rows:
            if row[field["name"]]:
                PARSERS[field["type"]](row[field["name"]])
            elif field.get("constraints", {}).get("required"):
                return False
    except ValueError:
        return False
    return True


def linked(link: dict[str, Any], name: str, tables: dict[str, Rows]) -> bool:
    other = link["reference"]
    there = {tuple(row[key] for key in other["fields"]) for row in tables[other["resource"] or name]}
    here = (tuple(row[key] for key in link["fields"]) for row in tables[name])
    return all(each in there for each in here if all(each))


def test_every_file_is_what_the_package_says() -> None:
    files = export("tables", review())
    assert problems(files) == []
    assert {f"tables/{resource['path']}" for resource in package_of(files)["resources"]} == {
        name for name in files if name.endswith(".csv")
    }


@pytest.mark.parametrize(
    ("table", "before", "after", "problem"),
    [
        ("results", b"alpha/all/response", b"alpha/all/reply", "results: hash or size"),
        ("results", b",8,reported,18,", b",eight,reported,18,", "results.events"),
        ("results", b"alpha/all/response,alpha,", b"alpha/all/response,nobody,", "results: link"),
        ("studies", b"alpha,", b"beta,", "studies: key"),
        ("studies", b"alpha,", b",", "studies.id"),
    ],
)
def test_the_checks_find_what_is_wrong(table: str, before: bytes, after: bytes, problem: str) -> None:
    files = dict(export("tables", review()))
    assert before in files[f"tables/data/{table}.csv"]
    files[f"tables/data/{table}.csv"] = files[f"tables/data/{table}.csv"].replace(before, after, 1)
    assert problem in problems(files)


def test_types_keys_and_links_are_those_of_the_database() -> None:
    resources = {resource["name"]: resource for resource in package_of(export("tables", review()))["resources"]}
    schema = resources["results"]["schema"]
    types = {field["name"]: field["type"] for field in schema["fields"]}
    assert (types["events"], types["percent"], types["quote"]) == ("integer", "number", "string")
    assert schema["primaryKey"] == ["id"]
    assert {"fields": ["study"], "reference": {"resource": "studies", "fields": ["id"]}} in schema["foreignKeys"]
    own = [
        link
        for name, one in resources.items()
        for link in one["schema"].get("foreignKeys", ())
        if link["reference"]["resource"] in {name, ""}
    ]
    # A table that points at itself is named by an empty text.
    assert own
    assert {link["reference"]["resource"] for link in own} == {""}
    assert resources["analysis_rows"]["schema"]["primaryKey"] == ["analysis", "group_name", "position"]


def test_every_row_of_the_database_is_there(tmp_path: Path) -> None:
    made = review()
    files = export("tables", made)
    pooled = [(one.analysis.id, one.pooled) for one in made.analyses if one.pooled]
    given = made.evidence
    build(
        tmp_path / "evidence.db", studies=given.studies, documents=given.documents, families=given.families,
        links=given.links, analyses=pooled,
    )  # fmt: skip
    with closing(sqlite3.connect(tmp_path / "evidence.db")) as conn:
        names = [row[0] for row in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        own = [name for name in names if not name.startswith(("_", "sqlite_")) and "_fts" not in name]
        counted = {name: conn.execute(f"SELECT count(*) FROM [{name}]").fetchone()[0] for name in own}
    assert {name: len(rows_of(files, name)) for name in own} == counted
    assert len(own) + 1 == len(files)


def test_hostile_texts_run_nowhere_and_stop_no_reader() -> None:
    files = export("tables", review())
    quotes = [row["quote"] for row in rows_of(files, "results") if row["study"] == "hostile"]
    assert quotes == ["'" + HOSTILE.replace("\x00", "␀")]
    (captured,) = [row for row in rows_of(files, "documents") if row["captured"] == "1"]
    assert captured["name"] == "'@name"
    (row,) = [row for row in rows_of(files, "studies") if row["id"] == "hostile"]
    assert row["condition_detail"] == "'-2+3"
    assert not any(b"\x00" in data for data in files.values())


def test_the_same_review_gives_the_same_bytes_and_the_date_of_its_newest_decision() -> None:
    assert export("tables", review()) == export("tables", review())
    assert package_of(export("tables", review()))["version"] == "2026-01-02"


def test_without_a_study_there_is_nothing() -> None:
    with pytest.raises(SelectionError, match="no study"):
        export("tables", exported((), ()))
