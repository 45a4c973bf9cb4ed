"""Re-analyses without each study, or study by study: one call of each method, the answers those of each part alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mscevidence import stats, synthesis
from mscevidence.errors import StatisticsError
from mscevidence.model import Estimate
from mscevidence.stats import cumulative_mask, leave_one_out_mask
from mscevidence.synthesis import fits, recipes
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.estimates import estimate_with, estimates_with
from mscevidence.synthesis.recipes import METHODS, Recipe
from two_arm_trials import TRIALS, pool

EVENTS, N = np.array([8, 0, 7, 12, 3, 2]), np.array([18, 6, 7, 40, 9, 25])
ONE = Counts(EVENTS, N)
TWO = Counts(EVENTS, N, np.array([3, 0, 4, 15, 1, 5]), np.array([17, 8, 9, 38, 10, 24]))
RATES = Counts(EVENTS, N, time=N * 2.5)
RECIPES = [
    Recipe(method, measure, test) for measure, methods in METHODS.items() for method in methods
    for test in (recipes.tests_of(method) if method in {"glmm", "reml"} else recipes.tests_of(method)[:1])
]  # fmt: skip


def counts_of(recipe: Recipe) -> Counts:
    return TWO if recipe.comparative else RATES if recipe.incidence else ONE


def same(got: Estimate, want: Estimate) -> None:
    """Assert that all fields are equal, numbers to the precision of the searches, sentences word for word."""
    wanted = want.model_dump()
    # The quadrature of the binomial-normal model has as many nodes as the analyses need that are fitted together.
    relative = 2e-6 if got.method == "glmm" else 1e-7
    for name, value in got.model_dump().items():
        if isinstance(value, float) and isinstance(wanted[name], float):
            assert value == pytest.approx(wanted[name], rel=relative, abs=1e-9), name
        else:
            assert value == wanted[name], name


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda one: f"{one.short}")
def test_every_method_in_one_call_is_every_part_alone(recipe: Recipe) -> None:
    counts, masks = counts_of(recipe), np.concatenate([leave_one_out_mask(6), cumulative_mask(6)])
    # The model with two random effects takes longest.
    masks = masks[::4] if recipe.method == "um.rs" else masks
    found = estimates_with(recipe, counts, masks, level=0.9)
    assert len({one.effect for one in found}) > len(masks) / 2
    for one, mask in zip(found, masks, strict=True):
        same(one, estimate_with(recipe, counts.only(mask), level=0.9))


@pytest.mark.parametrize(
    ("recipe", "named"),
    [
        (Recipe("reml", "PFT"), "random_effects"),
        (Recipe("glmm", "IRLN", "t"), "count_glmm"), (Recipe("um.rs", "OR", "z"), "count_glmm"),
        (Recipe("mh", "RR", "z"), "mantel_haenszel"), (Recipe("peto", "OR", "z"), "peto_odds_ratio"),
    ],
)  # fmt: skip
def test_each_method_is_called_once(recipe: Recipe, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    method, calls = getattr(stats, named), []

    def counted(*args: Any, **options: Any) -> Any:
        calls.append(np.shape(options["mask"]))
        return method(*args, **options)

    monkeypatch.setattr(stats, named, counted)
    estimates_with(recipe, counts_of(recipe), cumulative_mask(6), level=0.95)
    # The first has one study, the second may have one with information; they are shown.
    assert len(calls) == 1
    assert calls[0] in {(5, 6), (4, 6)}


def test_parts_that_cannot_be_fitted_stand_among_those_that_can() -> None:
    counts = Counts(np.array([0, 0, 4, 0]), np.array([9, 8, 10, 7]))
    found = estimates_with(Recipe("glmm", "PLO", "t"), counts, leave_one_out_mask(4), level=0.95)
    assert [one.status for one in found] == ["estimated", "estimated", "boundary", "estimated"]
    assert found[2].notes[0].startswith("No event in any study (0/24)")
    nothing = np.zeros((1, 4), dtype=bool)
    assert estimates_with(Recipe("glmm", "PLO", "t"), counts, nothing, level=0.95)[0].status == "none"


def test_what_is_a_status_in_a_batch_is_the_error_it_is_alone() -> None:
    # Only the first two studies say anything about a ratio.
    counts = Counts(
        np.array([3, 4, 5, 0, 5]), np.array([9, 9, 5, 8, 5]), np.array([1, 2, 4, 0, 4]), np.array([9, 9, 4, 9, 4])
    )
    masks = np.array([[True] * 5, [False, False, True, True, True], [True, True, False, True, True]])
    for method in ("mh", "peto", "cm.el", "um.fs"):
        recipe = Recipe(method, "OR", "z")
        parts = estimates_with(recipe, counts, masks, level=0.95)
        for one, mask in zip(parts, masks, strict=True):
            same(one, estimate_with(recipe, counts.only(mask), level=0.95))
        assert [one.status == "estimated" for one in parts] == [True, False, True]
    assert parts[1].notes == ("no study carries information: none has both events and patients without",)


def test_each_part_says_how_many_of_its_studies_lie_at_the_boundary() -> None:
    found = estimates_with(Recipe("glmm", "PLO", "t"), ONE, leave_one_out_mask(6), level=0.95)
    said = [next(note for note in one.notes if "boundary" in note) for one in found[:3]]
    assert said == [
        "2 of 5 studies lie at the boundary (1 with no event, 1 with an event in every patient).",
        "1 of 5 studies lies at the boundary (1 with an event in every patient).",
        "1 of 5 studies lies at the boundary (1 with no event).",
    ]


def test_a_batch_that_is_refused_is_fitted_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts(np.array([3, 5, 2]), np.array([9, 7, 6]))
    recipe, shapes = Recipe("reml", "PLO"), []

    def refusing(*args: Any, mask: Any = None, **options: Any) -> Any:
        shapes.append(np.shape(mask))
        if np.ndim(mask) == 2 or len(shapes) == 2:
            raise stats_error
        return pooled(*args, mask=mask, **options)

    stats_error, pooled = StatisticsError("no"), stats.random_effects
    monkeypatch.setattr(stats, "random_effects", refusing)
    found = estimates_with(recipe, counts, leave_one_out_mask(3), level=0.95)
    assert shapes == [(3, 3), (2,), (2,), (2,)]
    assert [one.status for one in found] == ["failed", "estimated", "estimated"]
    assert found[0].notes == ("no",)


def test_the_series_name_what_is_left_out_and_what_is_added() -> None:
    out, up = synthesis.with_series(pool(*TRIALS), ["leave-one-out", "cumulative"]).series
    assert [name.split()[0] for name, _ in out.rows] == ["without"] * len(TRIALS)
    assert [one.k for _, one in out.rows] == [len(TRIALS) - 1] * len(TRIALS)
    assert [one.k for _, one in up.rows] == [1, 2, 3, 4, 5]
    assert up.rows[0][1].status == "single"


def test_an_analysis_of_a_batch_numbers_its_own_studies() -> None:
    # Without study 1, the large one is the first.
    counts = Counts(np.array([2, 300, 3, 4]), np.array([5, 700, 6, 9]))
    recipe = Recipe("ee", "PLO", "z")
    masks = list(leave_one_out_mask(4))
    batch = fits.fits(recipe, counts, masks, 0.95)
    assert [one.weights.shape for one in batch] == [(3,)] * 4
    said = ["study 1 has", "study 2 has", "study 2 has"]
    assert [any(text in note for note in batch[i].notes) for i, text in zip((0, 2, 3), said, strict=True)] == [True] * 3
