"""The network of treatments, and the map of studies, reports and families: what is in them, and legibly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle, RegularPolygon

from figure_reading import assert_apart, texts_in_place
from mscevidence import identify
from mscevidence.errors import SelectionError
from mscevidence.model import Family, Study
from mscevidence.publish import network as networks
from mscevidence.publish import studies_map as maps
from mscevidence.publish.figure import figure_bytes
from mscevidence.publish.network_plot import draw_network, order_on_circle
from mscevidence.publish.plot_page import texts_of
from mscevidence.publish.studies_plot import BADGES, draw_studies_map
from study_factory import arm, report, study

SOURCES = ("umbilical-cord", "bone-marrow", "adipose", "wharton-jelly", "umbilical-cord-blood", "placenta", "amnion")
CONTROLS = ("placebo", "standard-care", "no-treatment", "sham", "active-comparator", "control")
LONG = "A trial group with a name that goes on for longer than any column of a figure would like it to, and on"


def trial(name: str, source: str = "umbilical-cord", control: str = "placebo", n: int = 20, **more: Any) -> Study:
    arms = [arm("cells", treated=n), arm("other", role=control, treated=n - 1)]
    return study(name, **{"arms": arms, "cell_product": {"source": source}, **more})


def test_nodes_count_patients_and_edges_studies() -> None:
    found = networks.network([trial("a"), trial("b", n=30), trial("c", "bone-marrow", "standard-care", 9)], ())
    assert {one.name: (one.patients, one.studies, one.control) for one in found.treatments} == {
        "umbilical cord": (50, 2, False),
        "placebo": (48, 2, True),
        "bone marrow": (9, 1, False),
        "standard care": (8, 1, True),
    }
    assert {pair: len(labels) for pair, labels in found.comparisons.items()} == {
        ("bone marrow", "standard care"): 1,
        ("umbilical cord", "placebo"): 2,
    }
    assert (found.studies, found.parts, found.unknown) == (3, 2, 0)


def test_a_study_with_three_treatments_compares_each_pair_and_sums_arms_of_one_treatment() -> None:
    arms = [
        arm("low", treated=10), arm("high", treated=12), arm("both", combines=["low", "high"], treated=22),
        arm("marrow", treated=7, cell_product={"source": "bone-marrow"}), arm("none", role="placebo", treated=8),
        arm("healthy", role="healthy-control", treated=50),
    ]  # fmt: skip
    arms[2] = arm("both", combines=["low", "high", "marrow"], treated=29)
    found = networks.network([study("three", arms=arms, cell_product={"source": "umbilical-cord"})], ())
    assert len(found.comparisons) == 3
    assert {one.name: one.patients for one in found.treatments} == {
        "umbilical cord": 22, "bone marrow": 7, "placebo": 8,
    }  # fmt: skip


def test_doses_of_the_same_cells_are_one_treatment_until_told_apart() -> None:
    arms = [
        arm(name, treated=5, dose={"value": value, "unit": "cells/kg"}) for name, value in (("low", 1e6), ("high", 2e6))
    ]
    doses = study("doses", arms=arms, cell_product={"source": "umbilical-cord"})
    with pytest.raises(SelectionError, match="no study compares two treatments") as raised:
        networks.network([doses], ())
    assert "--doses" in raised.value.hint
    found = networks.network([doses], (), doses=True)
    assert [one.name for one in found.treatments] == [
        "umbilical cord, 1×10⁶ cells/kg",
        "umbilical cord, 2×10⁶ cells/kg",
    ]
    assert networks.network([doses, trial("b")], ()).alike == ("Doses 2020",)


def test_of_a_family_the_largest_study_counts_and_retracted_studies_do_not() -> None:
    family = Family(id="one-centre", studies=("a", "b"), reasons=("one centre",))
    gone = trial("gone", reports=[report(status="retracted", first_author="Gone A")])
    found = networks.network([trial("a"), trial("b", n=30), gone], [family])
    assert (found.studies, found.shared, found.unusable) == (1, ("A 2020",), ("Gone 2020",))
    assert found.treatments[0].patients == 30


def test_an_arm_of_unknown_size_is_told_and_not_guessed() -> None:
    arms = [arm("cells"), arm("other", role="placebo", enrolled=4)]
    found = networks.network([study("a", arms=arms)], ())
    assert found.unknown == 1
    assert "patients not known, 1 study" in texts_of(draw_network(found))


def test_the_area_of_a_node_goes_with_its_patients_and_controls_are_square() -> None:
    figure = draw_network(networks.network([trial("a", n=80), trial("b", "bone-marrow", n=20)], ()))
    circles = [one for one in figure.findobj(Circle) if one.get_zorder() == 3]
    assert len(figure.findobj(RegularPolygon)) == 1
    small, large = sorted(one.get_radius() for one in circles)
    assert (large / small) ** 2 == pytest.approx(4)


def test_the_order_on_the_circle_keeps_the_compared_together() -> None:
    compared = {("a", "d"): ("x",), ("b", "e"): ("x",), ("c", "f"): ("x",)}
    order = order_on_circle(["a", "b", "c", "d", "e", "f"], compared)
    gaps = [abs(order.index(left) - order.index(right)) for left, right in compared]
    assert all(gap in (1, 5) for gap in gaps)


def many_trials(k: int) -> list[Study]:
    return [
        trial(f"s{i}", SOURCES[i % len(SOURCES)], CONTROLS[(i // 2) % len(CONTROLS)], 5 + 7 * (i % 9), reports=[
            report(first_author=f"{LONG if i % 9 == 5 else 'Author'} {i} A", status=tuple(BADGES)[i % len(BADGES)]),
            *(report(f"more-{i}-{j}", kind="conference-abstract", year=2000 + j) for j in range(i % 5)),
        ], registrations=[f"NCT{i:08}"], condition=("immune-thrombocytopenia", "crohns-disease")[i % 2])
        for i in range(k)
    ]  # fmt: skip


def drawn(kind: str, k: int) -> Figure:
    studies = many_trials(k)
    linkage = identify.link(studies)
    if kind == "network":
        return draw_network(networks.network(studies, linkage.families))
    return draw_studies_map(maps.studies_map(studies, linkage))


@pytest.mark.parametrize("kind", ["network", "studies"])
@pytest.mark.parametrize("k", [1, 4, 20, 60])
def test_no_text_leaves_the_page_or_stands_on_another(kind: str, k: int) -> None:
    figure = drawn(kind, k)
    assert_apart(texts_in_place(figure))


@pytest.mark.parametrize("kind", ["network", "studies"])
def test_the_same_studies_give_the_same_bytes_with_text_as_text(kind: str) -> None:
    made = [figure_bytes(drawn(kind, 9), "svg", title=kind, description="") for _ in "12"]
    assert made[0] == made[1]
    assert b"<text" in made[0]


@pytest.mark.parametrize("k", range(1, 9))
def test_every_node_of_a_network_has_its_name(k: int) -> None:
    found = networks.network(many_trials(k), ())
    said = " ".join(texts_of(draw_network(found)))
    assert all(one.name.split()[0] in said for one in found.treatments)
    assert len(found.treatments) == said.count(" patients, ")


def families() -> list[Study]:
    one_centre = {"overlaps": [{"family": "one-centre", "reason": "the same ward"}]}
    both = {"overlaps": [*one_centre["overlaps"], {"family": "one-year", "reason": "the same months"}]}
    lupus = {"condition": "systemic-lupus-erythematosus"}
    shared = [report("table-9", kind="secondary-table", first_author="Reviewer A")]
    return [
        study("zulu", reports=[report("zulu-1", first_author="Zulu A")], **one_centre),
        study("alpha", reports=[*shared, report("own", first_author="Alpha A")]),
        study("mike", reports=[report("mike-1", first_author="Mike A")], **both),
        study("kilo", overlaps=both["overlaps"][1:], reports=[report("kilo-1", first_author="Kilo A")], **lupus),
        study("beta", reports=[*shared, report("mine", first_author="Beta A", status="cancelled")], **lupus),
    ]


def mapped(studies: list[Study]) -> maps.StudiesMap:
    return maps.studies_map(studies, identify.link(studies))


def test_studies_of_a_family_stand_together_under_the_disease_of_most_of_them() -> None:
    found = mapped(families())
    sections = {name: [one.id for one in members] for name, members in found.sections}
    assert set(sections["immune thrombocytopenia"]) == {"zulu", "mike", "kilo", "alpha"}
    assert sections["immune thrombocytopenia"][-1] == "alpha"
    assert sections["systemic lupus erythematosus"] == ["beta"]
    assert {one.id for one in found.families} == {"one-centre", "one-year"}


def test_a_report_of_two_studies_carries_one_letter_and_its_status_a_shape() -> None:
    found = mapped(families())
    letters = {(one.id, each.id): each.letter for one in found.studies for each in one.reports}
    assert letters["alpha", "table-9"] == letters["beta", "table-9"] == "a"
    assert letters["alpha", "own"] == ""
    marks = [line.get_marker() for line in draw_studies_map(found).axes[0].get_lines()]
    # One in the row and one in the legend.
    assert marks.count("s") == 2


def test_letters_are_explained_where_there_are_any() -> None:
    sentence = "Reports with the same letter are one report about several studies."
    assert sentence in " ".join(texts_of(draw_studies_map(mapped(families()))))
    alone = mapped([study("itp", reports=[report(first_author="Itp A")])])
    assert sentence not in " ".join(texts_of(draw_studies_map(alone)))


def test_statuses_differ_in_shape_or_filling() -> None:
    looks = {(badge.mark, badge.filled) for badge in BADGES.values()}
    assert len(looks) == len(BADGES)


def test_an_identifier_that_two_studies_share_is_told_where_no_family_holds_both() -> None:
    doi = {"doi": "10.1000/one"}
    studies = [
        study("itp", reports=[report(first_author="Itp A", **doi)]),
        study("nmo", reports=[report(first_author="Nmo A", **doi)], condition="neuromyelitis-optica"),
    ]
    assert [tie[2] for tie in mapped(studies).ties] == ["10.1000/one"]


def test_rows_are_one_per_report_and_nothing_is_lost() -> None:
    studies = families()
    rows = maps.rows_of(mapped(studies))
    assert len(rows) == sum(len(one.reports) for one in studies)
    assert {row["status"] for row in rows} == {"published", "cancelled"}
    edges = networks.rows_of(networks.network([trial("a"), trial("b")], ()))
    assert edges == [
        {
            "treatment": "umbilical cord", "against": "placebo", "studies": 2, "patients of the treatment": 40,
            "patients of the other": 38, "which": "A 2020; B 2020",
        }
    ]  # fmt: skip


def test_without_studies_there_is_no_map() -> None:
    with pytest.raises(SelectionError, match="there is no study"):
        mapped([])
    assert np.isfinite(draw_network(networks.network([trial("a")], ())).get_size_inches()).all()
