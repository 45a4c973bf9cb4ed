"""The review room in a real browser: queue to forest plot, two extractors to one record, texts that mean harm."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chromium
from chromium import Chromium
from mscevidence import records
from mscevidence.protocol import Protocol
from room_factory import HOSTILE, RIGHT_TO_LEFT, STUDY, new_project

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1", "localhost"]),
    pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing()),
]
SERVE = "import sys; from mscevidence.commands import main; sys.argv = ['mscevidence', *sys.argv[1:]]; main()"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with chromium.driver() as found:
        yield found


@pytest.fixture
def project(tmp_path: Path) -> Protocol:
    return new_project(tmp_path)


@contextlib.contextmanager
def serving(project: Protocol) -> Iterator[dict[str, str]]:
    """Run the command as a user does and yield what it prints: the link of each reviewer."""
    command = [sys.executable, "-c", SERVE, "serve", "--port", "0", "--reviewer", "fe", "--reviewer", "gh"]
    surroundings = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=project.root, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            links: dict[str, str] = {}
            for line in process.stderr or ():
                if found := re.fullmatch(r"review room of (\w+), once: (\S+)", line.strip()):
                    links[found.group(1)] = found.group(2)
                if len(links) == 2:
                    break
            assert len(links) == 2, "the server ended before it could be reached"
            yield links
        finally:
            process.terminate()


@pytest.fixture
def links(project: Protocol) -> Iterator[dict[str, str]]:
    with serving(project) as found:
        yield found


@pytest.fixture
def browser(port: int, tmp_path: Path) -> Iterator[Chromium]:
    with Chromium(port, tmp_path / "profile") as window:
        yield window
        assert window.complaints() == [], "the console must stay empty"


def reach_document(browser: Chromium, link: str, *, blind: bool = False) -> None:
    browser.open(link)
    browser.until(lambda: "What waits for a decision" in browser.text("h1"))
    mode = "blind" if blind else "document"
    browser.click(f".study a[href*='/{mode}/']")
    browser.until(lambda: browser.count("#text"))


def decide_current(browser: Chromium, key: str) -> str:
    """Press a key on the current card and return its words once the page has moved on."""
    said = browser.text(".candidate.current h2")
    number = browser.run("return document.querySelector('.candidate.current').dataset.candidate")
    browser.press(key)
    browser.until(lambda: browser.count(f"#candidate-{number}:not(.state-waiting)"))
    return said


def test_from_the_queue_to_the_forest_plot_by_keyboard(
    browser: Chromium, links: dict[str, str], project: Protocol
) -> None:
    reach_document(browser, links["fe"])
    waiting = browser.count(".candidate.state-waiting")
    assert waiting == 16
    seen = 0
    while browser.count(".candidate.state-waiting"):
        said = browser.text(".candidate.current h2")
        decide_current(browser, "r" if said.startswith("criterion") else "a")
        seen += 1
    assert seen == waiting
    study = records.load_study(project.extracted / f"{STUDY}.yaml")
    assert {one.decision.by for one in study.results} == {"fe"}
    assert [(one.arm, one.counts()) for one in study.results if one.outcome == "response"] == [
        ("dose-1.0", (2, 6)),
        ("dose-3.0", (6, 9)),
        ("all", (8, 15)),
    ]
    assert {one.verdict for one in study.verdicts if one.rule.startswith("criterion")} == {"rejected"}
    browser.click("#done a[href$='/review']")
    browser.until(lambda: "all 16 decided" in browser.text())
    browser.click(f"a[href$='/study/{STUDY}']")
    browser.until(lambda: "forest plot: response" in browser.text())
    browser.click("a[href$='/forest/response']")
    drawn = "const one = document.getElementById('forest'); return one && one.complete && one.naturalWidth > 100"
    browser.until(lambda: browser.run(drawn))
    assert "8" in browser.text("tbody")


def test_skip_correct_and_defer(browser: Chromium, links: dict[str, str], project: Protocol) -> None:
    reach_document(browser, links["fe"])
    first = browser.text(".candidate.current h2")
    browser.press("s")
    second = browser.text(".candidate.current h2")
    assert first != second
    browser.press("p")
    assert browser.text(".candidate.current h2") == first
    decide_current(browser, "d")
    assert not (project.extracted / "nothing").exists()
    browser.run("document.getElementById('candidate-15').focus()")
    browser.press("c")
    assert browser.run("return document.activeElement.name") == "correct.events"
    browser.press("a")
    assert browser.run("return document.activeElement.value") == "a", "in a field a letter is a letter"
    browser.fill("#candidate-15 input[name='correct.events']", "7")
    browser.click("#candidate-15 button[value='correct']")
    browser.until(lambda: browser.count("#candidate-15.state-accepted"))
    study = records.load_study(project.extracted / f"{STUDY}.yaml")
    assert [(one.counts(), one.decision.corrected) for one in study.results] == [((7, 15), "events=7")]
    assert [one.verdict for one in study.verdicts] == ["deferred", "accepted"]


BOX = """
const [words] = arguments, text = document.getElementById('text');
const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const at = node.data.indexOf(words);
  if (at < 0) continue;
  node.parentElement.scrollIntoView({block: 'center'});
  const range = document.createRange();
  range.setStart(node, at); range.setEnd(node, at + words.length);
  const boxes = range.getClientRects(), first = boxes[0], last = boxes[boxes.length - 1];
  return [first.left + 1, first.top + first.height / 2, last.right + 1, last.top + last.height / 2];
}
return null;
"""


def select(browser: Chromium, words: str) -> None:
    box = browser.run(BOX, words)
    assert box, f"{words} is not in one stretch of the text"
    browser.drag((box[0], box[1]), (box[2], box[3]))
    browser.until(lambda: browser.text("#selected") == words)


def test_words_selected_with_the_mouse_become_a_value(
    browser: Chromium, links: dict[str, str], project: Protocol
) -> None:
    reach_document(browser, links["fe"])
    assert browser.run("return document.getElementById('add').disabled"), "nothing is selected yet"
    select(browser, "nine patients (9/15, 60.0%)")
    browser.fill("#added input[name='outcome']", "teae")
    browser.fill("#added input[name='events']", "9")
    browser.fill("#added input[name='n']", "16")
    browser.click("#add")
    browser.until(lambda: browser.count("#error"))
    assert "n 16 cannot be read in the selected words" in browser.text("#error")
    assert browser.text("#selected") == "nine patients (9/15, 60.0%)", "what was chosen stays"
    assert all("400" in one for one in browser.complaints()), "the browser notes the status, and nothing else"
    browser.fill("#added input[name='n']", "15")
    browser.click("#add")
    browser.until((project.extracted / f"{STUDY}.yaml").exists)
    browser.until(lambda: not browser.count("#error"))
    (result,) = records.load_study(project.extracted / f"{STUDY}.yaml").results
    assert (result.counts(), result.decision.origin) == ((9, 15), "person")


def test_what_was_done_is_told_and_keys_do_not_disturb_typing(browser: Chromium, links: dict[str, str]) -> None:
    reach_document(browser, links["fe"])
    said = "return document.getElementById('notice').textContent"
    assert browser.run(said) == ""
    decide_current(browser, "a")
    browser.until(lambda: str(browser.run(said)).startswith("Accepted: "))
    assert "15 wait" in browser.run(said)
    assert browser.run("return location.search") == "", "loading the page again does not tell it again"
    focused = "return document.activeElement.className"
    assert "current" in browser.run(focused)
    browser.press("t")
    assert browser.run(focused) == "text"
    browser.press("t")
    assert "candidate" in browser.run(focused)
    browser.click("#added input[name='outcome']")
    for key in "ardscpt":
        browser.press(key)
    assert browser.run("return document.activeElement.value") == "ardscpt"
    assert browser.count(".candidate.state-waiting") == 15


def test_a_quote_of_the_record_leads_to_its_words(browser: Chromium, links: dict[str, str], project: Protocol) -> None:
    reach_document(browser, links["fe"])
    browser.click("#candidate-15 button[value='accept']")
    browser.until(lambda: browser.count("#candidate-15.state-accepted"))
    (result,) = records.load_study(project.extracted / f"{STUDY}.yaml").results
    browser.open(browser.run("return location.origin") + f"/-/review/study/{STUDY}")
    browser.click("td a[href*='?at=']")
    browser.until(lambda: browser.count("#text"))
    browser.until(lambda: browser.run("return getSelection().toString()") == result.source.quote)


UNNAMED = """
const shown = (one) => one.type !== 'hidden' && one.getClientRects().length;
const said = (one) => [one, ...(one.labels || [])].map((each) => each.textContent).join('')
  + (one.getAttribute('aria-label') || '') + (one.type === 'submit' ? one.value : '');
