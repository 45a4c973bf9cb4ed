"""Agreement of two reviewers beyond chance."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Sequence

from mscevidence.model import Judgement, Stage
from mscevidence.screening.standing import Standing


@dataclasses.dataclass(frozen=True)
class Agreement:
    """How two reviewers agree at a stage.

    Attributes:
        reviewers: their initials.
        records: how many records both judged.
        agreed: how many they judged alike; include and maybe count as alike.
        kappa: Cohen's kappa; None where it does not exist (both always said the same one word).
        standard_error: of kappa, under the hypothesis that it is not zero.
    """

    reviewers: tuple[str, str]
    stage: Stage
    records: int
    agreed: int
    kappa: float | None
    standard_error: float | None


def agreements(standings: Sequence[Standing], stage: Stage) -> tuple[Agreement, ...]:
    """Return the agreement of each pair of reviewers who judged records in common."""
    reviewers = sorted({one.by for each in standings for one in each.judgements[stage] if not one.settles})
    found = []
    for first, second in itertools.combinations(reviewers, 2):
        pairs = [(each.of(first, stage), each.of(second, stage)) for each in standings]
        both = [(_kept(one), _kept(other)) for one, other in pairs if one is not None and other is not None]
        if both:
            kappa, error = cohen_kappa(both)
            agreed = sum(one == other for one, other in both)
            found.append(Agreement((first, second), stage, len(both), agreed, kappa, error))
    return tuple(found)


def _kept(judgement: Judgement) -> str:
    return "include" if judgement.verdict == "maybe" else judgement.verdict


def cohen_kappa(pairs: Iterable[tuple[str, str]]) -> tuple[float | None, float | None]:
    """Return Cohen's kappa and its standard error; both None when chance agreement is certain.

    Cohen 1960 (Educ Psychol Meas 20:37), equation 1; standard error of Fleiss, Cohen and Everitt 1969 (Psychol Bull
    72:323), equation 13.
    """
    both = list(pairs)
    words = sorted({word for pair in both for word in pair})
    total = len(both)
    cell = {pair: both.count(pair) / total for pair in itertools.product(words, words)}
    row = {word: sum(cell[word, other] for other in words) for word in words}
    column = {word: sum(cell[other, word] for other in words) for word in words}
    observed = sum(cell[word, word] for word in words)
    expected = sum(row[word] * column[word] for word in words)
    if math.isclose(expected, 1):
        return None, None
    kappa = (observed - expected) / (1 - expected)
    diagonal = sum(cell[w, w] * (1 - (row[w] + column[w]) * (1 - kappa)) ** 2 for w in words)
    elsewhere = sum(cell[a, b] * (column[a] + row[b]) ** 2 for a in words for b in words if a != b)
    variance = diagonal + (1 - kappa) ** 2 * elsewhere - (kappa - expected * (1 - kappa)) ** 2
    return kappa, math.sqrt(max(variance, 0) / total) / (1 - expected)
