"""Whether a network agrees with itself: heterogeneity within designs, inconsistency between them, and path by path.

A design is a set of treatments compared in a study. Q decomposition and the full design-by-treatment interaction model:
Higgins et al. 2012, Res Synth Methods 3:98; Krahn, Binder & König 2013, BMC Med Res Methodol 13:35; Jackson et al.
2014, Stat Med 33:3639. Direct and indirect evidence: Dias et al. 2010, Stat Med 29:932; by back-calculation König,
Krahn & Binder 2013, Stat Med 32:5414.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown, labelled_rows
from mscevidence.stats.distributions import chi2_tail, critical_value, two_sided_p
from mscevidence.stats.inputs import FloatArray, IntArray, expect, plain, tail
from mscevidence.stats.network import NetworkMetaAnalysis
from mscevidence.stats.network_studies import Network


@dataclass(frozen=True, slots=True)
class DesignInconsistency(Shown):
    """Cochran's Q of a network and its parts, or of a batch of networks.

    Every field has the leading shape (...) of the network analysis in front; NaN where that has no estimate.

    Attributes:
        q, df, p: total, within designs (heterogeneity), between designs (inconsistency), (..., 3) each; p is NaN where
            there is no degree of freedom.
        tau_within: between-study standard deviation within designs, by the generalised method of moments in the full
            design-by-treatment interaction model.
        interaction_q, interaction_df, interaction_p: test of inconsistency in that model, tau_within in the weights.
        designs: (D) names; `design_q`, `design_df`: (..., D) heterogeneity within each.
    """

    _lead = "q"

    q: FloatArray
    df: IntArray
    p: FloatArray
    tau_within: FloatArray
    interaction_q: FloatArray
    interaction_df: IntArray
    interaction_p: FloatArray
    designs: tuple[str, ...]
    design_q: FloatArray
    design_df: IntArray

    def rows(self) -> list[Row]:
        """Return the parts of Q, the interaction test, and the heterogeneity within each design.

        Of a batch for each analysis.
        """
        parts = ["total", "within designs", "between designs", "between, interaction model"]
        interaction = (np.asarray(part)[..., np.newaxis] for part in (self.interaction_q, self.interaction_df))
        q, df = (
            np.concatenate([*three], axis=-1)
            for three in zip((self.q, self.df), interaction, (self.design_q, self.design_df), strict=True)
        )
        labels = {"part": [*parts, *(f"within {name}" for name in self.designs)]}
        return labelled_rows(labels, {"q": q, "df": df, "p": _p(q, df)}, {"tau_within": self.tau_within})

    def facts(self) -> Row:
        """Return the heterogeneity within designs of a single analysis."""
        return {"tau_within": self.tau_within} if np.ndim(self.tau_within) == 0 else {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on the parts that cannot be tested."""
        parts = ("in the whole network", "within designs", "between designs")
        sentences = (f"Nothing to test {part}: no degree of freedom." for part in parts)
        return diagnosis.sentences([(self.df[..., i] == 0, sentence) for i, sentence in enumerate(sentences)])


def _p(q: FloatArray, df: IntArray) -> FloatArray:
    return np.where(df > 0, chi2_tail(q, df), np.nan)


def design_inconsistency(result: NetworkMetaAnalysis) -> DesignInconsistency:
    """Return how much of Q lies within designs and how much between them."""
    expect(result, NetworkMetaAnalysis, "network_meta_analysis")
    network = result.network
    analyses, designs = len(network.status), len(network.arms)
    values: dict[str, Any] = {
        **{name: np.full(analyses, np.nan) for name in ("heterogeneity", "tau2", "between")},
        "design_q": np.full((analyses, designs), np.nan), "design_df": np.zeros((analyses, designs), dtype=np.int64),
    }  # fmt: skip
    for rows, part, treatments in network.parts():
        for name, value in _within_and_between(part, treatments).items():
            values[name][rows] = value
    total_q, total_df = (np.reshape(part, -1) for part in (result.q, result.q_df))
    within_df = values["design_df"].sum(axis=1)
    between_q = np.maximum(total_q - values["heterogeneity"], 0.0)
    q = np.stack([total_q, values["heterogeneity"], between_q], axis=1)
    df = np.stack([total_df, within_df, total_df - within_df], axis=1)
    found = {
        "q": q, "df": df, "p": _p(q, df), "tau_within": np.sqrt(values["tau2"]), "interaction_q": values["between"],
        "interaction_df": df[:, 2], "interaction_p": _p(values["between"], df[:, 2]),
        "design_q": values["design_q"], "design_df": values["design_df"],
    }  # fmt: skip
    names = tuple(":".join(design) for design in network.designs)
    return DesignInconsistency(designs=names, **{name: network.shaped(value) for name, value in found.items()})


def _within_and_between(network: Network, treatments: IntArray) -> dict[str, Any]:
    """Return Q within designs, tau2 within them, and by how much the consistency model fits worse with this tau2."""
    # A design is a network of its own; together they have the parameters of the full interaction model.
    designs = [network.design(arms).regression(np.array(arms)) for arms in network.arms]
    fits = [data.fit(np.zeros_like(data.k)) for data in designs]
    df = np.stack([np.maximum(data.df, 0) for data in designs], axis=1).astype(np.int64)
    rest = np.stack([fit.rest for fit in fits], axis=1)
    q = np.where(df > 0, rest, 0.0)
    tau2 = _moments(q.sum(axis=1), df.sum(axis=1), np.sum([fit.trace() for fit in fits], axis=0))
    full = np.sum([data.fit(tau2).rest for data in designs], axis=0)
    between = np.maximum(network.regression(treatments).fit(tau2).rest - full, 0.0)
    heterogeneity = q.sum(axis=1) + network.contradiction()
    return {"design_q": q, "design_df": df, "tau2": tau2, "between": between, "heterogeneity": heterogeneity}


