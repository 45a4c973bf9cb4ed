"""Cohen's kappa against statsmodels, and which judgements it is made of."""

from __future__ import annotations

import numpy as np
import pytest
from screening_samples import record, said
from statsmodels.stats.inter_rater import cohens_kappa

from mscevidence.model import Eligibility
from mscevidence.screening import agreements, cohen_kappa, standings

WORDS = ("exclude", "include", "not-retrieved")


@pytest.mark.parametrize("seed", range(6))
def test_kappa_and_its_error_are_those_of_statsmodels(seed: int) -> None:
    table = np.random.default_rng(seed).integers(0, 12, (3, 3)) + np.diag([9, 5, 2])
    pairs = [(WORDS[i], WORDS[j]) for i in range(3) for j in range(3) for _ in range(table[i, j])]
    expected = cohens_kappa(table)
    kappa, error = cohen_kappa(pairs)
    assert kappa == pytest.approx(expected.kappa, abs=1e-12)
    assert error == pytest.approx(expected.std_kappa, abs=1e-12)


def test_kappa_does_not_exist_where_both_always_say_the_same_word() -> None:
    assert cohen_kappa([("include", "include")] * 4) == (None, None)


def test_only_records_both_judged_count_and_maybe_is_as_good_as_include() -> None:
    titles = "abcd"
    judgements = [said(title, "fe", "include") for title in titles]
    judgements += [said("a", "ab", "maybe"), said("b", "ab", "exclude"), said("c", "ab", "include")]
    judgements += [said("b", "cd", "exclude", settles=True, at="2026-11-09T00:00:00")]
    (found,) = agreements(standings([record(title) for title in titles], Eligibility(), judgements), "record")
    assert (found.reviewers, found.records, found.agreed) == (("ab", "fe"), 3, 2)
