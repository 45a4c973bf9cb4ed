"""The review room as a browser asks for it: who may, what is written, what is refused."""

from __future__ import annotations

import asyncio
import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from datasette_line import IS_ONE, in_sql, is_mutable
from mscevidence import records, review, vocabulary
from mscevidence.documents import DocumentLibrary
from mscevidence.model import Document, Study
from mscevidence.protocol import Protocol
from mscevidence.web.access import OF_DATASETTE, STRICT, only_forms, only_under_own_name
from mscevidence.web.form_pages import PARTS
from mscevidence.web.forms import fields, notes, plain_values
from mscevidence.web.plugin import ROUTES
from mscevidence.web.room import Room
from room_factory import HOSTILE, RIGHT_TO_LEFT, STUDY, Visitor, capture, hidden_value, new_project, new_room, served

ROOM = "/-/review"


@pytest.fixture
def project(tmp_path: Path) -> Protocol:
    return new_project(tmp_path)


@pytest.fixture
def room(project: Protocol) -> Iterator[Room]:
    made = new_room(project)
    yield made
    made.settle()


@pytest.fixture
def datasette(project: Protocol, room: Room) -> Iterator[Datasette]:
    made = served(project, room)
    yield made
    room.settle()
    for each in made.databases.values():
        each.close()


@pytest.fixture
def fe(datasette: Datasette, room: Room) -> Visitor:
    return Visitor(datasette, room.tokens()["fe"])


@pytest.fixture
def document(project: Protocol) -> Document:
    (one,) = DocumentLibrary(project.captured)
    return one


def page_of(document: Document, mode: str = "document") -> str:
    return f"{ROOM}/{mode}/{document.sha256}"


def decide(visitor: Visitor, document: Document, candidate: str, action: str = "accept", **more: Any) -> Any:
    page = page_of(document, more.pop("mode", "document"))
    return visitor.send(page, {"candidate": candidate, "action": action, **more}, to=f"{page}/decide")


def candidates_on(visitor: Visitor, document: Document) -> list[str]:
    text = visitor.get(page_of(document)).text
    return [html.unescape(one) for one in re.findall(r'name="candidate" value="([^"]+)"', text)]


def the(candidates: list[str], lead: str, number: int = 0) -> str:
    return [one for one in candidates if one.startswith(lead)][number]


def study_file(project: Protocol) -> Path:
    return project.extracted / f"{STUDY}.yaml"


# Who may

ADDRESSES = (
    "",
    "/new",
    "/document/{sha}",
    "/blind/{sha}",
    "/document/{sha}/decide",
    "/document/{sha}/add",
    f"/study/{STUDY}",
    f"/study/{STUDY}/arms/new",
    f"/differences/{STUDY}/gh",
    f"/appraise/{STUDY}/minors-2003",
    "/forest/response",
    "/forest/response.svg",
)


def test_the_list_of_addresses_covers_every_route() -> None:
    paths = [address.format(sha="a" * 64) for address in ADDRESSES]
    for pattern, page in ROUTES:
        if page.__name__ not in ("enter", "leave"):
            assert any(re.fullmatch(pattern, path) for path in paths), pattern


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_reads_or_writes_the_room_without_a_login(
    datasette: Datasette, project: Protocol, document: Document, address: str
) -> None:
    path = ROOM + address.format(sha=document.sha256)
    stranger = Visitor(datasette)
    answer = stranger.get(path)
    assert answer.status_code == 403
    assert "needs a login" in answer.text
    assert "15 patients" not in answer.text
    token = hidden_value(stranger.get("/-/review").text, "csrftoken")
    form = {"csrftoken": token, "candidate": "patients-enrolled@929", "action": "accept", "version": "new"}
    assert stranger.post(path, form).status_code == 403
    assert list(project.extracted.iterdir()) == []


def test_a_server_without_a_room_says_so(project: Protocol) -> None:
    plain = served(project, None)
    answer = Visitor(plain).get(ROOM)
    assert answer.status_code == 403
    assert "Nobody can review on this server" in answer.text
    assert Visitor(plain).get(f"{ROOM}/enter?token=").status_code == 403


