"""The evidence map: which trial stands in which cell, and how large."""

from __future__ import annotations

import math

import pytest
from matplotlib.patches import Circle

from figure_reading import texts_in_place
from mscevidence import vocabulary
from mscevidence.errors import RecordError, SelectionError
from mscevidence.publish.figure import figure_bytes
from mscevidence.publish.plot_page import texts_of
from mscevidence.publish.trials_map import Balloon, Trial, draw_trials_map, registered_trials, rows_of, trials_map
from study_factory import arm, result, study

TABLE = """\
nct,title,conditions,enrolment,status
NCT00000001,Umbilical Cord Mesenchymal Stem Cells for ITP,Immune Thrombocytopenia,18,Completed
NCT00000002,Adipose Derived MSC in Lupus,Systemic Lupus Erythematosus,40,Recruiting
NCT00000003,MSC for Lupus,SLE,,Unknown status
NCT00000004,MSC after Myocardial Infarction,Myocardial Infarction,60,Completed
NCT00000005,Umbilical Cord MSC for ITP,Immune Thrombocytopenia,0,Withdrawn
"""


def test_disease_and_source_are_read_from_the_words_and_the_others_counted() -> None:
    trials, others = registered_trials(TABLE)
    assert trials == (
        Trial("NCT00000001", "immune-thrombocytopenia", "umbilical-cord", 18),
        Trial("NCT00000002", "systemic-lupus-erythematosus", "adipose", 40),
        Trial("NCT00000003", "systemic-lupus-erythematosus", None, 0),
    )
    assert others == 2


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [("nct,title", "nct,name", "column title"), (",18,", ",many,", "'many' is no number")],
)
def test_what_is_wrong_in_the_table_is_named(right: str, wrong: str, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        registered_trials(TABLE.replace(right, wrong), file="trials.csv")


STUDIES = [
    study(
        "one",
        result("response", 8, 18),
        cell_product={"source": "umbilical-cord"},
        arms=[arm(treated=18), arm("part", treated=6)],
    ),
    study("two", result("response", 3, 7)),
]


def test_a_cell_counts_trials_and_patients_of_both_kinds() -> None:
    trials, others = registered_trials(TABLE)
    found = trials_map(STUDIES, trials, others=others)
    assert found.cells["immune thrombocytopenia", "umbilical cord"] == Balloon(1, 18, 1, 18)
    assert found.cells["immune thrombocytopenia", "source not stated"] == Balloon(0, 0, 1, 7)
    assert found.conditions == ("immune thrombocytopenia", "systemic lupus erythematosus")
    assert found.sources[-1] == "source not stated"
    assert sum(int(str(row["registered"])) for row in rows_of(found)) == 3


def test_the_area_of_a_circle_is_in_proportion_to_the_patients() -> None:
    trials = [
        Trial(f"NCT{i}", "lupus-nephritis", source, n)
        for i, (source, n) in enumerate((("adipose", 100), ("placenta", 25)))
    ]
    figure = draw_trials_map(trials_map([], trials))
    radii = sorted(circle.get_radius() for circle in figure.findobj(Circle))
    assert math.isclose(radii[1] / radii[0], 2, rel_tol=1e-9)


def test_what_is_larger_than_can_be_shown_is_dashed_and_said() -> None:
    conditions = list(vocabulary.load("condition"))[:41]
    trials = [Trial(f"NCT{i}", name, "adipose", 10 if i else 5000) for i, name in enumerate(conditions)]
    figure = draw_trials_map(trials_map([], trials))
    assert sum(circle.get_linestyle() not in ("-", "solid") for circle in figure.findobj(Circle)) == 1
    assert any("dashed: more than 10" in text for text in texts_of(figure))


def test_without_a_trial_there_is_no_map() -> None:
    with pytest.raises(SelectionError, match="no trial"):
        trials_map([], [])


def test_no_text_leaves_the_page_and_the_bytes_are_always_the_same() -> None:
    trials, others = registered_trials(TABLE)
    found = trials_map(STUDIES, trials, others=others)
    assert len(texts_in_place(draw_trials_map(found))) > 8
    made = {figure_bytes(draw_trials_map(found), "svg", title="t", description="d") for _ in "12"}
    assert len(made) == 1