def _moments(q: FloatArray, df: IntArray, trace: FloatArray) -> FloatArray:
    """Return tau2 by the generalised method of moments, zero without a degree of freedom."""
    usable = df > 0
    return np.where(usable, np.maximum(q - df, 0.0) / np.where(usable, trace, 1.0), 0.0)


@dataclass(frozen=True, slots=True)
class DirectAndIndirect(Shown):
    """What studies say that compare two treatments themselves, and what the rest of the network says about them.

    Every field but the names has the leading shape (...) of the network analysis in front; NaN where that has no
    estimate.

    Attributes:
        comparisons: (C) (treatment 1, treatment 2) for every pair that some study compares; effects are 1 versus 2.
        k: (..., C) studies that compare them.
        proportion: share of the direct evidence in the network estimate.
        network, direct, indirect, difference (direct minus indirect), each with `_se`, and `p` of the difference; NaN
        where there is no such evidence.
        model: `common` or `random`; level: of intervals.
    """

    comparisons: tuple[tuple[str, str], ...]
    k: IntArray
    proportion: FloatArray
    network: FloatArray
    network_se: FloatArray
    direct: FloatArray
    direct_se: FloatArray
    indirect: FloatArray
    indirect_se: FloatArray
    difference: FloatArray
    difference_se: FloatArray
    p: FloatArray
    model: str
    level: float

    def rows(self) -> list[Row]:
        """Return one row per comparison; of a batch for each analysis."""
        hidden = {"comparisons", "model", "level"}
        columns = {name: getattr(self, name) for name in self.__slots__ if name not in hidden}
        return labelled_rows({"comparisons": [":".join(pair) for pair in self.comparisons]}, columns)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on comparisons of a batch that an analysis does not make; empty when there are none."""
        none = "No study makes some of the comparisons: they have no direct evidence."
        return diagnosis.sentences([((self.k == 0).any(axis=-1), none)])

    def difference_interval(self) -> tuple[FloatArray, FloatArray]:
        """Return the limits of the difference."""
        half = critical_value(tail(self.level), np.inf) * self.difference_se
        return self.difference - half, self.difference + half


def direct_and_indirect(result: NetworkMetaAnalysis, *, model: str = "random") -> DirectAndIndirect:
    """Return direct and indirect evidence on every comparison that some study makes.

    The indirect estimate is what must be added to the direct one, by inverse variance, to give the network estimate.

    Args:
        result: of `network_meta_analysis`.
        model: `random` or `common`.

    Raises:
        StatisticsError: no such model.
    """
    expect(result, NetworkMetaAnalysis, "network_meta_analysis")
    if model not in {"random", "common"}:
        raise StatisticsError(f"no model {model!r}", hint="random or common")
    network, effects = result.network, result.random if model == "random" else result.common
    tau2 = np.nan_to_num(np.reshape(result.tau2, -1)) if model == "random" else np.zeros(len(network.status))
    pairs = sorted({pair for arms in network.arms for pair in combinations(arms, 2)})
    k, total, score = _direct(network, pairs, tau2)
    i, j = np.array(pairs).T
    lead = (*network.lead, len(pairs))
    k, total, score = (part.reshape(lead) for part in (k, total, score))
    there = total > 0
    direct = np.divide(score, total, out=np.full(lead, np.nan), where=there)
    direct_se = np.divide(1.0, np.sqrt(total), out=np.full(lead, np.nan), where=there)
    estimate, se = effects.effect[..., i, j], effects.se[..., i, j]
    share = np.minimum(se**2 * total, 1.0)
    rest = np.where(1 - share > 1e-10, 1 - share, np.nan)
    indirect, indirect_se = (estimate - np.where(there, share * direct, 0.0)) / rest, se / np.sqrt(rest)
    difference, difference_se = direct - indirect, np.hypot(direct_se, indirect_se)
    columns = {
        "k": k.astype(np.int64), "proportion": share, "network": estimate, "network_se": se, "direct": direct,
        "direct_se": direct_se, "indirect": indirect, "indirect_se": indirect_se, "difference": difference,
        "difference_se": difference_se, "p": two_sided_p(difference / difference_se, np.inf),
    }  # fmt: skip
    names = tuple((result.treatments[a], result.treatments[b]) for a, b in pairs)
    shown: dict[str, Any] = {name: plain(column) for name, column in columns.items()}
    return DirectAndIndirect(comparisons=names, model=model, level=result.level, **shown)


def _direct(network: Network, pairs: list[tuple[int, int]], tau2: FloatArray) -> tuple[FloatArray, ...]:
    """Return how many studies compare each pair (B, C), their total weight, and their weighted sum of effects."""
    place = {pair: at for at, pair in enumerate(pairs)}
    usable = (network.status == "ok")[:, np.newaxis]
    found = np.zeros((3, len(usable), len(pairs)))
    for group in network.groups:
        present = (usable & group.present).astype(np.float64)
        for a, b in combinations(range(group.arms.shape[1]), 2):
            column = [place[pair] for pair in zip(group.arms[:, a].tolist(), group.arms[:, b].tolist(), strict=True)]
            to = np.zeros((len(column), len(pairs)))
            to[np.arange(len(column)), column] = 1.0
            weight = present / (group.variance[..., a, b] + tau2[:, np.newaxis])
            found += np.stack([part @ to for part in (present, weight, weight * group.effect[..., a, b])])
    return tuple(found)
