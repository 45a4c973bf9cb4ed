"""A change to a study file touches what it means to change; the rest of a person's file stays as typed."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

import pytest
from study_samples import SMALL, WITH_RESULT

from mscevidence.errors import RecordError, WriteError
from mscevidence.records import edit_study, load_study

TYPED = """\
# yaml-language-server: $schema=study.schema.json
# typed by hand

study: a   # the id
title: >-
  A folded title
  over two lines
condition: immune-thrombocytopenia
design: single-arm
phase: '1'
cell_product: {viability: 0.90, passage: 007}

reports:
- id: r   # trailing
  kind: article
  note: |
    as
      typed
  pmid: "00123"
arms:
- {id: all, role: experimental, dose: {value: 0.5e6, unit: cells/kg, infusions: 4, interval_days: 7.0}}
- {id: b, role: experimental, dose: {value: 2.0E+6, unit: cells/kg}}

# before the results
results:
- outcome: response
  # inside
  arm: all
  events: 8   # of 18
  n: 18
  percent: 44.40
  source: {quote: '44.4% (8/18)', report: "r"}
  decision: {on: 2026-11-22, by: A, from: person}
  # after
# end
"""


def indented(text: str) -> str:
    """Return the typed file with its lists indented by two more, as the project writes them."""
    lines, inside = [], False
    for line in text.split("\n"):
        if line and line[0] not in " -":
            inside = line in ("reports:", "arms:", "results:")
            lines.append(line)
        else:
            lines.append("  " + line if inside and line else line)
    return "\n".join(lines)


def note_added(study: Any) -> None:
    study["notes"] = ["no"]


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line for line in lines if line[0] in "+-"]


@pytest.mark.parametrize("text", [TYPED, indented(TYPED), WITH_RESULT])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_order_quotes_and_line_ends_stay(tmp_path: Path, text: str, end: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(text.replace("\n", end).encode())
    before = load_study(path)
    after = edit_study(path, note_added)
    assert after == load_study(path)
    assert after == before.model_copy(update={"notes": ("no",)})
    written = path.read_bytes().decode()
    assert written.count("\r") == written.count("\n") * (end == "\r\n")
    dash = "- no\n" if text == TYPED else "  - no\n"
    assert changed_lines(text, written.replace("\r\n", "\n")) == ["+ notes:\n", f"+ {dash}"]


def test_an_edit_that_says_nothing_new_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(WITH_RESULT, encoding="utf-8")
    before = path.stat().st_mtime_ns, path.stat().st_ino
    edit_study(path, lambda study: None)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("condition", "ITP", "'ITP' is not a known condition"),
        ("title", None, "found nothing, expected text"),
        ("zzz", 1, "there is no key 'zzz'"),
        ("study", "a/b", "cannot be the name of a file"),
    ],
)
def test_a_change_to_something_invalid_is_refused(tmp_path: Path, key: str, value: object, said: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(TYPED, encoding="utf-8")
    with pytest.raises(RecordError, match=r"the change would make a\.yaml invalid") as caught:
        edit_study(path, lambda study: study.update({key: value}))
    assert said in caught.value.message
    assert path.read_text(encoding="utf-8") == TYPED


def test_a_file_that_is_wrong_before_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(SMALL.replace("single-arm", "x"), encoding="utf-8")
    with pytest.raises(RecordError, match="'x' is not a known design"):
        edit_study(path, lambda study: study.update({"design": "single-arm"}))
    assert "design: x" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("words", ["2001-12-14t21:59:43.10-05:00", "1e999"])
def test_words_that_the_round_trip_would_change_stop_it(tmp_path: Path, words: str) -> None:
    path = tmp_path / "a.yaml"
    text = SMALL + f"notes:\n  - {words}\n"
    path.write_text(text, encoding="utf-8")
    assert load_study(path).notes == (words,)
    with pytest.raises(RecordError, match="without changing other values") as caught:
        edit_study(path, lambda study: study.update({"title": "B"}))
    assert "quotes" in caught.value.hint
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "words", ["no", "? x", "a\x85b", "a\rb\r\nc", "a\u2028b", "1e3", "2019-11-22", "a: b", "# c", "🧬\n", " x "]
)
def test_text_set_by_a_change_is_read_back(tmp_path: Path, words: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(TYPED, encoding="utf-8")

    def change(study: Any) -> None:
        study["title"] = words
        study["results"][0]["source"]["quote"] = words
        study["reports"][0]["note"] = words
        study["arms"][0]["dose"]["text"] = words

    study = edit_study(path, change)
    dose = study.arms[0].dose
    places = (study.title, study.results[0].source.quote, study.reports[0].note, dose.text if dose else None)
    assert places == (words,) * 4


def test_a_failed_write_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(TYPED, encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match="No space left"):
        edit_study(path, note_added)
    assert path.read_text(encoding="utf-8") == TYPED
    assert [one.name for one in tmp_path.iterdir()] == ["a.yaml"]


def test_an_exception_inside_a_change_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(TYPED, encoding="utf-8")

    def change(study: Any) -> None:
        study["title"] = "B"
        raise KeyError("later")

    with pytest.raises(KeyError):
        edit_study(path, change)
    assert path.read_text(encoding="utf-8") == TYPED
