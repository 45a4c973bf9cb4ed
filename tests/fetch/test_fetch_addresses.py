"""Nothing but the public internet is reached, over https, whatever a url, a name server or a redirect says."""

from __future__ import annotations

from typing import Any

import pytest
from loopback import FakeTime, Reply, Server, client, fake_time, running_server  # noqa: F401 - fixtures

from mscevidence.errors import FetchError
from mscevidence.fetch import Limits, Request
from mscevidence.fetch.addresses import checked_addresses, checked_url, is_public
from mscevidence.fetch.answer import JSON
from mscevidence.fetch.exchange import Response

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

GOOD = Reply(b"{}")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "240.0.0.1",
        "192.0.2.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "",
        "localhost",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["130.14.29.110", "8.8.8.8", "2607:f220:41e:4290::110", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_that_are(address: str) -> None:
    assert is_public(address)


def test_one_private_address_refuses_the_host() -> None:
    with pytest.raises(FetchError, match=r"two\.example is at 10\.0\.0\.1") as caught:
        checked_addresses("two.example", 443, lambda *_: ["8.8.8.8", "10.0.0.1"], allowed=())
    assert (caught.value.reason, caught.value.host) == ("refused-address", "two.example")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://doi.org/10.1000/182", "is not an https address"),
        ("ftp://ftp.ncbi.nlm.nih.gov/x", "is not an https address"),
        ("file:///etc/passwd", "is not an https address"),
        ("//doi.org/10.1000/182", "is not an https address"),
        ("https:///x", "names no host"),
        ("https://me:pw@doi.org/", "carries a user or password"),
        ("https://me@doi.org/", "carries a user or password"),
        ("https://doi.org:99999/", "is not a url"),
        ("https://[::1/", "is not a url"),
    ],
)
def test_urls_that_are_not_asked_for(url: str, words: str) -> None:
    with pytest.raises(FetchError, match=words) as caught:
        checked_url(url, https_only=True)
    assert caught.value.reason == "address"
    assert "pw" not in str(caught.value)


def test_an_http_url_is_told_its_https_twin() -> None:
    with pytest.raises(FetchError) as caught:
        checked_url("http://doi.org/10.1000/182", https_only=True)
    assert caught.value.hint == "try https://doi.org/10.1000/182"


def test_a_fragment_is_not_sent() -> None:
    assert checked_url("https://doi.org/10.1000/182#abstract", https_only=True) == "https://doi.org/10.1000/182"


