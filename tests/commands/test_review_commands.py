"""Review on the command line a second time, blind; the differences; and the links of a server's review room."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from mscevidence import records
from mscevidence.commands import TranslatingGroup, database, review
from mscevidence.documents import DocumentLibrary
from mscevidence.harvest import take_file
from mscevidence.protocol import Protocol
from mscevidence.web.living import living_pages
from mscevidence.web.room import Room, room_of
from room_factory import STUDY, new_project

RESPONSE = "fraction-percent@1327"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Protocol:
    made = new_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


def run(*arguments: str) -> Result:
    app = typer.Typer(cls=TranslatingGroup, pretty_exceptions_enable=False)
    review.register(app)
    database.register(app)
    return CliRunner().invoke(app, list(arguments))


def _first_row(listed: Result) -> list[str]:
    """Return the numbers of candidates and of those that wait, of the first document in a list of all."""
    return [word for word in listed.stdout.splitlines()[2].split() if word.isdigit()][-2:]


def decisions(folder: Path, text: str) -> str:
    path = folder / "decisions.yaml"
    path.write_text(text)
    return str(path)


def test_a_second_extraction_is_blind_and_its_differences_are_told(project: Protocol) -> None:
    first = decisions(project.root, f"- {{candidate: {RESPONSE}, decision: accept}}\n")
    assert run("review", "ash-2030-412", "--by", "fe", "--from", first).exit_code == 0
    second = decisions(project.root, f"- {{candidate: {RESPONSE}, decision: accept, events: 7}}\n")
    listed = run("review", "ash-2030-412", "--by", "gh", "--blind", "--list")
    assert "accepted" not in listed.stdout
    assert run("review", "ash-2030-412", "--by", "gh", "--blind", "--from", second).exit_code == 0
    assert records.load_study(project.extracted / f"{STUDY}.yaml").results[0].counts() == (8, 15)
    assert records.load_study(project.extracted / f"{STUDY}.gh.yaml").results[0].counts() == (7, 15)
    told = run("differences", STUDY, "gh", "--csv")
    assert told.exit_code == 0
    (row,) = csv.DictReader(io.StringIO(told.stdout))
    assert (row["place"], row["first"], row["second"]) == ("result all/response events", "8", "7")
    assert "result n: 1 of 1 alike, kappa not defined" in told.stderr


def test_all_documents_are_listed_with_what_waits(project: Protocol) -> None:
    before = run("review", "--list")
    assert before.exit_code == 0
    assert _first_row(before) == ["16", "16"]
    run("review", "ash-2030-412", "--by", "fe", "--accept", "all")
    after = run("review", "--list")
    assert STUDY in after.stdout
    assert _first_row(after) == ["16", "0"]


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ([], "which report", "review --list"),
        (["ash-2030-412"], "whose decision", "--by"),
        (["ash-2030-412", "--by", "A B/../c"], "cannot name a reviewer", "initials"),
        (["ash-2030-412", "--by", "fe", "--on", "2030-13-01"], "'2030-13-01' is no day", "2026-11-22"),
        (["ash-2030-412", "--by", "fe", "--condition", "ITPP"], "unknown condition 'ITPP'", "immune-thrombocytopenia"),
        (["no-such", "--by", "fe"], "no captured document", "text-0.txt"),
        (["ash-2030-412", "--by", "fe", "--accept", "fraction", "--reject", "fraction"], "unknown rule", "fraction-"),
    ],
)
def test_mistakes_are_named_before_anything_is_written(
    project: Protocol, arguments: list[str], message: str, hint: str
) -> None:
    done = run("review", *arguments)
    assert done.exit_code == 1
    assert message in done.stderr
    assert hint in done.stderr.partition("hint:")[2]
    assert list(project.extracted.glob("*.yaml")) == []


def test_a_report_is_also_found_by_the_names_that_the_record_gave_it(project: Protocol) -> None:
    run("review", "ash-2030-412", "--by", "fe", "--accept", "all")
    study = records.load_study(project.extracted / f"{STUDY}.yaml")
    text = (project.extracted / f"{STUDY}.yaml").read_text().replace("ash-2030-412", "the-first-report")
    (project.extracted / f"{STUDY}.yaml").write_text(text.replace(f"study: {STUDY}", "study: other-name"))
    (project.extracted / f"{STUDY}.yaml").rename(project.extracted / "other-name.yaml")
    assert study.study == STUDY
    for name in ("the-first-report", "other-name"):
        assert "0 waiting; record: other-name.yaml" in run("review", name, "--by", "fe", "--list").stderr


def test_the_only_record_of_a_file_is_known_by_its_name(project: Protocol) -> None:
    (project.root / "one.ris").write_text(
        "TY  - JOUR\nTI  - Cells in lupus\nAB  - 3 of 9 patients responded.\nER  - \n"
    )
    one = (project.root / "one.ris").read_text()
    (project.root / "two.ris").write_text(one + one.replace("lupus", "psoriasis"))
    for name in ("one.ris", "two.ris"):
        take_file(DocumentLibrary(project.captured), project.root / name, name=name, url=None, form=None)
    assert run("review", "one.ris", "--by", "fe", "--list").exit_code == 0
    assert run("review", "two.ris", "--by", "fe", "--list").exit_code == 1
    listed = run("review", "--list").stdout
    assert ("one.ris" in listed, "two.ris" in listed) == (True, False)


def test_a_rule_that_is_named_goes_before_all(project: Protocol) -> None:
    done = run("review", "ash-2030-412", "--by", "fe", "--accept", "all", "--reject", "patients-enrolled")
    assert "16 decided, 0 waiting" in done.stderr
    made = records.load_study(project.extracted / f"{STUDY}.yaml")
    assert all(one.enrolled is None for one in made.arms if one.id == "all")
    verdicts = {one.rule: one.verdict for one in made.verdicts}
    assert (verdicts["patients-enrolled"], verdicts["fraction-percent"]) == ("rejected", "accepted")
    both = run("review", "ash-2030-412", "--by", "fe", "--accept", "fraction-percent", "--reject", "fraction-percent")
    assert "fraction-percent is both to be accepted and rejected" in both.stderr


def test_differences_to_nobody_are_an_error(project: Protocol) -> None:
    first = decisions(project.root, f"- {{candidate: {RESPONSE}, decision: accept}}\n")
    run("review", "ash-2030-412", "--by", "fe", "--from", first)
    assert run("differences", STUDY, "zz").exit_code == 1
    assert run("differences", "nobody", "gh").exit_code == 1


def test_serving_with_reviewers_opens_a_room(project: Protocol, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("mscevidence.web.server.serve", lambda served, *_, **__: asked.append(served))
    project.database.unlink()
    assert run("serve", "--reviewer", "fe", "--reviewer", "GH").exit_code == 0
    room = room_of(asked[-1])
    assert isinstance(room, Room)
    assert set(room.tokens()) == {"fe", "gh"}
    assert project.database.exists(), "the first database is built on the way"
    assert [document.number for document in room.documents()] == ["412"]
    assert run("serve").exit_code == 0
    assert room_of(asked[-1]) is None
    pages = living_pages[asked[-1]]
    pages.bring_up_to_date()
    pages.settle()
    assert pages.trouble == ""
    assert (pages.folder / "index.html").is_file()
    assert run("serve", "--database", project.database.name).exit_code == 0
    assert asked[-1] not in living_pages, "the living page is of a review, not of a database"
    assert run("serve", "--reviewer", "../x").exit_code == 1
