"""The client: what it asks, what it accepts, and what it names when something is wrong."""

from __future__ import annotations

import gzip
import hashlib
import json
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from loopback import START, FakeTime, Reply, Server, client, fake_time, running_server  # noqa: F401 - fixtures

from mscevidence.errors import FetchError, WriteError
from mscevidence.fetch import Answer, Client, Limits, Request
from mscevidence.fetch.answer import JSON, PAGE, without_secrets

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

GOOD = Reply(b'{"version": "6.9"}')


def ask(server: Server, path: str = "/search", **options: object) -> Request:
    return Request(server.base + path, **{"accept": JSON, "rate": 3.0, **options})  # type: ignore[arg-type]


def failure(fetching: Client, request: Request) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetching.fetch(request)
    return caught.value


def test_an_answer_says_what_came_from_where_and_when(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"caf\xe9", content_type='text/html; Charset="ISO-8859-1"'))
    answer = client(fake).fetch(ask(server, accept=PAGE, parameters={"query": "ITP & MSC"}))
    assert answer == Answer(
        data=b"caf\xe9",
        url=f"{server.base}/search?query=ITP+%26+MSC",
        final_url=f"{server.base}/search?query=ITP+%26+MSC",
        content_type="text/html",
        charset="iso-8859-1",
        status=200,
        sha256=hashlib.sha256(b"caf\xe9").hexdigest(),
        retrieved=START,
        from_cache=False,
    )
    assert server.asked[0].query == {"query": "ITP & MSC"}


def test_every_server_is_told_who_asks(server: Server, fake: FakeTime) -> None:
    server.replies(GOOD)
    client(fake, contact="reviewer@example.org").fetch(ask(server))
    headers = server.asked[0].headers
    assert headers["user-agent"].startswith("mscevidence/")
    assert headers["user-agent"].endswith("(mailto:reviewer@example.org)")
    assert headers["accept"].startswith("application/json")
    assert headers["connection"] == "close"


@pytest.mark.parametrize("contact", ["reviewer", "a b@example.org", "a@example.org\r\nX-Evil: 1", "a@b"])
def test_a_contact_is_an_address(contact: str) -> None:
    with pytest.raises(FetchError, match="is not an e-mail address"):
        Client(contact=contact)


def test_no_cookie_comes_back(server: Server, fake: FakeTime) -> None:
    server.replies(GOOD.but(headers={"Set-Cookie": "session=1; Path=/"}))
    fetching = client(fake)
    fetching.fetch(ask(server))
    fetching.fetch(ask(server))
    assert all("cookie" not in each.headers for each in server.asked)


def test_passwords_and_proxies_of_the_environment_are_not_used(
    server: Server, fake: FakeTime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login reviewer password hidden\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.replies(GOOD)
    client(fake).fetch(ask(server))
    assert "authorization" not in server.asked[0].headers


def test_requests_to_one_host_keep_its_pace(server: Server, fake: FakeTime) -> None:
    server.replies(GOOD)
    fetching = client(fake)
    for _ in range(4):
        fetching.fetch(ask(server, rate=4.0))
    assert fake.slept == [0.25, 0.25, 0.25]
    fake.seconds += 10
    fetching.fetch(ask(server, rate=4.0))
    assert fake.slept == [0.25, 0.25, 0.25]


def test_hosts_have_paces_of_their_own(server: Server, fake: FakeTime) -> None:
    server.replies(GOOD)
    fetching = client(fake)
    fetching.fetch(ask(server))
    fetching.fetch(Request(f"http://other.example:{server.port}/", accept=JSON))
    assert fake.slept == []
    assert server.asked[1].headers["host"] == f"other.example:{server.port}"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_says_how_long_is_waited_for(status: int, server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"busy", status, headers={"Retry-After": "7"}), GOOD)
    assert client(fake).fetch(ask(server)).data == GOOD.body
    assert fake.slept == [7.0]


def test_a_server_that_does_not_gets_pauses_that_grow(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"", 503), Reply(b"", 503), Reply(b"", 503), GOOD)
    client(fake).fetch(ask(server, rate=100.0))
    assert fake.slept == [0.01, 2.0, 4.0]


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (429, "rate-limited", "was asked too often"),
        (500, "server-fault", "is in trouble (500)"),
        (503, "server-fault", "is in trouble (503)"),
    ],
)
def test_patience_ends(status: int, reason: str, words: str, server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"", status))
    error = failure(client(fake), ask(server))
    assert (error.reason, error.host, len(server.asked)) == (reason, "127.0.0.1", 4)
    assert words in error.message
    assert error.hint