@pytest.mark.parametrize("token", ["", "x", "é", "' OR 1=1 --"])
def test_a_wrong_link_opens_nothing(datasette: Datasette, token: str) -> None:
    stranger = Visitor(datasette)
    assert stranger.get(f"{ROOM}/enter?token={token}").status_code == 403
    assert "ds_actor" not in stranger.cookies


def test_a_link_works_once_and_its_session_is_for_one_reviewer(datasette: Datasette, room: Room) -> None:
    tokens = room.tokens()
    assert set(tokens) == {"fe", "gh"}
    first = Visitor(datasette, tokens["fe"])
    assert "Reviewer <strong>fe</strong>" in first.get(ROOM).text
    assert Visitor(datasette).get(f"{ROOM}/enter?token={tokens['fe']}").status_code == 403
    assert set(room.tokens()) == {"gh"}


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_other_sites(datasette: Datasette, room: Room) -> None:
    answer = Visitor(datasette).get(f"{ROOM}/enter?token={room.tokens()['fe']}")
    (cookie,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith("ds_actor=")]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age=43200" in cookie


@pytest.mark.parametrize(
    "actor", [{"id": "root"}, {"id": "fe"}, {"id": "zz", "room": "review"}, {"room": "review"}, "fe", None]
)
def test_a_session_of_somebody_else_does_not_open_the_room(datasette: Datasette, actor: object) -> None:
    stranger = Visitor(datasette)
    stranger.cookies["ds_actor"] = datasette.sign({"a": actor}, "actor")
    assert stranger.get(ROOM).status_code in (403, 500)
    assert "What waits" not in stranger.get(ROOM).text


def test_a_session_that_was_tampered_with_or_is_over_is_none(fe: Visitor, datasette: Datasette) -> None:
    good = fe.cookies["ds_actor"]
    for wrong in ("A" + good[1:] if good[0] != "A" else "B" + good[1:], "x", ""):
        fe.cookies["ds_actor"] = wrong
        assert fe.get(ROOM).status_code == 403
    fe.cookies["ds_actor"] = datasette.sign({"a": {"id": "fe", "room": "review"}, "e": "1"}, "actor")
    assert fe.get(ROOM).status_code == 403


def test_leaving_ends_the_session(fe: Visitor) -> None:
    assert fe.send(ROOM, {}, to=f"{ROOM}/leave").status_code == 303
    assert fe.get(ROOM).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-site", "origin": "http://localhost:9"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_form_of_another_site_writes_nothing(
    fe: Visitor, project: Protocol, document: Document, headers: dict[str, str]
) -> None:
    page = page_of(document)
    form = {"candidate": candidates_on(fe, document)[0], "action": "accept", "version": "new"}
    assert fe.post(f"{page}/decide", form, headers=headers).status_code == 403
    assert list(project.extracted.iterdir()) == []


@pytest.mark.skipif(IS_ONE, reason="Datasette 1.0 has no tokens: it asks browsers where a form comes from")
@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_a_form_without_the_right_token_writes_nothing(
    fe: Visitor, project: Protocol, document: Document, token: str | None
) -> None:
    page = page_of(document)
    form = {"candidate": candidates_on(fe, document)[0], "action": "accept", "version": "new"}
    answer = fe.post(f"{page}/decide", form if token is None else {**form, "csrftoken": token})
    assert answer.status_code == 403
    assert list(project.extracted.iterdir()) == []


def test_asking_for_the_address_of_a_write_writes_nothing(fe: Visitor, project: Protocol, document: Document) -> None:
    answer = fe.get(f"{page_of(document)}/decide?candidate=patients-enrolled@929&action=accept&version=new")
    assert answer.status_code == 303
    assert list(project.extracted.iterdir()) == []


@pytest.mark.parametrize("address", ["", "/study/x", "/static/room.js", "/enter"])
def test_the_room_allows_no_inline_script(fe: Visitor, address: str) -> None:
    answer = fe.get(ROOM + address)
    assert answer.headers["content-security-policy"] == STRICT
    assert "unsafe" not in STRICT
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", answer.text if address != "/static/room.js" else "")


