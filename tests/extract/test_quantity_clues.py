"""The words and sides around figures, the clues read from them, and the row model that weighs clues."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import itertools
import json
import runpy
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mscevidence.extract.quantities.arithmetic_clues import arithmetic_clues
from mscevidence.extract.quantities.arm_clues import arm_clues, turns_before, turns_behind
from mscevidence.extract.quantities.figures import Figure, Passage, passage_of
from mscevidence.extract.quantities.kind_clues import kind_clues, near, runs_of, sentence_clues, step_clues
from mscevidence.extract.quantities.sequence_model import SequenceModel, load_model, weighted

TITLE = "Randomised trial of verolizumab versus placebo in adults with lupus. "
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def read(text: str, whats: str = "") -> tuple[Passage, list[Figure]]:
    """Return a text after a title, and its figures as what the letters say."""
    passage = passage_of(TITLE + text)
    for figure, what in zip(passage.figures, whats or "%" * len(passage.figures), strict=True):
        figure.what = what
    return passage, passage.figures


def test_figures_know_their_words_and_the_sides_around_them() -> None:
    passage, figures = read("Relapse was seen in 3/20 (15%) on placebo and 1/22 (4.5%) on verolizumab.")
    assert [passage.text[slice(*f.span)] for f in figures] == ["3", "20", "15", "1", "22", "4.5"]
    assert [f.kind for f in figures] == ["fraction", "of", "percent"] * 2
    assert [passage.words[f.first : f.end] for f in figures][-1] == ["4", ".", "5"]
    assert (turns_before(passage, figures[0]), turns_behind(passage, figures[0])) == ("", "CE")
    assert (turns_before(passage, figures[-1]), turns_behind(passage, figures[-1])) == ("C", "E")
    assert passage.sides_named(figures[0].end, figures[0].high) == 0
    assert not passage.is_clear(figures[2].end, figures[3].first)
    assert passage.is_clear(figures[0].end, figures[2].first)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Survival was 71% (95% CI 61 to 78).", ["71 percent", "61 range", "78 range"]),
        ("The rate rose from 26% to 35%.", ["26 range", "35 range"]),
        ("Relapse: group A = 14, group B = 18.", ["14 label", "18 label"]),
        ("Cells were given on day 8, at 20 mg, in 2019.", ["8 label"]),
    ],
)
def test_bounds_and_labels_are_among_the_figures_and_times_and_doses_are_not(text: str, expected: list[str]) -> None:
    _, figures = read(text)
    assert [f"{figure.number:g} {figure.kind}" for figure in figures] == expected


def test_turned_sides_change_the_sign_of_all_names() -> None:
    passage, figures = read("Relapse was seen in 15% on placebo and 4.5% on verolizumab.")
    straight, turned = arm_clues(passage, figures), arm_clues(passage.turned(), figures)
    for a, b in zip(straight, turned, strict=True):
        for name in ("behind", "far behind", "behind marked"):
            assert a[name] == -b[name] != 0


@pytest.mark.parametrize(
    ("text", "index", "clue"),
    [
        ("We assigned 41 patients, 20 to verolizumab and 21 to placebo.", 0, "sum"),
        ("We assigned 41 patients, 20 to verolizumab and 21 to placebo.", 1, "part"),
        ("We assigned 41 patients, 20 to verolizumab and 21 to placebo.", 2, "adds up"),
        ("We assigned 41 patients, 20 to verolizumab and 22 to placebo.", 0, "share=all"),
        ("Relapse was seen in 20 patients.", 0, "right0=patients"),
        ("Relapse was seen in 20 patients.", 0, "left0=in"),
        ("Relapse was seen on verolizumab in 20 patients.", 0, "left1=A"),
        ("RESULTS: Relapse was seen in 20 patients.", 0, "section=results"),
        ("Relapse (n = 20) was seen.", 0, "bracket=True"),
        ("Relapse was seen in 12 (20%).", 1, "written=x-percent,percent"),
        ("Relapse was seen in 12 (20%).", 1, "number-1=number,percent,-1"),
        ("Relapse was seen in 12 (20%).", 0, "number+2=|"),
        ("Relapse was seen in 12% (95% CI 5 to 20).", 0, "number+1=range,True"),
        ("Relapse was seen in 12% (95% CI 5 to 20).", 0, "number+2=range,percent,+1"),
        ("Relapse was seen in 12% at grade 3.", 0, "number+1=label,True"),
        ("Relapse was seen in 12 (20%).", 1, "before=relapse"),
        ("Relapse was seen in 12 (20%) of women.", 0, "behind=women"),
    ],
)
def test_clues_to_what_a_figure_is(text: str, index: int, clue: str) -> None:
    passage, _ = read(text)
    assert clue in kind_clues(passage)[index]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Of 60 women, 12 (20%) had a relapse.", ["divides", "of=greatest", "of=greatest"]),
        ("Of 60 women, 12 (20.0%) had a relapse.", ["divides", "of=greatest", "of=greatest"]),
        ("Of 61 women, 12 (20%) had a relapse.", ["divides", "of=greatest", "of=greatest"]),
        ("Of 61 women, 12 (20.0%) had a relapse.", ["", "of=none", "of=none"]),
        ("Of 60 women, 20% (12) had a relapse.", ["divides", "of=greatest", "of=greatest"]),
        ("Of 120 women, 60 had cells; relapse: 12 (20%).", ["", "divides", "of=part", "of=part"]),
        ("Of 61 women, 60 had cells; relapse: 12 (20%).", ["divides", "divides", "of=greatest+", "of=greatest+"]),
        ("Of 60 women, 12 were ill. Relapse: 20%.", ["", "", ""]),
        ("Of 4 women, 2 (50%) had a relapse.", ["", "", ""]),
        ("Of 60 women, 60 (20%) had a relapse; 60 (100%) lived.", ["divides", "divides of=none", "of=none", "divides of=greatest", "of=greatest"]),
    ],
)  # fmt: skip
def test_events_and_their_percent_are_tied_to_the_size_they_are_of(text: str, expected: list[str]) -> None:
    _, figures = read(text)
    ties = [
        [c for c in clues if c == "divides" or (c.startswith("of=") and "," not in c)]
        for clues in arithmetic_clues(figures)
    ]
    assert [" ".join(sorted(set(tie))) for tie in ties] == expected


def test_no_sum_where_numbers_do_not_add_up() -> None:
    passage, _ = read("We assigned 41 patients, 20 to verolizumab and 22 to placebo.")
    assert not any({"sum", "part", "adds up"} & clues.keys() for clues in kind_clues(passage))


def test_a_sentence_shares_its_words() -> None:
    passage, _ = read("Relapse was seen in 12%. Nothing else.")
    assert sentence_clues(passage)[1].keys() == {"in=relapse", "in=was", "in=seen"}
    assert 2 not in sentence_clues(passage)


@pytest.mark.parametrize(
    ("text", "clues"),
    [
        ("16% and 33% in the placebo and verolizumab groups, respectively", {"aligned behind": -1.0, "aligned behind,True": -1.0}),
        ("Rates with verolizumab and placebo were 16% and 33%, respectively", {"aligned before": 1.0, "aligned before,True": 1.0}),
        ("Rates were 16% with verolizumab and 33% with placebo", {"behind": 1.0, "behind marked": 1.5}),
        ("Rates were 16% with verolizumab alone and 33% with verolizumab plus gel", {"behind=alone": 1.0, "behind=plus": -1.0}),
    ],
)  # fmt: skip
def test_clues_to_the_side_of_the_first_of_two_figures(text: str, clues: dict[str, float]) -> None:
    passage, figures = read(f"{text}.")
    found = arm_clues(passage, figures)[0]
    assert {name: found.get(name) for name in clues} == clues


def test_figures_in_a_list_belong_together() -> None:
    passage, figures = read("Rates were 16%, 20% and 33% at last; 12% with placebo. Then 5%.")
    assert [len(run) for run in runs_of(passage, figures)] == [4, 1]
    steps = step_clues(passage, figures)
    assert "start" in steps[0]
    assert {"same", "gap=,", "alike=,", "pair=% %"} <= steps[1].keys()
    assert "next" in steps[-1]


def test_distances_fall_into_steps() -> None:
    assert [near(distance) for distance in (0, 1, 4, 20, 21)] == [0, 1, 5, 20, 99]


def a_model(own: list[list[float]], steps: list[list[float]]) -> SequenceModel:
    names = {f"clue {i}": i for i in range(len(own))}
    moves = {f"step {i}": i for i in range(len(steps))}
    return SequenceModel(("a", "b"), names, np.array(own), moves, np.array(steps), (0.1, 0.0))


NUMBER = st.floats(-2, 2).map(lambda number: round(number, 3))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(NUMBER, min_size=2, max_size=2), min_size=1, max_size=5),
    st.lists(st.lists(NUMBER, min_size=4, max_size=4), min_size=5, max_size=5),
)
def test_the_best_labelling_is_the_best_of_all(own: list[list[float]], moves: list[list[float]]) -> None:
    model = a_model(own, moves)
    rows, steps = [{f"clue {i}": 1.0} for i in range(len(own))], [{f"step {i}": 1.0} for i in range(len(own))]
    found = model.best(model.scores(rows), steps)

    def score(path: tuple[int, ...]) -> float:
        total = sum(own[i][state] + model.bias[state] for i, state in enumerate(path))
        return total + sum(
            moves[i][2 * before + state] for i, (before, state) in enumerate(zip((0, *path), path, strict=False))
        )

    best = max(score(path) for path in itertools.product((0, 1), repeat=len(own)))
    assert score(tuple("ab".index(label) for label in found)) == pytest.approx(best)


def test_clues_count_as_strongly_as_they_are_there() -> None:
    names, weights = {"x": 0, "y": 1}, np.array([[1.0, 2.0], [10.0, 20.0]])
    rows = [{"x": 0.5}, {"unknown": 1.0}, {"x": 1.0, "y": -1.0}, {}]
    assert weighted(rows, names, weights).tolist() == [[0.5, 1.0], [0.0, 0.0], [-9.0, -18.0], [0.0, 0.0]]
    assert a_model([[0.0, 0.0]], []).best(weighted([], names, weights), []) == []


def test_the_weights_are_small_hold_single_words_and_tell_their_origin() -> None:
    room = resources.files("mscevidence.extract.quantities")
    content = (room / "quantity_weights.json").read_bytes()
    assert len(content) < 300_000
    told = json.loads(content)
    assert set(told) == {"kinds", "arms"}
    words = [clue.partition("=")[2] for clue in told["kinds"]["own"] if clue.startswith(("in=", "left", "right"))]
    assert len(words) > 500
    assert not [word for word in words if " " in word]
    assert "PICO-Corpus" in (room / "quantity_weights.md").read_text("utf-8")
    assert load_model("kinds").labels == ("O", "T", "P", "E", "%")
    assert load_model("arms").labels == ("e", "c")


def annotated(folder: Path, name: int, first: int, second: int) -> None:
    text = f"Cells or placebo. Of {first + second} patients, {first} got cells and {second} placebo."
    (folder / f"{name}.txt").write_text(text, "utf-8")
    labels = ("total-participants", "intervention-participants", "control-participants")
    places = [text.index(str(first + second)), text.index(f" {first} got") + 1, text.index(f" {second} pl") + 1]
    lines = [
        f"T{i}\t{label} {place} {place + 2}\t{text[place : place + 2]}"
        for i, (label, place) in enumerate(zip(labels, places, strict=True))
    ]
    (folder / f"{name}.ann").write_text("\n".join(lines) + "\n", "utf-8")


def test_training_learns_what_it_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in range(12):
        annotated(tmp_path, name, 20 + name, 30 + 2 * name)
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def run(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["train_quantities.py", str(tmp_path), str(tmp_path / "out"), *options])
        runpy.run_path(str(BENCHMARKS / "train_quantities.py"), run_name="__main__")
        return (tmp_path / "out").read_text("utf-8")

    weights = run()
    assert weights == run()
    assert json.loads(weights)["kinds"]["own"]["sum"][1] > 0
    lines = [json.loads(line) for line in run("--folds", "3").splitlines()]
    assert sorted(line["id"] for line in lines) == sorted(map(str, range(12)))
    expected = ["total-participants", "intervention-participants", "control-participants"]
    assert all([span["label"] for span in line["spans"]] == expected for line in lines)
    shuffled = [json.loads(line)["id"] for line in run("--folds", "3", "--seed", "1", "--errors", "1").splitlines()]
    assert sorted(shuffled) == sorted(line["id"] for line in lines)
    assert shuffled != [line["id"] for line in lines]


def test_a_size_that_several_percents_are_of_is_marked_once() -> None:
    _, figures = read("Of 60 women, 12 (20%) had a relapse, 30 (50%) a response, 6 (10%) an infection; 60 lived.")
    marked = [clues.count("divides") for clues in arithmetic_clues(figures)]
    assert [marked[0], marked[-1], sum(marked)] == [1, 1, 2]
