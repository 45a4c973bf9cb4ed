"""The causes by which the errors of predictions are told, on one invented abstract."""

from __future__ import annotations

import json
import runpy
from collections import Counter
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
TEXT = "Of 90 women, 40 got cells and 50 got placebo. Relapse: 12 (30%) v 10 (20%); none died."
GOLD = {
    "90": "total-participants",
    "40": "intervention-participants",
    "50": "control-participants",
    "12": "iv-bin-abs",
    "30": "iv-bin-percent",
    "10": "cv-bin-abs",
    "20": "cv-cont-mean",
    "none": "cv-bin-abs",
}


def place(word: str) -> tuple[int, int]:
    return TEXT.index(word), TEXT.index(word) + len(word)


def annotated(folder: Path) -> None:
    (folder / "1.txt").write_text(TEXT, "utf-8")
    rows = enumerate(GOLD.items())
    lines = ["T{}\t{} {} {}\t{}".format(i, label, *place(word), word) for i, (word, label) in rows]
    (folder / "1.ann").write_text("\n".join(lines) + "\n", "utf-8")


def errors(folder: Path, monkeypatch: pytest.MonkeyPatch, told: dict[str, str], examples: int = 0) -> str:
    """Return what is told of predictions that give words labels."""
    annotated(folder)
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = runpy.run_path(str(BENCHMARKS / "quantity_errors.py"))
    spans = [dict(zip(("label", "start", "end"), (label, *place(word)), strict=True)) for word, label in told.items()]
    found = module["errors_of"](folder, [json.dumps({"id": "1", "spans": spans})])
    return str(module["causes_told"](found, examples))


def causes(told: str) -> Counter[str]:
    return Counter({line.strip().split("  ", 1)[1]: int(line.split()[0]) for line in told.splitlines()})


RIGHT = {word: label for word, label in GOLD.items() if label != "cv-cont-mean"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {}),
        ({"90": ""}, {"total missed": 1}),
        ({"none": ""}, {"no numeral is read there": 1}),
        ({"90": "iv-bin-abs"}, {"events given for total": 1}),
        ({"20": "cv-bin-percent"}, {"percent given for a mean, median or spread": 1}),
        ({"women": "total-participants"}, {"total given for nothing": 1}),
        ({"12": "cv-bin-abs", "30": "cv-bin-percent"}, {"sides of an abstract turned in some numbers": 2}),
        (
            {"40": "control-participants", "50": "intervention-participants", "12": "cv-bin-abs", "30": "", "10": ""},
            {"sides of an abstract turned for the most part": 3, "percent missed": 1, "events missed": 1},
        ),
        (
            {"40": "control-participants", "50": "intervention-participants", "12": "", "30": "", "10": "", "none": ""},
            {
                "sides of an abstract turned as a whole": 2,
                "percent missed": 1,
                "events missed": 2,
                "no numeral is read there": 1,
            },
        ),
    ],
)
def test_causes_of_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], expected: dict[str, int]
) -> None:
    told = {word: label for word, label in (RIGHT | changed).items() if label}
    assert causes(errors(tmp_path, monkeypatch, told)) == Counter(expected)


def test_examples_show_the_number_in_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = errors(tmp_path, monkeypatch, {word: label for word, label in RIGHT.items() if word not in {"90", "30"}}, 2)
    assert told.splitlines() == [
        "    1  percent missed",
        "         1: Of 90 women, 40 got cells and 50 got placebo. Relapse: 12 ([30]%) v 10 (20%); none died.",
        "    1  total missed",
        "         1: Of [90] women, 40 got cells and 50 got placebo. Relapse: 12 (30%) v",
    ]