def test_every_other_page_keeps_other_hosts_out(fe: Visitor) -> None:
    for path in ("/", "/evidence", "/evidence/response_rates.json", "/nothing"):
        headers = fe.get(path).headers
        assert headers["content-security-policy"] == OF_DATASETTE
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path",
    [
        f"{ROOM}/document/{'0' * 64}",
        f"{ROOM}/document/{'0' * 63}",
        f"{ROOM}/document/..%2f..%2fmscevidence.toml",
        f"{ROOM}/study/..%2f..%2fetc",
        f"{ROOM}/study/nobody",
        f"{ROOM}/study/nobody/arms/1",
        f"{ROOM}/differences/{STUDY}/..%2fx",
        f"{ROOM}/differences/nobody/gh",
        f"{ROOM}/appraise/{STUDY}/jbi-of-nobody",
        f"{ROOM}/forest/happiness",
        f"{ROOM}/static/../room.py",
        f"{ROOM}/static/..%2froom.py",
        f"{ROOM}/static/%2e%2e/room.py",
        f"{ROOM}/nothing",
    ],
)
def test_what_is_not_there_is_a_404(fe: Visitor, path: str) -> None:
    answer = fe.get(path)
    if answer.status_code == 302:
        # Datasette sends percent signs on in an encoding of its own.
        answer = fe.get(answer.headers["location"])
    assert answer.status_code == 404
    assert "class Room" not in answer.text


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (["localhost:8001"], 200),
        (["127.0.0.1"], 200),
        (["[::1]:8001"], 200),
        (["LOCALHOST"], 200),
        (["evil.example"], 421),
        (["evil.example:8001"], 421),
        (["localhost.evil.example"], 421),
        (["localhost", "evil.example"], 421),
        ([], 421),
    ],
)
def test_a_server_on_this_computer_answers_to_its_own_name_only(hosts: list[str], status: int) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()) for host in hosts]
    asyncio.run(only_under_own_name(app)({"type": "http", "headers": headers}, None, send))
    assert sent[0]["status"] == status


FORM = (b"content-type", b"application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 200),
        ([FORM, (b"content-length", b"2000000")], 200),
        ([FORM, (b"content-length", b"2000001")], 413),
        ([FORM, (b"content-length", b"-1")], 413),
        ([FORM, (b"content-length", b"9" * 4000)], 413),
        ([FORM, (b"transfer-encoding", b"chunked")], 411),
        ([(b"content-type", b"Multipart/form-data; boundary=x"), (b"content-length", b"9")], 415),
    ],
)
def test_only_plain_forms_of_modest_size_are_read(headers: list[tuple[bytes, bytes]], status: int) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(only_forms(app)({"type": "http", "headers": headers}, None, send))
    assert sent[0]["status"] == status


# The queue and a document


