"""Networks of rare events in a batch: every analysis as if it were alone, and those without an estimate named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mscevidence.errors import StatisticsError
from mscevidence.stats import (
    RareEventNetwork,
    SeparatedEvidence,
    mantel_haenszel,
    rare_event_network,
    separated_evidence,
)
from mscevidence.stats.inputs import BoolArray, FloatArray

# Study 4 has three arms, study 6 no event; D is compared by study 5 only.
ROWS = [
    ("1", "B", 4, 40), ("1", "A", 2, 41), ("2", "A", 3, 60), ("2", "B", 7, 58), ("3", "B", 3, 30), ("3", "C", 6, 33),
    ("4", "A", 1, 25), ("4", "B", 2, 27), ("4", "C", 5, 26), ("5", "C", 2, 20), ("5", "D", 1, 22), ("6", "A", 0, 15),
    ("6", "C", 0, 14), ("7", "A", 2, 35), ("7", "C", 4, 31), ("8", "A", 0, 30), ("8", "C", 3, 30),
]  # fmt: skip
STUDY, TREATMENT = (tuple(str(row[i]) for row in ROWS) for i in range(2))
EVENTS, N = (np.array([float(row[i]) for row in ROWS]) for i in (2, 3))
NAMES = np.array(STUDY)
WITHOUT_ONE = np.array([name != NAMES for name in dict.fromkeys(STUDY)])
SETTINGS: list[dict[str, Any]] = [
    {},
    {"empty_arms": "correct", "add": 0.25, "level": 0.9},
    {"method": "NCH"},
    {"method": "NCH-approximate", "empty_arms": "drop"},
]
COMPARED = ("direct", "direct_se", "indirect", "indirect_se", "difference", "difference_se", "p")


def alone(events: FloatArray, n: FloatArray, mask: BoolArray, **options: Any) -> RareEventNetwork:
    """The analysis of the arms that are left, the others deleted."""
    study, treatment = ([v for v, here in zip(column, mask, strict=True) if here] for column in (STUDY, TREATMENT))
    return rare_event_network(study, treatment, events[mask], n[mask], **options)


def same(batch: RareEventNetwork, index: Any, one: RareEventNetwork) -> None:
    """Assert that an analysis of a batch is the one alone, with NaN for the treatments that it does not have."""
    here = np.array([name in one.treatments for name in batch.treatments])
    for name in ("status", "reason", "q", "q_df", "q_p", "k"):
        assert_array_equal(np.asarray(getattr(batch, name))[index], getattr(one, name), err_msg=name)
    for name in ("effect", "se", "lower", "upper", "p"):
        got, want = getattr(batch.effects, name)[index], getattr(one.effects, name)
        assert_allclose(got[np.ix_(here, here)], want, rtol=1e-10, atol=1e-12, err_msg=name)
        assert np.isnan(got[~here]).all(), name


def same_evidence(batch: SeparatedEvidence, index: Any, one: SeparatedEvidence) -> None:
    at = [batch.comparisons.index(pair) for pair in one.comparisons]
    others = [i for i in range(len(batch.comparisons)) if i not in at]
    assert_array_equal(batch.k[index][at], one.k)
    assert not batch.k[index][others].any()
    for name in COMPARED:
        assert_allclose(getattr(batch, name)[index][at], getattr(one, name), rtol=1e-10, atol=1e-12, err_msg=name)
        assert np.isnan(getattr(batch, name)[index][others]).all(), name


def chosen(*studies: str) -> BoolArray:
    return np.isin(NAMES, studies)


@pytest.mark.parametrize("settings", SETTINGS)
def test_leaving_out_each_study_in_one_call_is_deleting_its_arms(settings: dict[str, Any]) -> None:
    batch = rare_event_network(STUDY, TREATMENT, EVENTS, N, mask=WITHOUT_ONE, **settings)
    evidence = separated_evidence(batch)
    assert batch.status.tolist() == ["ok"] * 8
    assert batch.treatments == ("A", "B", "C", "D")
    assert np.ptp(batch.effects.effect[:, 0, 1]) > 0.01
    for row, mask in enumerate(WITHOUT_ONE):
        one = alone(EVENTS, N, mask, **settings)
        same(batch, row, one)
        same_evidence(evidence, row, separated_evidence(one))
    said = "No study has one of the treatments: it has no effects (in 1 of 8 analyses)."
    assert said in batch.notes
    assert "Studies were left out: no event or only events in every arm (in 7 of 8 analyses)." in batch.notes


def test_two_leading_axes_with_other_counts() -> None:
    random = np.random.default_rng(6)
    n = N + random.integers(0, 9, (2, 3, 1)).astype(float)
    events = random.binomial(n.astype(int), 0.25).astype(float)
    events[..., np.array(TREATMENT) == "D"] = 2.0
    mask = np.ones((2, 3, len(STUDY)), dtype=bool)
    mask[0, :, NAMES == "2"] = mask[1, 2, NAMES == "7"] = False
    hidden = np.where(mask, events, np.nan)
    batch = rare_event_network(STUDY, TREATMENT, hidden, n, mask=mask, method="NCH")
    assert batch.k.shape == (2, 3)
    assert batch.effects.effect.shape == (2, 3, 4, 4)
    evidence = separated_evidence(batch)
    for index in np.ndindex(2, 3):
        one = alone(events[index], n[index], mask[index], method="NCH")
        same(batch, index, one)
        same_evidence(evidence, index, separated_evidence(one))


def test_a_treatment_that_an_analysis_does_not_have_keeps_its_place_empty() -> None:
    masks = np.array([chosen(*"578"), chosen(*"13"), chosen(*"12345")])
    batch = rare_event_network(STUDY, TREATMENT, EVENTS, N, mask=masks, method="NCH")
    assert np.isnan(batch.effects.effect[:, 0, :]).tolist() == [
        [False, True, False, False], [False, False, False, True], [False] * 4
    ]  # fmt: skip
    evidence = separated_evidence(batch)
    for row, mask in enumerate(masks):
        one = alone(EVENTS, N, mask, method="NCH")
        same(batch, row, one)
        same_evidence(evidence, row, separated_evidence(one))
    assert evidence.notes[0] == "No study makes one of the comparisons: nothing is said about it (in 2 of 3 analyses)."


def test_direct_evidence_is_pooled_with_the_correction_of_the_network() -> None:
    # Studies 4, 7 and 8 compare A and C with events; that one arm of 8 has none matters only with a correction.
    network = rare_event_network(STUDY, TREATMENT, EVENTS, N, empty_arms="correct", add=0.25)
    evidence = separated_evidence(network)
    at = evidence.comparisons.index(("A", "C"))
    tables: dict[str, Any] = {"events1": [1, 2, 0], "n1": [25, 35, 30], "events2": [5, 4, 3], "n2": [26, 31, 30]}
    pooled = mantel_haenszel("OR", **tables, add=(0.5, 0.25), to=("only0", "only0"), drop00=(True, True))
    assert evidence.k[at] == 3
    assert_allclose([evidence.direct[at], evidence.direct_se[at]], [pooled.mu, pooled.se])
    plain = mantel_haenszel("OR", **tables, add=(0.5, 0.0), to=("only0", "only0"), drop00=(True, True))
    assert abs(float(plain.mu) - float(pooled.mu)) > 1e-3


HALF = chosen("1", "2", "3")
HALF[0] = False
WITHOUT_ESTIMATE: dict[str, tuple[BoolArray, str]] = {
    "in pieces": (chosen("1", "5"), "the network is not connected by studies with events"),
    "silent": (chosen("1", "6"), "no study says anything about C"),
    "no events": (chosen("6"), "no study says anything about A, C"),
    "half a study": (HALF, "study 1 has one arm"),
}


@pytest.mark.parametrize(("mask", "reason"), WITHOUT_ESTIMATE.values(), ids=WITHOUT_ESTIMATE)
def test_an_analysis_without_estimate_among_good_ones_is_named(mask: BoolArray, reason: str) -> None:
    masks = np.array([chosen(*"1234578"), mask, chosen(*"123")])
    batch = rare_event_network(STUDY, TREATMENT, EVENTS, N, mask=masks)
    assert batch.status.tolist() == ["ok", "no-estimate", "ok"]
    assert batch.reason.tolist() == ["", reason, ""]
    assert f"There is no estimate: {reason} (in 1 of 3 analyses)." in batch.notes
    assert np.isnan(batch.effects.effect[1]).all()
    assert np.isnan([batch.q[1], batch.q_p[1]]).all()
    assert batch.k.tolist() == [7, 0, 3]
    for row in (0, 2):
        same(batch, row, alone(EVENTS, N, masks[row]))
    evidence = separated_evidence(batch)
    assert evidence.k[1].tolist() == [0] * len(evidence.comparisons)
    assert np.isnan(evidence.direct[1]).all()
    assert "There is no estimate of the network, see its notes (in 1 of 3 analyses)." in evidence.notes
    same_evidence(evidence, 0, separated_evidence(alone(EVENTS, N, masks[0])))
    for all_bad in (mask, np.array([mask, mask])):
        with pytest.raises(StatisticsError, match=reason):
            rare_event_network(STUDY, TREATMENT, EVENTS, N, mask=all_bad)


def test_a_conditional_likelihood_without_maximum_is_named() -> None:
    events = np.array([EVENTS, np.where(np.array(TREATMENT) == "D", 0.0, EVENTS)])
    batch = rare_event_network(STUDY, TREATMENT, events, N, method="NCH")
    assert batch.status.tolist() == ["ok", "no-estimate"]
    assert batch.reason[1].startswith("the conditional likelihood has no maximum")


def test_an_infinite_odds_ratio_of_a_design_is_named() -> None:
    # No study has both an event in A and a non-event in B.
    arms = (["1", "1", "2", "2"], ["A", "B", "A", "B"], [0, 2, 4, 9], [9, 9, 9, 9])
    with pytest.raises(StatisticsError, match="zero or infinite"):
        rare_event_network(*arms)


def test_a_batch_shows_each_analysis() -> None:
    masks = np.array([chosen(*"1234578"), chosen("1", "5")])
    batch = rare_event_network(STUDY, TREATMENT, EVENTS, N, mask=masks)
    rows = batch.rows()
    assert [row["analysis"] for row in rows] == [1] * 6 + [2] * 6
    assert [row["status"] for row in rows] == ["ok"] * 6 + ["no-estimate"] * 6
    assert rows[0]["effect"] == batch.effects.effect[0, 0, 1]
    assert rows[0]["q"] == batch.q[0]
    evidence = separated_evidence(batch)
    shown = evidence.rows()
    assert len(shown) == 2 * len(evidence.comparisons)
    assert (shown[0]["treatment1"], shown[0]["treatment2"], shown[0]["k"]) == ("A", "B", 3)
    assert shown[-1]["status"] == "no-estimate"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"study": STUDY[1:]}, "columns of one length, got 16, 17 and 17"),
        ({"events": [EVENTS[1:]] * 2}, r"columns of different lengths: events \(2, 16\), n \(17,\)"),
        ({"mask": WITHOUT_ONE[:, 1:]}, r"columns of different lengths: .*mask \(8, 16\)"),
        ({"mask": np.zeros((2, len(NAMES)), dtype=bool)}, "no arm is left"),
        ({"events": [EVENTS, EVENTS + 0.5]}, "events must be whole numbers; study 1 has 4.5"),
        ({"add": "much"}, "add must be a number"),
    ],
)
def test_unusable_batches_are_refused(changed: dict[str, Any], said: str) -> None:
    columns: dict[str, Any] = {"study": STUDY, "treatment": TREATMENT, "events": EVENTS, "n": N} | changed
    with pytest.raises(StatisticsError, match=said):
        rare_event_network(**columns)
