"""The PRISMA diagram: every count in its box, nothing outside the page, real text."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from mscevidence.publish.figure import figure_bytes, house_style
from mscevidence.publish.flow_diagram import describe_flow, draw_flow
from mscevidence.publish.flow_text import flow_text
from mscevidence.screening import Flow

NUMBERS = {
    "previous_studies": 60,
    "previous_reports": 75,
    "database_results": 1234,
    "register_results": 56,
    "website_results": 3,
    "organisation_results": 0,
    "citations_results": 2,
    "duplicates": 234,
    "excluded_automatic": 12,
    "excluded_other": 4,
    "records_screened": 1040,
    "records_excluded": 900,
    "dbr_sought_reports": 140,
    "dbr_notretrieved_reports": 8,
    "dbr_assessed": 132,
    "dbr_excluded": 125,
    "other_sought_reports": 5,
    "other_notretrieved_reports": 1,
    "other_assessed": 4,
    "other_excluded": 3,
    "new_studies": 7,
    "new_reports": 9,
    "total_studies": 67,
    "total_reports": 84,
    "total_studies_ma": 50,
    "total_reports_ma": 61,
}
LONG = "Cells were not mesenchymal stromal cells, or were given to animals, or were a conditioned medium only"


def flow(*, updated: bool = True, others: bool = True) -> Flow:
    counts: dict[str, int | None] = dict(NUMBERS)
    if not updated:
        counts |= {"previous_studies": None, "previous_reports": None}
    if not others:
        counts |= {"website_results": 0, "organisation_results": 0, "citations_results": 0}
    return Flow(
        counts=counts,
        sources={"database": {"embase": 734, "PubMed": 500}, "register": {"ClinicalTrials.gov": 56}},
        excluded={"dbr": {LONG: 100, "No outcome of interest": 25}, "other": {"Review": 3}},
        waiting={"records nobody has judged": 3},
        gaps=(),
    )


def svg_texts(found: Flow) -> list[str]:
    data = figure_bytes(draw_flow(found), "svg", title="PRISMA", description=describe_flow(found))
    root = ET.fromstring(data)
    return ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(("updated", "others"), [(True, True), (True, False), (False, True), (False, False)])
def test_every_count_stands_in_the_diagram_as_text(updated: bool, others: bool) -> None:
    found = flow(updated=updated, others=others)
    said = " ".join(svg_texts(found)).replace("\N{NO-BREAK SPACE}", " ")
    numbers = [int(each.replace(",", "")) for each in re.findall(r"\(n = ([\d,]+)\)", said)]
    wanted = [1234, 56, 734, 500, 234, 12, 4, 1040, 900, 140, 8, 132, 100, 25, 7, 9]
    wanted += [3, 0, 2, 5, 1, 4, 3] if others else []
    wanted += [60, 75, 67, 84] if updated else []
    assert sorted(numbers) == sorted(wanted)
    assert ("Previous studies" in said) is updated
    assert ("via other methods" in said) is others


@pytest.mark.parametrize(("updated", "others"), [(True, True), (False, False)])
def test_no_text_leaves_its_box_and_no_box_another(updated: bool, others: bool) -> None:
    figure = draw_flow(flow(updated=updated, others=others))
    # At the resolution of a screen whole pixels make letters wider than they are on paper.
    figure.set_dpi(720)
    with house_style():
        figure.draw_without_rendering()
    frames = [patch.get_window_extent() for patch in figure.findobj(Rectangle) if patch is not figure.patch]
    page = figure.bbox
    boxes = [box for box in frames if box.width < page.width * 0.99]
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    for text in texts:
        extent = text.get_window_extent()
        home = [box for box in boxes if box.contains(*extent.get_points().mean(axis=0))]
        assert len(home) == 1, text.get_text()
        assert home[0].x0 <= extent.x0, text.get_text()
        assert extent.x1 <= home[0].x1, text.get_text()
        assert home[0].y0 <= extent.y0, text.get_text()
        assert extent.y1 <= home[0].y1, text.get_text()
    for number, box in enumerate(boxes):
        assert page.x0 <= box.x0
        assert box.x1 <= page.x1
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])


def test_the_same_flow_gives_the_same_bytes_whatever_the_users_settings() -> None:
    first = figure_bytes(draw_flow(flow()), "svg", title="PRISMA", description="")
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9}):
        assert figure_bytes(draw_flow(flow()), "svg", title="PRISMA", description="") == first


def test_the_lines_for_a_terminal_tell_the_same_numbers() -> None:
    lines = flow_text(flow(others=False)).splitlines()
    assert "  1,234  records from databases" in lines
    assert "    734    embase" in lines
    assert f"    100    {LONG}" in lines
    assert lines[-1] == "      3  waiting: records nobody has judged"
