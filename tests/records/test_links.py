"""The file of decisions about links: added to, never half-written, and mistakes in it are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from mscevidence.errors import RecordError, WriteError
from mscevidence.identify import Decision
from mscevidence.records import add_decisions, load_decisions

FIRST = Decision(
    kind="same-report", left="pmid:1", right="doi:10.1/a", reason='the "same" \\ text\n', by="fe", on="2026-01-02"
)
SECOND = Decision(
    kind="different-patients", left="study-a", right="study-b", reason="asked – andere", by="ab", on="2026-01-03"
)
GOOD = '[[link]]\nkind = "same-report"\nleft = "a"\nright = "b"\nreason = "read both"\nby = "fe"\non = "2026-01-02"\n'


def test_no_file_is_no_decision(tmp_path: Path) -> None:
    assert load_decisions(tmp_path) == ()
    add_decisions(tmp_path, [])
    assert list(tmp_path.iterdir()) == []


def test_decisions_come_back_in_the_order_they_were_added(tmp_path: Path) -> None:
    add_decisions(tmp_path / "extracted", [FIRST])
    add_decisions(tmp_path / "extracted", [SECOND, FIRST])
    assert load_decisions(tmp_path / "extracted") == (FIRST, SECOND, FIRST)
    assert [path.name for path in (tmp_path / "extracted").iterdir()] == ["links.toml"]


@pytest.mark.parametrize("reason", ["a\x7fb c", "tab\tand \x01", "“quoted” 中文 🙂", "end \\"])
def test_every_character_survives(tmp_path: Path, reason: str) -> None:
    one = FIRST.model_copy(update={"reason": reason})
    add_decisions(tmp_path, [one])
    assert load_decisions(tmp_path) == (one,)


def test_what_a_person_wrote_stays(tmp_path: Path) -> None:
    path = tmp_path / "links.toml"
    path.write_text(f"# mine\n{GOOD}# end\n", encoding="utf-8")
    add_decisions(tmp_path, [FIRST])
    assert path.read_text(encoding="utf-8").startswith(f"# mine\n{GOOD}# end\n\n[[link]]\n")
    assert [one.left for one in load_decisions(tmp_path)] == ["a", "pmid:1"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('by = "fe"\n', ""), r"link\.1\.by: Field required"),
        (('reason = "read both"', 'reason = ""'), r"link\.1\.reason"),
        (('kind = "same-report"', 'kind = "same"'), r"link\.1\.kind"),
        (('on = "2026-01-02"', 'on = "today"'), r"link\.1\.on"),
        (('by = "fe"', 'by = "fe"\nbye = "x"'), r"link\.1\.bye: Extra inputs"),
        (('right = "b"', 'right = "a"'), "left and right are both 'a'"),
        (("[[link]]", "[[links]]"), "unknown key links"),
        (("[[link]]", "[[link]"), "cannot be read"),
    ],
)
def test_mistakes_are_named_and_nothing_is_added(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    path = tmp_path / "links.toml"
    wrong = GOOD.replace(*change)
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(RecordError, match=words):
        load_decisions(tmp_path)
    with pytest.raises(RecordError, match=words):
        add_decisions(tmp_path, [FIRST])
    assert path.read_text(encoding="utf-8") == wrong


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_decisions(tmp_path, [FIRST])
    before = (tmp_path / "links.toml").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WriteError, match="No space left"):
        add_decisions(tmp_path, [SECOND])
    assert (tmp_path / "links.toml").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["links.toml"]
