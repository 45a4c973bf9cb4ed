"""The decisions about links: ``extracted/links.toml``, which reports are one and which patients are the same.

Each decision is a table ``[[link]]`` with its kind, the two ends, the reason, who and when. Decisions are only added;
of several about one pair the last one holds, so that the file and git tell how it came about. People may edit it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from mscevidence.errors import RecordError
from mscevidence.identify.decisions import Decision
from mscevidence.records.writing import write_atomically

FILE_NAME = "links.toml"

_HEAD = """\
# What people decided about reports and studies that are, or only look, the same. The last word on a pair holds.
#
#   same-report, different-reports      two records of searches; what is the same report is counted once
#   same-study, shared-patients, different-patients      two studies, or a report and a study
"""


def load_decisions(folder: Path) -> tuple[Decision, ...]:
    """Return the decisions about links in a folder of study files, oldest first; none when there is no such file.

    Raises:
        RecordError: the file cannot be read, is not TOML, or a decision in it is wrong.
    """
    path = folder / FILE_NAME
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecordError(
            f"cannot be read: {error}", file=path.name, hint="mend it, or take it back from git"
        ) from error
    entries = data.pop("link", [])
    if data or not isinstance(entries, list):
        found = ", ".join(data) or repr(entries)
        raise RecordError(
            f"unknown key {found}", file=path.name, found=found, hint="write [[link]] above each decision"
        )
    return tuple(_decision(entry, number, path.name) for number, entry in enumerate(entries, 1))


def add_decisions(folder: Path, decisions: Sequence[Decision]) -> None:
    """Add decisions behind those that are there; the file is replaced as a whole or not at all.

    Raises:
        RecordError: the file that is there is wrong.
        WriteError: the file cannot be written; what was there before is untouched.
    """
    if not decisions:
        return
    load_decisions(folder)
    path = folder / FILE_NAME
    before = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    after = "".join(f"\n{_as_toml(one)}" for one in decisions)
    write_atomically(path, f"{before.rstrip()}\n{after}".encode())


def _decision(entry: object, number: int, file: str) -> Decision:
    try:
        return Decision.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(("link", str(number), *map(str, first["loc"])))
        hint = f"a decision has {', '.join(Decision.model_fields)}; [[link]] number {number} is wrong"
        raise RecordError(f"{key}: {first['msg']}", file=file, key=key, hint=hint) from error


def _as_toml(decision: Decision) -> str:
    return "".join(["[[link]]\n", *(f"{key} = {_quoted(value)}\n" for key, value in decision.model_dump().items())])


def _quoted(text: str) -> str:
    # A string of JSON is one of TOML, but for the one control character that JSON leaves bare.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
