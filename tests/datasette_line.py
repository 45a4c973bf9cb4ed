"""Where Datasette 0.65 and 1.0 differ for somebody who asks them from outside."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote_plus

from datasette.app import Datasette

IS_ONE = hasattr(Datasette, "allowed")
"""Whether this is 1.0: it asks for permission with `allowed`, and knows forms of others by what browsers say."""


def in_sql(sql: str, *, shape: str = "array") -> str:
    """Return the address of the answer to SQL of one's own."""
    page = "/evidence/-/query.json" if IS_ONE else "/evidence.json"
    return f"{page}?_shape={shape}&sql={quote_plus(sql)}"


def is_mutable(databases: Any) -> bool:
    """Return whether the database can be written, by what ``/-/databases.json`` says."""
    known = databases["databases"] if isinstance(databases, dict) else databases
    (found,) = [one for one in known if one["name"] == "evidence"]
    return found["is_mutable"] is not False


def anybody_may(datasette: Datasette, action: str, resource: Any) -> bool:
    """Return whether somebody who is not logged in may do something."""
    if not IS_ONE:
        return asyncio.run(datasette.permission_allowed(None, action, resource, default=False)) is True
    from datasette import resources

    parts = (resource,) if isinstance(resource, str) else resource or ()
    kinds: dict[int, Any] = {1: resources.DatabaseResource, 2: resources.TableResource}

    async def asked() -> bool:
        await datasette.invoke_startup()
        named = {"resource": kinds[len(parts)](*parts)} if parts else {}
        return await datasette.allowed(action=action, **named) is True

    return asyncio.run(asked())