def test_nobody_waits_an_hour(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"", 429, headers={"Retry-After": "3600"}))
    error = failure(client(fake), ask(server))
    assert error.reason == "rate-limited"
    assert "asks to wait 3,600 seconds" in error.message
    assert fake.slept == []


@pytest.mark.parametrize("said", ["soon", "Sun, 01 Mar 2020 00:00:00 GMT", "-1", "1.5"])
def test_a_server_that_mumbles_is_asked_again(said: str, server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"busy", 503, headers={"Retry-After": said}), GOOD)
    assert client(fake).fetch(ask(server)).data == GOOD.body


def test_a_server_that_names_a_day_far_away(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"busy", 503, headers={"Retry-After": "Fri, 01 Mar 2999 00:00:00 GMT"}))
    error = failure(client(fake), ask(server))
    assert (error.reason, len(server.asked)) == ("server-fault", 1)
    assert "asks to wait" in error.message


def test_nothing_changed_though_nobody_asked(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"", 304, content_type=""))
    assert failure(client(fake), ask(server)).reason == "malformed"


@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, "bad-request"), (401, "forbidden"), (403, "forbidden"), (404, "not-found"), (410, "not-found")],
)
def test_a_refusal_is_not_asked_again(status: int, reason: str, server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"<p>query.cond: unknown <b>area</b></p>", status))
    error = failure(client(fake), ask(server))
    assert (error.reason, len(server.asked)) == (reason, 1)
    assert ("query.cond: unknown area" in error.message) == (reason == "bad-request")


def test_a_body_cut_short_is_asked_for_again(server: Server, fake: FakeTime) -> None:
    server.replies(GOOD.but(announced=500), GOOD)
    assert client(fake).fetch(ask(server)).data == GOOD.body
    assert len(server.asked) == 2


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "reply",
    [
        GOOD.but(announced=500),
        Reply(gzip.compress(b'{"a": 1}' * 50)[:-9], headers={"Content-Encoding": "gzip"}, announced=500),
        Reply(b"not gzip at all", headers={"Content-Encoding": "gzip"}),
        Reply(raw=CHUNKED + b'5\r\n{"a":\r\n'),
        Reply(raw=CHUNKED + b'zz\r\n{"a":\r\n'),
    ],
    ids=["length", "gzip", "damaged-gzip", "chunks", "bad-chunks"],
)
def test_a_body_that_stays_short_is_an_error(reply: Reply, server: Server, fake: FakeTime) -> None:
    server.replies(reply)
    error = failure(client(fake), ask(server))
    assert (error.reason, len(server.asked)) == ("truncated", 4)


def test_what_cannot_be_repeated_is_asked_for_once(server: Server, fake: FakeTime) -> None:
    server.replies(GOOD.but(announced=500), GOOD)
    assert failure(client(fake), ask(server, repeatable=False)).reason == "truncated"
    assert len(server.asked) == 1


def test_a_connection_that_dies_is_made_again(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(raw=b""), GOOD)
    assert client(fake).fetch(ask(server)).data == GOOD.body


