"""Multilevel models and cluster-robust errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import cluster_robust, multilevel, nested, random_effects, robust, variance_search
from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.nested_effects import given_effects
from mscevidence.stats.nested_likelihood import Solved

STUDY = np.array(["a", "a", "b", "b", "b", "c", "d", "d", "e"])
Y = np.array([0.1, 0.3, 0.8, 0.6, 1.2, 0.0, 0.4, 0.9, 0.2])
V = np.array([0.04, 0.05, 0.1, 0.08, 0.1, 0.03, 0.06, 0.05, 0.02])


def test_one_effect_per_study_is_random_effects_pooling() -> None:
    for method in ("REML", "ML"):
        found = multilevel(Y, V, np.arange(9), within=False, method=method)
        wanted = random_effects(Y, V, estimator=method, test="t")
        assert_allclose(found.sigma2, [wanted.tau2], rtol=1e-6)
        assert_allclose([found.beta[0], found.se[0], found.qe], [wanted.mu, wanted.se, wanted.q], rtol=1e-7)
        assert_allclose([found.log_likelihood, found.bic], [wanted.log_likelihood, wanted.bic], rtol=1e-9)


@pytest.mark.parametrize("moderators", [None, np.arange(9.0)])
@pytest.mark.parametrize("restricted", [True, False])
def test_the_derivatives_are_those_of_the_likelihood(restricted: bool, moderators: FloatArray | None) -> None:
    given = given_effects(Y, V, STUDY, moderators, None)
    effects = given.effects()
    problem = effects.likelihood(effects.decomposed(), within=True, restricted=restricted)
    x, at = given.design, np.array([0.07, 0.03])
    variance = np.diag(V + at[1]) + at[0] * (STUDY[:, None] == STUDY)
    w = np.linalg.inv(variance)
    bread = np.linalg.inv(x.T @ w @ x)
    projection = w - w @ x @ bread @ x.T @ w
    p = x.shape[1]
    full = np.linalg.slogdet(w)[1] - Y @ projection @ Y - (9 - restricted * p) * np.log(2 * np.pi)
    full += np.linalg.slogdet(x.T @ x)[1] + np.linalg.slogdet(bread)[1] if restricted else 0.0
    found = problem.at(at[np.newaxis])
    assert_allclose(found.value, full / 2, rtol=1e-12)
    directions = [(STUDY[:, None] == STUDY).astype(float), np.eye(9)]
    inverse = projection if restricted else w
    traces = [[np.trace(inverse @ one @ inverse @ two) / 2 for two in directions] for one in directions]
    assert_allclose(found.expected[0], traces, rtol=1e-9)
    for i in range(2):
        step = 1e-6 * np.eye(2)[i]
        above, below = (problem.at((at + sign * step)[np.newaxis]) for sign in (1, -1))
        assert_allclose(found.gradient[0, i], (above.value - below.value)[0] / 2e-6, rtol=1e-6)
        assert_allclose(-found.observed[0, i], (above.gradient - below.gradient)[0] / 2e-6, rtol=1e-6)
    grid = problem.heights(np.array([[0.0, 0.07]]), np.array([[0.0, 0.03, 1.0]]))
    assert grid.shape == (1, 3, 2)
    assert_allclose(grid[0, 1, 1], full / 2, rtol=1e-12)


def test_intervals_and_tests_are_those_of_the_coefficients() -> None:
    found = multilevel(Y, V, STUDY, level=0.9)
    half = special.stdtrit(8, 0.95) * np.sqrt(found.se[0] ** 2 + found.sigma2[0] + found.sigma2[1])
    assert_allclose([found.pi_lower, found.pi_upper], [found.beta[0] - half, found.beta[0] + half])
    moderators = np.stack([np.arange(9.0), 1e6 * (np.arange(9.0) - 3) ** 2], axis=1)
    for test in ("z", "t"):
        found = multilevel(Y, V, STUDY, moderators=moderators, test=test)
        tested = found.beta[1:] @ np.linalg.solve(found.covariance[1:, 1:], found.beta[1:])
        assert_allclose(found.qm, tested / (1 if test == "z" else 2))
        p: float = special.chdtrc(2, tested) if test == "z" else special.fdtrc(2, 6, tested / 2)
        assert_allclose(found.qm_p, p)
        assert found.qm_df == 2


def test_a_step_ends_at_the_maximum_of_the_model_among_components_that_are_not_negative() -> None:
    random = np.random.default_rng(1)
    root = random.normal(size=(500, 2, 2))
    information, sigma2 = root @ np.swapaxes(root, -1, -2) + 0.05 * np.eye(2), random.uniform(0.01, 1, (500, 2))
    gradient, nothing = random.normal(size=(500, 2)), np.zeros(500)
    at = Solved(nothing, gradient, information, np.full((500, 2, 2), np.nan), nothing, nothing)
    step, gain = variance_search._model_step(at, sigma2)
    left = gradient - np.einsum("nij,nj->ni", information, step)
    stopped = sigma2 + step < 1e-12
    assert (sigma2 + step >= 0).all()
    assert 100 < stopped.any(axis=1).sum() < 400
    assert_allclose(np.where(stopped, 0.0, left), 0.0, atol=1e-9)
    assert (left[stopped] <= 1e-9).all()
    assert_allclose(gain, np.vecdot(gradient, step) - np.einsum("ni,nij,nj->n", step, information, step) / 2)


def test_a_component_at_zero_is_left_out_of_the_step() -> None:
    observed, expected = np.array([[[-1.0, 5.0], [5.0, 4.0]]]), np.array([[[2.0, -1.9], [-1.9, 2.0]]])
    nothing = np.zeros(1)
    for turn in (1, -1):
        at = Solved(
            nothing, np.array([[-0.1, 2.0]])[:, ::turn], observed[:, ::turn, ::turn], expected, nothing, nothing
        )
        step, gain = variance_search._model_step(at, np.array([[0.0, 0.5]])[:, ::turn])
        assert_allclose(step, np.array([[0.0, 0.5]])[:, ::turn])
        assert_allclose(gain, 0.5)


def test_the_result_has_its_own_data() -> None:
    y, v, mask = Y.copy(), V.copy(), np.ones(9, dtype=np.bool_)
    for given in (None, mask):
        found = multilevel(y, v, STUDY, mask=given)
        before = robust(found).se
        y += 1.0
        v *= 2.0
        mask[0] = False
        assert_allclose(robust(found).se, before, rtol=1e-14)


@pytest.mark.parametrize(
    ("y", "v"),
    [
        (
            [0.6, 0.91, 0.45, 0.53, -0.01, 0.41, 1.05, 1.41, 0.05, 0.42],
            [0.483, 0.256, 0.236, 0.456, 0.328, 0.36, 0.415, 0.354, 0.064, 0.476],
        ),
        (
            [1.47, -0.51, 0.49, 0.96, 1.08, 1.4, 0.41, 0.13, 0.34, 0.43],
            [0.434, 0.472, 0.341, 0.098, 0.474, 0.37, 0.467, 0.126, 0.313, 0.356],
        ),
    ],
)
def test_a_component_at_zero_does_not_slow_the_other_one_down(y: list[float], v: list[float]) -> None:
    # The likelihood is convex in the component that stays at zero.
    found = multilevel(y, v, [0, 0, 1, 2, 2, 2, 3, 4, 4, 5])
    assert found.converged
    assert np.count_nonzero(found.sigma2) == 1


def test_order_and_labels_do_not_matter() -> None:
    order = np.random.default_rng(3).permutation(9)
    one, two = multilevel(Y, V, STUDY), multilevel(Y[order], V[order], STUDY[order])
    assert_allclose(one.sigma2, two.sigma2, atol=1e-8)
    assert_allclose(robust(one).se, robust(two).se, rtol=1e-6)


def test_single_effects_as_clusters_without_model_give_the_known_corrections() -> None:
    model = multilevel(Y, np.full(9, 0.1), np.arange(9), within=False)
    plain = np.sqrt(((Y - Y.mean()) ** 2).sum()) / 9
    assert_allclose(robust(model, kind="CR0").se, [plain])
    assert_allclose(robust(model, kind="CR1").se, [plain * np.sqrt(9 / 8)])
    # With one coefficient and equal variances CR2 is the textbook standard error with k - 1 degrees of freedom.
    found = robust(model)
    assert_allclose([found.se[0], found.df[0]], [Y.std(ddof=1) / 3, 8.0])


def test_fragile_results_say_so() -> None:
    found = multilevel(np.full(5, 0.2), V[:5], ["a", "a", "b", "b", "c"])
    assert (found.sigma2 == 0).all()
    assert len(found.notes) == 2
    notes = robust(found, kind="CR0").notes
    assert any("use CR2" in note for note in notes)
    assert any("standard error is zero" in note for note in notes)


def test_a_moderator_that_explains_everything_leaves_no_heterogeneity() -> None:
    x = np.arange(9.0)
    found = multilevel(0.1 + 0.2 * x, V, STUDY, moderators=x, test="z")
    assert_allclose(found.beta, [0.1, 0.2], atol=1e-8)
    assert_allclose(found.sigma2, [0.0, 0.0], atol=1e-12)
    assert np.isnan(found.pi_lower)


def test_unusable_input_is_refused() -> None:
    with pytest.raises(StatisticsError, match="nothing between studies"):
        multilevel(Y, V, ["a"] * 9)
    with pytest.raises(StatisticsError, match="no study has several effects"):
        multilevel(Y, V, np.arange(9))
    with pytest.raises(StatisticsError, match="study labels"):
        multilevel(Y, V, ["a", "b"])
    with pytest.raises(StatisticsError, match="a predictor does not vary"):
        multilevel(Y, V, STUDY, moderators=np.ones(9))
    with pytest.raises(StatisticsError, match="moderators must be"):
        multilevel(Y, V, STUDY, moderators=np.full(9, np.nan))
    with pytest.raises(StatisticsError, match="cannot determine"):
        multilevel(Y[:2], V[:2], ["a", "b"], within=False, moderators=[[1, 2], [3, 5]])
    with pytest.raises(StatisticsError, match="cluster labels"):
        robust(multilevel(Y, V, STUDY), cluster=["a"])
    with pytest.raises(StatisticsError, match="1 clusters cannot"):
        robust(multilevel(Y, V, STUDY), cluster=["a"] * 9)


def test_a_mask_is_the_same_as_leaving_the_effects_out() -> None:
    mask = np.array([True, True, True, False, True, True, True, True, False])
    x = np.where(mask, np.arange(9.0), np.nan)
    for moderators, kept in ((None, None), (x, x[mask])):
        found = multilevel(np.where(mask, Y, np.nan), V, STUDY, mask=mask, moderators=moderators)
        wanted = multilevel(Y[mask], V[mask], STUDY[mask], moderators=kept)
        assert found.k == 7
        assert found.studies == 4
        for name in SINGLE:
            assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-12)
        assert_allclose(found.marginal[np.ix_(mask, mask)], wanted.marginal, rtol=1e-12)
        assert not found.marginal[~mask].any()
        assert found.study.tolist() == [0, 0, 1, -1, 1, 2, 3, 3, -1]
        assert_allclose(robust(found).se, robust(wanted).se, rtol=1e-12)
        clusters = np.array(["x", "y", "x", "nobody's", "z", "z", "y", "u", "nobody's"])
        one, two = robust(found, cluster=clusters), robust(wanted, cluster=clusters[mask])
        assert_allclose([one.se, one.df], [two.se, two.df], rtol=1e-12)
        assert one.clusters == 4


SINGLE = (
    "beta", "se", "statistic", "p", "lower", "upper", "df", "covariance", "sigma2", "qe", "qe_df", "qe_p", "qm",
    "qm_df", "qm_p", "log_likelihood", "pi_lower", "pi_upper", "k", "studies", "converged", "aic", "bic", "aicc",
)  # fmt: skip
INFERENCE = ("beta", "se", "df", "statistic", "p", "lower", "upper", "covariance", "clusters")


def ragged(seed: int, shape: tuple[int, ...], k: int = 14) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Effects with more heterogeneity in some analyses than in others, a third of them absent and unusable."""
    random = np.random.default_rng(seed)
    v = np.exp(random.normal(-2.5, 0.7, (*shape, k)))
    y = random.normal(0.3, np.sqrt(v + random.choice([0.0, 0.3], (*shape, 1))))
    mask = random.random((*shape, k)) < 0.7
    mask[..., :6] = True
    return np.where(mask, y, np.nan), np.where(mask, v, -1.0), mask


