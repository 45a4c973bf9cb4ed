"""Whether a network agrees with itself: heterogeneity within designs, inconsistency between them, and path by path.

A design is a set of treatments compared in a study. Q decomposition and the full design-by-treatment interaction model:
Higgins et al. 2012, Res Synth Methods 3:98; Krahn, Binder & König 2013, BMC Med Res Methodol 13:35; Jackson et al.
2014, Stat Med 33:3639. Direct and indirect evidence: Dias et al. 2010, Stat Med 29:932; by back-calculation König,
Krahn & Binder 2013, Stat Med 32:5414.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mscevidence.errors import StatisticsError
from mscevidence.stats.display import Row, Shown
from mscevidence.stats.distributions import chi2_tail, critical_value, two_sided_p
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, expect, plain, tail
from mscevidence.stats.network import NetworkMetaAnalysis
from mscevidence.stats.network_studies import Network
from mscevidence.stats.regression_tau2 import residual_tau2
from mscevidence.stats.weighted_least_squares import least_squares


@dataclass(frozen=True, slots=True)
class DesignInconsistency(Shown):
    """Cochran's Q of a network and its parts.

    Attributes:
        q, df, p: total, within designs (heterogeneity), between designs (inconsistency), (3) each; p is NaN where there
            is no degree of freedom.
        tau_within: between-study standard deviation within designs, by the generalised method of moments in the full
            design-by-treatment interaction model.
        interaction_q, interaction_df, interaction_p: test of inconsistency in that model, tau_within in the weights.
        designs: names; `design_q`, `design_df`: heterogeneity within each.
    """

    _lead = "q"

    q: FloatArray
    df: IntArray
    p: FloatArray
    tau_within: float
    interaction_q: float
    interaction_df: int
    interaction_p: float
    designs: tuple[str, ...]
    design_q: FloatArray
    design_df: IntArray

    def rows(self) -> list[Row]:
        """Return the parts of Q, the interaction test, and the heterogeneity within each design."""
        parts = ("total", "within designs", "between designs")
        found = [*zip(parts, self.q.tolist(), self.df.tolist(), self.p.tolist(), strict=True)]
        found += [("between, interaction model", self.interaction_q, self.interaction_df, self.interaction_p)]
        alone = zip(self.designs, self.design_q.tolist(), self.design_df.tolist(), strict=True)
        found += [(f"within {name}", q, df, float(chi2_tail(q, df)) if df else np.nan) for name, q, df in alone]
        return [{"part": part, "q": q, "df": df, "p": p} for part, q, df, p in found]

    def facts(self) -> Row:
        """Return the heterogeneity within designs."""
        return {"tau_within": self.tau_within}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on the parts that cannot be tested."""
        parts = ("in the whole network", "within designs", "between designs")
        return tuple(
            f"Nothing to test {part}: no degree of freedom." for part, df in zip(parts, self.df, strict=True) if not df
        )


def design_inconsistency(result: NetworkMetaAnalysis) -> DesignInconsistency:
    """Return how much of Q lies within designs and how much between them."""
    expect(result, NetworkMetaAnalysis, "network_meta_analysis")
    network = result.network
    y, v, design = network.observations()
    members = _members(network)
    blocks, parameters = _blocks(design, members)
    within_df = [int(rows.sum()) - size for rows, size in zip(members, parameters, strict=True)]
    within = np.array([
        least_squares(y[rows], block, 1 / v[rows]).residual_sum if df > 0 else 0.0
        for rows, block, df in zip(members, blocks, within_df, strict=True)
    ])  # fmt: skip
    df = np.array([result.q_df, sum(within_df), result.q_df - sum(within_df)], dtype=np.int64)
    heterogeneity = float(within.sum()) + network.contradiction()
    q = np.array([result.q, heterogeneity, max(0.0, result.q - heterogeneity)])
    tau2 = _tau2_within(y, v, members, blocks) if df[1] > 0 else 0.0
    full = sum(
        float(least_squares(y[rows], block, 1 / (v[rows] + tau2)).residual_sum)
        for rows, block in zip(members, blocks, strict=True)
    )
    between = max(0.0, float(least_squares(y, design[:, 1:], 1 / (v + tau2)).residual_sum) - full)
    return DesignInconsistency(
        q=plain(q), df=plain(df), p=plain(np.where(df > 0, chi2_tail(q, df), np.nan)), tau_within=float(np.sqrt(tau2)),
        interaction_q=between, interaction_df=int(df[2]),
        interaction_p=float(chi2_tail(between, df[2])) if df[2] > 0 else np.nan,
        designs=tuple(":".join(names) for names in network.designs),
        design_q=plain(within), design_df=plain(np.array(within_df, dtype=np.int64)),
    )  # fmt: skip


