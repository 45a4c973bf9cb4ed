"""The linkage file: what it may say, and how mistakes in it are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from mscevidence.errors import RecordError
from mscevidence.factsheets import read_linkage

GOOD = """
[decided]
by = "test"
on = "2026-01-02"
[study.one]
title = "Study one"
[study.two]
title = "Study two"
[sheet.a]
study = "one"
report = "r-a"
kind = "article"
reason = "the only report of it"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "linkage.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file(tmp_path: Path) -> None:
    linkage = read_linkage(written(tmp_path, GOOD))
    assert linkage.sheet["a"].report == "r-a"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('reason = "the only report of it"\n', ""), r"sheet\.a\.reason: Field required"),
        (('reason = "the only report of it"', 'reason = "yes"'), r"sheet\.a\.reason"),
        (('report = "r-a"', 'report = "r-a"\nkindd = "x"'), r"sheet\.a\.kindd: Extra inputs are not permitted"),
        (('study = "one"', 'study = "three"'), r"sheet\.a names the study 'three', which has no \[study\.three\]"),
        (('on = "2026-01-02"', 'on = "today"'), r"decided\.on"),
        (("[decided]", "[decided"), "cannot be read"),
    ],
)
def test_mistakes(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    with pytest.raises(RecordError, match=words) as caught:
        read_linkage(written(tmp_path, GOOD.replace(*change)))
    assert caught.value.file == "linkage.toml"
    assert caught.value.hint


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        read_linkage(tmp_path / "linkage.toml")