UNEVEN = np.array(["a", "b", "a", "c", "d", "d", "b", "e", "a", "a", "f", "g", "d", "a"])
CROSSING = np.array([1, 2, 3, 4, 5, 1, 2, 6, 4, 1, 5, 5, 3, 2])


@pytest.mark.parametrize("within", [True, False])
@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("covariates", [0, 1, 2, -1])
def test_a_batch_is_its_analyses(within: bool, method: str, covariates: int) -> None:
    y, v, mask = ragged(11, (3, 4))
    random = np.random.default_rng(2)
    # Shared by all analyses, or one for each of them.
    x = random.normal(size=(14, covariates)) if covariates >= 0 else random.normal(size=(3, 4, 14, 1))
    moderators = x if covariates else None
    batch = multilevel(y, v, UNEVEN, mask=mask, within=within, moderators=moderators, method=method)
    assert batch.beta.shape == (3, 4, 1 + abs(covariates))
    assert batch.sigma2.shape == (3, 4, 1 + within)
    for index in np.ndindex(3, 4):
        there = mask[index]
        own = None if moderators is None else (moderators if covariates > 0 else moderators[index])[there]
        one = multilevel(y[index][there], v[index][there], UNEVEN[there], within=within, moderators=own, method=method)
        for name in SINGLE:
            assert_allclose(getattr(batch, name)[index], getattr(one, name), rtol=1e-9, atol=1e-12, err_msg=name)
        assert_allclose(batch.marginal[index][np.ix_(there, there)], one.marginal, rtol=1e-9)
    assert (batch.status == "ok").all()
    assert batch.converged.all()


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
@pytest.mark.parametrize("crossing", [True, False])
def test_robust_errors_of_a_batch_are_those_of_its_analyses(kind: str, crossing: bool) -> None:
    y, v, mask = ragged(5, (2, 3))
    x = np.arange(14.0) % 5
    batch = robust(
        multilevel(y, v, UNEVEN, mask=mask, moderators=x), kind=kind, cluster=CROSSING if crossing else None, level=0.9
    )
    for index in np.ndindex(2, 3):
        there = mask[index]
        model = multilevel(y[index][there], v[index][there], UNEVEN[there], moderators=x[there])
        one = robust(model, kind=kind, cluster=CROSSING[there] if crossing else None, level=0.9)
        for name in INFERENCE:
            assert_allclose(getattr(batch, name)[index], getattr(one, name), rtol=1e-9, atol=1e-13, err_msg=name)
    assert len(batch.rows()) == 12
    assert batch.rows()[3]["analysis"] == 2


