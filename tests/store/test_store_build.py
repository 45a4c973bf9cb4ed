from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import golden_evidence as golden
import pytest
from pydantic import BaseModel

from mscevidence.errors import StoreError
from mscevidence.model import Family, Study, result_key
from mscevidence.store.writing import Contents, build, build_contents, rows_of


def everything(path: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(path)) as conn:
        conn.row_factory = sqlite3.Row
        names = [row["name"] for row in conn.execute("SELECT name FROM pragma_table_list WHERE type = 'table'")]
        return {name: [dict(row) for row in conn.execute(f"SELECT * FROM [{name}]")] for name in names}


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from leaves(getattr(value, name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from leaves(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield value


def test_every_value_of_the_input_is_somewhere_in_the_database(evidence: Path) -> None:
    stored: set[object] = set()
    for rows in everything(evidence).values():
        # The JSON of a whole pooled result would prove nothing of the flat tables beside it.
        for cell in (cell for row in rows for name, cell in row.items() if name != "pooled"):
            stored.add(cell)
            if isinstance(cell, str) and cell.startswith(("[", "{")):
                with contextlib.suppress(json.JSONDecodeError):
                    stored.update(leaves(json.loads(cell)))
    lost = set()
    for field in dataclasses.fields(golden.CONTENTS):
        lost |= {leaf for leaf in leaves(getattr(golden.CONTENTS, field.name)) if leaf not in stored}
    assert lost == {golden.SUM.result}, "kept as the two results that were added up"


def test_counts_are_the_rows_of_each_table(tmp_path: Path) -> None:
    counts = build_contents(tmp_path / "evidence.db", golden.CONTENTS)
    stored = everything(tmp_path / "evidence.db")
    assert counts.rows == {name: len(stored[name]) for name in counts.rows}
    assert (counts["studies"], counts["reports"], counts["arms"], counts["results"]) == (3, 4, 7, 10)
    assert all(rows > 0 for rows in counts.rows.values()), "the golden evidence touches every table"
    assert "10 results" in counts.summary()


def test_build_takes_its_contents_one_by_one(tmp_path: Path) -> None:
    fields = {field.name: getattr(golden.CONTENTS, field.name) for field in dataclasses.fields(golden.CONTENTS)}
    build(tmp_path / "a.db", **fields)
    build_contents(tmp_path / "b.db", golden.CONTENTS)
    assert (tmp_path / "a.db").read_bytes() == (tmp_path / "b.db").read_bytes()


def test_same_input_same_bytes_whatever_was_there_and_in_whatever_order(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    build_contents(first, golden.CONTENTS)
    build(second, studies=golden.STUDIES[:1])
    build_contents(second, dataclasses.replace(golden.CONTENTS, studies=golden.STUDIES[::-1]))
    assert first.read_bytes() == second.read_bytes()


def test_the_bytes_do_not_depend_on_the_order_of_hashes(tmp_path: Path) -> None:
    code = (
        "import golden_evidence, sys; from pathlib import Path; from mscevidence.store import build_contents;"
        "build_contents(Path(sys.argv[1]), golden_evidence.CONTENTS)"
    )
    made = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.db"
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(golden.__file__).parent)}
        subprocess.run([sys.executable, "-c", code, str(path)], env=environment, check=True)
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_an_empty_review_makes_a_database(tmp_path: Path) -> None:
    counts = build(tmp_path / "evidence.db", studies=())
    assert counts["studies"] == 0
    assert counts["terms"] > 100


def test_the_file_is_plain(evidence: Path) -> None:
    with closing(sqlite3.connect(evidence)) as conn:
        assert conn.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        assert conn.execute("PRAGMA page_size").fetchone()[0] == 4096
        assert conn.execute("PRAGMA freelist_count").fetchone()[0] == 0
        assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_every_table_of_ours_is_strict(evidence: Path) -> None:
    with closing(sqlite3.connect(evidence)) as conn:
        tables = conn.execute(
            "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
            " AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_%' ESCAPE '\\'"
        ).fetchall()
    assert len(tables) == 39
    assert {strict for _, strict in tables} == {1}


def test_strict_tables_refuse_a_word_where_a_number_belongs(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    build(path, studies=golden.STUDIES)
    with closing(sqlite3.connect(path)) as conn, pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT"):
        conn.execute("UPDATE results SET events = 'eight'")


@pytest.mark.parametrize(
    ("field", "state", "value"),
    [("events", "reported", None), ("events", "not-reported", 3), ("n", "unknown", None)],
)
def test_state_and_number_cannot_contradict_each_other(
    tmp_path: Path, field: str, state: str, value: int | None
) -> None:
    path = tmp_path / "evidence.db"
    build(path, studies=golden.STUDIES)
    with closing(sqlite3.connect(path)) as conn, pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        conn.execute(f"UPDATE results SET {field} = ?, {field}_state = ?", [value, state])


def test_every_number_of_a_result_is_stored_as_it_is(tmp_path: Path) -> None:
    first = golden.STUDIES[0]
    results = [one.model_copy(update={"percent": 10.5 + i}) for i, one in enumerate(first.results)]
    study = first.model_copy(update={"results": tuple(results)})
    build(tmp_path / "evidence.db", studies=[study])
    stored = {row["id"]: row for row in everything(tmp_path / "evidence.db")["results"]}
    for index, result in enumerate(study.results):
        row = stored[result_key(study, index)]
        counts = [value if isinstance(value, int) else None for value in (result.events, result.n)]
        assert [row["events"], row["n"], row["percent"]] == [*counts, result.percent]


def test_not_reported_is_neither_zero_nor_not_extracted(evidence: Path) -> None:
    stored = everything(evidence)
    results = {row["id"]: (row["events"], row["events_state"]) for row in stored["results"]}
    assert results["nct04014166/all/complete-response"] == (None, "not-reported")
    assert results["sun-2018/cells/related-serious-adverse-event"] == (0, "reported")
    arms = {row["id"]: (row["evaluable"], row["evaluable_state"]) for row in stored["arms"]}
    assert arms["sun-2018/placebo"] == (None, "not-reported")
    assert arms["sun-2018/cells"] == (None, "not-extracted")
    study = next(row for row in stored["studies"] if row["id"] == "nct04014166")
    assert (study["enrolment_from"], study["enrolment_to"]) == ("2019-11", "not-reported")
    product = next(row for row in stored["products"] if row["id"] == "nct04014166")
    assert (product["passage"], product["viability"], product["cryopreserved"]) == ("not-reported", None, "no")


def test_a_cited_document_that_is_not_here_is_kept_as_such(evidence: Path) -> None:
    documents = {row["sha256"]: row for row in everything(evidence)["documents"]}
    assert documents[golden.SHA]["captured"] == 1
    assert documents[golden.NOT_CAPTURED]["captured"] == 0
    assert documents[golden.NOT_CAPTURED]["text"] is None


def test_every_decision_is_told_with_its_kind(evidence: Path) -> None:
    decisions = {row["subject"]: row for row in everything(evidence)["decisions"]}
    assert decisions["nct04014166/all/response"]["verdict"] == "accepted"
    corrected = decisions["nct04014166/all/sustained-response@6-months"]
    assert (corrected["verdict"], corrected["corrected"]) == ("corrected", "events: 4 -> 5")
    assert decisions[f"{golden.SHA[:12]}/age-range@9"]["verdict"] == "rejected"
    assert decisions[f"{golden.SHA[:12]}/part@200"]["verdict"] == "deferred"


def test_a_candidate_keeps_its_places_and_its_whole(evidence: Path) -> None:
    candidates = {row["candidate"]: row for row in everything(evidence)["candidates"]}
    fraction, part = candidates["fraction-percent@100"], candidates["part@200"]
    assert (fraction["span_start"], fraction["span_end"]) == golden.span("44.4% (8/18)")
    assert (fraction["outcome_span_start"], fraction["outcome_span_end"]) == golden.span("Responses")
    assert (fraction["arm_span_start"], fraction["certainty"]) == (None, "stated")
    assert (fraction["population"], part["population"]) == ("treated", None)
    again = [row for row in everything(evidence)["spans"] if row["what"] == "candidate said again"]
    assert [(row["subject"], row["span_start"], row["span_end"]) for row in again] == [
        (fraction["id"], *golden.span("Responses"))
    ]
    assert (part["part_of"], part["certainty"]) == (fraction["id"], "ambiguous")
    values = {row["role"]: row for row in everything(evidence)["candidate_values"]}
    assert (values["events"]["number"], values["events"]["derived"]) == (8, 0)
    assert values["from"]["normal"] == "2019-11"


def broken_study(**changes: Any) -> Study:
    return golden.ITP.model_copy(update=changes)


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (Contents(studies=(golden.ITP, golden.ITP)), "'nct04014166' is there twice"),
        (Contents(studies=(broken_study(arms=golden.ITP.arms[:2]),)), r"names 'nct04014166/all'.*among the arms"),
        (
            Contents(studies=(broken_study(reports=golden.ITP.reports[:1]),)),
            r"'nct04014166/doi:10.1000/itp-2024'.*reports",
        ),
        (
            Contents(studies=(), families=(Family(id="f", studies=("nobody",)),)),
            r"family_members.study names 'nobody', which is not among the studies",
        ),
        (Contents(studies=(), candidates=golden.CANDIDATES[1:2]), r"candidates.part_of names"),
    ],
    ids=["study twice", "arm missing", "report missing", "family of nobody", "part of nothing"],
)
def test_contents_that_contradict_themselves_are_refused_by_name(
    tmp_path: Path, contents: Contents, words: str
) -> None:
    path = tmp_path / "evidence.db"
    with pytest.raises(StoreError, match=words) as caught:
        build_contents(path, contents)
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_number_beyond_64_bits_is_refused(tmp_path: Path) -> None:
    huge = golden.ITP.results[0].model_copy(update={"n": 10**30})
    with pytest.raises(StoreError, match="too large"):
        build(tmp_path / "evidence.db", studies=(broken_study(results=(huge,)),))


HOSTILE = "<script>alert('x')</script> \"; DROP TABLE results; -- \0 \u202e \U0001f9ec ']) [x] %s {0}"


def test_hostile_text_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    document = golden.DOCUMENT.model_copy(update={"title": HOSTILE, "text": HOSTILE, "name": HOSTILE})
    study = broken_study(title=HOSTILE, notes=(HOSTILE,))
    build(path, studies=(study,), documents=(document,))
    stored = everything(path)
    assert stored["studies"][0]["title"] == HOSTILE
    assert json.loads(stored["studies"][0]["notes"]) == [HOSTILE]
    assert (stored["documents"][0]["title"], stored["documents"][0]["text"]) == (HOSTILE, HOSTILE)
    assert len(stored["results"]) == 4


def test_all_rows_of_a_table_have_the_same_columns() -> None:
    shapes: dict[str, set[tuple[str, ...]]] = {}
    for table, values in rows_of(golden.CONTENTS):
        shapes.setdefault(table, set()).add(tuple(values))
    assert {table for table, found in shapes.items() if len(found) > 1} == set()


def test_judgements_walk_back_and_settled_differences_are_kept(evidence: Path) -> None:
    stored = everything(evidence)
    (appraisal,) = stored["appraisals"]
    assert (appraisal["tool"], appraisal["result"]) == ("rob-2-2019", "nct04014166/all/response")
    assert appraisal["overall"] == "some-concerns"
    quoted, silent = stored["appraisal_answers"]
    assert (quoted["item"], quoted["item_label"], quoted["level"]) == ("randomisation", "Randomisation process", "low")
    assert (quoted["quote"], quoted["document"]) == ("44.4% (8/18)", golden.SHA)
    assert golden.DOCUMENT.text[quoted["span_start"] : quoted["span_end"]] == quoted["quote"]
    assert (silent["level"], silent["quote"], silent["report"]) == ("some-concerns", None, None)
    assert [one["subject"] for one in stored["spans"] if one["what"] == "appraisal"] == ["nct04014166#1/randomisation"]
    (settled,) = stored["adjudications"]
    assert [settled[name] for name in ("first_value", "second_value", "taken", "decided_by")] == [
        "8",
        "9",
        "first",
        "ef",
    ]
