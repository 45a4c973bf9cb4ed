"""Selection models in a batch: every analysis as if it were alone, and one with too few studies named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from mscevidence.errors import StatisticsError
from mscevidence.stats import SelectionModel, cumulative_mask, leave_one_out_mask, selection_model

Y = np.array([0.9, 0.45, 0.6, 0.08, 0.72, 0.31, -0.05, 0.5])
V = np.array([0.12, 0.04, 0.09, 0.02, 0.15, 0.02, 0.03, 0.06])
FIELDS = (
    "status", "mu", "se", "lower", "upper", "tau2", "tau2_se", "delta", "delta_se", "in_interval", "log_likelihood",
    "lrt", "lrt_p", "k", "converged",
)  # fmt: skip
SETTINGS: list[dict[str, Any]] = [
    {},
    {"steps": (0.025, 0.5), "level": 0.9},
    {"alternative": "less"},
    {"alternative": "two-sided", "steps": (0.05,)},
]


def same(batch: SelectionModel, index: Any, one: SelectionModel) -> None:
    for name in FIELDS:
        assert_array_equal(np.asarray(getattr(batch, name))[index], getattr(one, name), err_msg=name)


@pytest.mark.parametrize("settings", SETTINGS)
def test_leaving_out_each_study_in_one_call_is_deleting_it(settings: dict[str, Any]) -> None:
    mask = leave_one_out_mask(8)
    batch = selection_model(Y, V, mask=mask, **settings)
    assert batch.status.tolist() == ["ok"] * 8
    assert np.ptp(batch.mu) > 0
    for row, kept in enumerate(mask):
        same(batch, row, selection_model(Y[kept], V[kept], **settings))


def test_two_leading_axes_with_other_effects_and_masks() -> None:
    random = np.random.default_rng(4)
    y, mask = Y + random.normal(0, 0.1, (2, 2, 8)), random.random((2, 2, 8)) < 0.8
    v = np.where(mask, V, np.nan)
    batch = selection_model(y, v, mask=mask)
    assert batch.mu.shape == (2, 2)
    assert batch.delta.shape == (2, 2, 2)
    for index in np.ndindex(2, 2):
        same(batch, index, selection_model(y[index][mask[index]], V[mask[index]]))


def test_an_analysis_with_too_few_studies_among_good_ones_is_named() -> None:
    batch = selection_model(Y, V, mask=cumulative_mask(8))
    assert batch.status.tolist() == ["few-studies"] * 2 + ["ok"] * 6
    assert batch.k.tolist() == list(range(1, 9))
    for name in ("mu", "se", "lower", "tau2", "log_likelihood", "lrt", "lrt_p"):
        assert np.isnan(getattr(batch, name)).tolist() == [True] * 2 + [False] * 6 or name == "se", name
    assert np.isnan(batch.delta[:2]).all()
    assert batch.in_interval.sum(axis=1).tolist() == list(range(1, 9))
    assert not batch.converged[:2].any()
    assert "Fewer than 3 studies: the model has more parameters than that leaves room for (in 2 of 8 analyses)." in (
        batch.notes
    )
    assert any(note.startswith("Fewer than 15 studies") and "(in 6 of 8 analyses)" in note for note in batch.notes)
    same(batch, 7, selection_model(Y, V))


def test_a_batch_shows_each_analysis_with_its_test_and_status() -> None:
    rows = selection_model(Y, V, mask=cumulative_mask(8)[[1, 7]]).rows()
    assert [(row["analysis"], row["parameter"]) for row in rows] == [
        (number, name) for number in (1, 2) for name in ("mu", "tau2", "delta, p 0 to 0.025", "delta, p 0.025 to 1")
    ]
    assert [row["status"] for row in rows] == ["few-studies"] * 4 + ["ok"] * 4
    one = selection_model(Y, V)
    assert [row["estimate"] for row in rows[4:]] == [row["estimate"] for row in one.rows()]
    assert rows[4]["estimate"] == one.mu
    assert rows[4]["lrt_p"] == one.lrt_p
    assert "analysis" not in one.rows()[0]


@pytest.mark.parametrize(
    ("yi", "vi", "mask", "said"),
    [
        (Y[:2], V[:2], None, "2 studies are too few: this method needs at least 3"),
        ([Y[:2]] * 3, V[:2], None, "2 studies are too few"),
        (Y, V, np.zeros((2, 8), dtype=bool), "0 studies are too few"),
        (Y, V[:7], None, r"columns of different lengths: yi \(8,\), vi \(7,\)"),
        ([Y, Y], V, np.ones((3, 8), dtype=bool), r"columns of different lengths: .*mask \(3, 8\)"),
        ([Y, np.where(Y > 0, Y, np.nan)], V, None, "yi must be a finite number; study 7"),
    ],
)
def test_what_cannot_be_analysed_is_refused(yi: Any, vi: Any, mask: Any, said: str) -> None:
    with pytest.raises(StatisticsError, match=said):
        selection_model(yi, vi, mask=mask)