@pytest.mark.parametrize("crossing", [True, False])
def test_bias_reduced_errors_are_the_textbook_matrices(crossing: bool) -> None:
    model = multilevel(Y, V, STUDY, moderators=np.arange(9.0) ** 2)
    labels = np.array([0, 1, 2, 3, 1, 2, 0, 4, 3]) if crossing else np.unique(STUDY, return_inverse=True)[1]
    x, phi, bread = model.design, model.marginal, model.covariance
    wx, residual = np.linalg.solve(phi, x), Y - x @ model.beta
    annihilator = np.eye(9) - x @ bread @ wx.T
    scores, directions = [], []
    for label in range(5):
        rows = labels == label
        root = np.linalg.cholesky(phi[np.ix_(rows, rows)])
        inner = root.T @ annihilator[rows] @ phi @ annihilator[rows].T @ root
        values, vectors = np.linalg.eigh(inner)
        power = np.where(values > 1e-12 * values.max(), np.abs(values) ** -0.5, 0.0)
        adjusted = root @ (vectors * power) @ vectors.T @ root.T @ wx[rows] @ bread
        scores.append(adjusted.T @ residual[rows])
        directions.append(annihilator[rows].T @ adjusted)
    found = robust(model, cluster=labels)
    assert_allclose(found.covariance, np.einsum("ip,iq->pq", scores, scores), rtol=1e-9)
    products = np.einsum("ikp,kl,jlp->pij", directions, phi, directions)
    assert_allclose(found.df, np.einsum("pii->p", products) ** 2 / (products**2).sum(axis=(1, 2)), rtol=1e-9)


