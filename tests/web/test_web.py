from __future__ import annotations

import asyncio
import html
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from datasette.app import Datasette

from datasette_line import anybody_may, in_sql, is_mutable
from mscevidence.errors import StoreError
from mscevidence.store import build, questions, run_sql, views
from mscevidence.web import server
from mscevidence.web.metadata import datasette_metadata
from mscevidence.web.question_pages import page_of
from mscevidence.web.room import sources
from mscevidence.web.server import application, serve
from served_evidence import SCRIPT, SHA, evidence


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "evidence.db"
    study, document = evidence()
    build(path, studies=(study,), documents=(document,))
    return path


@pytest.fixture(scope="module")
def datasette(database: Path) -> Iterator[Datasette]:
    served = application(database, title="Review <b>", question="Do <i>cells</i> work?")
    yield served
    for each in served.databases.values():
        each.close()


def get(datasette: Datasette, path: str) -> Any:
    return asyncio.run(datasette.client.get(path))


def page(datasette: Datasette, path: str, status: int = 200) -> str:
    answer = get(datasette, path)
    assert answer.status_code == status, path
    text: str = answer.text
    assert SCRIPT not in text, "text of a document must never become markup"
    return text


def test_the_first_page_of_the_database_says_what_it_is(datasette: Datasette) -> None:
    text = page(datasette, "/evidence")
    assert "Review &lt;b&gt;" in text
    assert "Do &lt;i&gt;cells&lt;/i&gt; work?" in text
    assert 'href="/evidence/response_rates"' in text
    tables = get(datasette, "/evidence.json").json()["tables"]
    hidden = {table["name"] for table in tables if table["hidden"]}
    assert {"term_names", "_sqlite_migrations", "documents_fts"} <= hidden
    assert not hidden & set(views.load())


@pytest.mark.parametrize("name", views.load())
def test_every_view_has_its_page_with_title_and_description(datasette: Datasette, name: str) -> None:
    text = page(datasette, f"/evidence/{name}")
    assert html.escape(views.load()[name].description, quote=False).split("'")[0] in text


@pytest.mark.parametrize("name", views.tables())
def test_every_table_has_its_page(datasette: Datasette, name: str) -> None:
    text = page(datasette, f"/evidence/{name}")
    assert views.tables()[name].description.split("'")[0].split("<")[0] in text


@pytest.mark.parametrize("asked", questions.load().values(), ids=lambda asked: asked.id)
def test_every_question_is_a_page_that_answers(datasette: Datasette, asked: questions.Question) -> None:
    text = page(datasette, f"/evidence/{page_of(asked)}")
    assert asked.title in text
    for parameter in asked.parameters:
        assert f'name="{parameter.name}"' in text
    answer = get(datasette, f"/evidence/{page_of(asked)}.json").json()
    assert answer.get("error") is None
    assert answer["ok"] is True
    assert f'href="/evidence/{page_of(asked)}"' in page(datasette, "/evidence")


def test_a_question_does_not_hide_a_table_of_the_same_name(datasette: Datasette) -> None:
    assert page_of(questions.question("studies")) == "all-studies"
    answer = get(datasette, "/evidence/studies.json?_shape=array").json()
    assert answer[0]["id"] == "itp-one"


@pytest.mark.parametrize(("word", "rows"), [("ITP", 2), ("autoimmune-disease", None), ("lupus", 0), ("", 2)])
def test_a_question_takes_any_name_of_a_condition(datasette: Datasette, word: str, rows: int | None) -> None:
    answer = get(datasette, f"/evidence/response-rates.json?_shape=array&condition={word}").json()
    assert rows is None or len(answer) == rows


def test_a_question_about_what_is_not_in_the_vocabulary_names_the_nearest(datasette: Datasette) -> None:
    text = page(datasette, "/evidence/response-rates?condition=imune+thrombocytopenia", status=400)
    assert 'role="alert"' in text
    assert "unknown condition" in text
    assert "immune-thrombocytopenia" in text
    assert 'value="imune thrombocytopenia"' in text, "what was typed stays"
    answer = get(datasette, "/evidence/response-rates.json?condition=imune+thrombocytopenia")
    assert (answer.status_code, answer.json()["ok"]) == (400, False)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/evidence/response-rates?study='+OR+1=1+--", 400),
        ("/evidence/response-rates?happiness=1", 400),
        ("/evidence/response-rates?page=0", 200),
        ("/evidence/response-rates?page=9999", 200),
        ("/evidence/response-rates?page=<script>", 200),
        ("/evidence/response-rates?condition=<script>alert('x')</script>", 400),
        ("/other/response-rates", 404),
        ("/_internal/response-rates", 404),
    ],
)
def test_a_question_that_is_asked_wrong_does_no_harm(datasette: Datasette, path: str, status: int) -> None:
    page(datasette, path, status=status)


