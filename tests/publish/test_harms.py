"""Adverse events by term and grade."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from typer.testing import CliRunner

from figure_reading import texts_in_place
from mscevidence import records
from mscevidence.commands import build_app
from mscevidence.errors import SelectionError
from mscevidence.model import Study
from mscevidence.publish.figure import figure_bytes
from mscevidence.publish.harms import draw_harms, harms, rows_of
from mscevidence.publish.plot_page import texts_of
from study_factory import result, study

ZERO: dict[str, Any] = {"narrative_zero": {"scope": "related events"}}


def studies() -> list[Study]:
    def one(name: str, *results: dict[str, Any]) -> Study:
        return study(name, *results)

    return [
        one("alpha", result("fever", 4, 30), result("death", 1, 30), result("malignancy", 0, 5, **ZERO)),
        one("beta", result("fever", 0, 12, **ZERO), result("serious-adverse-event", 2, 12)),
        one("gamma", result("malignancy", 0, 10, **ZERO), result("response", 3, 10)),
    ]


def test_the_gravest_stand_first_and_what_is_no_harm_not_at_all() -> None:
    found = harms(studies(), ())
    assert [pooled.outcome for pooled in found] == ["death", "serious-adverse-event", "fever", "malignancy"]


def test_counted_and_narrative_zeros_are_told_apart() -> None:
    rows = {(row["event"], row["study"]): row for row in rows_of(harms(studies(), ()))}
    assert rows["fever", "Alpha 2020"]["zero in words"] == "no"
    assert rows["fever", "Beta 2020"]["zero in words"] == "yes"
    assert (rows["fever", "Beta 2020"]["events"], rows["fever", "Beta 2020"]["n"]) == (0, 12)


def test_a_term_nobody_had_says_what_is_not_ruled_out() -> None:
    said = texts_of(draw_harms(harms(studies(), ())))
    together = " ".join(said)
    # 1 - 0.05^(1/15) = 18.1 %
    assert "2 studies, 0/15: nobody; a true rate up to 18.1% is not ruled out (one-sided 95%)" in together
    assert any(text.startswith("2 studies, 4/42 in all") for text in said)
    # A single study is not pooled anywhere.
    assert not any(text.startswith("1 study") and "pooled" in text for text in said)


def test_studies_that_share_patients_are_counted_once() -> None:
    shared = [{"family": "f", "reason": "the same hospital and years"}]
    twins = [study(name, result("fever", x, n), overlaps=shared) for name, x, n in (("one", 4, 30), ("two", 2, 9))]
    from mscevidence import identify

    (fever,) = harms(twins, identify.link(twins).families)
    assert [row.study for row in fever.overall.rows] == ["one"]


def test_without_an_adverse_event_there_is_no_figure() -> None:
    with pytest.raises(SelectionError, match="no study reports an adverse event"):
        harms([study("one", result("response", 3, 9))], ())


def test_no_text_leaves_the_page_and_the_bytes_are_always_the_same() -> None:
    found = harms(studies(), ())
    assert len(texts_in_place(draw_harms(found))) > 20
    assert len({figure_bytes(draw_harms(found), "svg", title="t", description="d") for _ in "12"}) == 1


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mscevidence.toml").write_text('[review]\ntitle = "T"\n')
    for one in studies():
        records.write_study(one, tmp_path / "extracted" / f"{one.study}.yaml")
    done = CliRunner().invoke(build_app(), ["map", "harms", "-o", "harms.svg", "--csv"])
    assert done.exit_code == 0
    assert "death,fatal,Alpha 2020,1,30" in done.stdout
    assert "Serious adverse event" in (tmp_path / "harms.svg").read_text()


def test_zeros_in_words_are_open_squares_and_counted_ones_are_filled() -> None:
    figure = draw_harms(harms(studies(), ()))
    squares = [patch for patch in figure.findobj(Rectangle) if str(patch.get_gid()).endswith("-mark")]
    open_ones = [patch for patch in squares if to_hex(patch.get_facecolor()) == "#ffffff"]
    # Two studies tell of malignancy and one of fever in words only.
    assert (len(squares), len(open_ones)) == (6, 3)