def test_the_library_is_read_again_only_when_something_was_added(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    asked: list[int] = []

    def waiting() -> Iterator[Document]:
        asked.append(1)
        return iter(DocumentLibrary(project.captured))

    room = Room(project, ["fe"], documents=waiting)
    (first,) = room.documents()
    assert room.documents() == (first,)
    assert len(asked) == 1
    (tmp_path / "more.txt").write_text(HOSTILE, encoding="utf-8")
    added = capture(project, tmp_path / "more.txt")
    assert {one.sha256 for one in room.documents()} == {first.sha256, added.sha256}
    (project.screening).mkdir()
    (project.screening / "ab.jsonl").write_text("", encoding="utf-8")
    room.documents()
    assert len(asked) == 3


def test_what_was_found_in_files_that_changed_meanwhile_is_not_kept(
    project: Protocol, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = new_room(project)
    really = review.sit_down

    def slowly(*arguments: Any, **named: Any) -> review.Sitting:
        found = really(*arguments, **named)
        begin_study(project)
        room.known()
        return found

    monkeypatch.setattr(review, "sit_down", slowly)
    assert room.sitting(document.sha256).version == "new"
    monkeypatch.setattr(review, "sit_down", really)
    assert room.sitting(document.sha256).version == review.version_of(study_file(project)) != "new"


def test_everything_is_there_after_reading_ahead(
    project: Protocol, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = new_room(project)
    room.read_ahead().join()
    monkeypatch.setattr(review, "sit_down", None)
    monkeypatch.setattr("mscevidence.review.proposals.Proposals.of", None)
    assert room.sitting(document.sha256).document == document


def begin_study(project: Protocol) -> None:
    report = {"id": "ash-2030-412", "kind": "conference-abstract", "year": 2030}
    study = {"study": STUDY, "title": "Cells", "condition": "immune-thrombocytopenia", "design": "single-arm"}
    made = Study.model_validate({**study, "registrations": ["NCT00000000"], "reports": [report]})
    records.write_study(made, study_file(project))


def test_the_queue_counts_what_waits(fe: Visitor, document: Document) -> None:
    text = fe.get(ROOM).text
    assert "16 of 16 wait" in text
    assert STUDY in text
    assert "not begun" in text
    decide(fe, document, the(candidates_on(fe, document), "patients-enrolled"))
    text = fe.get(ROOM).text
    assert "15 of 16 wait" in text
    assert f'href="{ROOM}/study/{STUDY}"' in text


def test_the_marked_text_is_the_text_of_the_document(fe: Visitor, document: Document) -> None:
    text = fe.get(page_of(document)).text
    (marked,) = re.findall(r'<div id="text" dir="auto">(.*?)</div>', text, flags=re.DOTALL)
    assert html.unescape(re.sub(r"<[^>]+>", "", marked)) == document.text
    for start, piece in re.findall(r'<(?:mark|span)[^>]* ?data-start="(\d+)"[^>]*>([^<]*)<', marked):
        words = html.unescape(piece)
        assert document.text[int(start) : int(start) + len(words)] == words


@pytest.mark.parametrize("done", ["", "16", "-1", "x", "٣", "999999", "<script>", "15&done=3"])
def test_only_what_was_done_is_told(fe: Visitor, document: Document, done: str) -> None:
    text = fe.get(f"{page_of(document)}?done={done}").text
    assert "<script>" not in text
    assert ("data-said" in text) == done.startswith("15&")


def test_a_decision_goes_to_the_file_and_the_database(
    fe: Visitor, room: Room, project: Protocol, document: Document, datasette: Datasette
) -> None:
    known = candidates_on(fe, document)
    for lead, number in (("patients-enrolled", 0), ("fraction-percent", 4)):
        answer = decide(fe, document, the(known, lead, number))
        assert answer.status_code == 303
    assert f"{page_of(document)}?done=15#candidate-" in answer.headers["location"]
    said = html.unescape(fe.get(answer.headers["location"]).text)
    assert re.search(r'role="status" id="notice" data-said="Accepted: result · 8/15 [^"]*response. 14 wait."', said)
    study = records.load_study(study_file(project))
    (result,) = study.results
    assert result.counts() == (8, 15)
    assert (result.decision.by, result.decision.on, result.decision.origin) == (
        "fe",
        "2030-12-31",
        "rule:fraction-percent",
    )
    room.settle()
    with closing(sqlite3.connect(project.database)) as conn:
        assert conn.execute("SELECT events, n FROM results").fetchall() == [(8, 15)]
    shown = fe.get("/evidence/results.json?_shape=array").json()
    assert [(row["events"], row["n"]) for row in shown] == [(8, 15)], "the server reads the new file"
    assert room.trouble == ""
    assert '<a href="/-/result/evidence/' in fe.get("/evidence/response_rates").text


@pytest.mark.parametrize(("action", "verdict"), [("accept", "accepted"), ("reject", "rejected"), ("defer", "deferred")])
def test_each_decision_is_kept_with_its_reason(
    fe: Visitor, project: Protocol, document: Document, action: str, verdict: str
) -> None:
    decide(fe, document, the(candidates_on(fe, document), "criterion-age"), action, reason="as table 1")
    (kept,) = records.load_study(study_file(project)).verdicts
    assert (kept.verdict, kept.by, kept.reason) == (verdict, "fe", "as table 1")
    assert f"state-{verdict}" in fe.get(page_of(document)).text


def test_a_correction_is_kept_as_one(fe: Visitor, project: Protocol, document: Document) -> None:
    wanted = the(candidates_on(fe, document), "fraction-percent", 4)
    decide(fe, document, wanted, "correct", **{"correct.events": "7", "correct.n": ""})
    (result,) = records.load_study(study_file(project)).results
    assert result.counts() == (7, 15)
    assert result.decision.corrected == "events=7"


@pytest.mark.parametrize(
    ("candidate", "action", "more", "said"),
    [
        ("nothing@1", "accept", {}, "unknown candidate"),
        ("fraction-percent", "obey", {}, "unknown decision"),
        ("fraction-percent", "correct", {}, "nothing is corrected"),
        ("fraction-percent", "correct", {"correct.events": "many"}, "is not a number"),
        ("fraction-percent", "correct", {"correct.outcome": "happiness"}, "unknown outcome"),
        ("part-of-whole", "accept", {}, "is not in the record"),
    ],
)
def test_a_decision_that_cannot_be_written_says_why(
    fe: Visitor, project: Protocol, document: Document, candidate: str, action: str, more: dict[str, str], said: str
) -> None:
    known = candidates_on(fe, document)
    wanted = the(known, candidate) if candidate != "nothing@1" else candidate
    answer = decide(fe, document, wanted, action, **more)
    assert answer.status_code == 400
    assert said in html.unescape(answer.text)
    assert 'name="candidate"' in answer.text, "the work goes on, on the same page"
    assert list(project.extracted.iterdir()) == []


@pytest.mark.parametrize("version", ["new", "", "0" * 64])
def test_a_file_that_changed_meanwhile_is_a_conflict(
    fe: Visitor, project: Protocol, document: Document, version: str
) -> None:
    known = candidates_on(fe, document)
    decide(fe, document, known[0])
    path = study_file(project)
    path.write_text(path.read_text() + "# a word of somebody else\n")
    before = path.read_bytes()
    answer = decide(fe, document, known[1], version=version)
    assert answer.status_code == 409
    assert "was changed since you opened it" in answer.text
    assert path.read_bytes() == before


def test_every_form_refuses_a_file_that_changed(fe: Visitor, project: Protocol, document: Document) -> None:
    response = the(candidates_on(fe, document), "fraction-percent", 4)
    decide(fe, document, response)
    decide(fe, document, response, "correct", mode="blind", **{"correct.events": "7"})
    path = study_file(project)
    before = path.read_bytes()
    place = "result all/response events"
    tool = vocabulary.load("appraisal-tool")["minors-2003"]
    forms = {
        f"{ROOM}/differences/{STUDY}/fe": {f"take.{place}": "second", f"reason.{place}": "x"},
        f"{ROOM}/appraise/{STUDY}/minors-2003": {f"answer.{domain.id}": "0" for domain in tool.domains},
        f"{ROOM}/study/{STUDY}/arms/1": {"id": "all", "role": "experimental", "enrolled": "16"},
    }
    for address, form in forms.items():
        refused = fe.send(address, {**form, "version": "0" * 64})
        assert refused.status_code == 409, address
        for text in form.values():
            assert f'<dd dir="auto">{text}</dd>' in refused.text, "what was typed is not lost"
        assert "0" * 64 not in refused.text
        assert path.read_bytes() == before
        assert fe.send(address, form).status_code == 303, address
        before = path.read_bytes()


def selected(document: Document, words: str, **more: Any) -> dict[str, Any]:
    start = document.text.index(words)
    place = {"start": start, "end": start + len(words), "quote": words.replace("\n", "\r\n")}
    return {**place, "kind": "result", "events": "8", "n": "15", "outcome": "response", **more}


def test_selected_words_become_a_value(fe: Visitor, project: Protocol, document: Document) -> None:
    page = page_of(document)
    words = "was 53.3% (8/15).\n\nConclusion"
    answer = fe.send(page, selected(document, words), to=f"{page}/add")
    assert answer.status_code == 303
    (result,) = records.load_study(study_file(project)).results
    assert (result.counts(), result.decision.origin) == ((8, 15), "person")
    assert result.source.span is not None
    assert document.text[slice(*result.source.span)] == result.source.quote == words


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quote": "8 of 15 patients"}, "not the text at that place"),
        ({"start": ""}, "nothing is selected"),
        ({"start": "-1"}, "nothing is selected"),
        ({"end": "99999999"}, "nothing is selected"),
        ({"events": "9"}, "cannot be read"),
        ({"kind": "criterion"}, "unknown kind of value"),
        ({"outcome": "<script>alert(1)</script>"}, "unknown outcome"),
    ],
)
def test_a_value_that_the_words_do_not_show_is_refused(
    fe: Visitor, project: Protocol, document: Document, changes: dict[str, str], said: str
) -> None:
    page = page_of(document)
    answer = fe.send(page, selected(document, "53.3% (8/15)", **changes), to=f"{page}/add")
    assert answer.status_code == 400
    assert said in html.unescape(answer.text)
    assert "<script>alert" not in answer.text
    assert list(project.extracted.iterdir()) == []


# Hostile texts


@pytest.mark.parametrize("text", [HOSTILE, RIGHT_TO_LEFT])
def test_the_text_of_a_document_never_becomes_markup(tmp_path: Path, text: str) -> None:
    project = new_project(tmp_path, texts=(text,))
    room = new_room(project)
    visitor = Visitor(served(project, room), room.tokens()["fe"])
    (document,) = DocumentLibrary(project.captured)
    fraction = next(one for one in candidates_on(visitor, document) if one.startswith("fraction-percent"))
    assert decide(visitor, document, fraction).status_code == 303
    (path,) = project.extracted.glob("*.yaml")
    room.settle()
    pages = [ROOM, page_of(document), f"{ROOM}/study/{path.stem}", "/evidence/all_results", "/evidence/documents"]
    pages += [
        f"{ROOM}/forest/response",
        f"{ROOM}/study/{path.stem}/results/1",
        f"{ROOM}/appraise/{path.stem}/minors-2003",
    ]
    for page in pages:
        answer = visitor.get(page)
        assert answer.status_code == 200, page
        assert not re.search(r"<script>window.hurt|<img src=x|<svg onload|\b49\b(?! )</", answer.text), page
    with closing(sqlite3.connect(project.database)) as conn:
        assert conn.execute("SELECT count(*) FROM studies").fetchone() == (1,)
    shown = visitor.get(page_of(document)).text
    (marked,) = re.findall(r'<div id="text" dir="auto">(.*?)</div>', shown, flags=re.DOTALL)
    assert html.unescape(re.sub(r"<[^>]+>", "", marked)) == document.text


# A second extractor


def test_two_extractors_from_blind_to_agreed(
    datasette: Datasette, room: Room, project: Protocol, document: Document
) -> None:
    first, second = (Visitor(datasette, token) for token in room.tokens().values())
    known = candidates_on(first, document)
    response, serious = the(known, "fraction-percent", 4), the(known, "fraction-percent", 1)
    decide(first, document, response)
    decide(first, document, serious)
    blind = second.get(page_of(document, "blind")).text
    assert "state-accepted" not in blind
    assert "16 of 16 wait" in blind
    decide(second, document, response, "correct", mode="blind", **{"correct.events": "7"})
    assert (project.extracted / f"{STUDY}.gh.yaml").is_file()
    assert "16 of 16 wait" not in second.get(page_of(document, "blind")).text
    assert len(records.load_study(study_file(project)).results) == 2, "the record is as the first one left it"
    address = f"{ROOM}/differences/{STUDY}/gh"
    assert f'href="{address}"' in first.get(ROOM).text
    text = first.get(address).text
    assert "result all/response events" in text
    assert "result all/serious-adverse-event" in text
    assert re.search(r"result n</td><td class=\"number\">1</td><td class=\"number\">1</td>", text)
    place = "result all/response events"
    refused = first.send(address, {f"take.{place}": "second", f"reason.{place}": ""})
    assert refused.status_code == 400
    assert "the reason is missing" in refused.text
    settled = first.send(address, {f"take.{place}": "second", f"reason.{place}": "one relapsed & <b>left</b>"})
    assert settled.status_code == 303
    made = records.load_study(study_file(project))
    assert {one.outcome: one.counts() for one in made.results}["response"] == (7, 15)
    assert [(one.place, one.reason) for one in made.adjudications] == [(place, "one relapsed & <b>left</b>")]
    text = first.get(address).text
    assert "one relapsed &amp; &lt;b&gt;left" in text


# Forms


def begin(visitor: Visitor, **more: str) -> Any:
    form = {
        "study": "itp-two",
        "title": "Cells by hand",
        "condition": "immune-thrombocytopenia",
        "design": "single-arm",
        "reports.1.id": "r1",
        "reports.1.kind": "article",
        "reports.1.year": "2024",
        **more,
    }
    return visitor.send(f"{ROOM}/new", form)


def test_a_study_is_entered_by_hand_from_beginning_to_forest_plot(fe: Visitor, project: Protocol) -> None:
    assert begin(fe).status_code == 303
    study = f"{ROOM}/study/itp-two"
    arm = {"id": "all", "role": "experimental", "treated": "18", "dose.value": "1e6", "dose.unit": "cells/kg"}
    assert fe.send(f"{study}/arms/new", arm).status_code == 303
    result = {"outcome": "response", "arm": "all", "events": "8", "n": "18", "source.report": "r1"}
    wrong = fe.send(f"{study}/results/new", {**result, "events": "eight", "source.quote": "8/18"})
    assert wrong.status_code == 400
    assert re.search(r'id="field-events-problem">events: found', html.unescape(wrong.text))
    assert 'value="eight"' in wrong.text, "what was typed stays"
    assert fe.send(f"{study}/results/new", {**result, "source.quote": "8/18 responded"}).status_code == 303
    assert fe.send(f"{study}/arms/1", {**arm, "treated": "19"}).status_code == 303
    assert (
        fe.send(
            f"{study}/study/new",
            {"title": "Better", "condition": "immune-thrombocytopenia", "design": "single-arm", "phase": "1"},
        ).status_code
        == 303
    )
    made = records.load_study(project.extracted / "itp-two.yaml")
    assert (made.title, made.phase, made.arms[0].treated) == ("Better", "1", 19)
    assert made.arms[0].dose is not None
    assert (made.arms[0].dose.value, made.arms[0].dose.unit) == (1e6, "cells/kg")
    assert (made.results[0].counts(), made.results[0].decision.by) == ((8, 18), "fe")
    text = fe.get(study).text
    assert "8/18 responded" in text
    figure = fe.get(f"{ROOM}/forest/response.svg")
    assert figure.headers["content-type"].startswith("image/svg+xml")
    assert figure.text.lstrip().startswith("<?xml") or "<svg" in figure.text[:300]
    assert "44.4" in figure.text


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"study": "../../etc/passwd"}, "field-study-problem"),
        ({"study": "a.b"}, "field-study-problem"),
        ({"study": ""}, "field-study-problem"),
        ({"condition": "happiness"}, "field-condition-problem"),
        ({"title": ""}, "field-title-problem"),
        ({"reports.1.year": "3000"}, "field-reports-1-year-problem"),
    ],
)
def test_what_is_wrong_with_a_new_study_stands_beside_its_field(
    fe: Visitor, project: Protocol, changes: dict[str, str], where: str
) -> None:
    answer = begin(fe, **changes)
    assert answer.status_code == 400
    assert f'id="{where}"' in answer.text
    assert list(project.root.rglob("*.yaml")) == []


