"""Borrowing across diseases in a batch: every analysis as if it were alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mscevidence.errors import StatisticsError
from mscevidence.stats import Borrowing, HalfNormal, borrow, leave_one_out_mask
from mscevidence.stats.inputs import BoolArray

DISEASE = ["itp", "sle", "itp", "ra", "sle", "ra"]
X = np.array([8, 10, 4, 0, 12, 3])
N = np.array([18, 20, 4, 10, 400, 9])
TIGHT: dict[str, Any] = {"within_prior": HalfNormal(0.5), "between_prior": HalfNormal(0.5)}
RATES = [0.1, 0.45, 0.8]


def alone(x: Any, n: Any, mask: BoolArray) -> Borrowing:
    names = [name for name, here in zip(DISEASE, mask, strict=True) if here]
    return borrow(np.asarray(x)[mask], np.asarray(n)[mask], names, **TIGHT)


def same(batch: Borrowing, index: Any, one: Borrowing) -> None:
    """Assert that an analysis of a batch is the one alone, with NaN for the diseases that it does not have."""
    here = [batch.diseases.index(name) for name in one.diseases]
    lost = [j for j, name in enumerate(batch.diseases) if name not in one.diseases]
    for name in ("studies", "events", "n", "weight", "exchangeable", "patients_alone", "patients_robust"):
        same_numbers(getattr(batch, name)[index][here], getattr(one, name))
    for model in ("alone", "partial", "robust"):
        for name in ("mean", "sd", "median", "lower", "upper"):
            values = getattr(getattr(batch, model), name)[index]
            same_numbers(values[here], getattr(getattr(one, model), name))
            assert np.isnan(values[lost]).all()
        densities = batch.density(model, RATES)[index]
        same_numbers(densities[here], one.density(model, RATES))
        assert np.isnan(densities[lost]).all()
    assert (batch.studies[index][lost] == 0).all()
    assert np.isnan([*batch.weight[index][lost], *batch.exchangeable[index][lost]]).all()
    same_numbers([batch.between[index], batch.within[index]], [one.between, one.within])
    same_numbers([batch.new.mean[index], batch.new.upper[index]], [one.new.mean, one.new.upper])
    assert batch.status[index] == "ok"


def same_numbers(got: Any, want: Any) -> None:
    assert_allclose(got, want, rtol=1e-9, atol=1e-12)


def test_leaving_out_a_study_in_one_call_is_deleting_it() -> None:
    masks = leave_one_out_mask(6)[[0, 3, 4]]
    batch = borrow(X, N, DISEASE, mask=masks, **TIGHT)
    assert batch.partial.mean.shape == (3, 3)
    for i, mask in enumerate(masks):
        # Without the last of these, of 400 patients, the grids are coarser.
        same(batch, i, alone(X, N, mask))
    assert np.ptp(batch.partial.mean[:, 0]) > 0.01


def test_simulated_events_with_masks_and_two_leading_axes_are_single_analyses() -> None:
    x = np.random.default_rng(3).binomial(np.minimum(N, 20), 0.4, size=(2, 2, 6)).astype(float)
    mask = np.ones((2, 2, 6), dtype=bool)
    mask[0, 1, [1, 4]] = mask[1, 0, 5] = False
    batch = borrow(np.where(mask, x, np.nan), np.where(mask, np.minimum(N, 20), -3), DISEASE, mask=mask, **TIGHT)
    for index in np.ndindex(2, 2):
        same(batch, index, alone(x[index], np.minimum(N, 20), mask[index]))
    assert "sle: no study, hence no estimate (in 1 of 4 analyses)." in batch.notes
    assert (
        "Fewer than 4 diseases: how much they differ is mostly what the prior says (in 4 of 4 analyses)." in batch.notes
    )


def test_one_disease_left_is_named_among_good_analyses() -> None:
    mask = np.array([[True] * 6, [name == "ra" for name in DISEASE], [True] * 6])
    batch = borrow(X, N, DISEASE, mask=mask, **TIGHT)
    assert batch.status.tolist() == ["ok", "one-disease", "ok"]
    for i in (0, 2):
        same(batch, i, alone(X, N, mask[i]))
    for values in (batch.alone.mean, batch.partial.lower, batch.weight, batch.patients_partial, batch.between):
        assert np.isnan(values[1]).all()
    assert np.isnan(batch.density("alone", RATES)[1]).all()
    assert any(note.startswith("All studies are of one disease") and "1 of 3" in note for note in batch.notes)
    assert not any(note.startswith("itp: no study") for note in batch.notes)
    for lost in (mask[1], mask[[1, 1]]):
        with pytest.raises(StatisticsError, match=r"one disease \(ra\)") as caught:
            borrow(X, N, DISEASE, mask=lost)
        assert caught.value.hint
    rows = batch.rows()
    assert [(row["analysis"], row["disease"]) for row in rows[:4]] == [(1, "itp"), (1, "sle"), (1, "ra"), (2, "itp")]
    assert rows[3]["status"] == "one-disease"
    assert rows[0]["partial"] == batch.partial.median[0, 0]
    with pytest.raises(StatisticsError, match="this is a batch"):
        batch.sentence("itp")


def test_analyses_in_parts_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.stack([X, np.minimum(X + 1, N), np.maximum(X - 1, 0)])
    whole = borrow(x, N, DISEASE, **TIGHT)
    monkeypatch.setattr("mscevidence.stats.borrowing_batch.DISEASES", 6)
    monkeypatch.setattr("mscevidence.stats.borrowing_batch.CELLS", 1)
    parts = borrow(x, N, DISEASE, **TIGHT)
    assert_allclose(parts.robust.median, whole.robust.median, rtol=1e-11)
    assert_allclose(parts.weight, whole.weight, rtol=1e-9)
    assert_array_equal(parts.studies, whole.studies)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"mask": np.ones((2, 5), dtype=bool)}, "columns of different lengths"),
        ({"events": np.ones((2, 4)), "n": np.ones((2, 4))}, "4 studies need as many names of diseases, got 6"),
        ({"mask": np.array([[False] * 6] * 2)}, "all are masked out"),
        ({"events": np.stack([X, N + 1])}, "events exceed n: study 1 has 19 of 18"),
    ],
)
def test_unusable_batches_are_named(changed: dict[str, Any], message: str) -> None:
    columns: dict[str, Any] = {"events": X, "n": N, "disease": DISEASE, **changed}
    with pytest.raises(StatisticsError, match=message):
        borrow(**columns)
