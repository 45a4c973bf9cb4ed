"""The optimal information size against numbers worked out by hand."""

from __future__ import annotations

import pytest

from mscevidence.publish.sof.evidence import risk_with
from mscevidence.publish.sof.size import events_for_incidence, size_for_difference, size_for_rate
from mscevidence.publish.sof.thresholds import thresholds


@pytest.mark.parametrize(
    ("rate", "margin", "size"),
    [
        (0.5, 0.05, 385),  # 1.95996² · 0.25 / 0.0025 = 384.15
        (0.5, 0.10, 97),  # 96.04
        (0.1, 0.05, 139),  # 3.84146 · 0.09 / 0.0025 = 138.29
        (0.9, 0.05, 139),
        (0.2, 0.10, 62),  # 3.84146 · 0.16 / 0.01 = 61.46
    ],
)
def test_patients_that_measure_a_rate(rate: float, margin: float, size: int) -> None:
    assert size_for_rate(rate, margin=margin) == size


@pytest.mark.parametrize(
    ("factor", "events"),
    [
        (1.5, 24),  # (1.95996 / 0.405465)² = 23.37
        (2.0, 8),  # (1.95996 / 0.693147)² = 7.995
        (1.1, 423),  # (1.95996 / 0.0953102)² = 422.88
    ],
)
def test_events_that_measure_an_incidence_rate(factor: float, events: int) -> None:
    assert events_for_incidence(factor) == events


def test_a_narrower_error_needs_more_patients() -> None:
    assert size_for_rate(0.5, margin=0.10, alpha=0.01) == 166  # 2.57583² · 0.25 / 0.01 = 165.87


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_no_size_at_the_ends(rate: float) -> None:
    assert size_for_rate(rate, margin=0.1) is None


@pytest.mark.parametrize(
    ("control", "treated", "size"),
    [
        # (1.95996 + 0.84162)² = 7.84888 times the sum of p (1 - p), over the squared difference, rounded up, two arms
        (0.20, 0.15, 2 * 903),  # 7.84888 · 0.2875 / 0.0025 = 902.62
        (0.40, 0.30, 2 * 354),  # 7.84888 · 0.45 / 0.01 = 353.20
        (0.30, 0.40, 2 * 354),
        (0.10, 0.05, 2 * 432),  # 7.84888 · 0.1375 / 0.0025 = 431.69
    ],
)
def test_patients_that_show_a_difference(control: float, treated: float, size: int) -> None:
    assert size_for_difference(control, treated) == size


def test_more_power_needs_more_patients() -> None:
    # (1.95996 + 1.28155)² · 0.45 / 0.01 = 472.83
    assert size_for_difference(0.40, 0.30, power=0.90) == 2 * 473


@pytest.mark.parametrize(("control", "treated"), [(0.2, 0.2), (0.0, 0.1), (0.1, 0.0), (1.0, 0.5)])
def test_no_size_without_a_difference_between_risks(control: float, treated: float) -> None:
    assert size_for_difference(control, treated) is None


@pytest.mark.parametrize(
    ("effect", "measure", "risk"),
    [
        (0.5, "OR", 1 / 9),  # odds 1 to 4, halved 1 to 8
        (2.0, "OR", 1 / 3),  # odds 1 to 4, doubled 1 to 2
        (1.0, "OR", 0.2),
        (0.5, "RR", 0.1),
        (9.0, "RR", 1.0),
        (-0.05, "RD", 0.15),
        (-0.5, "RD", 0.0),
    ],
)
def test_the_risk_with_cells_where_one_in_five_controls_has_the_event(effect: float, measure: str, risk: float) -> None:
    assert risk_with(effect, 0.2, measure) == pytest.approx(risk)  # type: ignore[arg-type]


def test_every_threshold_has_its_source() -> None:
    assert len(thresholds()) >= 12
    assert all(one.source and one.meaning and one.unit for one in thresholds().values())