def test_a_study_that_is_there_is_not_begun_again(fe: Visitor, project: Protocol) -> None:
    begin(fe)
    before = (project.extracted / "itp-two.yaml").read_bytes()
    assert begin(fe, title="Other").status_code == 409
    assert (project.extracted / "itp-two.yaml").read_bytes() == before


@pytest.mark.parametrize("part", ["study", "reports", "arms", "results"])
def test_every_field_of_the_schema_is_in_the_form(fe: Visitor, part: Any) -> None:
    begin(fe)
    text = fe.get(f"{ROOM}/study/itp-two/{part}/new").text
    for field in fields(part):
        if field.name != "study":
            assert f'name="{field.name}"' in text


def test_every_note_is_about_a_field_and_stands_beside_it(fe: Visitor) -> None:
    begin(fe)
    assert set(notes()) == {"study", "reports", "arms", "results"}
    assert {f"{part}.{name}" for part, said in notes().items() for name in said} <= {
        f"{part}.{field.name}" for part in PARTS.values() for field in fields(part)
    }
    text = html.unescape(fe.get(f"{ROOM}/study/itp-two/arms/new").text)
    assert 'aria-describedby="field-combines-note"' in text
    assert f'id="field-combines-note">{notes()["arms"]["combines"]}</p>' in text