def test_an_answer_comes_in_pages_and_whole_as_csv_and_json(datasette: Datasette, monkeypatch: Any) -> None:
    monkeypatch.setattr("mscevidence.web.question_pages.PAGE", 1)
    first = page(datasette, "/evidence/response-rates?condition=ITP")
    assert "2 rows; 1 to 1 are shown" in first
    assert 'href="/evidence/response-rates?condition=ITP&amp;page=2"' in first
    assert "Earlier rows" not in first
    second = page(datasette, "/evidence/response-rates?condition=ITP&page=2")
    assert "2 rows; 2 to 2 are shown" in second
    assert 'href="/evidence/response-rates?condition=ITP"' in second
    assert "Next rows" not in second
    shown = re.findall(r'href="(/-/result/[^"]+)">itp-one', first + second)
    assert len(set(shown)) == 2
    assert len(get(datasette, "/evidence/response-rates.json?condition=ITP").json()["rows"]) == 2
    answer = get(datasette, "/evidence/response-rates.csv?condition=ITP")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert [line.split(",")[0] for line in answer.text.splitlines()] == ["cited_as", "Chen 2024", "Chen 2024"]


def test_more_rows_than_are_worth_counting_are_not_counted(datasette: Datasette, monkeypatch: Any) -> None:
    monkeypatch.setattr("mscevidence.store.questions.MOST_COUNTED", 1)
    monkeypatch.setattr("mscevidence.web.question_pages.PAGE", 1)
    text = page(datasette, "/evidence/response-rates")
    assert "More rows than are counted; 1 to 1 are shown" in text
    assert "Next rows" in text


def test_a_quote_leads_to_the_words_around_it(datasette: Datasette) -> None:
    for path in ("/evidence/response_rates", "/evidence/results", "/evidence/response-rates"):
        assert re.search(
            r'href="/-/result/evidence/itp-one/all/response"><q dir="auto">8/18</q>', page(datasette, path)
        )


def test_a_result_links_to_its_page_and_a_study_to_its_row(datasette: Datasette) -> None:
    for path in ("/evidence/response_rates", "/evidence/response-rates?condition=ITP"):
        assert 'href="/-/result/evidence/itp-one/all/response"' in page(datasette, path)
    assert 'href="/evidence/studies/itp-one"' in page(datasette, "/evidence/response_rates")
    page(datasette, "/evidence/studies/itp-one")


def test_the_page_of_a_result_shows_the_number_inside_its_sentence(datasette: Datasette) -> None:
    text = page(datasette, "/-/result/evidence/itp-one/all/response")
    assert "8 of 18" in text
    assert "came <mark>8/18</mark> patients with a response &amp; more." in text
    assert "Before &lt;script&gt;" in text
    assert "The characters at the stored place are the quote." in text
    assert "javascript:" not in text
    text = page(datasette, "/-/result/evidence/itp-one/all/serious-adverse-event")
    assert "Only the quote is known" in text


@pytest.mark.parametrize(
    "path",
    [
        "/-/result/evidence/itp-one/all/nothing",
        "/-/result/other/itp-one/all/response",
        "/-/result/evidence/~3Cscript~3Ealert('x')~3C~2Fscript~3E",
    ],
)
def test_a_result_that_is_not_there_is_a_404(datasette: Datasette, path: str) -> None:
    page(datasette, path, status=404)


def test_a_mistyped_address_is_a_404_and_prints_nothing(
    datasette: Datasette, capfd: pytest.CaptureFixture[str]
) -> None:
    page(datasette, "/evidence/nothing", status=404)
    assert capfd.readouterr() == ("", "")


def test_every_link_to_a_result_leads_there(datasette: Datasette) -> None:
    links = set(re.findall(r'href="(/-/result/[^"]+)"', page(datasette, "/evidence/all_results")))
    assert len(links) == 3
    assert any("~28" in link for link in links), "a time point in words is encoded as Datasette wants it"
    for link in links:
        assert "read from" in page(datasette, html.unescape(link))


def test_full_text_search_is_found_by_datasette(datasette: Datasette) -> None:
    answer = get(datasette, "/evidence/documents.json?_shape=array&_search=patient").json()
    assert [row["sha256"] for row in answer] == [SHA]
    assert get(datasette, "/evidence/documents.json?_shape=array&_search=zebrafish").json() == []


def test_the_database_is_immutable_and_refuses_to_write(datasette: Datasette) -> None:
    assert not is_mutable(get(datasette, "/-/databases.json").json())
    answer = get(datasette, in_sql("delete from studies", shape="objects")).json()
    assert answer["ok"] is False


@pytest.mark.parametrize("path", ["/_internal", "/_internal.json", "/_internal/tables", "/_memory"])
def test_no_other_database_can_be_read(datasette: Datasette, path: str) -> None:
    assert get(datasette, path).status_code in (403, 404)


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("view-instance", None, True),
        ("view-database", "evidence", True),
        ("view-table", ("evidence", "results"), True),
        ("execute-sql", "evidence", True),
        ("permissions-debug", None, False),
        ("debug-menu", None, False),
        ("insert-row", ("evidence", "results"), False),
    ],
)
def test_everybody_may_read_the_evidence_and_nothing_else(
    datasette: Datasette, action: str, resource: Any, allowed: bool
) -> None:
    assert anybody_may(datasette, action, resource) == allowed


