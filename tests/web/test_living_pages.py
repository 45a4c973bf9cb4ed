"""The living page on a server: made when it is asked for, shown while new ones are made, nothing beside it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from mscevidence.store import build
from mscevidence.web.living import LivingPages, living_pages
from mscevidence.web.server import application, reopen
from served_evidence import evidence


class Publisher:
    """Writes a site of one page that says how often it was written; fails when told to."""

    def __init__(self) -> None:
        self.written = 0
        self.fails = ""

    def __call__(self, folder: Path) -> None:
        if self.fails:
            raise OSError(self.fails)
        self.written += 1
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "studies").mkdir(parents=True)
        (folder / "index.html").write_text(f"edition {self.written}", encoding="utf-8")
        (folder / "studies" / "itp-one.html").write_text("a study", encoding="utf-8")


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def datasette(tmp_path: Path, publisher: Publisher) -> Iterator[Datasette]:
    study, document = evidence()
    build(tmp_path / "evidence.db", studies=(study,), documents=(document,))
    served = application(tmp_path / "evidence.db", living=publisher)
    yield served
    pages(served).settle()
    for each in served.databases.values():
        each.close()


def pages(datasette: Datasette) -> LivingPages:
    return living_pages[datasette]


def get(datasette: Datasette, path: str) -> Any:
    return asyncio.run(datasette.client.get(path, follow_redirects=False))


def test_the_first_visitor_waits_and_then_reads(datasette: Datasette, publisher: Publisher) -> None:
    assert publisher.written == 0
    answer = get(datasette, "/-/site")
    assert answer.status_code in (200, 302)
    assert answer.status_code == 302 or ("being made" in answer.text and answer.headers["refresh"] == "3")
    pages(datasette).settle()
    answer = get(datasette, "/-/site/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/-/site/index.html")
    assert get(datasette, "/-/site/index.html").text == "edition 1"
    assert get(datasette, "/-/site/studies/itp-one.html").text == "a study"
    assert publisher.written == 1
    assert get(datasette, "/evidence").text.count('href="/-/site"') == 2, "in the menu and in the words about it"


def test_after_a_change_the_next_visit_has_them_made_anew(datasette: Datasette, publisher: Publisher) -> None:
    get(datasette, "/-/site")
    pages(datasette).settle()
    reopen(datasette, "evidence")
    assert get(datasette, "/-/site/index.html").text == "edition 1"
    get(datasette, "/-/site")
    pages(datasette).settle()
    assert get(datasette, "/-/site/index.html").text == "edition 2"
    get(datasette, "/-/site")
    pages(datasette).settle()
    assert publisher.written == 2


def test_why_the_pages_cannot_be_made_is_told_until_something_changes(
    datasette: Datasette, publisher: Publisher
) -> None:
    publisher.fails = "no room <left>"
    get(datasette, "/-/site")
    pages(datasette).settle()
    answer = get(datasette, "/-/site")
    assert (answer.status_code, "no room &lt;left&gt;" in answer.text, "refresh" in answer.headers) == (
        500,
        True,
        False,
    )
    publisher.fails = ""
    pages(datasette).outdated()
    get(datasette, "/-/site")
    pages(datasette).settle()
    assert get(datasette, "/-/site").status_code == 302


@pytest.mark.parametrize("path", ["../evidence.db", "..%2f..%2fetc/passwd", "studies", "nothing.html", "%2e%2e/x"])
def test_nothing_else_can_be_read_there(datasette: Datasette, path: str) -> None:
    get(datasette, "/-/site")
    pages(datasette).settle()
    answer = get(datasette, f"/-/site/{path}")
    if answer.status_code == 302:
        answer = get(datasette, answer.headers["location"])
    assert answer.status_code in (403, 404)


def test_a_server_of_a_database_alone_has_no_living_page(tmp_path: Path) -> None:
    study, document = evidence()
    build(tmp_path / "evidence.db", studies=(study,), documents=(document,))
    served = application(tmp_path / "evidence.db")
    assert get(served, "/-/site").status_code == 404
    assert "/-/site" not in get(served, "/evidence").text