def test_chunks_and_compression_are_undone(server: Server, fake: FakeTime) -> None:
    body = gzip.compress(b'{"hits": 3}')
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    server.replies(Reply(chunked, headers={"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}))
    assert client(fake).fetch(ask(server)).data == b'{"hits": 3}'


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"a" * 2000),
        Reply(b"a" * 2000, headers={"Transfer-Encoding": "chunked"}, raw=CHUNKED + b"7d0\r\n" + b"a" * 2000),
        Reply(gzip.compress(b"a" * 1_000_000), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["announced", "unannounced", "bomb"],
)
def test_a_huge_body_is_not_read_to_its_end(reply: Reply, server: Server, fake: FakeTime) -> None:
    server.replies(reply)
    error = failure(client(fake, limits=Limits(size=1000)), ask(server))
    assert (error.reason, len(server.asked)) == ("too-large", 1)
    assert "larger than 1,000 bytes" in error.message


def test_a_huge_body_that_is_announced_is_not_begun(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"a", announced=3_000_000_000))
    error = failure(client(fake), ask(server))
    assert "3,000,000,000 bytes are announced" in error.message


@pytest.mark.parametrize("reply", [Reply(b"a" * 4000, drip=0.02), Reply(slow_headers=True)], ids=["body", "headers"])
def test_a_server_that_drips_is_left(reply: Reply, server: Server, fake: FakeTime) -> None:
    server.replies(reply)
    error = failure(client(fake, limits=Limits(read=5, total=0.25)), ask(server))
    assert (error.reason, len(server.asked)) == ("too-slow", 1)
    assert "not complete after 0.25 seconds" in error.message


def test_a_server_that_says_nothing_is_asked_again(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"aaaa", drip=30), GOOD)
    assert client(fake, limits=Limits(read=0.15)).fetch(ask(server)).data == GOOD.body
    server.replies(Reply(b"aaaa", drip=30))
    assert failure(client(fake, limits=Limits(read=0.1, attempts=2)), ask(server)).reason == "silent"


def test_another_content_type_is_named(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"<html><title>Maintenance</title></html>", content_type="text/html"))
    error = failure(client(fake), ask(server))
    assert error.reason == "content-type"
    assert "answered text/html where application/json is right: Maintenance" in error.message


def test_nobody_listens(fake: FakeTime) -> None:
    error = failure(client(fake), Request("http://127.0.0.1:9/", accept=JSON))
    assert error.reason == "unreachable"


SECRETS = {"api_key": "k3y", "email": "reviewer@example.org", "term": "lupus"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_keys_are_sent_but_never_written_down(method: str, server: Server, fake: FakeTime, tmp_path: Path) -> None:
    server.replies(GOOD)
    answer = client(fake, cache=tmp_path).fetch(ask(server, parameters=SECRETS, method=method))
    assert server.asked[0].query == SECRETS
    written = repr(answer) + (tmp_path / "index.jsonl").read_text()
    assert "term=lupus" in written
    assert "k3y" not in written
    assert "reviewer" not in written


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b'{"error": "bad key k3y"}', 400),
        Reply(b"key k3y", 200, content_type="text/html"),
        Reply(b"", 403),
        Reply(b"", 503),
        Reply(raw=b""),
        GOOD.but(announced=500),
        Reply(b"", 302, headers={"Location": "/search?api_key=k3y&again=1"}),
    ],
)
def test_keys_are_in_no_error(reply: Reply, server: Server, fake: FakeTime) -> None:
    server.replies(reply)
    error = failure(client(fake), ask(server, parameters=SECRETS))
    told = "".join(traceback.format_exception(error))
    assert "k3y" not in told
    assert "reviewer@" not in told