def test_leaving_one_study_out_is_one_call() -> None:
    studies = np.unique(STUDY)
    without = multilevel(Y, V, STUDY, mask=studies[:, np.newaxis] != STUDY)
    errors = robust(without)
    for i, study in enumerate(studies):
        kept = study != STUDY
        one = multilevel(Y[kept], V[kept], STUDY[kept])
        for name in SINGLE:
            assert_allclose(getattr(without, name)[i], getattr(one, name), rtol=1e-9, atol=1e-12, err_msg=name)
        assert_allclose(errors.se[i], robust(one).se, rtol=1e-9)
    assert without.studies.tolist() == [4] * 5
    assert "Fewer than 5 studies: the variance between studies is hardly determined (in 5 of 5 analyses)." in (
        without.notes
    )


def hopeless() -> tuple[BoolArray, FloatArray]:
    """Masks and moderators of six analyses, of which the first and the last can be estimated."""
    mask, x = np.ones((6, 9), dtype=np.bool_), np.tile(np.arange(9.0) % 4, (6, 1))
    mask[1] = STUDY == "b"
    mask[2] = ~np.isin(np.arange(9), [1, 3, 4, 7])
    mask[3] = np.arange(9) < 2
    x[4] = 3.0
    return mask, x[..., np.newaxis]


