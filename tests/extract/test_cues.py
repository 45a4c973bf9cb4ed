"""Patterns with cues find what they find without them, in whatever text."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mscevidence.extract
from mscevidence.extract.grammar.cues import Cues, Holding, Opening, cue_places, in_small_letters, within

GOLD = sorted((Path(__file__).parents[1] / "gold" / "abstracts").glob("*.txt"))
MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(mscevidence.extract.__path__, "mscevidence.extract.")
]
CUED = {
    f"{module.__name__.removeprefix('mscevidence.extract.')}.{name}": pattern
    for module in MODULES
    for name, pattern in vars(module).items()
    if isinstance(pattern, Opening | Holding)
}
FRAGMENTS = (
    "patients women ( ) , . ; : - 12 3 % 10^6 × 1.5 × 10^6 MSCs/kg aged between 18 and 60 years of age old at "
    "day 28 after 3 and 12 months 3-month follow-up the first week of treatment in the MSC group and the "
    "placebo group arms cohort A cohort B groups 1 and 2 low-dose high dose level all entire whole cohort in "
    "total overall population randomized randomised RANDOMLY assigned compared with controls versus vs. "
    "placebo alone healthy controls control group the former the latter this same phase dose escalation "
    "expansion part platelet count < 30 × 10^9/L disease duration ≥ 6 months ITP chronic planned for previous "
    "studies et al power of assumed expected rate ſame ıncluding İn tota\u017f wee\u212as"
)
WORDS = sorted({*FRAGMENTS.split(), *(cue for pattern in CUED.values() for cue in pattern._cues)})
TEXTS = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", " ", " ", "-", "\n", "\u00a0", "_", "", "("])), max_size=40
).map(lambda pieces: "".join(f"{word.upper() if len(gap) == 0 else word}{gap}" for word, gap in pieces))


def plain(pattern: Opening | Holding) -> re.Pattern[str]:
    """Return the pattern without any cue."""
    return pattern._pattern if isinstance(pattern._pattern, re.Pattern) else plain(pattern._pattern)


def found_by(pattern: re.Pattern[str] | Opening | Holding, text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where a pattern finds something in a part of a text."""
    return [match.span() for match in pattern.finditer(text, start, end)]


@pytest.mark.parametrize("name", CUED)
def test_nothing_is_missed_in_the_gold(name: str) -> None:
    pattern = CUED[name]
    for path in GOLD:
        text = path.read_text(encoding="utf-8")
        assert found_by(pattern, text, 0, len(text)) == found_by(plain(pattern), text, 0, len(text)), path.name


@given(text=TEXTS, cut=st.tuples(st.integers(0, 60), st.integers(0, 60)))
def test_nothing_is_missed_in_parts_of_made_up_texts(text: str, cut: tuple[int, int]) -> None:
    start, end = min(cut[0], len(text)), max(0, len(text) - cut[1])
    for name, pattern in CUED.items():
        assert found_by(pattern, text, start, end) == found_by(plain(pattern), text, start, end), name
        first = pattern.search(text, start, end)
        expected = plain(pattern).search(text, start, end)
        assert (first and first.span()) == (expected and expected.span()), name


def test_the_patterns_with_cues_are_found() -> None:
    assert {"arms._COMPARATIVE", "grammar.times._LISTED", "doses._UNITS"} <= CUED.keys()


@pytest.mark.parametrize("text", ["", "İstanbul", "AſKıI", "Σίσυφος", "ÄÖÜ ﬁ"])
def test_small_letters_stand_where_the_capitals_stood(text: str) -> None:
    small = in_small_letters(text)
    assert len(small) == len(text)
    for letter in "isk":
        assert [i for i, c in enumerate(small) if c == letter] == [
            match.start() for match in re.finditer(letter, text, re.IGNORECASE)
        ]


def test_places_are_in_order_and_of_every_cue() -> None:
    assert cue_places("An arm, a Pharmacy and the ARMS of a group", ("group", "arm")) == (3, 12, 27, 37)


@pytest.mark.parametrize(
    ("cues", "places"),
    [
        (Cues(beginning=["ra"]), [0, 6, 12]),
        (Cues(inside=["rate"]), [0, 6, 12, 17, 24]),
        (Cues(whole={"rate"}.__contains__), [0, 12, 17]),
        (Cues(whole={"grate"}.__contains__), []),
    ],
    ids=["beginning", "inside", "whole", "none"],
)
def test_words_tell_their_cues(cues: Cues, places: list[int]) -> None:
    assert list(cues.places("rate, rated RATE_rate karate")) == places


def test_cues_made_later_are_found_in_a_text_known_before() -> None:
    text = "Réponse à 3_mois"
    assert list(Cues(whole={"réponse"}.__contains__).places(text)) == [0]
    assert list(Cues(whole={"mois"}.__contains__).places(text)) == [12]


def test_those_within_a_part_are_told_from_its_start_to_before_its_end() -> None:
    assert within([1, 4, 4, 9], (4, 9)) == [4, 4]