@pytest.mark.parametrize(
    ("part", "name", "kind", "choice"),
    [
        ("study", "enrolment.from", "text", "not-reported"),
        ("study", "condition", "choice", "immune-thrombocytopenia"),
        ("arms", "treated", "number", "not-reported"),
        ("arms", "name", "text", None),
        ("results", "outcome", "choice", "response"),
        ("results", "percent", "number", None),
    ],
)
def test_a_field_takes_what_the_schema_takes(part: Any, name: str, kind: str, choice: str | None) -> None:
    (field,) = [one for one in fields(part) if one.name == name]
    words = [word for word, _ in field.choices]
    assert (field.kind, choice is None or choice in words, choice is None) == (kind, True, not words)


def test_a_month_of_enrolment_can_be_filled_in(fe: Visitor, project: Protocol) -> None:
    assert begin(fe, **{"enrolment.from": "2019-11", "enrolment.to": "not-reported"}).status_code == 303
    made = records.load_study(project.extracted / "itp-two.yaml")
    assert made.enrolment is not None
    assert (made.enrolment.start, made.enrolment.end) == ("2019-11", "not-reported")
    text = fe.get(f"{ROOM}/study/itp-two/study/new").text
    assert re.search(r'<input id="field-enrolment-from" name="enrolment.from" value="2019-11"', text)


