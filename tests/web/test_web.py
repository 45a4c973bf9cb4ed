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

from mscevidence.errors import StoreError
from mscevidence.model import Document, Study
from mscevidence.store import build, questions, run_sql, views
from mscevidence.web import server
from mscevidence.web.metadata import datasette_metadata, page_of
from mscevidence.web.room import sources
from mscevidence.web.server import application, serve

SCRIPT = "<script>alert('x')</script>"
TEXT = f"Before {SCRIPT} came 8/18 patients with a response & more."
SHA = "c3" * 32


def evidence() -> tuple[Study, Document]:
    decision = {"by": "ab", "on": "2026-11-22", "from": "person"}
    start = TEXT.index("8/18")
    source = {"report": "r1", "quote": "8/18", "document": SHA, "span": [start, start + 4]}
    study = Study.model_validate(
        {
            "study": "itp-one",
            "title": f"Cells {SCRIPT}",
            "condition": "immune-thrombocytopenia",
            "design": "single-arm",
            "reports": [
                {"id": "r1", "kind": "article", "url": "javascript:alert(1)", "first_author": "Chen Y", "year": 2024}
            ],
            "arms": [{"id": "all", "role": "experimental", "treated": 18}],
            "results": [
                {"outcome": "response", "arm": "all", "events": 8, "n": 18, "source": source, "decision": decision},
                {
                    "outcome": "response",
                    "arm": "all",
                    "events": 9,
                    "n": 18,
                    "time_point": {"text": "end of study (6-12 mo.)"},
                    "source": {"report": "r1", "quote": "later"},
                    "decision": decision,
                },
                {
                    "outcome": "serious-adverse-event",
                    "arm": "all",
                    "events": 0,
                    "n": 18,
                    "source": {"report": "r1", "quote": "none"},
                    "decision": decision,
                },
            ],
        }
    )
    return study, Document(sha256=SHA, format="text", reader="plain", text=TEXT, title="A document", name="one.txt")


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
    answer = get(datasette, f"/evidence/{page_of(asked)}.json?_shape=objects").json()
    assert answer.get("error") is None
    assert answer["ok"] is True


def test_a_question_does_not_hide_a_table_of_the_same_name(datasette: Datasette) -> None:
    assert page_of(questions.question("studies")) == "all-studies"
    answer = get(datasette, "/evidence/studies.json?_shape=array").json()
    assert answer[0]["id"] == "itp-one"


@pytest.mark.parametrize(("word", "rows"), [("ITP", 2), ("autoimmune-disease", None), ("lupus", 0), ("", 2)])
def test_a_question_takes_any_name_of_a_condition(datasette: Datasette, word: str, rows: int | None) -> None:
    answer = get(datasette, f"/evidence/response-rates.json?_shape=array&condition={word}").json()
    assert rows is None or len(answer) == rows


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
    (found,) = [each for each in get(datasette, "/-/databases.json").json() if each["name"] == "evidence"]
    assert found["is_mutable"] is False
    answer = get(datasette, "/evidence.json?sql=delete+from+studies").json()
    assert answer["ok"] is False


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("view-instance", None, True),
        ("view-database", "evidence", True),
        ("view-table", ("evidence", "results"), True),
        ("execute-sql", "evidence", True),
        ("view-database", "_internal", False),
        ("view-table", ("_internal", "tables"), False),
        ("permissions-debug", None, False),
        ("debug-menu", None, False),
        ("insert-row", ("evidence", "results"), False),
    ],
)
def test_everybody_may_read_the_evidence_and_nothing_else(
    datasette: Datasette, action: str, resource: Any, allowed: bool
) -> None:
    asked = datasette.permission_allowed(None, action, resource, default=False)
    assert (asyncio.run(asked) is True) == allowed


@pytest.mark.parametrize("name", views.load())
def test_a_served_view_has_the_rows_of_the_database_in_their_order(
    datasette: Datasette, database: Path, name: str
) -> None:
    expected = run_sql(database, f"SELECT * FROM {name}").as_dicts()
    sql = f"select * from {name}".replace(" ", "+")
    assert get(datasette, f"/evidence.json?_shape=array&sql={sql}").json() == expected


def test_no_page_waits_for_a_view_to_be_computed(datasette: Datasette) -> None:
    plan = get(datasette, "/evidence.json?_shape=array&sql=explain+query+plan+select+*+from+response_rates").json()
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


def test_facets_and_column_notes_are_there(datasette: Datasette) -> None:
    facets = get(datasette, "/evidence/response_rates.json").json()["facet_results"]
    assert set(facets) == set(views.load()["response_rates"].facets)
    assert "100 x events / n" in page(datasette, "/evidence/response_rates")


def test_the_metadata_is_plain_json() -> None:
    metadata = datasette_metadata(database="mine")
    assert json.loads(json.dumps(metadata)) == metadata
    assert set(metadata["databases"]) == {"mine"}
    assert '"/mine/response_rates"' in metadata["description_html"]


def test_a_database_that_is_not_there_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database"):
        serve(tmp_path / "evidence.db")


class Socket:
    """Stands for a socket that listens."""

    def __init__(self) -> None:
        self.closed = False

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", 8123)

    def close(self) -> None:
        self.closed = True


def test_a_port_that_is_taken_is_an_error_with_a_hint(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(_: uvicorn.Config) -> Socket:
        stop = SystemExit(1)
        stop.__context__ = OSError(98, "Address already in use")
        raise stop

    monkeypatch.setattr(uvicorn.Config, "bind_socket", taken)
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:8001.*Address already in use") as caught:
        serve(database)
    assert "--port" in caught.value.hint


def test_serving_tells_the_address_opens_the_browser_and_ends_with_an_interruption(
    database: Path, monkeypatch: pytest.MonkeyPatch
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
    serve(database, open_browser=True, say=said.append)
    assert said == ["serving evidence.db at http://127.0.0.1:8123/evidence (stop with Ctrl-C)"]
    assert opened == ["http://127.0.0.1:8123/evidence"]
    assert socket.closed
    assert logging.getLogger("uvicorn.error").level == logging.CRITICAL
