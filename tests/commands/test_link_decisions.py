"""The command ``link`` on captured records: what it proposes, and how it takes and remembers decisions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import typer
from typer.testing import CliRunner, Result

from mscevidence.commands import TranslatingGroup, linkage
from mscevidence.documents import DocumentLibrary
from mscevidence.model import Author, Document, Identifier
from mscevidence.records import load_decisions, write_study
from study_factory import report, study

TITLE = "Stromal cells of the cord in immune thrombocytopenia: a trial"
REGISTERED = (Identifier(kind="pmid", value="4"), Identifier(kind="nct", value="NCT00000001"))


def record(pmid: str, **more: Any) -> dict[str, Any]:
    return {
        "title": TITLE,
        "text": TITLE,
        "authors": (Author(name="Chen, Yunfei"),),
        "date": "2021",
        "journal": "Blood",
        "volume": "137",
        "pages": "100-109",
        "source": "pubmed",
        "identifiers": (Identifier(kind="pmid", value=pmid),),
        **more,
    }


RECORDS = (
    record("1"),
    record("1", source="embase", journal="Blood Journal", title=TITLE.upper()),
    record("2", pages="700-709", identifiers=(Identifier(kind="doi", value="10.1182/two"),)),
    record("3", title="A quite different account of cells", volume="9", pages="5-9"),
    record(
        "4",
        title="The registered trial of cells",
        identifiers=REGISTERED,
    ),
)


def captured(folder: Path) -> None:
    def read(_: BinaryIO, sha256: str) -> Iterator[Document]:
        for place, fields in enumerate(RECORDS, 1):
            data = {"sha256": str(place) * 64, "format": "made", "reader": "made/1", **fields}
            yield Document.model_validate({**data, "container": sha256, "position": place})

    DocumentLibrary(folder / "captured").capture(b"five records", read)


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mscevidence.toml").write_text('[review]\ntitle = "Test"\n', encoding="utf-8")
    known = study("trial-one", reports=[report("r-1", first_author="Li X")], registrations=["NCT00000001"])
    write_study(known, tmp_path / "extracted" / "trial-one.yaml")
    captured(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MSCEVIDENCE_REVIEWER", raising=False)
    return tmp_path


def run(*words: str) -> Result:
    app = typer.Typer(cls=TranslatingGroup)
    app.callback()(lambda: None)
    linkage.register(app)
    return CliRunner().invoke(app, ["link", *words])


def pairs(standing: str) -> list[dict[str, Any]]:
    return [one for one in json.loads(run("--json").stdout)["pairs"] if one["standing"] == standing]


def waiting() -> str:
    ((found),) = pairs("proposed")
    key: str = found["id"]
    return key


def test_what_is_shown(review: Path) -> None:
    done = run()
    assert done.exit_code == 0, done.output
    assert "5 records are 4 reports of 4 studies: 1 duplicates taken together, 1 pairs undecided" in done.stdout
    assert f"[{waiting()}] pmid:1 and doi:10.1182/two\n  the same title, authors agree" in done.stdout
    assert "doi:10.1182/two  Chen, Yunfei, 2021, Stromal cells" in done.stdout
    assert "share pmid 1" not in done.stdout
    assert "share pmid 1" in run("--all").stdout


def test_json_names_reports_duplicates_and_study(review: Path) -> None:
    data = json.loads(run("--json").stdout)
    assert data["records"] == {"read": 5, "duplicates": 1}
    assert [one["name"] for one in data["reports"]] == ["pmid:1", "doi:10.1182/two", "pmid:3", "pmid:4"]
    assert data["reports"][0]["sources"] == {"pubmed": 1, "embase": 1}
    assert data["reports"][0]["duplicates"] == ["2" * 64]
    assert data["reports"][3]["study"] == "trial-one"


def test_a_rejected_proposal_never_comes_back(review: Path) -> None:
    done = run("--reject", waiting(), "--by", "fe", "--reason", "two cohorts")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("different-reports: pmid:1 and doi:10.1182/two (fe, ")
    (decision,) = load_decisions(review / "extracted")
    assert (decision.kind, decision.left, decision.right, decision.by, decision.reason) == (
        "different-reports", "pmid:1", "doi:10.1182/two", "fe", "two cohorts",
    )  # fmt: skip
    assert pairs("proposed") == []
    assert "Proposals" not in run().stdout


def test_an_accepted_proposal_is_a_duplicate_and_can_be_taken_back(review: Path) -> None:
    key = waiting()
    run("--accept", key, "--by", "fe")
    assert json.loads(run("--json").stdout)["records"] == {"read": 5, "duplicates": 2}
    (decision,) = load_decisions(review / "extracted")
    assert decision.kind == "same-report"
    assert decision.reason.startswith("accepted: the same title; authors agree")
    run("--reject", key[:4], "--by", "ab")
    assert json.loads(run("--json").stdout)["records"] == {"read": 5, "duplicates": 1}
    assert [one.kind for one in load_decisions(review / "extracted")] == ["same-report", "different-reports"]


def test_what_was_joined_without_a_person_can_be_parted(review: Path) -> None:
    joined = next(one for one in pairs("joined") if one["says"] == "same-report")
    assert run("--reject", joined["id"], "--by", "fe").exit_code == 0
    assert json.loads(run("--json").stdout)["records"] == {"read": 5, "duplicates": 0}


def test_a_registration_can_be_refused(review: Path) -> None:
    joined = next(one for one in pairs("joined") if one["says"] == "same-study")
    assert (joined["left"], joined["right"]) == ("pmid:4", "trial-one")
    run("--reject", joined["id"], "--by", "fe")
    assert json.loads(run("--json").stdout)["reports"][3]["study"] is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--accept", "{key}"), "whose decision is it?"),
        (("--accept", "zzzz", "--by", "fe"), "unknown proposal 'zzzz'"),
        (("--accept", "{key}", "--reject", "{key}", "--by", "fe"), "one pair is named twice"),
    ],
)
def test_mistakes_write_nothing(review: Path, words: tuple[str, ...], message: str) -> None:
    key = waiting()
    done = run(*(word.format(key=key) for word in words))
    assert done.exit_code == 1
    assert message in done.stderr
    assert not (review / "extracted" / "links.toml").exists()


def test_one_report_is_shown_with_what_concerns_it(review: Path) -> None:
    done = run("pmid:1")
    assert "pmid:1 and doi:10.1182/two" in done.stdout
    assert "share pmid 1" in done.stdout
    assert "trial-one" not in done.stdout
    assert run(waiting()).stdout.count("] pmid:1 and doi:10.1182/two") == 1


@pytest.mark.parametrize("name", ["10.1182/TWO", "doi:10.1182/two"])
def test_an_identifier_is_known_as_it_stands_in_a_paper(review: Path, name: str) -> None:
    assert "pmid:1 and doi:10.1182/two" in run(name).stdout


def test_a_report_that_nothing_concerns_is_known_too(review: Path) -> None:
    assert run("3").stdout == "3: one report, no family, no look-alike\n"
    assert run("99").exit_code == 1
