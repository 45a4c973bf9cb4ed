"""Studies are laid side by side where they meet, and nothing is missed by that."""

from __future__ import annotations

import itertools
import random

import pytest

from mscevidence import identify
from mscevidence.identify import pairs
from mscevidence.model import Link, Study
from study_factory import arm, report, study

CONDITIONS = ("vasculitis", "anca-associated-vasculitis", "granulomatosis-with-polyangiitis", "behcet-disease", "lupus")
TERMS = {"lupus": "systemic-lupus-erythematosus"}


def drawn(chance: random.Random, number: int) -> Study:
    condition = chance.choice(CONDITIONS)
    cities = chance.sample(("Nanjing", "nanjing", "Madrid", "Leiden", None), chance.randrange(3))
    authors = chance.sample(("Sun L", "Sun Lingyun", "Wang D", "Tyndall A", None), chance.randrange(1, 3))
    return study(
        f"s{number}",
        condition=TERMS.get(condition, condition),
        centres=[{"city": city} for city in cities],
        arms=[arm(treated=chance.choice((2, 7, 9)))],
        reports=[
            report(f"r{place}", first_author=author, kind=chance.choice(("article", "secondary-table")))
            for place, author in enumerate(authors)
        ],
        cell_product=chance.choice((None, {"source": "umbilical-cord"}, {"source": "bone-marrow"})),
    )


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_missed_that_comparing_all_with_all_would_find(seed: int) -> None:
    chance = random.Random(seed)
    studies = [drawn(chance, number) for number in range(40)]
    both = itertools.combinations(studies, 2)
    expected = [found for left, right in both if (found := pairs.judged(left, right)) is not None]
    assert {one.kind for one in expected} == {"overlap", "look-alike"}
    proposed: list[Link] = [one for one in identify.link(studies).links if one.basis == "comparison"]
    assert proposed == expected


def test_studies_that_have_nothing_in_common_are_not_laid_side_by_side() -> None:
    far = [study("a", centres=[{"city": "Nanjing"}]), study("b", centres=[{"city": "Madrid"}])]
    other = study("c", condition="multiple-sclerosis", centres=[{"city": "Nanjing"}])
    near = study("d", centres=[{"city": "NANJING"}, {"city": "Madrid"}])
    assert pairs.alike([*far, other, near]) == [(far[0], near), (far[1], near)]