def test_an_analysis_without_estimate_is_named_among_others() -> None:
    mask, x = hopeless()
    found = multilevel(Y, V, STUDY, mask=mask, moderators=x)
    assert found.status.tolist() == ["ok", "one-study", "not-repeated", "too-few", "singular", "ok"]
    lost = found.status != "ok"
    for name in ("beta", "se", "sigma2", "covariance", "qe", "qm", "log_likelihood"):
        values = getattr(found, name)
        assert np.isnan(values[lost]).all(), name
        assert np.isfinite(values[~lost]).all(), name
    assert not found.converged[lost].any()
    assert found.converged[~lost].all()
    for sentence in ("all effects are of one study", "no study has several", "no more effects than", "does not vary"):
        assert sum(sentence in note and "(in 1 of 6 analyses)" in note for note in found.notes) == 1
    assert not any("did not converge" in note for note in found.notes)
    one = multilevel(Y, V, STUDY, moderators=x[0])
    assert_allclose(found.beta[[0, 5]], [one.beta, one.beta], rtol=1e-10)
    errors = robust(found)
    assert errors.status.tolist() == found.status.tolist()
    assert np.isnan(errors.se[lost]).all()
    assert any("the model has no estimate (in 4 of 6 analyses)" in note for note in errors.notes)
    rows = found.rows()
    assert (rows[2]["analysis"], rows[2]["status"], rows[0]["status"]) == (2, "one-study", "ok")
    assert {"sigma2_between", "sigma2_within"} < set(rows[0])
    with pytest.raises(StatisticsError, match="all effects are of one study"):
        multilevel(Y, V, STUDY, mask=mask[1:4], moderators=x[1:4])


