"""What the numbers of comparative abstracts are and of which side, on invented sentences; hostile text; the benchmark."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mscevidence.extract.arms.roles import CONTROL, EXPERIMENTAL, roles_in
from mscevidence.extract.arms.roster import roster_of
from mscevidence.extract.grammar.numerals import value_of
from mscevidence.extract.grammar.sentences import sentences_of
from mscevidence.extract.quantities import quantities_in

TITLE = "Randomised trial of verolizumab versus placebo in adults with lupus. "
SHORT = {"total": "T", "participants": "P", "events": "E", "percent": "%"}
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "extraction_pico.py"


def read(text: str) -> str:
    """Return the quantities of a text as ``T:120 eP:60 cP:60``."""
    return " ".join(f"{(q.role or '')[:1]}{SHORT[q.kind]}:{text[slice(*q.span)]}" for q in quantities_in(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A total of 120 patients were randomly assigned to verolizumab (n = 60) or placebo (n = 60).", "T:120 eP:60 cP:60"),
        ("We randomly assigned 41 patients, 20 to verolizumab and 21 to placebo.", "T:41 eP:20 cP:21"),
        ("Fifty-three women were enrolled: 27 received verolizumab and 26 received placebo.", "T:Fifty-three eP:27 cP:26"),
        ("Response was seen in 20 of 60 patients (33%) with verolizumab and in 9 of 58 patients (16%) with placebo.", "eE:20 eP:60 e%:33 cE:9 cP:58 c%:16"),
        ("Response rates were 33% and 16% in the verolizumab and placebo groups, respectively.", "e%:33 c%:16"),
        ("Response rates were 16% and 33% in the placebo and verolizumab groups, respectively.", "c%:16 e%:33"),
        ("Nausea was more common with verolizumab than with placebo (12% v 5%; P = .04).", "e%:12 c%:5"),
        ("Nausea occurred in 12% of the placebo group compared with 5% of the verolizumab group.", "c%:12 e%:5"),
        ("There were 3 deaths on placebo and one on verolizumab.", "cE:3 eE:one"),
        ("The response rate was 40% (95% CI 30% to 50%) in the verolizumab arm and 20% in the placebo arm.", "e%:40 c%:20"),
        ("Event-free survival was 71% (95% CI 61 to 78) with verolizumab and 56% (46 to 65) with placebo.", "e%:71 c%:56"),
        ("Grade 3 nausea was seen in 2 patients on verolizumab and 1 on placebo.", "eE:2 cE:1"),
        ("Of 12 519 women in 14 centres, 4014 were assigned to verolizumab and 4010 to placebo.", "T:12 519 eP:4014 cP:4010"),
        ("The response rate was 40% (95% CI 30% to 50%) in the verolizumab arm, with 95% power, and weight fell by 5%.", "e%:40"),
        pytest.param("A total of 12 519 women were screened in 14 centres, and 8,028 women were randomised.", "T:8,028", marks=pytest.mark.xfail(strict=True, reason="those screened are read as participants too")),
        pytest.param("Nausea occurred in 12% with verolizumab.", "e%:12", marks=pytest.mark.xfail(strict=True, reason="a single percent without its counterpart is left out")),
        ("Infections: 12 (20%) versus 6 (10%), serious infections: 3 (5%) versus 1 (2%).", "eE:12 e%:20 cE:6 c%:10 eE:3 e%:5 cE:1 c%:2"),
        ("Verolizumab was given on days 1, 8 and 15 of four cycles, at 100 mg/m(2).", ""),
        ("Remission lasted longer with verolizumab (8 v 6 months; P < .001).", ""),
    ],
)  # fmt: skip
def test_numbers_of_a_trial_against_placebo(text: str, expected: str) -> None:
    assert read(TITLE + text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Verolizumab with or without methotrexate for arthritis. Patients were assigned to verolizumab plus methotrexate (n = 33) or verolizumab alone (n = 31). Remission was reached by 45% with methotrexate and 30% without.",
            "eP:33 cP:31 e%:45 c%:30",
        ),
        (
            "Early versus late infusion of stromal cells. Of 40 children, 19 received early infusion and 21 received late infusion. Survival was 84% for early and 62% for late infusion.",
            "T:40 eP:19 cP:21 e%:84 c%:62",
        ),
        (
            "Stromal cells in lupus. Group A (stromal cells, n = 12) and group B (standard care, n = 14) were compared. Relapse occurred in two patients in group A versus 7 in group B.",
            "eP:12 cP:14 eE:two cE:7",
        ),
        pytest.param(
            "Stromal cells in lupus. Patients were randomised to no treatment (n = 20) or cells (n = 22). Flares were seen in 9 (45%) and 4 (18%).",
            "cP:20 eP:22 cE:9 c%:45 eE:4 e%:18",
            marks=pytest.mark.xfail(
                strict=True, reason="the order in which an earlier sentence tells both sides is not followed"
            ),
        ),
    ],
)
def test_sides_of_other_comparisons(text: str, expected: str) -> None:
    assert read(text) == expected


def test_abbreviations_and_negations_name_a_side() -> None:
    text = "Cell therapy versus usual care. Children got mesenchymal cell therapy (MCT) or usual care. MCT helped; without MCT it did not."
    sentences = sentences_of(text, (0, len(text)))
    roster = roster_of(text, sentences)
    mentions = [(text[m.start : m.end], m.role) for m in roles_in(text, sentences[2], roster)]
    assert mentions == [("MCT", EXPERIMENTAL), ("MCT", CONTROL)]


PIECES = st.sampled_from(
    ["20 of 60 patients ", "(33%) ", "n = 12", " versus ", "placebo ", "group A ", "12 519 women ", ".001 ", "m(2) ", "1,386/2,620 ", " and ", ". ", ", respectively", "without ", "１２", "\u202f", "(", ")", "[", "= "]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=40).map("".join))
def test_places_are_exact_in_any_text(text: str) -> None:
    for quantity in quantities_in(text):
        assert 0 <= quantity.span[0] < quantity.span[1] <= len(text)
        assert value_of(text[slice(*quantity.span)]) == quantity.number


@pytest.mark.parametrize(
    "piece",
    [
        "20% versus ",
        "(n = 12) or ",
        "assigned to A or B ",
        "group A ",
        "1 234 567 ",
        "(a",
        "compared with placebo ",
        ".5 ",
        "12, ",
        "a b ",
    ],
)
def test_hostile_text_is_read_to_its_end(piece: str) -> None:
    """A pattern that goes back over what it has read would not come to it in hours."""
    text = (piece * 20_000)[:60_000]
    assert all(0 <= start < end <= len(text) for start, end in (one.span for one in quantities_in(text)))


def test_the_benchmark_writes_one_line_per_abstract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "1.txt").write_text(TITLE + "Nausea occurred in 12% with verolizumab and in 5% with placebo.", "utf-8")
    monkeypatch.setattr(sys, "argv", ["extraction_pico.py", str(tmp_path), str(tmp_path / "out.jsonl")])
    runpy.run_path(str(BENCHMARK), run_name="__main__")
    assert json.loads((tmp_path / "out.jsonl").read_text("utf-8")) == {
        "id": "1",
        "spans": [
            {"label": "iv-bin-percent", "start": 88, "end": 90},
            {"label": "cv-bin-percent", "start": 116, "end": 117},
        ],
    }
    assert "1 abstracts in" in capsys.readouterr().out
