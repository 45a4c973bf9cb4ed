"""The sentences for answers that are not what was asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mscevidence.errors import FetchError
from mscevidence.fetch.answer import Request, host_of, without_secrets

if TYPE_CHECKING:
    from mscevidence.fetch.exchange import Response


def check_status(request: Request, url: str, response: Response) -> None:
    """Let a good status pass.

    Raises:
        FetchError: the server refused, failed, or does not have it.
    """
    status = response.status
    if 200 <= status < 300 or status == 304:
        return
    shown, host = without_secrets(url), host_of(url)
    if status in {404, 410}:
        raise FetchError(
            f"{shown}: not found ({status})", hint="check the identifier or address", host=host, reason="not-found"
        )
    if status in {401, 403, 451}:
        raise FetchError(
            f"{shown}: {host} does not let programs fetch this ({status})",
            hint="open it in a browser, save the page and ingest the file",
            host=host,
            reason="forbidden",
        )
    if status == 429:
        raise FetchError(
            f"{shown}: {host} was asked too often (429)",
            hint="wait a while and resume; for PubMed an api key allows more",
            host=host,
            reason="rate-limited",
        )
    if status >= 500:
        raise FetchError(
            f"{shown}: {host} is in trouble ({status}) and stayed so",
            hint="try again later; what was fetched before is kept",
            host=host,
            reason="server-fault",
        )
    raise FetchError(
        f"{shown}: {host} does not understand the request ({status}){_said(request, response.data)}",
        hint="check the query in the source's own search form",
        host=host,
        reason="bad-request",
    )


def check_content_type(request: Request, content_type: str, data: bytes) -> None:
    """Let a right content type pass; an answer without one is judged by its reader.

    Raises:
        FetchError: the content is of another type.
    """
    if not content_type or not request.accept or content_type in request.accept:
        return
    host = host_of(request.url)
    raise FetchError(
        f"{request.record}: {host} answered {content_type} where {request.accept[0]} is right{_said(request, data)}",
        hint=f"right are: {', '.join(request.accept)}",
        host=host,
        reason="content-type",
    )


def patience(url: str, status: int, seconds: float) -> FetchError:
    """Return the error for a server that asks for more patience than there is."""
    return FetchError(
        f"{without_secrets(url)}: {host_of(url)} asks to wait {seconds:,.0f} seconds ({status})",
        hint="resume after that; what was fetched before is kept",
        host=host_of(url),
        reason="rate-limited" if status == 429 else "server-fault",
    )


def redirects(url: str, how: str) -> FetchError:
    """Return the error for redirects that cannot be followed."""
    return FetchError(
        f"{without_secrets(url)}: the redirects {how}",
        hint="open it in a browser, save the page and ingest the file",
        host=host_of(url),
        reason="redirects",
    )


def not_unchanged(request: Request) -> FetchError:
    """Return the error for "not modified" where there is nothing that could be unmodified."""
    return FetchError(
        f"{request.record}: {host_of(request.url)} says that nothing changed, but was not asked so (304)",
        hint="try again",
        host=host_of(request.url),
        reason="malformed",
    )


def not_an_address(url: str) -> FetchError:
    """Return the error for a url that cannot be sent."""
    return FetchError(
        f"{url.partition('?')[0]!r} is not a url",
        hint="an example: https://doi.org/10.1000/182",
        reason="address",
    )


def _said(request: Request, data: bytes) -> str:
    # The beginning of what the server says, without markup: sources explain there what is wrong with a query.
    text = re.sub(
        r"<(script|style)\b.*?</\1>|<[^>]*>",
        " ",
        data[:4000].decode("utf-8", "replace"),
        flags=re.DOTALL | re.IGNORECASE,
    )
    for secret in request.secrets:
        text = text.replace(secret, "…")
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f": {words[:200]}{'…' if len(words) > 200 else ''}" if words else ""