def test_moderators_that_leave_nothing_to_tell_the_components_by_are_named() -> None:
    # The only study with two effects has an indicator of one of them.
    study, x = ["a", "a", "b", "c", "d"], np.array([1.0, 0, 0, 0, 0])
    with pytest.raises(StatisticsError, match="tells the variance components apart") as raised:
        multilevel(Y[:5], V[:5], study, moderators=x)
    assert "method='ML'" in raised.value.hint
    assert multilevel(Y[:5], V[:5], study, moderators=x, method="ML").converged
    # An indicator of each study but one explains what is between them.
    dummies = (STUDY[:, np.newaxis] == np.unique(STUDY)[1:]).astype(float)
    for within in (True, False):
        with pytest.raises(StatisticsError, match="tells the variance components apart"):
            multilevel(Y, V, STUDY, moderators=dummies, within=within)
    found = multilevel([Y[:5]] * 2, V[:5], study, moderators=[x[:, np.newaxis], np.arange(5.0)[:, np.newaxis]])
    assert found.status.tolist() == ["confused", "ok"]
    assert np.isnan(found.beta[0]).all()


def test_too_few_clusters_are_named_among_others() -> None:
    mask = np.ones((2, 9), dtype=np.bool_)
    mask[1, 5:] = False
    found = robust(multilevel(Y, V, STUDY, mask=mask), cluster=["x"] * 5 + ["y"] * 4)
    assert found.status.tolist() == ["ok", "too-few-clusters"]
    assert found.clusters.tolist() == [2, 1]
    assert np.isnan(found.beta[1]).all()
    assert any("no more clusters than coefficients (in 1 of 2 analyses)" in note for note in found.notes)


@pytest.mark.parametrize("at_once", [1, 20_000])
def test_a_large_batch_is_done_in_parts(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    y, v, mask = ragged(8, (7,))
    mask[3] &= UNEVEN == "a"
    whole = multilevel(y, v, UNEVEN, mask=mask)
    errors = robust(whole)
    monkeypatch.setattr(nested, "_AT_ONCE", at_once)
    monkeypatch.setattr(cluster_robust, "_AT_ONCE", at_once)
    parts = multilevel(y, v, UNEVEN, mask=mask)
    for name in SINGLE:
        assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-11, atol=1e-13)
    assert_allclose(robust(parts).df, errors.df, rtol=1e-9)


def test_the_size_of_outcomes_does_not_matter() -> None:
    one = multilevel(Y, V, STUDY)
    for size in (1e-6, 1e6):
        other = multilevel(size * Y, size**2 * V, STUDY)
        assert_allclose(other.sigma2 / size**2, one.sigma2, rtol=1e-8)
        assert_allclose(other.se / size, one.se, rtol=1e-9)


@pytest.mark.parametrize(
    ("what", "arguments", "options"),
    [
        ("effects of another length", ([Y[:8]] * 2, V, STUDY), {}),
        ("labels for each analysis", ([Y] * 2, V, [STUDY] * 2), {}),
        ("labels of different kinds", (Y, V, np.array([1, "a"] * 4 + [None], dtype=object)), {}),
        ("moderators of another length", ([Y] * 2, V, STUDY), {"moderators": np.ones((2, 8, 1))}),
        ("moderators of other analyses", ([Y] * 2, V, STUDY), {"moderators": np.ones((3, 9, 1))}),
        ("moderators in words", (Y, V, STUDY), {"moderators": ["much"] * 9}),
        ("no analysis with effects", ([Y] * 2, V, STUDY), {"mask": np.zeros((2, 9), dtype=bool)}),
        ("a mask of other analyses", ([Y] * 2, V, STUDY), {"mask": np.ones((3, 9), dtype=bool)}),
        ("a batch of nothing", (np.ones((0, 9)), V, STUDY), {}),
    ],
)
def test_what_does_not_fit_together_is_refused(what: str, arguments: Any, options: dict[str, Any]) -> None:
    with pytest.raises(StatisticsError) as raised:
        multilevel(*arguments, **options)
    assert raised.value.message, what