def refused(server: Server, fake: FakeTime, request: Request, **options: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        client(fake, **options).fetch(request)
    return caught.value


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_is_refused_unless_a_test_allows_it(host: str, server: Server, fake: FakeTime) -> None:
    server.replies(GOOD)
    answers = {"127.0.0.1": ["127.0.0.1"], "localhost": ["127.0.0.1"], "::1": ["::1"]}
    request = Request(f"http://{host}:{server.port}/", accept=JSON)
    error = refused(server, fake, request, allowed=(), resolver=lambda name, _: answers[name])
    assert error.reason == "refused-address"
    assert server.asked == []


def test_the_name_is_looked_up_once_and_what_was_judged_is_connected_to(server: Server, fake: FakeTime) -> None:
    server.replies(GOOD)
    looked_up: list[str] = []

    def rebinding(host: str, _: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["10.0.0.1"]

    fetching = client(fake, resolver=rebinding)
    request = Request(f"http://registry.example:{server.port}/", accept=JSON)
    assert fetching.fetch(request).data == b"{}"
    assert looked_up == ["registry.example"]
    with pytest.raises(FetchError, match=r"is at 10\.0\.0\.1"):
        fetching.fetch(request)
    assert len(server.asked) == 1


def test_a_second_address_is_tried(server: Server, fake: FakeTime) -> None:
    server.replies(GOOD)
    # The first address is this machine where no one listens on the port of IPv6.
    fetching = client(fake, resolver=lambda *_: ["::1", "127.0.0.1"], allowed={"::1", "127.0.0.1"})
    with pytest.MonkeyPatch.context() as patched:
        from mscevidence.fetch import connection

        real = connection.connect

        def fails_first(address: str, port: int, seconds: float) -> object:
            if address == "::1":
                raise ConnectionRefusedError(address)
            return real(address, port, seconds)

        patched.setattr(connection, "connect", fails_first)
        assert fetching.fetch(Request(f"http://two.example:{server.port}/", accept=JSON)).data == b"{}"


def test_redirects_are_followed(server: Server, fake: FakeTime) -> None:
    server.handler = lambda asked: {
        "/a": Reply(status=302, headers={"Location": "/b?x=1#part"}),
        "/b": Reply(status=308, headers={"Location": f"http://other.example:{server.port}/c"}),
        "/c": GOOD,
    }[asked.path]
    answer = client(fake).fetch(Request(f"{server.base}/a", accept=JSON))
    assert answer.url == f"{server.base}/a"
    assert answer.final_url == f"http://other.example:{server.port}/c"
    assert server.paths == ["/a", "/b", "/c"]


@pytest.mark.parametrize("written", [b"/caf\xc3\xa9", b"/caf%C3%A9"])
def test_a_redirect_to_letters_beyond_ascii(written: bytes, server: Server, fake: FakeTime) -> None:
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
    server.handler = lambda asked: Reply(raw=head + written + b"\r\n\r\n") if asked.path == "/a" else GOOD
    client(fake).fetch(Request(f"{server.base}/a", accept=JSON))
    assert server.paths == ["/a", "/caf%C3%A9"]


@pytest.mark.parametrize(
    ("location", "reason", "words"),
    [
        ("http://private.example/x", "refused-address", "is at 10.0.0.1"),
        ("http://169.254.169.254/latest", "refused-address", "is at 169.254.169.254"),
        ("file:///etc/passwd", "address", "is not an https address"),
        ("http://me:pw@127.0.0.1/", "address", "carries a user or password"),
        ("http://[::1", "address", "is not a url"),
        ("/a", "redirects", "come back to"),
        ("", "redirects", "lead nowhere"),
    ],
)
def test_a_redirect_is_judged_like_a_url(
    location: str, reason: str, words: str, server: Server, fake: FakeTime
) -> None:
    server.replies(Reply(status=302, headers={"Location": location}))
    answers = {"private.example": ["10.0.0.1"], "169.254.169.254": ["169.254.169.254"]}
    request = Request(f"{server.base}/a", accept=JSON)
    error = refused(server, fake, request, resolver=lambda host, _: answers.get(host, ["127.0.0.1"]))
    assert error.reason == reason
    assert words in error.message
    assert len(server.asked) == 1


def test_redirects_end(server: Server, fake: FakeTime) -> None:
    server.handler = lambda asked: Reply(status=302, headers={"Location": f"/{int(asked.path[1:]) + 1}"})
    error = refused(server, fake, Request(f"{server.base}/0", accept=JSON), limits=Limits(hops=3))
    assert error.reason == "redirects"
    assert "do not end after 3" in error.message
    assert server.paths == ["/0", "/1", "/2", "/3"]


def test_a_circle_of_two_is_seen(server: Server, fake: FakeTime) -> None:
    server.handler = lambda asked: Reply(status=301, headers={"Location": "/b" if asked.path == "/a" else "/a"})
    error = refused(server, fake, Request(f"{server.base}/a", accept=JSON))
    assert "come back to" in error.message
    assert len(server.asked) == 2


def test_a_form_is_not_redirected(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(status=307, headers={"Location": "/b"}))
    request = Request(f"{server.base}/a", parameters={"term": "lupus"}, method="POST", accept=JSON)
    assert "lead a form to" in refused(server, fake, request).message


def test_a_redirect_to_http_is_asked_for_over_https(server: Server, fake: FakeTime) -> None:
    place = {"location": "http://publisher.example/x"}
    redirect = Response(302, place, b"", None)  # type: ignore[arg-type]
    strict = client(fake, https_only=True)
    asked = Request("https://doi.org/10.1000/182")
    assert strict._next_hop(asked, asked.url, redirect) == "https://publisher.example/x"
