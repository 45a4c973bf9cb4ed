"""The living page as a reader, a keyboard, a screen reader and an attacker meet it."""

from __future__ import annotations

import dataclasses
import itertools
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup, Tag

from mscevidence import protocol
from mscevidence.errors import WriteError
from mscevidence.model import Study
from mscevidence.publish import edition
from mscevidence.publish.site.checklist import items
from mscevidence.screening import Flow
from mscevidence.screening.prisma import ROWS
from published_site import IMAGE, LONG, QUOTE, RIGHT_TO_LEFT, SCRIPT, evidence_of, publish_into, studies


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("review")
    publish_into(root / "site", root)
    return root / "site"


def pages_of(site: Path) -> dict[str, BeautifulSoup]:
    return {
        path.relative_to(site).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
        for path in sorted(site.rglob("*.html"))
    }


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, BeautifulSoup]:
    return pages_of(site)


def text_of(page: Tag) -> str:
    return " ".join(page.get_text(" ").split())


def only(page: Tag, selector: str) -> Tag:
    """Return the first element that a selector finds; there must be one."""
    found = page.select_one(selector)
    assert found is not None, selector
    return found


def said_by(tag: Tag, name: str) -> str:
    """Return an attribute as one text; empty when it is not there."""
    value = tag.get(name, "")
    return value if isinstance(value, str) else " ".join(value or ())


def test_every_page_is_there(pages: dict[str, BeautifulSoup]) -> None:
    shared = {"index.html", "studies.html", "methods.html", "changes.html", "checklist.html"}
    assert shared | {"analyses/response.html", "analyses/nothing.html", "studies/evil.html"} <= set(pages)
    assert len(pages) == 5 + 3 + 5


def test_every_link_leads_to_a_place_that_is_there(site: Path, pages: dict[str, BeautifulSoup]) -> None:
    places = {name: {tag["id"] for tag in page.find_all(id=True)} for name, page in pages.items()}
    wrong = []
    for name, page in pages.items():
        for tag in page.find_all(["a", "img", "script", "link"]):
            address = str(tag.get("href") or tag.get("src"))
            if address.startswith(("https://", "data:")):
                continue
            path, _, anchor = address.partition("#")
            target = ((site / name).parent / path).resolve().relative_to(site) if path else Path(name)
            if not (site / target).is_file() or (anchor and unquote(anchor) not in places[target.as_posix()]):
                wrong.append((name, address))
    assert wrong == []


def test_every_number_of_a_study_is_a_link_to_its_sentence(pages: dict[str, BeautifulSoup]) -> None:
    page = pages["analyses/response.html"]
    numbers = {tag.get_text(): tag["href"] for tag in page.select("a.number")}
    assert numbers["8 / 18"] == "../studies/alpha.html#r-all-response"
    assert numbers["44.4"] == numbers["8 / 18"]
    assert numbers["3 / 7"] == "../studies/beta.html#r-all-response"
    assert only(pages["studies/alpha.html"], "#r-all-response mark").get_text() == QUOTE
    # Two arms of one report were added up: the sum leads to both.
    parts = [said_by(tag, "href") for tag in page.select("td.n a") if "gamma" in said_by(tag, "href")]
    assert {"../studies/gamma.html#r-low-response", "../studies/gamma.html#r-high-response"} <= set(parts)


def test_the_numbers_of_a_figure_are_links_too(pages: dict[str, BeautifulSoup]) -> None:
    figure = only(pages["analyses/response.html"], "svg")
    links = {said_by(only(tag, "g"), "id"): tag for tag in figure.find_all("a")}
    words = {name: text_of(only(tag, "g")) for name, tag in links.items()}
    for number in (1, 2, 3, 4):
        cells = [f"forest-study-{number}-{cell}" for cell in ("events", "total", "effect")]
        assert all("#r-" in said_by(links[cell], "href") for cell in cells), cells
    row = next(name for name, said in words.items() if name.endswith("-events") and said == "8")
    assert links[row]["href"] == "../studies/alpha.html#r-all-response"
    assert only(links[row], "title").get_text() == f"Read from: {QUOTE}"
    assert links["forest-overall-effect"]["href"] == "#methods"


def test_a_figure_keeps_its_style_to_itself_and_its_ids_apart(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        assert page.select("svg style") == [], name
        ids = [tag["id"] for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids)), name
        for tag in page.select("svg [clip-path]"):
            reference = re.fullmatch(r"url\(#(.+)\)", str(tag["clip-path"]))
            assert reference is not None
            assert reference[1] in ids


def test_a_quote_stands_in_a_few_words_of_its_sentence_and_no_more(site: Path, pages: dict[str, BeautifulSoup]) -> None:
    shown = only(pages["studies/alpha.html"], "#r-all-response blockquote")
    assert shown.get_text().strip() == f"In the end {QUOTE} responded within a month of the last infusion."
    for path in site.rglob("*"):
        if path.is_file():
            assert b"Methods were plain" not in path.read_bytes(), path


