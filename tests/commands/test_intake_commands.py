"""What a folder that is taken in leaves out, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from mscevidence import protocol
from mscevidence.commands import TranslatingGroup, ingest, review


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    protocol.write_new(tmp_path, title="Review")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    app = typer.Typer(cls=TranslatingGroup, pretty_exceptions_enable=False)
    ingest.register(app)
    review.register(app)
    return CliRunner().invoke(app, list(arguments))


def test_the_files_of_the_review_itself_are_no_sources(folder: Path) -> None:
    (folder / "abstract.txt").write_text("Cells in lupus\n\nResults: 3 of 9 patients (33.3%) responded.\n")
    (folder / "extracted" / "a.yaml").write_text("study: a\n")
    for _ in range(2):
        done = run("ingest", ".")
        assert done.exit_code == 0, done.stderr
        assert "1 document read" in done.stderr
        assert "files of this review not read" in done.stderr
        assert "1 hidden file not read" in done.stderr
    assert len(list((folder / "captured").iterdir())) == 1


def test_a_file_of_the_review_that_is_named_is_read(folder: Path) -> None:
    assert "captured mscevidence.toml" in run("ingest", "mscevidence.toml").stderr


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("https://a b/", "https://a b/"),
        ("https://", "https://"),
        ("x" * 5000, "longer than a path can be"),
        ("nothing\0.txt", "nothing"),
    ],
)
def test_what_is_neither_a_file_nor_an_address_is_named_as_it_was_written(folder: Path, source: str, said: str) -> None:
    done = run("ingest", source)
    assert done.exit_code == 1, done.exception
    assert said in done.stderr
    assert "hint:" in done.stderr


def test_a_password_in_an_address_is_not_shown_back(folder: Path) -> None:
    done = run("ingest", "https://me:secret@example.org/page?api_key=abc&id=7")
    assert done.exit_code == 1
    assert "https://example.org/page?id=7 carries a user or password" in done.stderr
    assert "secret" not in done.stderr
    assert "abc" not in done.stderr


def test_what_ingest_calls_a_document_is_what_review_takes(folder: Path) -> None:
    (folder / "abstract.txt").write_text("Cells in lupus\n\nResults: 3 of 9 patients (33.3%) responded.\n")
    name = run("ingest", "abstract.txt").stderr.split("captured abstract.txt as ")[1].split()[0]
    assert run("review", name, "--by", "fe", "--list").exit_code == 0
