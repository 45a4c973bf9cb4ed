"""Mixtures of beta distributions against each of them computed on its own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from mscevidence.stats.beta_mixtures import mixtures

GRID = np.linspace(-45.0, 45.0, 1801)


@pytest.mark.parametrize(
    ("a", "b", "x", "n"),
    [
        ([0.3, 2.0, 40.0], [0.5, 3.0, 10.0], [8, 0, 5], [18, 4, 5]),
        ([1e-6, 1.0], [1e-9, 1.0], [0, 3], [0, 3]),
        ([1e5, 3.0], [1e3, 1e4], [4000, 1], [5000, 9000]),
    ],
    ids=["usual", "nearly no prior", "prior and data far apart"],
)
def test_a_mixture_is_the_sum_of_its_parts(a: list[float], b: list[float], x: list[int], n: list[int]) -> None:
    share = np.arange(1.0, len(a) + 1)
    p, q = special.expit(GRID), special.expit(-GRID)
    found = mixtures(np.array(x, float), np.array(n, float), share, np.array(a), np.array(b), GRID)
    for events, size, height in zip(x, n, found, strict=True):
        parts = [
            (one + events) * np.log(p) + (other + size - events) * np.log(q) for one, other in zip(a, b, strict=True)
        ]
        norms = [special.betaln(one + events, other + size - events) for one, other in zip(a, b, strict=True)]
        heights = [np.exp(part - norm) for part, norm in zip(parts, norms, strict=True)]
        expected = sum(weight * each for weight, each in zip(share, heights, strict=True))
        assert height / height.sum() == pytest.approx(expected / expected.sum(), rel=1e-9, abs=1e-200)
