"""The completeness map: three states that are never mixed up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.patches import Rectangle
from typer.testing import CliRunner

from figure_reading import texts_in_place
from mscevidence import records
from mscevidence.commands import build_app
from mscevidence.errors import SelectionError
from mscevidence.publish.completeness import FIELDS, completeness, draw_completeness, rows_of
from mscevidence.publish.figure import figure_bytes
from mscevidence.publish.plot_page import texts_of
from study_factory import arm, report, result, study

FULL: dict[str, Any] = {
    "registrations": ["NCT00000001"],
    "centres": [{"city": "Tianjin"}],
    "enrolment": {"from": "2019-11", "to": "2022-08"},
    "phase": "1",
    "cell_product": {"source": "umbilical-cord", "donor": "allogeneic", "passage": "not-reported"},
    "arms": [
        arm(dose={"value": 1e6, "unit": "cells/kg", "infusions": "not-reported"}),
        arm("more", dose={"infusions": 4}),
    ],
}


def states(**fields: Any) -> dict[str, str]:
    found = completeness([study("one", result("response", 8, 18), **fields)])
    return dict(zip(found.fields, found.states[0], strict=True))


def test_reported_not_reported_and_not_extracted_are_told_apart() -> None:
    found = states(**FULL)
    assert {field: found[field] for field in ("registration", "centre", "enrolment dates", "phase")} == dict.fromkeys(
        ("registration", "centre", "enrolment dates", "phase"), "reported"
    )
    assert (found["cell source"], found["passage"], found["viability"]) == ("reported", "not-reported", "not-extracted")
    assert (found["dose"], found["infusions"], found["interval"]) == ("reported", "reported", "not-extracted")
    assert (found["response"], found["adverse events"], found["appraisal"]) == (
        "reported",
        "not-extracted",
        "not-extracted",
    )


@pytest.mark.parametrize(
    ("outcome", "events", "field", "state"),
    [
        ("serious-adverse-event", 0, "adverse events", "reported"),
        ("serious-adverse-event", "not-reported", "adverse events", "not-reported"),
        ("response", "not-reported", "response", "not-reported"),
    ],
)
def test_a_zero_is_reported_and_not_reported_is_not(outcome: str, events: Any, field: str, state: str) -> None:
    found = completeness([study("one", result(outcome, events, 9))])
    assert dict(zip(found.fields, found.states[0], strict=True))[field] == state


def test_the_share_counts_studies_that_report_a_field() -> None:
    found = completeness([study("one", **FULL), study("two"), study("three"), study("four", phase="2")])
    assert (found.share("phase"), found.share("passage")) == (0.5, 0.0)
    assert "50" in texts_of(draw_completeness(found))


def test_studies_with_one_label_are_told_apart_by_their_ids() -> None:
    same = [study(name, reports=[report(first_author="Wang Y", year=2013)]) for name in ("pbc-wang", "sle-wang")]
    assert completeness(same).studies == ("Wang 2013 (pbc-wang)", "Wang 2013 (sle-wang)")


def test_without_studies_there_is_no_map() -> None:
    with pytest.raises(SelectionError, match="no study"):
        completeness([])


@pytest.mark.parametrize("k", [1, 60])
def test_no_text_leaves_the_page_and_every_field_has_a_cell(k: int) -> None:
    labels = [study(f"s{i}", label="A very long name of a study that never ends 2023"[: 20 + i % 30]) for i in range(k)]
    figure = draw_completeness(completeness(labels))
    assert len(texts_in_place(figure)) > len(FIELDS)
    cells = [patch for patch in figure.findobj(Rectangle) if patch.get_width() == 17.0]
    assert len(cells) == k * len(FIELDS) + 3


def test_the_same_studies_give_the_same_bytes() -> None:
    found = completeness([study("one", **FULL)])
    assert len({figure_bytes(draw_completeness(found), "svg", title="t", description="d") for _ in "12"}) == 1
    assert rows_of(found)[0]["phase"] == "reported"


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mscevidence.toml").write_text('[review]\ntitle = "T"\n')
    records.write_study(study("one", **FULL), tmp_path / "extracted" / "one.yaml")
    runner = CliRunner()
    done = runner.invoke(build_app(), ["map", "completeness", "-o", "map.svg", "--csv"])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].startswith("study,registration,centre")
    assert "% report it" in (tmp_path / "map.svg").read_text()
    wrong = runner.invoke(build_app(), ["map", "completness"])
    assert wrong.exit_code == 1
    assert "completeness" in wrong.stderr
    empty = runner.invoke(build_app(), ["map", "completeness", "--condition", "lupus"])
    assert "no study" in empty.stderr