def test_keys_are_in_no_error_of_a_connection(fake: FakeTime) -> None:
    error = failure(client(fake), Request("http://127.0.0.1:9/", parameters=SECRETS, accept=JSON))
    assert "k3y" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x?api_key=1&term=2#part", "https://a.example/x?term=2"),
        ("https://me:pw@a.example/x", "https://a.example/x"),
        ("https://a.example/x?API_KEY=1", "https://a.example/x"),
        ("https://a.example/x?pageToken=1", "https://a.example/x?pageToken=1"),
    ],
)
def test_what_is_secret_in_a_url(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_raw_answers_are_kept_by_hash(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    server.replies(GOOD)
    answer = client(fake, cache=tmp_path).fetch(ask(server))
    kept = tmp_path / "objects" / answer.sha256[:2] / answer.sha256
    assert kept.read_bytes() == GOOD.body
    line = json.loads((tmp_path / "index.jsonl").read_text())
    assert {name: line[name] for name in ("sha256", "retrieved", "status", "content_type", "url", "size")} == {
        "sha256": answer.sha256,
        "retrieved": START.isoformat(),
        "status": 200,
        "content_type": "application/json",
        "url": answer.url,
        "size": len(GOOD.body),
    }


TAGGED = GOOD.but(headers={"ETag": '"v1"', "Last-Modified": "Sun, 01 Mar 2026 00:00:00 GMT"})


def test_what_has_not_changed_is_not_sent_again(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    server.replies(TAGGED, Reply(b"", 304, content_type=""))
    first = client(fake, cache=tmp_path).fetch(ask(server))
    fake.seconds += 60
    second = client(fake, cache=tmp_path).fetch(ask(server))
    assert server.asked[1].headers["if-none-match"] == '"v1"'
    assert server.asked[1].headers["if-modified-since"] == "Sun, 01 Mar 2026 00:00:00 GMT"
    assert (second.data, second.from_cache, second.status) == (first.data, True, 200)
    assert (second.retrieved - first.retrieved).total_seconds() == 60


def test_what_has_changed_replaces_it(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    server.replies(TAGGED, Reply(b"{}", headers={"ETag": '"v2"'}), Reply(b"", 304, content_type=""))
    fetching = client(fake, cache=tmp_path)
    fetching.fetch(ask(server))
    changed = fetching.fetch(ask(server))
    assert (changed.data, changed.from_cache) == (b"{}", False)
    again = client(fake, cache=tmp_path).fetch(ask(server))
    assert (again.data, again.from_cache) == (b"{}", True)
    assert server.asked[2].headers["if-none-match"] == '"v2"'


def test_a_fresh_answer_is_not_asked_for(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    server.replies(GOOD)
    fetching = client(fake, cache=tmp_path)
    fetching.fetch(ask(server, fresh_for=100))
    fake.seconds += 99
    assert fetching.fetch(ask(server, fresh_for=100)).from_cache
    fake.seconds += 2
    assert not fetching.fetch(ask(server, fresh_for=100)).from_cache
    assert len(server.asked) == 2


def test_urls_that_look_alike_without_their_keys(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    server.replies(TAGGED)
    fetching = client(fake, cache=tmp_path)
    assert fetching.fetch(ask(server, "/x?key=1", fresh_for=100)).url == f"{server.base}/x"
    fetching.fetch(ask(server, "/x?key=2", fresh_for=100))
    fetching.fetch(ask(server, "/x?key=2", method="POST", parameters={"a": "1"}, fresh_for=100))
    assert len(server.asked) == 3
    assert all("if-none-match" not in each.headers for each in server.asked)


def test_a_form_is_not_a_page(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    server.replies(GOOD)
    fetching = client(fake, cache=tmp_path)
    asked = [fetching.fetch(ask(server, parameters={"a": "1"}, method=m, fresh_for=9)) for m in ("GET", "POST", "POST")]
    assert [each.from_cache for each in asked] == [False, False, True]
    assert {each.url for each in asked} == {f"{server.base}/search?a=1"}


def test_threads_may_share_a_client(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    server.handler = lambda asked: Reply(json.dumps(asked.path).encode())
    fetching = client(fake, cache=tmp_path)
    paths = [f"/{n}" for n in range(12)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda path: fetching.fetch(ask(server, path)), paths))
    assert [json.loads(answer.data) for answer in answers] == paths
    again = client(fake, cache=tmp_path)
    assert all(again.fetch(ask(server, path, fresh_for=1e6)).from_cache for path in paths)
    assert sum(fake.slept) > 0


def test_a_cache_that_cannot_be_written(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    server.replies(GOOD)
    with pytest.raises(WriteError, match="the answer could not be kept"):
        client(fake, cache=tmp_path / "file").fetch(ask(server))


def test_damaged_bytes_and_torn_lines_count_as_never_fetched(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    server.replies(TAGGED)
    answer = client(fake, cache=tmp_path).fetch(ask(server))
    (tmp_path / "objects" / answer.sha256[:2] / answer.sha256).write_bytes(b"{}")
    again = client(fake, cache=tmp_path).fetch(ask(server, fresh_for=100))
    assert (again.data, again.from_cache) == (GOOD.body, False)
    assert "if-none-match" not in server.asked[1].headers
    index = tmp_path / "index.jsonl"
    whole = index.read_bytes()
    index.write_bytes(whole + whole[:40])
    client(fake, cache=tmp_path).fetch(ask(server, path="/other"))
    assert client(fake, cache=tmp_path).fetch(ask(server, path="/other", fresh_for=100)).from_cache
    assert client(fake, cache=tmp_path).fetch(ask(server, fresh_for=100)).from_cache


def test_a_failure_keeps_nothing(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    server.replies(GOOD.but(announced=500))
    failure(client(fake, cache=tmp_path), ask(server))
    assert list(tmp_path.iterdir()) == []
