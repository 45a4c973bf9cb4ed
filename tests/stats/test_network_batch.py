"""Networks in a batch: every analysis as if it were alone, and those that fall apart named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError
from mscevidence.stats import (
    NetworkMetaAnalysis,
    cumulative_mask,
    design_inconsistency,
    direct_and_indirect,
    leave_one_out_mask,
    network_meta_analysis,
    p_scores,
)
from mscevidence.stats.inputs import BoolArray, FloatArray

# Study 6 has three arms with effects printed rounded, study 7 four; D is compared by studies 5 and 7 only, E by 8.
ROWS = [
    ("1", "A", "B", 0.9, 0.20), ("2", "A", "B", -0.30, 0.15), ("3", "B", "C", -0.40, 0.25), ("4", "C", "A", 0.7, 0.30),
    ("5", "C", "D", 0.60, 0.25), ("6", "A", "B", 0.31, 0.5), ("6", "A", "C", -0.18, 0.6), ("6", "B", "C", -0.5, 0.55),
    ("7", "A", "B", 0.20, 0.20), ("7", "A", "C", 0.50, 0.20), ("7", "A", "D", 1.90, 0.20), ("7", "B", "C", 0.30, 0.20),
    ("7", "B", "D", 1.70, 0.20), ("7", "C", "D", 1.40, 0.20), ("8", "E", "B", 1.10, 0.70), ("9", "A", "B", 0.60, 0.20),
]  # fmt: skip
STUDY, FIRST, SECOND = (tuple(str(row[i]) for row in ROWS) for i in range(3))
EFFECT, SE = (np.array([float(row[i]) for row in ROWS]) for i in (3, 4))
NAMES = np.array(STUDY)
WITHOUT_ONE = np.array([name != NAMES for name in dict.fromkeys(STUDY)])
TABLE: dict[str, Any] = {"study": STUDY, "treatment1": FIRST, "treatment2": SECOND}


def alone(effect: FloatArray, se: FloatArray, mask: BoolArray, **options: Any) -> NetworkMetaAnalysis:
    """The analysis of the rows that are left, the others deleted."""
    study, first, second = (
        [value for value, here in zip(column, mask, strict=True) if here] for column in (STUDY, FIRST, SECOND)
    )
    return network_meta_analysis(study, first, second, effect[mask], se[mask], **options)


def same(batch: NetworkMetaAnalysis, index: Any, one: NetworkMetaAnalysis) -> None:
    """Assert that an analysis of a batch is the one alone, with NaN for the treatments that it does not have."""
    here = np.array([name in one.treatments for name in batch.treatments])
    for name in ("tau2", "i2", "q", "q_df", "q_p", "converged", "status", "k"):
        got, want = np.asarray(getattr(batch, name))[index], getattr(one, name)
        (np.testing.assert_array_equal if got.dtype.kind in "Ub" else same_numbers)(got, want)
    pairs = [(batch.prediction_lower, one.prediction_lower), (batch.prediction_upper, one.prediction_upper)]
    for model in ("common", "random"):
        effects, wanted = getattr(batch, model), getattr(one, model)
        pairs += [(getattr(effects, name), getattr(wanted, name)) for name in ("effect", "se", "lower", "upper", "p")]
        same_numbers(effects.p_scores()[index][here], wanted.p_scores())
    for got, want in pairs:
        same_numbers(got[index][np.ix_(here, here)], want)
        assert np.isnan(got[index][~here]).all()


def same_numbers(got: Any, want: Any) -> None:
    assert_allclose(got, want, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("options", [{}, {"estimator": "DL"}, {"estimator": "ML"}, {"estimator": "EE"}, {"tau2": 0.3}])
def test_leaving_out_each_study_in_one_call_is_deleting_its_rows(options: dict[str, Any]) -> None:
    batch = network_meta_analysis(**TABLE, effect=EFFECT, se=SE, mask=WITHOUT_ONE, **options)
    assert batch.status.tolist() == ["ok"] * 9
    assert batch.treatments == ("A", "B", "C", "D", "E")
    assert np.ptp(batch.tau2) > 0 or options.get("estimator") == "EE" or "tau2" in options
    for i, mask in enumerate(WITHOUT_ONE):
        same(batch, i, alone(EFFECT, SE, mask, **options))
    assert any("No study has one of the treatments: it has no effects (in 1 of 9 analyses)" in n for n in batch.notes)


def test_simulated_effects_with_masks_and_two_leading_axes_are_single_analyses() -> None:
    random = np.random.default_rng(8)
    se = SE * random.uniform(0.8, 1.25, (2, 5, 1))
    # Effects of arms, so that those of one study fit together.
    arms = {name: random.normal(0, 0.8, (2, 5, 5)) for name in dict.fromkeys(STUDY)}
    place = [("ABCDE".index(a), "ABCDE".index(b)) for a, b in zip(FIRST, SECOND, strict=True)]
    effect = np.stack([arms[s][..., i] - arms[s][..., j] for s, (i, j) in zip(STUDY, place, strict=True)], axis=-1)
    left_out = np.array([["1", "6", "7", "8", "0"], ["2", "3", "0", "5", "7"]])
    mask = left_out[..., np.newaxis] != NAMES
    # What is masked may hold anything.
    batch = network_meta_analysis(
        **TABLE, effect=np.where(mask, effect, np.nan), se=np.where(mask, se, -1.0), mask=mask
    )
    assert np.shape(batch.tau2) == np.shape(batch.k) == (2, 5)
    assert batch.random.effect.shape == (2, 5, 5, 5)
    for index in np.ndindex(2, 5):
        same(batch, index, alone(effect[index], se[index], mask[index]))


def test_a_study_that_loses_an_arm_is_a_study_with_fewer_arms() -> None:
    mask = np.array([(NAMES != "7") | (np.array(FIRST) != "A"), np.ones(16, dtype=bool)])
    batch = network_meta_analysis(**TABLE, effect=EFFECT, se=SE, mask=mask)
    for i in range(2):
        same(batch, i, alone(EFFECT, SE, mask[i]))
    assert batch.network.comparisons.tolist() == [13, 16]
    assert batch.network.designs[-2:] == (("A", "B", "C", "D"), ("B", "E"))
    assert ("B", "C", "D") in batch.network.designs


def test_what_falls_apart_is_named_among_good_analyses() -> None:
    mask = np.ones((4, 16), dtype=bool)
    mask[1] = np.isin(NAMES, ["1", "5"])
    mask[2, 6] = False
    batch = network_meta_analysis(**TABLE, effect=EFFECT, se=SE, mask=mask)
    assert batch.status.tolist() == ["ok", "disconnected", "incomplete", "ok"]
    for i in (0, 3):
        same(batch, i, alone(EFFECT, SE, mask[i]))
    for i in (1, 2):
        assert np.isnan([batch.tau2[i], batch.q[i], *batch.random.effect[i].ravel(), *batch.common.se[i].ravel()]).all()
        assert np.isnan(batch.random.p_scores()[i]).all()
        assert not batch.converged[i]
    assert any(note.startswith("The network is not connected") and "(in 1 of 4" in note for note in batch.notes)
    assert any(note.startswith("A study has not every comparison") and "(in 1 of 4" in note for note in batch.notes)
    assert not any("did not converge" in note for note in batch.notes)
    parts, evidence = design_inconsistency(batch), direct_and_indirect(batch)
    assert np.isnan(parts.q[1:3]).all()
    assert np.isnan(parts.design_q[1]).all()
    assert evidence.k[1:3].sum() == 0
    assert np.isnan(evidence.network[1]).all()
    shown = {row["analysis"]: row["status"] for row in batch.rows()}
    assert shown == {1: "ok", 2: "disconnected", 3: "incomplete", 4: "ok"}
    # Without any other analysis it is an error that says what the pieces are.
    for wrong, said in ((1, "not connected: A, B; C, D"), (2, "study 6 has 2 comparisons of 3 treatments")):
        for lost in (mask[wrong], mask[[wrong, wrong]]):
            with pytest.raises(StatisticsError, match=said) as caught:
                network_meta_analysis(**TABLE, effect=EFFECT, se=SE, mask=lost)
            assert caught.value.hint


def test_inconsistency_of_a_batch_is_that_of_each_analysis() -> None:
    batch = design_inconsistency(network_meta_analysis(**TABLE, effect=EFFECT, se=SE, mask=WITHOUT_ONE))
    assert batch.q.shape == (9, 3)
    for i, mask in enumerate(WITHOUT_ONE):
        one = design_inconsistency(alone(EFFECT, SE, mask))
        for name in ("q", "df", "p", "tau_within", "interaction_q", "interaction_df", "interaction_p"):
            same_numbers(getattr(batch, name)[i], getattr(one, name))
        for name, q, df in zip(one.designs, one.design_q, one.design_df, strict=True):
            at = batch.designs.index(name)
            same_numbers([batch.design_q[i, at], batch.design_df[i, at]], [q, df])
    assert batch.tau_within.max() > 0
    rows = batch.rows()
    assert len(rows) == 9 * (4 + len(batch.designs))
    assert rows[0]["q"] == batch.q[0, 0]
    assert batch.facts() == {}


@pytest.mark.parametrize("model", ["random", "common"])
def test_direct_evidence_of_a_batch_is_that_of_each_analysis(model: str) -> None:
    batch = direct_and_indirect(network_meta_analysis(**TABLE, effect=EFFECT, se=SE, mask=WITHOUT_ONE), model=model)
    names = ("k", "proportion", "network", "network_se", "direct", "direct_se", "indirect", "indirect_se", "p")
    for i, mask in enumerate(WITHOUT_ONE):
        one = direct_and_indirect(alone(EFFECT, SE, mask), model=model)
        at = [batch.comparisons.index(pair) for pair in one.comparisons]
        for name in (*names, "difference", "difference_se"):
            same_numbers(getattr(batch, name)[i, at], getattr(one, name))
    assert [(row["analysis"], row["comparisons"]) for row in batch.rows()][:2] == [(1, "A:B"), (1, "A:C")]


def test_what_no_study_compares_is_said_by_the_rest_of_the_network() -> None:
    mask = np.array([NAMES != "0", ~np.isin(NAMES, ["3", "6", "7"])])
    result = network_meta_analysis(**TABLE, effect=EFFECT, se=SE, mask=mask)
    evidence = direct_and_indirect(result)
    at = evidence.comparisons.index(("B", "C"))
    assert evidence.k[1, at] == 0
    assert np.isnan([evidence.direct[1, at], evidence.difference[1, at], evidence.p[1, at]]).all()
    assert (evidence.proportion[1, at], evidence.indirect[1, at]) == (0, result.random.effect[1, 1, 2])
    assert evidence.indirect_se[1, at] == result.random.se[1, 1, 2]
    assert evidence.notes == (
        "No study makes some of the comparisons: they have no direct evidence (in 1 of 2 analyses).",
    )


def test_studies_added_one_by_one_begin_where_there_is_something_to_compare() -> None:
    table: dict[str, Any] = {"study": ["1", "2", "3"], "treatment1": ["a", "c", "b"], "treatment2": ["b", "d", "c"]}
    found = network_meta_analysis(**table, effect=[0.1, 0.2, 0.3], se=[0.1] * 3, mask=cumulative_mask(3))
    assert found.status.tolist() == ["ok", "disconnected", "ok"]
    assert_allclose(found.random.effect[2, 0], [0.0, 0.1, 0.4, 0.6])
    out = network_meta_analysis(**table, effect=[0.1, 0.2, 0.3], se=[0.1] * 3, mask=leave_one_out_mask(3))
    assert out.status.tolist() == ["ok", "ok", "disconnected"]


def test_many_analyses_are_fitted_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = network_meta_analysis(**TABLE, effect=EFFECT, se=SE, mask=WITHOUT_ONE)
    assert len(list(whole.network.parts())) == 2
    monkeypatch.setattr("mscevidence.stats.network_studies.AT_ONCE", 200)
    parts = network_meta_analysis(**TABLE, effect=EFFECT, se=SE, mask=WITHOUT_ONE)
    assert len(list(parts.network.parts())) == 4
    assert_allclose(parts.random.effect, whole.random.effect, rtol=1e-12)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"mask": np.ones((2, 15), dtype=bool)}, "columns of different lengths"),
        ({"effect": np.ones((2, 3)), "se": np.ones((2, 3))}, "columns of one length, got 16, 16, 16 and 3"),
        ({"study": STUDY[1:]}, "columns of one length, got 15, 16, 16 and 16"),
        ({"mask": np.zeros((2, len(NAMES)), dtype=bool)}, "no comparison is left"),
        ({"effect": np.stack([EFFECT, np.where(NAMES == "6", 1.0, EFFECT)])}, "effects of study 6 contradict"),
        ({"se": np.stack([SE, np.where(np.arange(16) == 7, 5.0, SE)])}, "standard errors of study 6 contradict"),
        ({"se": np.stack([SE, np.where(np.arange(16) == 7, 0.0, SE)])}, "se must be greater than zero; study 8"),
    ],
)
def test_unusable_batches_are_named_with_a_hint(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        network_meta_analysis(**({**TABLE, "effect": EFFECT, "se": SE} | changed))


def test_p_scores_of_tables_with_leading_axes() -> None:
    effect = np.array([[0.0, 1.0, 2.0], [-1.0, 0.0, 1.0], [-2.0, -1.0, 0.0]])
    both = p_scores(np.stack([effect, -effect]), np.ones((2, 3, 3)))
    assert_allclose(both[0], p_scores(effect, np.ones((3, 3))))
    assert_allclose(both[1], p_scores(-effect, np.ones((3, 3))))
    lost = effect.copy()
    lost[1] = lost[:, 1] = np.nan
    se = np.where(np.isnan(lost), np.nan, 1.0)
    partly = p_scores(np.stack([effect, lost]), np.stack([np.ones((3, 3)), se]))
    assert_allclose(partly[1, [0, 2]], p_scores(effect[::2, ::2], np.ones((2, 2))))
    assert np.isnan(partly[1, 1])
    with pytest.raises(StatisticsError, match="need finite effects"):
        p_scores(np.stack([effect, effect]), np.stack([np.ones((3, 3)), se]))
