"""The living page in a real browser, opened from disk: every page, dark and narrow, by keyboard, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import chromium
from chromium import Chromium
from published_site import publish_into

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1", "localhost"]),
    pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing()),
]
TAB = "\ue004"
CONTRASTS = """
const light = (colour) => {
  const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const solid = (colour) => !/, 0\\)$/.test(colour) && colour !== "transparent";
const behind = (node) => {
  for (let at = node; at; at = at.parentElement) {
    const found = getComputedStyle(at).backgroundColor;
    if (solid(found)) return found;
  }
  return "rgb(255, 255, 255)";
};
const poor = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const node = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim() || !node.getClientRects().length) continue;
  const style = getComputedStyle(node);
  const ink = node.namespaceURI.endsWith("svg") ? style.fill : style.color;
  const [a, b] = [light(ink), light(behind(node))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5) poor.push([node.tagName, walk.currentNode.data.trim().slice(0, 40), ink, behind(node), ratio]);
}
return poor;
"""
"""Every visible text whose contrast with what is painted behind it is below that of level AA."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("review")
    publish_into(root / "site", root)
    return root / "site"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium.driver() as port, Chromium(port, tmp_path_factory.mktemp("profile")) as window:
        yield window


def test_every_page_opens_from_disk_without_a_complaint_and_fits_a_telephone(site: Path, browser: Chromium) -> None:
    browser.complaints()
    for page in sorted(site.rglob("*.html")):
        for width in (1280, 390):
            browser.frame(width)
            browser.open(page.as_uri())
            assert browser.run("return document.documentElement.scrollWidth") <= width, (page.name, width)
    assert browser.complaints() == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_is_legible_in_the_light_and_in_the_dark(site: Path, browser: Chromium, dark: bool) -> None:
    browser.frame(1280, dark=dark)
    for name in ("index.html", "analyses/response.html", "studies/alpha.html", "changes.html", "checklist.html"):
        browser.open((site / name).as_uri())
        assert browser.run("return matchMedia('(prefers-color-scheme: dark)').matches") is dark
        assert browser.run(CONTRASTS) == [], name


def test_a_number_of_a_figure_shows_that_it_is_a_link_and_leads_to_its_sentence(site: Path, browser: Chromium) -> None:
    browser.frame(1280)
    browser.open((site / "analyses" / "response.html").as_uri())
    looks = browser.run(
        "const of = (node) => { const s = getComputedStyle(node); return [s.fill, s.textDecorationLine]; };"
        "return [of(document.querySelector('figure svg a text')), of(document.querySelector('figure svg > g text'))];"
    )
    assert looks[0] == ["rgb(10, 87, 150)", "underline"]
    first = "figure svg a[href$='alpha.html#r-all-response']"
    browser.run(f"document.querySelector(\"{first}\").dispatchEvent(new MouseEvent('click'))")
    browser.until(lambda: "studies/" in browser.address)
    assert browser.address.endswith("studies/alpha.html#r-all-response")
    assert "eight of 18 patients (8/18)" in browser.text(":target mark")


def test_printed_figures_have_the_colours_of_the_file(site: Path, browser: Chromium) -> None:
    browser.frame(1280, dark=True, printed=True)
    browser.open((site / "analyses" / "response.html").as_uri())
    looks = browser.run(
        "const s = getComputedStyle(document.querySelector('figure svg a text'));"
        "return [s.fill, s.textDecorationLine, getComputedStyle(document.body).backgroundColor,"
        " [...document.querySelectorAll('details')].length];"
    )
    assert looks[:3] == ["rgb(26, 26, 26)", "none", "rgb(255, 255, 255)"]


def test_the_keyboard_comes_first_to_the_content_then_to_every_page_and_every_study(
    site: Path, browser: Chromium
) -> None:
    browser.frame(1280)
    browser.open((site / "index.html").as_uri())
    stops = []
    for _ in range(16):
        browser.press(TAB)
        stops.append(
            browser.run("const at = document.activeElement; return at.getAttribute('href') || at.tagName.toLowerCase()")
        )
    pages = ["index.html", "studies.html", "methods.html", "changes.html", "checklist.html"]
    assert stops[:7] == ["#content", "index.html", *pages]
    assert "analyses/response.html" in stops[7:]
    assert "studies/alpha.html#r-all-response" in stops[7:]


def test_what_is_shown_with_scripts_is_there_without_them(site: Path, browser: Chromium) -> None:
    browser.frame(1280)
    browser.open((site / "index.html").as_uri())
    with_scripts = browser.text("main")
    bare = (
        (site / "index.html")
        .read_text(encoding="utf-8")
        .replace("<script", "<template")
        .replace("</script", "</template")
    )
    (site / "bare.html").write_text(bare, encoding="utf-8")
    browser.open((site / "bare.html").as_uri())
    without = browser.text("main")
    (site / "bare.html").unlink()
    # Scripts add signs of order to the heads of tables, nothing else.
    assert without.replace(" ", "").replace("\n", "") == with_scripts.replace("↕", "").replace(" ", "").replace(
        "\n", ""
    )
