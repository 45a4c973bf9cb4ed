"""Which addresses may be connected to: public ones only, so that no url can reach into the reader's own network.

Ranges are those of the IANA special-purpose address registries, as Python's `ipaddress` knows them. IPv4 addresses
wrapped in IPv6 (mapped, 6to4, Teredo, NAT64 of RFC 6052) are judged by the address inside.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection
from urllib.parse import urljoin, urlsplit

from mscevidence.errors import FetchError
from mscevidence.fetch.answer import without_secrets

Resolve = Callable[[str, int], list[str]]
"""From host and port to the addresses the host has now."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host in the order in which the system would try them.

    Raises:
        FetchError: the host has no address.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"{host}: no such host",
            hint="check the spelling, and whether this machine is on the network",
            host=host,
            reason="no-host",
        ) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Return whether an address belongs to the public internet."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inside = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inside is None and parsed in _NAT64:
            inside = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


def checked_addresses(host: str, port: int, resolver: Resolve, *, allowed: Collection[str]) -> list[str]:
    """Return the addresses of a host when every one of them may be connected to.

    Args:
        host: name or address.
        port: where on the host.
        resolver: looks the name up; called once, and what it says is what is connected to.
        allowed: addresses that are right although they are not public.

    Raises:
        FetchError: one of the addresses is not public, or there is none.
    """
    addresses = resolver(host, port)
    refused = [each for each in addresses if each not in allowed and not is_public(each)]
    if refused:
        raise FetchError(
            f"{host} is at {refused[0]}, which is not an address of the public internet",
            hint="only public addresses are fetched; save the page to a file and ingest the file",
            host=host,
            reason="refused-address",
        )
    return addresses


def checked_url(url: str, *, https_only: bool) -> str:
    """Return a url without its fragment when it may be asked for.

    Raises:
        FetchError: it is not https, has no host, or carries a user or password.
    """
    try:
        parts, shown = urlsplit(url), without_secrets(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise FetchError(
            f"{url.partition('?')[0]!r} is not a url", hint="an example: https://doi.org/10.1000/182", reason="address"
        ) from (error)
    if parts.scheme != "https" and (https_only or parts.scheme != "http"):
        raise FetchError(
            f"{shown} is not an https address",
            hint=f"try {urljoin('https://', '//' + parts.netloc.rpartition('@')[2] + parts.path)}" if host else "",
            host=host or "",
            reason="address",
        )
    if not host:
        raise FetchError(f"{shown} names no host", hint="an example: https://doi.org/10.1000/182", reason="address")
    if parts.username is not None or parts.password is not None:
        raise FetchError(f"{shown} carries a user or password", hint="leave them out", host=host, reason="address")
    return parts._replace(fragment="").geturl()
