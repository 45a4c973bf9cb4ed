"""Figures that go back to the records: posterior densities by disease, and dose-response by arm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figure_reading import assert_apart, texts_in_place
from mscevidence import synthesis
from mscevidence.errors import SelectionError, StatisticsError
from mscevidence.model import Family, Question, Study
from mscevidence.publish.figure import figure_bytes
from mscevidence.publish.figures import FROM_RECORDS, describe_figure, draw_figure
from mscevidence.publish.plot_page import texts_of
from study_factory import arm, report, result, study

DISEASES = ("immune-thrombocytopenia", "systemic-lupus-erythematosus", "crohns-disease", "multiple-sclerosis")
LONG = "A trial group with a name that goes on for longer than any column of a figure would like it to"


def dosed(amount: float, *, unit: str = "cells/kg", infusions: int = 4) -> dict[str, Any]:
    return {"value": amount, "unit": unit, "infusions": infusions}


def escalation(name: str = "phase-1", doses: tuple[float, ...] = (5e5, 1e6, 2e6), **more: Any) -> Study:
    """Return a phase I trial with cohorts 0/3, 2/3 and 6/12, their sum, and the same patients cut by phase."""
    cohorts = [f"cohort-{number}" for number in range(len(doses))]
    counts = ((0, 3), (2, 3), (6, 12), (4, 6), (5, 6))[: len(doses)]
    arms = [
        *(arm(one, dose=dosed(dose), treated=n) for one, dose, (_, n) in zip(cohorts, doses, counts, strict=True)),
        arm("all", combines=cohorts, treated=sum(n for _, n in counts)),
        arm("expansion", dose=dosed(2e6), treated=6),
    ]
    results = [result("response", x, n, arm=one) for one, (x, n) in zip(cohorts, counts, strict=True)]
    whole = result("response", sum(x for x, _ in counts), sum(n for _, n in counts), arm="all")
    return study(name, *results, whole, result("response", 3, 6, arm="expansion"), **{"arms": arms, **more})


def one_dose(name: str, x: int, n: int, amount: float = 1e6, **more: Any) -> Study:
    return study(name, result("response", x, n), **{"arms": [arm(dose=dosed(amount), treated=n)], **more})


def draw(kind: str, studies: list[Study], *families: Family, **asked: Any) -> Figure:
    question = Question.model_validate({"outcome": "response", **asked})
    pooled = synthesis.pool(studies, families, question)
    return draw_figure(kind, pooled, studies=studies, families=families)


def found_doses(studies: list[Study], *families: Family, **asked: Any) -> synthesis.Doses:
    return synthesis.doses(studies, families, Question.model_validate({"outcome": "response", **asked}))


def diseases(k: int) -> list[Study]:
    counts = ((8, 18), (15, 15), (10, 30), (2, 9))
    return [
        one_dose(
            f"s{place}", *counts[place % 4], condition=DISEASES[place % 4], reports=[report(first_author=f"S{place} A")]
        )
        for place in range(k)
    ]


def test_arms_of_one_cut_are_taken_and_what_combines_them_is_not() -> None:
    found = found_doses([escalation()])
    assert [(one.dose, one.events, one.n) for one in found.arms] == [(5e5, 0, 3), (1e6, 2, 3), (2e6, 6, 12)]
    assert found.graded == ("phase-1",)
    assert sum(one.n for one in found.arms) == 18


def test_the_exact_interval_of_an_arm_is_clopper_pearsons() -> None:
    none_of_three = found_doses([escalation()]).arms[0]
    assert (none_of_three.effect, none_of_three.lower) == (0, 0)
    assert none_of_three.upper == pytest.approx(1 - 0.025 ** (1 / 3))


def test_studies_with_one_dose_enter_and_those_in_another_unit_or_without_a_dose_are_named() -> None:
    per_patient = one_dose("flat", 3, 9)
    per_patient = per_patient.model_copy(
        update={"arms": (per_patient.arms[0].model_copy(update={"dose": dose_of("cells", 1e8)}),)}
    )
    found = found_doses([escalation(), one_dose("kilo", 5, 10), per_patient, study("none", result("response", 2, 4))])
    assert {one.study for one in found.arms} == {"phase-1", "kilo"}
    reasons = {one.what: one.reason for one in found.exclusions}
    assert reasons["flat"] == "its dose is in cells, not in cells/kg"
    assert "no result of an arm with one dose" in reasons["none"]


def dose_of(unit: str, amount: float) -> Any:
    return one_dose("x", 1, 2).arms[0].dose.model_copy(update={"unit": unit, "value": amount})  # type: ignore[union-attr]


def test_millions_are_converted_and_never_kilograms() -> None:
    million = one_dose("million", 4, 8).model_copy(
        update={"arms": (arm_model("million-cells/kg", 3.0),)},
    )
    found = found_doses([escalation(), million])
    assert [one.dose for one in found.arms if one.study == "million"] == [3e6]


def arm_model(unit: str, amount: float) -> Any:
    return one_dose("x", 1, 8).arms[0].model_copy(update={"dose": dose_of(unit, amount)})


def test_patients_of_a_family_are_counted_in_its_largest_study() -> None:
    family = Family(id="same-centre", studies=("phase-1", "later"), reasons=("one centre",))
    found = found_doses([escalation(), one_dose("later", 5, 10)], family)
    assert {one.study for one in found.arms} == {"phase-1"}
    assert any(one.what.startswith("later/") and "overlap" in one.reason for one in found.exclusions)


def test_arms_cut_twice_without_a_sum_to_tell_by_give_one_cut_only() -> None:
    arms = [arm("low", dose=dosed(1e6), treated=6), arm("high", dose=dosed(2e6), treated=6)]
    whole = [*arms, arm("late", dose=dosed(2e6), treated=6), arm("all", combines=["low", "high"], treated=12)]
    counts = [result("response", x, 6, arm=name) for name, x in (("low", 2), ("high", 3), ("late", 1))]
    assert sum(one.n for one in found_doses([study("twice", *counts, arms=whole)]).arms) == 12


@pytest.mark.parametrize(
    "studies", [[one_dose("a", 3, 9), one_dose("b", 5, 9, 2e6)], [study("none", result("response", 2, 4))]]
)
def test_without_a_study_of_two_doses_there_is_no_dose_response(studies: list[Study]) -> None:
    with pytest.raises(SelectionError, match="no study reports response for two doses"):
        draw("dose-response", studies)


def test_a_comparison_has_neither() -> None:
    asked = Question(outcome="response", measure="OR")
    with pytest.raises(StatisticsError, match="rates of one arm"):
        synthesis.doses([escalation()], (), asked)
    with pytest.raises(StatisticsError, match="rates of one arm"):
        synthesis.borrow_densities(diseases(4), (), asked)


def test_where_events_are_separated_by_dose_the_points_stand_without_a_curve() -> None:
    arms = [arm("low", dose=dosed(1e6), treated=3), arm("high", dose=dosed(2e6), treated=4)]
    split = study("split", result("response", 0, 3, arm="low"), result("response", 4, 4, arm="high"), arms=arms)
    found = found_doses([split])
    assert found.fit is None
    figure = draw("dose-response", [split])
    assert any(text.startswith("No curve: events and non-events are separated") for text in texts_of(figure))


def test_each_arm_stands_at_its_dose_and_rate_and_the_curve_is_the_models() -> None:
    studies = [escalation()]
    figure, found = draw("dose-response", studies), found_doses(studies)
    points = [line for line in figure.axes[1].get_lines() if line.get_marker() not in ("None", "")]
    assert [float(10 ** np.asarray(line.get_xdata())[0]) for line in points] == pytest.approx([5e5, 1e6, 2e6])
    assert [float(np.asarray(line.get_ydata())[0]) for line in points] == pytest.approx([0, 200 / 3, 50])
    stems = [np.asarray(line.get_ydata()) for line in figure.axes[1].get_lines()]
    for one in found.arms:
        expected_ends = pytest.approx([100 * one.lower, 100 * one.upper])
        assert any(len(ends) == 2 and list(ends) == expected_ends for ends in stems)
    curve = max(figure.axes[1].get_lines(), key=lambda line: len(np.asarray(line.get_xdata())))
    assert found.fit is not None
    expected = found.fit.predict(10 ** np.asarray(curve.get_xdata())).proportion
    assert np.asarray(curve.get_ydata()) == pytest.approx(100 * expected)
    odds_ratio = f"Odds ratio of a doubled dose: {found.fit.odds_ratio[0]:.2f}"
    assert any(odds_ratio in text for text in texts_of(figure))


def test_studies_with_doses_differ_by_symbol_as_well_as_colour() -> None:
    studies = [escalation(f"trial-{number}", reports=[report(first_author=f"T{number} A")]) for number in range(6)]
    figure = draw("dose-response", studies)
    looks = {(line.get_marker(), line.get_color()) for line in legend(figure)}
    assert len({mark for mark, _ in looks}) == 6
    assert len({colour for _, colour in looks}) == 6


def legend(figure: Figure) -> list[Line2D]:
    return [line for line in figure.axes[0].get_lines() if line.get_marker() not in ("None", "")]


def ridge_lines(figure: Figure) -> list[Line2D]:
    return [line for line in figure.axes[0].get_lines() if len(np.asarray(line.get_xdata())) > 100]


def test_a_ridge_has_the_prior_and_three_densities_of_its_disease() -> None:
    studies = diseases(4)
    figure = draw("posterior", studies)
    found = synthesis.borrow_densities(studies, (), Question(outcome="response"))
    assert len(ridge_lines(figure)) == 4 * 4
    prior, *curves = ridge_lines(figure)[:4]
    top = max(float(rows[0].max()) for rows in (found.alone, found.partial, found.robust))
    base = float(np.asarray(prior.get_ydata()).max())
    for line, density in zip(curves, (found.alone[0], found.partial[0], found.robust[0]), strict=True):
        height = base - np.asarray(line.get_ydata())
        assert height / 34 == pytest.approx(density / max(top, float(found.prior.max())), abs=0.01)


def test_the_bars_below_a_ridge_span_the_intervals() -> None:
    studies = diseases(4)
    found = synthesis.borrow_densities(studies, (), Question(outcome="response"))
    lines = draw("posterior", studies).axes[0].get_lines()
    curve = next(np.asarray(line.get_xdata()) for line in lines if len(np.asarray(line.get_xdata())) > 100)
    across = (curve[-1] - curve[0]) / (found.rates[-1] - found.rates[0])
    left = curve[0] - across * found.rates[0]
    spans = [tuple((np.asarray(line.get_xdata(), dtype=float) - left) / across) for line in lines]
    for group in found.borrowed.groups:
        for rate in (group.alone, group.partial, group.robust):
            assert any(len(span) == 2 and span == pytest.approx((rate.lower, rate.upper)) for span in spans)


def test_the_numbers_beside_a_ridge_are_those_of_the_borrowing() -> None:
    studies = diseases(4)
    said = texts_of(draw("posterior", studies))
    for group in synthesis.borrow(studies, (), Question(outcome="response")).groups:
        assert group.name[:1].upper() + group.name[1:] in said
        assert f"{100 * group.robust.rate:.1f} [{100 * group.robust.lower:.1f}, {100 * group.robust.upper:.1f}]" in said
        assert f"1 study, {group.events}/{group.patients}" in said


def test_the_densities_integrate_to_one_and_are_in_the_order_of_the_groups() -> None:
    found = synthesis.borrow_densities(diseases(4), (), Question(outcome="response"))
    width = found.rates[1] - found.rates[0]
    for density in (found.alone, found.partial, found.robust):
        assert density.sum(axis=1) * width == pytest.approx(1, abs=0.02)
    for density, group in zip(found.partial, found.borrowed.groups, strict=True):
        below = float(np.interp(group.partial.rate, found.rates, np.cumsum(density) * width))
        assert below == pytest.approx(0.5, abs=0.01)


def test_a_question_about_one_disease_shows_that_one_and_borrows_from_all() -> None:
    figure = draw("posterior", diseases(4), condition="crohns-disease")
    assert len(ridge_lines(figure)) == 4
    said = texts_of(figure)
    assert "Crohn's disease" in said
    assert "multiple sclerosis" not in said


def test_one_disease_alone_has_nothing_to_borrow() -> None:
    with pytest.raises(StatisticsError, match="nothing to borrow"):
        draw("posterior", [one_dose("a", 3, 9), one_dose("b", 5, 9)])


def many_doses(k: int) -> list[Study]:
    named = [f"{LONG} {number}" if number % 5 == 4 else f"Author{number}" for number in range(k)]
    return [
        escalation(f"s{number}", doses=(5e5, 1e6, 2e6)[: 1 + number % 3], reports=[report(first_author=f"{name} A")])
        if number % 2 == 0
        else one_dose(
            f"s{number}", 1 + number % 5, 9, 1e6 * (1 + number % 4), reports=[report(first_author=f"{name} A")]
        )
        for number, name in enumerate(named)
    ]


@pytest.mark.parametrize("kind", sorted(FROM_RECORDS))
@pytest.mark.parametrize("k", [4, 20, 60])
def test_no_text_leaves_the_page_or_stands_on_another(kind: str, k: int) -> None:
    figure = draw(kind, many_doses(k) if kind == "dose-response" else diseases(k))
    assert_apart(texts_in_place(figure))


@pytest.mark.parametrize("kind", sorted(FROM_RECORDS))
def test_the_same_records_give_the_same_bytes_with_text_as_text(kind: str) -> None:
    studies = many_doses(6) if kind == "dose-response" else diseases(6)
    pooled = synthesis.pool(studies, (), Question(outcome="response"))
    made = [
        figure_bytes(
            draw_figure(kind, pooled, studies=studies), "svg", title=kind, description=describe_figure(kind, pooled)
        )
        for _ in "12"
    ]
    assert made[0] == made[1]
    assert b"<text" in made[0]