return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((one) => shown(one) && !said(one).trim() && !one.querySelector('title, img[alt]'))
  .map((one) => one.outerHTML.slice(0, 200));
"""
HEADINGS = """
return [...document.querySelectorAll('h1, h2, h3, h4')]
  .map((one) => Number(one.getAttribute('aria-level') || one.tagName[1]));
"""
FOCUS = """
const style = getComputedStyle(document.activeElement);
return document.activeElement === document.body || style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
"""


def test_every_page_can_be_used_without_seeing_it_and_without_a_mouse(
    browser: Chromium, links: dict[str, str], project: Protocol
) -> None:
    reach_document(browser, links["fe"])
    browser.click("#candidate-15 button[value='accept']")
    browser.until(lambda: browser.count("#candidate-15.state-accepted"))
    address, origin = browser.address.partition("?")[0].partition("#")[0], browser.run("return location.origin")
    room, study = f"{origin}/-/review", f"{origin}/-/review/study/{STUDY}"
    pages = [room, address, study, f"{study}/results/new", f"{room}/new", f"{room}/forest/response"]
    pages += [f"{room}/appraise/{STUDY}/rob-2-2019", f"{origin}/", f"{origin}/evidence/response-rates"]
    pages += [f"{origin}/evidence", f"{origin}/evidence/response_rates"]
    for page in pages:
        browser.open(page)
        browser.until(lambda: browser.run("return document.documentElement.lang") == "en")
        assert browser.count("main, [role=main]") == 1, page
        assert browser.run(UNNAMED) == [], page
        levels = browser.run(HEADINGS)
        assert levels.count(1) == 1, page
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), (page, levels)
    browser.open(room)
    browser.press("\ue004")
    assert browser.run("return document.activeElement.textContent") == "To the content"
    for _ in range(8):
        assert browser.run(FOCUS), browser.run("return document.activeElement.outerHTML")
        browser.press("\ue004")


def test_two_extractors_settle_their_difference(
    port: int, tmp_path: Path, links: dict[str, str], project: Protocol
) -> None:
    with Chromium(port, tmp_path / "first") as first, Chromium(port, tmp_path / "second") as second:
        reach_document(first, links["fe"])
        first.click("#candidate-15 button[value='accept']")
        first.until(lambda: first.count("#candidate-15.state-accepted"))
        reach_document(second, links["gh"], blind=True)
        assert second.count(".state-accepted") == 0, "a blind extractor sees nothing of the first"
        second.click("#candidate-15 summary")
        second.fill("#candidate-15 input[name='correct.events']", "7")
        second.click("#candidate-15 button[value='correct']")
        second.until(lambda: second.count("#candidate-15.state-accepted"))
        first.click("header a[href$='/review']")
        first.until(lambda: first.count("a[href*='/differences/']"))
        first.click("a[href*='/differences/']")
        first.until(lambda: first.count(".difference"))
        assert "result n" in first.text("table")
        first.click(".difference input[value='second']")
        first.fill(".difference input[name^='reason']", "one response was lost before the end")
        first.click(".difference ~ p button")
        first.until(lambda: first.count("#agreed"))
        assert first.complaints() == second.complaints() == []
    made = records.load_study(project.extracted / f"{STUDY}.yaml")
    assert [one.counts() for one in made.results] == [(7, 15)]
    assert [one.reason for one in made.adjudications] == ["one response was lost before the end"]


def test_two_windows_do_not_overwrite_each_other(browser: Chromium, links: dict[str, str], project: Protocol) -> None:
    reach_document(browser, links["fe"])
    stale = browser.run("return document.querySelector('input[name=version]').value")
    decide_current(browser, "a")
    browser.run("document.querySelector('.candidate.current input[name=version]').value = arguments[0]", stale)
    before = (project.extracted / f"{STUDY}.yaml").read_bytes()
    browser.press("a")
    browser.until(lambda: "Changed meanwhile" in browser.text("h1"))
    assert (project.extracted / f"{STUDY}.yaml").read_bytes() == before
    assert all("409" in one for one in browser.complaints()), "the browser notes the status, and nothing else"
    browser.click(".button")
    browser.until(lambda: browser.count("#text"))


def test_a_hostile_text_does_nothing(port: int, tmp_path: Path) -> None:
    project = new_project(tmp_path / "review", texts=(HOSTILE,))
    with serving(project) as links, Chromium(port, tmp_path / "profile") as browser:
        reach_document(browser, links["fe"])
        while browser.count(".candidate.state-waiting"):
            decide_current(browser, "a")
        (path,) = project.extracted.glob("*.yaml")
        origin = browser.run("return location.origin")
        shown = browser.run("return document.getElementById('text').textContent")
        (document,) = [one for one in (records.load_study(path).results[0].source.document,) if one]
        for page in ("", f"/document/{document}", f"/study/{path.stem}", "/forest/response"):
            browser.open(f"{origin}/-/review{page}")
            assert browser.run("return typeof window.hurt") == "undefined"
        browser.open(f"{origin}/evidence/all_results")
        assert browser.run("return typeof window.hurt") == "undefined"
        assert "<script>window.hurt=3</script>" in shown
        assert "{{ 7*7 }}" in shown
        assert browser.complaints() == []


def test_places_are_right_in_texts_from_right_to_left_and_beyond_the_basic_plane(port: int, tmp_path: Path) -> None:
    project = new_project(tmp_path / "review", texts=(RIGHT_TO_LEFT,))
    with serving(project) as links, Chromium(port, tmp_path / "profile") as browser:
        reach_document(browser, links["fe"])
        select(browser, "of the patients")
        start = int(browser.run("return document.getElementById('start').value"))
        text = browser.run("return document.getElementById('text').textContent")
        assert text[start : start + len("of the patients")] == "of the patients"
        assert browser.complaints() == []


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, False), (390, True)])
def test_no_page_is_wider_than_its_window(
    port: int, tmp_path: Path, links: dict[str, str], width: int, *, dark: bool
) -> None:
    with Chromium(port, tmp_path / "profile") as browser:
        browser.frame(width, dark=dark)
        reach_document(browser, links["fe"])
        sha256 = browser.address.rsplit("/", 1)[1].partition("#")[0]
        origin = browser.run("return location.origin")
        decide_current(browser, "a")
        for page in ("", f"/document/{sha256}", f"/study/{STUDY}", "/new", f"/appraise/{STUDY}/rob-2-2019"):
            browser.open(f"{origin}/-/review{page}")
            assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), page