def test_what_a_form_says_as_values() -> None:
    form = {"id": " low ", "combines": "a, b", "treated": "not-reported", "dose.value": "0.5e6", "enrolled": "08"}
    found = {key: value for key, value in plain_values("arms", form).items() if value is not None}
    assert found == {
        "id": "low",
        "combines": ["a", "b"],
        "treated": "not-reported",
        "dose": {"value": 0.5e6},
        "enrolled": "08",
    }


# Appraisal


@pytest.mark.parametrize(
    "tool", ["jbi-case-series-2020", "minors-2003", "nhlbi-before-after-2014", "rob-2-2019", "robins-i-2016"]
)
def test_a_study_is_appraised_and_shown(fe: Visitor, project: Protocol, document: Document, tool: str) -> None:
    decide(fe, document, the(candidates_on(fe, document), "fraction-percent", 4))
    known = vocabulary.load("appraisal-tool")[tool]
    address = f"{ROOM}/appraise/{STUDY}/{tool}"
    text = fe.get(address).text
    for domain in known.domains:
        assert html.escape(domain.name) in text
    form = {f"answer.{domain.id}": known.levels[0] for domain in known.domains}
    form |= {f"support.{domain.id}": "This abstract  is\r\ninvented" for domain in known.domains}
    form |= {"result": f"{STUDY}/all/response"} if known.unit == "result" else {}
    missing = {name: value for name, value in form.items() if name != f"answer.{known.domains[0].id}"}
    refused = fe.send(address, missing)
    assert refused.status_code == 400
    assert "not yet judged" in refused.text
    assert fe.send(address, form).status_code == 303
    (kept,) = records.load_study(study_file(project)).appraisal
    assert (kept.tool, kept.by, len(kept.answers)) == (tool, "fe", len(known.domains))
    place = document.text.index("This abstract is invented")
    (found,) = set(kept.support.values())
    assert (found.report, found.quote) == ("ash-2030-412", "This abstract is invented")
    assert (found.document, found.span) == (document.sha256, (place, place + len(found.quote)))
    assert known.label.replace("'", "&#39;") in fe.get(f"{ROOM}/study/{STUDY}").text
    assert "This abstract is invented" in fe.get(address).text


def test_reading_stays_read_only_for_reviewers_too(fe: Visitor) -> None:
    answer = fe.get(in_sql("delete from studies", shape="objects")).json()
    assert answer["ok"] is False
    assert not is_mutable(fe.get("/-/databases.json").json())
