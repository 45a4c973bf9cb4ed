"""Figures of very many arms or comparisons: nothing touches or hides what must be told apart."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, RegularPolygon

from figure_reading import assert_apart, texts_in_place
from mscevidence import synthesis
from mscevidence.model import Question, Study
from mscevidence.publish import network as networks
from mscevidence.publish.dose_response import CROWD
from mscevidence.publish.dose_swarm import FALLS, LARGEST, NEITHER, RISES, swarm, trend_of
from mscevidence.publish.figures import draw_figure
from mscevidence.publish.network_plot import draw_network
from mscevidence.publish.plot_page import texts_of
from study_factory import arm, report, result, study

DOSES = (5e5, 1e6, 2e6)


def escalations(k: int) -> list[Study]:
    """Return k trials of one to three doses; the rates of every third rise, of every third fall."""
    dice = random.Random(k)
    found = []
    for number in range(k):
        n = dice.randint(6, 20)
        counts = {0: (1, n // 2, n), 1: (n, n // 2, 1), 2: (2, n, 2)}[number % 3]
        names = [f"dose-{place}" for place in range(1 if number % 4 == 3 else 3)]
        arms = [
            arm(name, dose={"value": dose, "unit": "cells/kg", "infusions": 1}, treated=n)
            for name, dose in zip(names, DOSES, strict=False)
        ]
        results = [result("response", x, n, arm=name) for name, x in zip(names, counts, strict=False)]
        found.append(study(f"s{number}", *results, arms=arms, reports=[report(first_author=f"Author{number} A")]))
    return found


def dose_response(k: int) -> Figure:
    studies = escalations(k)
    pooled = synthesis.pool(studies, (), Question(outcome="response"))
    return draw_figure("dose-response", pooled, studies=studies)


def test_dots_of_one_dose_do_not_touch_and_keep_their_rate() -> None:
    dice = random.Random(7)
    dots = [(float(dice.randint(0, 2)), float(dice.randint(0, 100)), dice.uniform(3, LARGEST)) for _ in range(120)]
    places = swarm(dots, 2 / 460, 100 / 340)
    # A crowd so dense that it has no room left may touch; this one has room.
    for (x, (_, y, size)), (other, (_, height, its)) in itertools.combinations(zip(places, dots, strict=True), 2):
        assert math.hypot((x - other) * 460 / 2, (y - height) * 340 / 100) >= (size + its) / 2
    assert all(abs(place - x) <= 0.4 for place, (x, _, _) in zip(places, dots, strict=True))


def test_a_dot_alone_stands_at_its_dose() -> None:
    assert swarm([(5.0, 10.0, 6.0), (6.0, 10.0, 6.0)], 0.01, 0.3) == [5.0, 6.0]


def test_lines_say_which_way_the_rate_goes() -> None:
    arms = synthesis.doses(escalations(3), (), Question(outcome="response")).arms
    own = {name: [arm for arm in arms if arm.study == name] for name in ("s0", "s1", "s2")}
    assert [trend_of(found) for found in own.values()] == [RISES, FALLS, NEITHER]
    assert len({trend.colour for trend in (RISES, FALLS, NEITHER)}) == 3
    assert len({trend.dashes for trend in (RISES, FALLS, NEITHER)}) == 3


def test_many_arms_have_a_legend_of_trends_and_few_one_of_studies() -> None:
    many = texts_of(dose_response(40))
    # Of 40 studies every fourth has one dose.
    legend = {"rises with the dose: 10", "falls with the dose: 10", "neither: 10", "one dose only: 10"}
    assert legend <= set(many)
    assert "With so many arms their intervals are not drawn." in many
    few = texts_of(dose_response(6))
    assert {"Author0 2020", "Author1 2020"} <= set(few)
    assert any("Exact 95% intervals" in text for text in few)


def test_every_arm_is_a_dot_at_its_rate() -> None:
    studies = escalations(40)
    found = synthesis.doses(studies, (), Question(outcome="response"))
    assert len(found.arms) > CROWD
    panel = next(axes for axes in dose_response(40).axes if axes.get_gid() == "panel")
    heights = [float(line.get_ydata()[0]) for line in panel.findobj(Line2D) if line.get_marker() == "o"]  # type: ignore[arg-type, index]
    assert sorted(heights) == pytest.approx(sorted(100 * one.effect for one in found.arms))


@pytest.mark.parametrize("k", [9, 60])
def test_no_text_leaves_the_page_or_stands_on_another(k: int) -> None:
    assert_apart(texts_in_place(dose_response(k)))


def ring(k: int) -> list[Study]:
    """Return trials of three doses of each of k sources, so that every first dose is compared with the third."""
    sources = ("umbilical-cord", "bone-marrow", "adipose", "placenta", "amnion", "dental-pulp")
    return [
        study(
            f"t{number}-{copy}",
            design="randomised-controlled",
            cell_product={"source": sources[number]},
            arms=[
                arm(f"d{place}", dose={"value": dose, "unit": "cells/kg", "infusions": 1}, treated=10 + 9 * copy)
                for place, dose in enumerate(DOSES)
            ],
        )
        for number in range(k)
        for copy in range(3)
    ]


@pytest.mark.parametrize("k", [2, 4, 6])
def test_no_line_of_a_network_runs_behind_a_node_that_it_does_not_join(k: int) -> None:
    figure = draw_network(networks.network(ring(k), (), doses=True))
    page = next(axes for axes in figure.axes if axes.get_gid() == "page")
    nodes = [patch.center for patch in page.patches if isinstance(patch, Circle) and patch.get_zorder() == 3]
    radii = [patch.radius for patch in page.patches if isinstance(patch, Circle) and patch.get_zorder() == 3]
    assert not [patch for patch in page.patches if isinstance(patch, RegularPolygon)]
    lines = [np.asarray(line.get_xydata()) for line in page.lines if line.get_zorder() == 1]
    assert len(nodes) == len(lines) == 3 * k
    for line in lines:
        ends = {tuple(line[0]), tuple(line[-1])}
        for centre, radius in zip(nodes, radii, strict=True):
            if not any(math.dist(centre, end) < 1e-6 for end in ends):
                assert min(math.dist(centre, point) for point in line) > radius
    assert_apart(texts_in_place(figure))
