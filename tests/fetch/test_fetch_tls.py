"""https: the connection goes to the address that was judged, the certificate is judged by the name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from loopback import FakeTime, Reply, Server, certificate_file, client, fake_time, serving  # noqa: F401 - fixtures

from mscevidence.errors import FetchError
from mscevidence.fetch import Answer, Limits, Request
from mscevidence.fetch.answer import JSON

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(name="server")
def secure_server(trusted: str) -> Iterator[Server]:
    with serving(secure=True) as running:
        running.trusted = trusted
        running.replies(Reply(b'{"a": 1}'))
        yield running


def fetched(server: Server, fake: FakeTime, *, host: str = "registry.example", **options: Any) -> Answer:
    settings = {"https_only": True, "certificates": server.trusted, "limits": Limits(attempts=2, total=5), **options}
    return client(fake, **settings).fetch(Request(f"https://{host}:{server.port}/works", accept=JSON))


def test_a_good_certificate(server: Server, fake: FakeTime) -> None:
    answer = fetched(server, fake)
    assert answer.data == b'{"a": 1}'
    assert answer.final_url == f"https://registry.example:{server.port}/works"
    assert server.asked[0].headers["host"] == f"registry.example:{server.port}"


@pytest.mark.parametrize("options", [{"host": "other.example"}, {"host": "127.0.0.1"}, {"certificates": ""}])
def test_a_certificate_of_another_or_of_nobody(options: dict[str, str], server: Server, fake: FakeTime) -> None:
    with pytest.raises(FetchError, match=r"the certificate of .* is not valid") as caught:
        fetched(server, fake, **options)
    assert (caught.value.reason, server.asked, fake.slept) == ("certificate", [], [])


def test_the_address_is_judged_before_anything_is_sent(server: Server, fake: FakeTime) -> None:
    with pytest.raises(FetchError) as caught:
        fetched(server, fake, allowed=())
    assert (caught.value.reason, server.asked) == ("refused-address", [])


@pytest.mark.parametrize("reply", [Reply(b"a" * 4000, drip=0.02), Reply(slow_headers=True)], ids=["body", "headers"])
def test_a_server_that_drips_is_left(reply: Reply, server: Server, fake: FakeTime) -> None:
    server.replies(reply)
    with pytest.raises(FetchError) as caught:
        fetched(server, fake, limits=Limits(total=0.3))
    assert caught.value.reason == "too-slow"


def test_a_body_cut_short(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"{}", announced=500), Reply(b"{}"))
    assert fetched(server, fake).data == b"{}"
