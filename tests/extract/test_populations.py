"""Whom a result is of, where words beside the number say so."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import pytest

from mscevidence.extract import extract
from mscevidence.read import read

ONE_GROUP = "Methods: Forty patients with Crohn's disease were treated with MSCs."
TWO_GROUPS = "Methods: Patients were randomised to the MSC group (n = 50) or the placebo group (n = 48)."


def told(methods: str, results: str) -> list[tuple[float | None, float | None, str | None, str | None]]:
    document = read(f"{methods}\nResults: {results}".encode())
    found = [c for c in extract(document) if c.kind == "result"]
    return [(c.number("events"), c.number("n"), c.arm, c.population) for c in found]


@pytest.mark.parametrize(
    ("methods", "results", "expected"),
    [
        (ONE_GROUP, "A per-protocol analysis showed a response in 27/33 patients.", [(27, 33, "all", "per-protocol")]),
        (
            ONE_GROUP,
            "In the intention-to-treat population 25/40 patients responded.",
            [(25, 40, "all", "intention-to-treat")],
        ),
        (ONE_GROUP, "Twenty of 36 evaluable patients responded.", [(20, 36, "all", "evaluable")]),
        (
            ONE_GROUP,
            "A response was seen in 20/36 patients (modified ITT).",
            [(20, 36, "all", "modified-intention-to-treat")],
        ),
        (
            ONE_GROUP,
            "A response was seen in 20/36 patients in the per protocol population.",
            [(20, 36, "all", "per-protocol")],
        ),
        (ONE_GROUP, "Twenty-five of 40 patients responded.", [(25, 40, "all", None)]),
        (
            ONE_GROUP,
            "In the ITT population 25/40 responded; fever was seen in 3/40.",
            [(25, 40, "all", "intention-to-treat"), (3, 40, "all", None)],
        ),
        (
            TWO_GROUPS,
            "More patients of the MSC group than of the placebo group achieved combined remission in the ITT (25 of 50 [50%] vs 16 of 48 [33%]; p = 0.09) and modified ITT populations (25 of 45 [56%] vs 16 of 44 [36%]).",
            [
                (25, 50, "MSC group", "intention-to-treat"),
                (16, 48, "placebo group", "intention-to-treat"),
                (25, 45, "MSC group", "modified-intention-to-treat"),
                (16, 44, "placebo group", "modified-intention-to-treat"),
            ],
        ),
    ],
)
def test_the_population_of_a_result(methods: str, results: str, expected: list[tuple[object, ...]]) -> None:
    assert told(methods, results) == expected


def test_no_n_of_all_patients_is_derived_for_some_of_them() -> None:
    assert told(ONE_GROUP, "In the per-protocol population the response rate was 80%.") == [
        (None, None, "all", "per-protocol")
    ]
    assert told(ONE_GROUP, "In the ITT population the response rate was 80%.") == [
        (32, 40, "all", "intention-to-treat")
    ]


def test_those_chosen_before_are_a_subgroup() -> None:
    results = "Of 20 patients with colitis, five relapsed."
    assert [(arm, population) for _, _, arm, population in told(ONE_GROUP, results)] == [(None, "subgroup")]
