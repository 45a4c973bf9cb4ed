"""Judgements on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from screening_samples import said

from mscevidence.errors import RecordError, WriteError
from mscevidence.screening import append_judgements, load_judgements


def test_what_is_appended_comes_back_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "screening"
    mine = [said("a", "fe", "include"), said("b", "fe", "exclude", reason="animals", note="mice, Ünïcode")]
    append_judgements(folder, mine)
    append_judgements(folder, [said("a", "fe", "maybe"), said("a", "ab", "exclude")])
    assert load_judgements(folder) == (said("a", "ab", "exclude"), *mine, said("a", "fe", "maybe"))
    assert sorted(path.name for path in folder.iterdir()) == ["ab.jsonl", "fe.jsonl"]


def test_without_a_folder_nothing_was_judged(tmp_path: Path) -> None:
    assert load_judgements(tmp_path / "screening") == ()


def test_a_line_that_a_crash_cut_short_is_named_and_swallows_no_other(tmp_path: Path) -> None:
    append_judgements(tmp_path, [said("a", "fe", "include")])
    path = tmp_path / "fe.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    append_judgements(tmp_path, [said("b", "fe", "include")])
    with pytest.raises(RecordError, match=r"screening/fe\.jsonl:1: no judgement"):
        load_judgements(tmp_path)
    path.write_bytes(path.read_bytes().splitlines()[1] + b"\n")
    assert load_judgements(tmp_path) == (said("b", "fe", "include"),)


def test_a_judgement_in_the_file_of_another_is_an_error(tmp_path: Path) -> None:
    append_judgements(tmp_path, [said("a", "fe", "include")])
    (tmp_path / "fe.jsonl").rename(tmp_path / "ab.jsonl")
    with pytest.raises(RecordError, match="stands in the file of 'ab'"):
        load_judgements(tmp_path)


@pytest.mark.parametrize("by", ["../fe", "F E", "a/b", "CON ", "é"])
def test_initials_that_could_name_another_place_are_refused(tmp_path: Path, by: str) -> None:
    with pytest.raises(RecordError, match="cannot name a reviewer"):
        append_judgements(tmp_path, [said("a", by, "include")])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_write_error(tmp_path: Path) -> None:
    (tmp_path / "screening").write_text("a file")
    with pytest.raises(WriteError, match=r"fe\.jsonl"):
        append_judgements(tmp_path / "screening", [said("a", "fe", "include")])
