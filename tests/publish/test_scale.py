"""How effects read."""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_pooled as made_up

from mscevidence.publish.headline import headline, is_uninformative
from mscevidence.publish.scale import RATE, SCALES, directions, points_text, ratio_text, scale_of

ODDS, DIFFERENCE = SCALES["OR"], SCALES["RD"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (0.001, "<0.01"), (0.534, "0.53"), (1.0, "1.00"), (9.994, "9.99"), (9.996, "10.0"), (12.34, "12.3"),
        (99.96, "100"), (1234.5, "1,234"), (2e5, ">99,999"), (None, "–"), (float("nan"), "–"), (float("inf"), "–"),
    ],
)  # fmt: skip
def test_ratios(value: float | None, text: str) -> None:
    assert ratio_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1234, "12.3"), (-0.0534, "−5.3"), (-0.0001, "0.0"), (0.0, "0.0"), (1.0, "100.0"), (None, "–")],
)
def test_differences_are_in_points(value: float | None, text: str) -> None:
    assert points_text(value) == text


def test_effects_with_their_intervals() -> None:
    assert ODDS.effect(0.4, 0.041, 3.9) == "0.40 [0.04, 3.90]"
    assert ODDS.effect(None, None, None) == "–"
    assert ODDS.interval(None, 2.0) == "[–, 2.00]"
    assert DIFFERENCE.effect(-0.05, -0.12, 0.02) == "−5.0 [−12.0, 2.0]"
    assert RATE.effect(0.5, 0.25, 0.75) == "50.0 [25.0, 75.0]"


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [(0.21, 1.34, "(0.21-1.34)"), (0.001, 1.34, "(<0.01 to 1.34)"), (0.21, 1e6, "(0.21 to >99,999)")],
)
def test_no_hyphen_stands_beside_a_sign(lower: float, upper: float, text: str) -> None:
    assert replace(ODDS, brackets=("(", "-", ")")).interval(lower, upper) == text


def test_the_scale_of_an_analysis() -> None:
    assert scale_of(made_up.pooled(made_up.many(2))) is RATE
    assert scale_of(made_up.compared(made_up.contrasts(2))) is ODDS
    assert directions(made_up.pooled(made_up.many(2))) is None


def test_headlines_name_the_effect_and_say_when_it_tells_nothing() -> None:
    (told,) = made_up.compared(made_up.contrasts(4)).overall.estimates
    assert headline(told, 0.95, ODDS) == "odds ratio 0.62 (95% interval 0.35 to 1.10)"
    (points,) = made_up.compared(made_up.contrasts(4), measure="RD").overall.estimates
    assert headline(points, 0.9, DIFFERENCE) == "risk difference −5.0 points (90% interval −12.0 to 2.0)"
    vague = told.model_copy(update={"lower": 0.1, "upper": 10.0})
    assert is_uninformative(vague, ODDS)
    assert headline(vague, 0.95, ODDS).endswith(": not informative")
    assert not is_uninformative(told, ODDS)
    assert not is_uninformative(points, DIFFERENCE)
    assert is_uninformative(points.model_copy(update={"lower": -0.5, "upper": 0.5}), DIFFERENCE)


@pytest.mark.parametrize(
    ("events", "control", "said"),
    [
        (0, 0, "no event in either arm of any study: nothing to compare"),
        (9, 8, "the event in every patient of both arms: nothing to compare"),
        (0, 3, "one side has no event, or only events: infinite by this method, no pooled estimate"),
    ],
)
def test_why_there_is_no_estimate(events: int, control: int, said: str) -> None:
    (told,) = made_up.compared(made_up.contrasts(4)).overall.estimates
    update = {
        "status": "boundary", "effect": None, "events": events, "patients": 9, "control_events": control,
        "control_patients": 8,
    }  # fmt: skip
    assert headline(told.model_copy(update=update), 0.95, ODDS) == said


def test_one_study_with_information_is_told_from_one_study() -> None:
    (told,) = made_up.compared(made_up.contrasts(4)).overall.estimates
    silent = told.model_copy(update={"status": "single", "effect": None, "k": 2})
    assert headline(silent, 0.95, ODDS) == "one study has information for this method: not pooled"
    assert headline(silent.model_copy(update={"k": 1}), 0.95, ODDS) == "one study: shown, not pooled"
