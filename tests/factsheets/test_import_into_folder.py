"""Importing into a folder of study files: twice changes nothing, nothing is overwritten unasked, additions survive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mscevidence.errors import RecordError
from mscevidence.factsheets import Imported, Linkage, import_registry, import_reports
from mscevidence.records import load_study
from sheet_factory import TITLED, linkage, linked, outcome, sheet, write

HEAD = (
    "nct,title,conditions,phase,allocation,enrolment,group_id,group_title,serious_affected,serious_at_risk,"
    "other_affected,other_at_risk,deaths_affected,deaths_at_risk\n"
)
LINKS = linkage(
    study=TITLED
    | {"trial": {"title": "A registered trial", "condition": "psoriasis", "cell_product": {"source": "adipose"}}},
    sheet={"a": linked(), "b": linked("two", "r-two")},
    registry={
        "NCT00000001": {"study": "one", "reason": "its own registration", "arms": {"EG000": "msc"}},
        "NCT00000002": {
            "study": "trial",
            "reason": "psoriasis, adipose MSC",
            "arms": {"EG000": "cells", "EG001": "none"},
        },
    },
)


def reports(folder: Path, *, links: Linkage = LINKS, events: int = 4, overwrite: bool = False) -> Imported:
    sheets = write(folder / "sheets", sheet("a", outcome("response", events, 10)), sheet("b", outcome("death", 0, 10)))
    return import_reports(sheets, links, folder / "out", by="test", on="2026-01-02", overwrite=overwrite)


def registry(folder: Path, rows: str, **more: Any) -> Imported:
    path = folder / "groups.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    return import_registry(path, LINKS, folder / "out", by="test", on="2026-01-02", **more)


ROWS = (
    "NCT00000001,Trial one,Psoriasis,,,10,EG000,Cells,3,10,5,10,,\n"
    'NCT00000002,Trial two,"Psoriasis, severe",,,12,EG000,Cells,1,6,2,6,0,6\n'
    'NCT00000002,Trial two,"Psoriasis, severe",,,12,EG001,Saline,0,6,1,6,0,6\n'
    "NCT00000003,Trial three,Knee osteoarthritis,,,12,EG000,Cells,0,6,0,6,0,6\n"
    "NCT00000004,Trial four,Multiple Sclerosis,,,12,EG000,Cells,0,6,0,6,0,6\n"
)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "out").iterdir())}


def test_counts_in_and_out(tmp_path: Path) -> None:
    done = reports(tmp_path)
    assert done.read == {"sheets": 2, "arms": 2, "outcomes": 2}
    assert done.made == {
        "studies": 2,
        "reports": 2,
        "arms": 2,
        "results": 2,
        "derived": 0,
        "narrative zeros": 0,
        "arms repeated by a second sheet": 0,
    }
    assert done.written == ("one", "two")
    assert list(bytes_of(tmp_path)) == ["one.yaml", "two.yaml"]


def test_twice_changes_nothing(tmp_path: Path) -> None:
    reports(tmp_path)
    registry(tmp_path, ROWS)
    before = bytes_of(tmp_path)
    assert reports(tmp_path).unchanged == ("one", "two")
    assert registry(tmp_path, ROWS).unchanged == ("one", "trial")
    assert bytes_of(tmp_path) == before


def test_a_file_that_differs_is_kept_and_named(tmp_path: Path) -> None:
    reports(tmp_path)
    before = bytes_of(tmp_path)
    done = reports(tmp_path, events=5)
    assert (done.kept, done.unchanged, done.written) == (("one",), ("two",), ())
    assert bytes_of(tmp_path) == before


def test_overwrite_replaces_what_differs_and_keeps_other_reports(tmp_path: Path) -> None:
    reports(tmp_path)
    registry(tmp_path, ROWS)
    assert reports(tmp_path, events=5, overwrite=True).written == ("one",)
    study = load_study(tmp_path / "out" / "one.yaml")
    assert [report.id for report in study.reports] == ["r-one", "registry:nct00000001"]
    assert [result.counts() for result in study.results] == [(5, 10), (3, 10), (5, 10)]


def test_the_registry_extends_a_study_and_keeps_its_comments(tmp_path: Path) -> None:
    reports(tmp_path)
    path = tmp_path / "out" / "one.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# a remark of the reviewer\n", encoding="utf-8")
    done = registry(tmp_path, ROWS)
    assert (done.extended, done.written) == (("one",), ("trial",))
    assert "# a remark of the reviewer" in path.read_text(encoding="utf-8")
    study = load_study(path)
    assert [arm.id for arm in study.arms] == ["msc"]
    added = study.results[1:]
    assert [(one.outcome, one.counts(), one.source.quote) for one in added] == [
        ("serious-adverse-event", (3, 10), "3 / 10"),
        ("other-adverse-event", (5, 10), "5 / 10"),
    ]
    assert {one.decision.origin for one in added} == {"registry"}
    assert added[0].source.section == "Adverse events, serious"


def test_every_trial_and_table_left_out_is_named(tmp_path: Path) -> None:
    reports(tmp_path)
    terms = tmp_path / "terms.csv"
    terms.write_text("nct,group_id,term\nNCT00000001,EG000,Rash\nNCT00000003,EG000,Pain\n", encoding="utf-8")
    done = registry(tmp_path, ROWS, terms=terms)
    reasons = {(one.source, one.what): one.reason for one in done.leftovers}
    assert reasons["NCT00000003", "Trial three"].startswith("no immune-mediated condition of the vocabulary")
    assert reasons["NCT00000004", "Trial four"].startswith("undecided: names multiple sclerosis")
    assert reasons["NCT00000001", "EG000: deaths"] == "the registry shows no such table"
    assert ("NCT00000001", "serious event terms") in reasons
    assert done.read == {"trials": 4, "groups": 5, "terms": 1}


def test_the_registry_waits_for_the_sheets_of_a_study(tmp_path: Path) -> None:
    done = registry(tmp_path, ROWS)
    assert done.written == ("trial",)
    assert [one.source for one in done.leftovers if "import reports" in one.reason] == ["NCT00000001"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("NCT00000001,Trial one,Psoriasis,,,10,EG000,Cells,11,10,5,10,,\n", "'11' affected of '10' at risk"),
        ("NCT00000001,Trial one,Psoriasis,,,10,EG000,Cells,x,10,5,10,,\n", "'x' affected of '10' at risk"),
        ("NCT00000001,Trial one,Psoriasis,,,10,EG007,Cells,1,10,5,10,,\n", "EG007"),
    ],
)
def test_wrong_rows_are_refused_and_nothing_is_written(tmp_path: Path, rows: str, words: str) -> None:
    reports(tmp_path)
    before = bytes_of(tmp_path)
    with pytest.raises(RecordError, match=words):
        registry(tmp_path, ROWS.split("\n", 1)[1] + rows)
    assert bytes_of(tmp_path) == before


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("nct,title\nNCT00000001,x\n", encoding="utf-8")
    with pytest.raises(RecordError, match="has no column conditions") as caught:
        import_registry(path, LINKS, tmp_path, by="test", on="2026-01-02")
    assert "needed" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slug: other\n", "title_short: Field required"),
        ("slug: [\n", "cannot be read as a facts sheet"),
        ("- 1\n", "valid dictionary"),
    ],
)
def test_a_wrong_sheet_is_named(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path / "sheets", sheet("a"))
    (tmp_path / "sheets" / "b.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=words) as caught:
        import_reports(tmp_path / "sheets", LINKS, tmp_path / "out", by="test", on="2026-01-02")
    assert caught.value.file == "b.yaml"
    assert not (tmp_path / "out").exists()


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="there are no facts sheets"):
        import_reports(tmp_path, LINKS, tmp_path / "out", by="test", on="2026-01-02")
