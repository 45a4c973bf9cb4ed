"""The page of all studies names the studies that share patients, not the words by which files know them."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from published_site import publish_into
from study_factory import report, result, study


def test_partners_are_named_and_linked(tmp_path: Path) -> None:
    family = {"family": "sle-far-city", "reason": "same centre, same years"}
    found = (
        study("one", result("response", 3, 7), overlaps=[family], reports=[report(first_author="Sun L", year=2009)]),
        study("two", result("response", 4, 9), overlaps=[family], reports=[report(first_author="Wang D", year=2014)]),
        study("three", result("response", 2, 8), reports=[report(first_author="Lee K", year=2016)]),
    )
    publish_into(tmp_path / "site", tmp_path / "review", found=found)
    page = BeautifulSoup((tmp_path / "site" / "studies.html").read_text(encoding="utf-8"), "html.parser")
    shown = {
        row.select("th a")[0].get_text(): row.find_all("td")[-1] for row in page.select("table.filterable tbody tr")
    }
    assert {name: cell.get_text() for name, cell in shown.items()} == {
        "Sun 2009": "Wang 2014",
        "Wang 2014": "Sun 2009",
        "Lee 2016": "",
    }
    assert [link["href"] for link in shown["Sun 2009"].select("a")] == ["studies/two.html"]
    assert "sle-far-city" not in page.get_text()