def _members(network: Network) -> list[BoolArray]:
    """Return which observations belong to each design."""
    own = [frozenset(study.arms.tolist()) for study in network.studies]
    labels = [label for label, study in zip(own, network.studies, strict=True) for _ in range(study.arms.size - 1)]
    return [np.array([label == one for label in labels]) for one in dict.fromkeys(own)]


def _blocks(design: FloatArray, members: list[BoolArray]) -> tuple[list[FloatArray], list[int]]:
    """Return the coefficients of the observations of each design, with parameters of its own."""
    blocks = []
    for rows in members:
        used = np.flatnonzero((design[rows] != 0).any(axis=0))
        blocks.append(design[np.ix_(rows, used[1:])])
    return blocks, [block.shape[1] for block in blocks]


def _tau2_within(y: FloatArray, v: FloatArray, members: list[BoolArray], blocks: list[FloatArray]) -> float:
    full = np.zeros((y.size, sum(block.shape[1] for block in blocks)))
    column = 0
    for rows, block in zip(members, blocks, strict=True):
        full[rows, column : column + block.shape[1]] = block
        column += block.shape[1]
    return residual_tau2(y, v, full, "DL")


@dataclass(frozen=True, slots=True)
class DirectAndIndirect(Shown):
    """What studies say that compare two treatments themselves, and what the rest of the network says about them.

    Attributes:
        comparisons: (treatment 1, treatment 2) for every pair that some study compares; effects are 1 versus 2.
        k: studies that compare them.
        proportion: share of the direct evidence in the network estimate.
        network, direct, indirect, difference (direct minus indirect), each with `_se`, and `p` of the difference; NaN
        where there is no indirect evidence.
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
    effects, tau2 = (result.random, np.nan_to_num(result.tau2)) if model == "random" else (result.common, 0.0)
    pairs: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for study in result.network.studies:
        for a, i in enumerate(study.arms.tolist()):
            for b, j in enumerate(study.arms.tolist()):
                if i < j:
                    weight = 1 / (float(study.variance[a, b]) + tau2)
                    pairs.setdefault((i, j), []).append((float(study.effect[a, b]), weight))
    order = sorted(pairs)
    rows, columns = np.array(order).T
    total = np.array([sum(w for _, w in pairs[pair]) for pair in order])
    direct = np.array([sum(y * w for y, w in pairs[pair]) for pair in order]) / total
    network, se = effects.effect[rows, columns], effects.se[rows, columns]
    share = np.minimum(se**2 * total, 1.0)
    rest = np.where(1 - share > 1e-10, 1 - share, np.nan)
    indirect = (network - share * direct) / rest
    indirect_se, direct_se = se / np.sqrt(rest), 1 / np.sqrt(total)
    difference, difference_se = direct - indirect, np.hypot(direct_se, indirect_se)
    names = tuple((result.treatments[i], result.treatments[j]) for i, j in order)
    k = np.array([len(pairs[pair]) for pair in order], dtype=np.int64)
    return DirectAndIndirect(
        comparisons=names, k=plain(k), proportion=plain(share), network=plain(network), network_se=plain(se),
        direct=plain(direct), direct_se=plain(direct_se), indirect=plain(indirect), indirect_se=plain(indirect_se),
        difference=plain(difference), difference_se=plain(difference_se),
        p=plain(two_sided_p(difference / difference_se, np.inf)), model=model, level=result.level,
    )  # fmt: skip