def test_a_source_cannot_do_anything(site: Path, pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        scripts = page.find_all("script")
        assert [said_by(tag, "src").removeprefix("../") for tag in scripts] == ["assets/site.js"], name
        assert not any(tag.get_text() for tag in scripts)
        for tag in page.find_all(True):
            assert not [key for key in tag.attrs if key.startswith("on")], (name, tag)
            for key in ("href", "src"):
                assert not str(tag.get(key, "")).lower().lstrip().startswith(("javascript", "vbscript")), (name, tag)
        assert len(page.find_all("main")) == 1
    evil = pages["studies/evil.html"]
    for words in (SCRIPT, IMAGE, RIGHT_TO_LEFT, LONG):
        assert words in evil.get_text(), words
    assert not any(path.name.startswith(".") for path in site.rglob("*"))


def test_statuses_families_and_reasons_are_said_in_words(pages: dict[str, BeautifulSoup]) -> None:
    assert "cancelled" in text_of(only(pages["studies/beta.html"], "h1"))
    assert "retracted" in text_of(only(pages["studies/evil.html"], "h1"))
    beta = text_of(pages["studies/beta.html"])
    assert "Corrected : 3/8 was printed" in beta
    assert "Why : one patient never treated" in beta
    assert "3/8 was printed; one patient never treated" in text_of(pages["changes.html"])
    assert "https://clinicaltrials.gov/study/NCT00000001" in str(pages["studies/alpha.html"])


def test_the_page_of_an_analysis_says_everything_about_it(pages: dict[str, BeautifulSoup]) -> None:
    page = pages["analyses/response.html"]
    said = text_of(page)
    for words in (
        "Of patients with immune thrombocytopenia given mesenchymal stromal cells, in what share",
        "mscevidence pool response --condition immune-thrombocytopenia",
        "Does the conclusion depend on the method?",
        "sum of 2 disjoint arms of one report",
        "from a cancelled report",
        "0 of 4 studies judged",
    ):
        assert words in said, words
    files = {tag["href"] for tag in page.select("#data ~ ul a")}
    assert {"../tables/response-studies.csv", "../figures/response.svg"} <= files
    assert "none of 5 studies reports malignancy" in text_of(pages["analyses/nothing.html"])


def test_the_front_page_answers_for_each_disease(pages: dict[str, BeautifulSoup]) -> None:
    first, second = pages["index.html"].select("article.disease")
    said = text_of(first)
    assert re.search(r"Response \d+\.\d % \(95% interval .*\) : response in 17 of 39 patients, 4 studies", said), said
    assert "serious adverse event in 5 of 27 patients, 2 studies" in said
    assert "None of 4 studies randomised; risk of bias not yet judged." in said
    circles = [tag["href"] for tag in first.select("svg a")]
    assert "studies/alpha.html#r-all-response" in circles
    assert len(circles) == 6  # that of the retracted report is none
    assert "no analysis has a result yet" in text_of(second)
    # One study is named, has no large letters, and is said not to have been repeated.
    assert "One study : 0.0 % (95% interval 0.0 to 26.5) : serious adverse event in 0 of 12 patients, Lupus 2020" in (
        text_of(second)
    )
    assert "Harm: one study of 12 patients, not repeated." in text_of(second)
    assert (len(first.select("a.big")), len(second.select("a.big"))) == (1, 0)


def test_what_a_keyboard_and_a_screen_reader_need(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        assert only(page, "html")["lang"] == "en"
        assert len(page.find_all("h1")) == 1, name
        assert only(page, "a.skip")["href"] == "#content"
        assert only(page, "body > *")["class"] == ["skip"]
        assert page.select_one("nav[aria-label]") is not None
        assert all(tag.get("scope") for tag in page.find_all("th")), name
        assert all(tag.find("caption") for tag in page.find_all("table")), name
        assert all(tag.get("alt") for tag in page.find_all("img")), name
        levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), (name, levels)
        for tag in page.find_all("table"):
            region = tag.find_parent(class_="scroll")
            assert region is not None
            assert region["tabindex"] == "0"
            assert region["aria-label"]
        for tag in page.find_all("svg"):
            assert tag.get("aria-label") or tag.get("aria-labelledby"), name
    rows = [tag for tag in pages["analyses/response.html"].select("svg a") if tag.get("tabindex") != "-1"]
    # Each of four studies is stopped at twice, by its name and by its number, and the pooled row too.
    assert len([tag for tag in rows if "study-" in said_by(only(tag, "g"), "id")]) == 8


def test_nothing_is_asked_of_a_network(site: Path, pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        for tag in page.find_all(["script", "img", "link", "iframe", "source", "object"]):
            assert not re.match(r"(https?:)?//", str(tag.get("src") or tag.get("href"))), (name, tag)
    styles = (site / "assets" / "site.css").read_text(encoding="utf-8")
    assert "@import" not in styles
    assert "url(" not in styles
    assert "fetch(" not in (site / "assets" / "site.js").read_text(encoding="utf-8")


def test_the_checklist_counts_items_once_and_fills_what_the_data_say(pages: dict[str, BeautifulSoup]) -> None:
    numbers = [item.number for item in items()]
    assert len(numbers) == len(set(numbers)) == 42 + 4
    rows = {text_of(only(row, "th")): text_of(row) for row in pages["checklist.html"].select("tbody tr")}
    assert "5 studies, a page each" in rows["17"]
    assert "9 results accepted by 1 reviewer (in the records as test)" in rows["9"]
    assert "of no study were two extractions settled" in rows["9"]
    assert "people must write this" in rows["25"]


def test_the_flow_of_records_stands_with_the_checklist_where_searches_are_logged(tmp_path: Path) -> None:
    (tmp_path / protocol.FILE_NAME).write_text('[review]\ntitle = "A review"\n', encoding="utf-8")
    boxes = dict.fromkeys((key for key, _, _, _ in ROWS if key), 0) | {"records_screened": 1040, "total_studies": 5}
    flow = Flow(
        counts=boxes,
        sources={"database": {"pubmed": 1234}},
        excluded={"dbr": {"No patients": 12}},
        waiting={"screening": 3},
        gaps=("Two records are in no box.",),
    )
    evidence = dataclasses.replace(evidence_of(studies()), flow=flow)
    edition.write_edition(protocol.load(tmp_path / protocol.FILE_NAME), evidence, tmp_path / "site", database=False)
    page = pages_of(tmp_path / "site")["checklist.html"]
    drawing = only(page, "figure svg")
    assert "Records screened (n\xa0=\xa01,040)" in drawing.get_text()
    rows = {text_of(only(row, "th")): text_of(row) for row in page.select("tbody tr")}
    assert "1,040 records screened, 5 studies included" in rows["16a"]
    assert "No patients: 12" in rows["16b"]
    assert "Two records are in no box." in text_of(page)
    assert "Waiting: 3 screening" in text_of(page)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_publishing_twice_gives_the_same_bytes_and_a_change_is_told(site: Path, tmp_path: Path) -> None:
    publish_into(tmp_path / "site", tmp_path)
    first = bytes_of(tmp_path / "site")
    assert first == bytes_of(site)
    alpha, _, *rest = studies()
    fewer = alpha.model_copy(
        update={"results": (alpha.results[0].model_copy(update={"events": 9}), *alpha.results[1:])}
    )
    changed: tuple[Study, ...] = (fewer, *rest)
    publish_into(tmp_path / "site", tmp_path, found=changed)
    second = bytes_of(tmp_path / "site")
    told = text_of(BeautifulSoup(second["changes.html"], "lxml"))
    assert "0 new, 1 taken out" in told
    assert "8/18 9/18 no reason recorded" in told
    assert "4 → 3" in told
    # Again the same records: still compared with the edition that differed.
    publish_into(tmp_path / "site", tmp_path, found=changed)
    assert bytes_of(tmp_path / "site") == second
    assert "studies/beta.html" not in second


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letters.txt", "mine"),
        ("manifest.json", '{"name": "a web application"}'),
        ("manifest.json", '["files"]'),
        ("photographs.db", "mine"),
    ],
)
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / name).write_text(content, encoding="utf-8")
    with pytest.raises(WriteError, match=f"not an edition: {name}"):
        publish_into(tmp_path / "site", tmp_path)
    assert [path.name for path in (tmp_path / "site").iterdir()] == [name]
    assert (tmp_path / "site" / name).read_text(encoding="utf-8") == content


def test_a_folder_among_the_study_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="lies among the study files"):
        publish_into(tmp_path / "extracted" / "site", tmp_path)
    assert not (tmp_path / "extracted" / "site").exists()


def test_what_others_put_beside_the_pages_is_not_lost(tmp_path: Path) -> None:
    publish_into(tmp_path / "site", tmp_path, found=())
    (tmp_path / "site" / ".DS_Store").write_text("view")
    (tmp_path / "site" / "evidence.db-wal").write_text("left by a reader")
    publish_into(tmp_path / "site", tmp_path, found=())
    (tmp_path / "site" / ".git").mkdir()
    (tmp_path / "site" / ".git" / "HEAD").write_text("ref: refs/heads/pages")
    (tmp_path / "site" / "CNAME").write_text("example.org")
    with pytest.raises(WriteError, match=r"not an edition: \.git, CNAME\n"):
        publish_into(tmp_path / "site", tmp_path, found=())
    assert (tmp_path / "site" / ".git" / "HEAD").exists()


def test_a_review_without_studies_still_has_pages(tmp_path: Path) -> None:
    publish_into(tmp_path / "site", tmp_path, found=())
    assert "No analysis has a result yet" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
