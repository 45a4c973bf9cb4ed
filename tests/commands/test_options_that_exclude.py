"""Options that exclude each other, or that another kind has, are refused and not left aside."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mscevidence import protocol
from mscevidence.commands import build_app


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("terms --csv --json", "exclude each other"),
        ("query studies --csv --json", "exclude each other"),
        ("find platelet --csv --json", "exclude each other"),
        ("differences a fe --csv --json", "exclude each other"),
        ("map harms --csv --json", "exclude each other"),
        ("sof --csv --html", "exclude each other"),
        ("map harms --doses", "--doses is of the map of network"),
        ("map network --registry trials.csv", "--registry is of the map of trials"),
    ],
)
def test_what_cannot_be_had_together_is_a_mistake_of_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    protocol.write_new(tmp_path, title="Review")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(build_app(), words.split())
    assert done.exit_code == 2, done.output
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""