@pytest.mark.parametrize("name", views.load())
def test_a_served_view_has_the_rows_of_the_database_in_their_order(
    datasette: Datasette, database: Path, name: str
) -> None:
    expected = run_sql(database, f"SELECT * FROM {name}").as_dicts()
    assert get(datasette, in_sql(f"select * from {name}")).json() == expected


def test_no_page_waits_for_a_view_to_be_computed(datasette: Datasette) -> None:
    plan = get(datasette, in_sql("explain query plan select * from response_rates")).json()
    assert [row["detail"] for row in plan] == ["SCAN rows_of_response_rates"]
    hidden = {table["name"] for table in get(datasette, "/evidence.json").json()["tables"] if table["hidden"]}
    assert {f"rows_of_{name}" for name in views.load()} <= hidden


def test_the_copy_of_a_server_is_private_and_goes_with_it(database: Path) -> None:
    served = application(database)
    copy = Path(served.databases["evidence"].path)
    assert copy != database
    assert copy.parent.stat().st_mode & 0o077 == 0
    sources[served].remove_copy()
    assert not copy.parent.exists()
    assert database.exists()


def test_a_page_in_the_making_outlives_a_new_database(tmp_path: Path) -> None:
    """It holds the old database and asks on after the new one has come, by threads that others use next."""
    study, document = evidence()
    path = tmp_path / "evidence.db"
    build(path, studies=(study,), documents=(document,))
    served = application(path)
    ask, many = "select title from studies", range(3 * served.setting("num_sql_threads"))

    async def titles(database: Any) -> set[str]:
        answers = await asyncio.gather(*(database.execute(ask) for _ in many))
        return {answer.first()["title"] for answer in answers}

    async def watched() -> list[set[str]]:
        old = served.databases["evidence"]
        before = await titles(old)
        build(path, studies=(study.model_copy(update={"title": "Another title"}),), documents=(document,))
        await asyncio.to_thread(server.reopen, served, "evidence")
        return [before, await titles(old), await titles(served.databases["evidence"])]

    assert asyncio.run(watched()) == [{study.title}, {"Another title"}, {"Another title"}]
    assert page(served, "/evidence/studies").count("Another title") == 1
    for each in served.databases.values():
        each.close()


def test_facets_and_column_notes_are_there(datasette: Datasette) -> None:
    facets = get(datasette, "/evidence/response_rates.json?_extra=facet_results").json()["facet_results"]
    assert set(facets.get("results", facets)) == set(views.load()["response_rates"].facets)
    assert "100 x events / n" in page(datasette, "/evidence/response_rates")


def test_the_metadata_is_plain_json() -> None:
    metadata = datasette_metadata(database="mine")
    assert json.loads(json.dumps(metadata)) == metadata
    assert set(metadata["databases"]) == {"mine"}
    assert '"/mine/response_rates"' in metadata["description_html"]


def test_a_database_that_is_not_there_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database"):
        application(tmp_path / "evidence.db")


class Socket:
    """Stands for a socket that listens."""

    def __init__(self) -> None:
        self.closed = False

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", 8123)

    def close(self) -> None:
        self.closed = True


def test_a_port_that_is_taken_is_an_error_with_a_hint(datasette: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(_: uvicorn.Config) -> Socket:
        stop = SystemExit(1)
        stop.__context__ = OSError(98, "Address already in use")
        raise stop

    monkeypatch.setattr(uvicorn.Config, "bind_socket", taken)
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:8001.*Address already in use") as caught:
        serve(datasette)
    assert "--port" in caught.value.hint


def test_serving_tells_the_address_opens_the_browser_and_ends_with_an_interruption(
    datasette: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = Socket()
    said: list[str] = []
    opened: list[str] = []

    def run(self: server.AnnouncingServer, sockets: list[Socket]) -> None:
        assert sockets == [socket]
        self._announce()
        raise KeyboardInterrupt

    monkeypatch.setattr(uvicorn.Config, "bind_socket", lambda _: socket)
    monkeypatch.setattr(server.AnnouncingServer, "run", run)
    monkeypatch.setattr("webbrowser.open", opened.append)
    serve(datasette, "0.0.0.0", say=said.append)
    assert "texts of documents too" in said[1]
    assert "publish --database" in said[2]
    said.clear()
    serve(datasette, open_browser=True, say=said.append)
    assert said == ["serving evidence.db at http://127.0.0.1:8123/evidence (stop with Ctrl-C)"]
    assert opened == ["http://127.0.0.1:8123/evidence"]
    assert socket.closed
    assert logging.getLogger("uvicorn.error").level == logging.CRITICAL
