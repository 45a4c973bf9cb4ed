"""Change a study file in place: comments, key order and the person's own layout survive."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mscevidence.errors import RecordError
from mscevidence.model import Study
from mscevidence.records.reading import examine_text, load_study
from mscevidence.records.writing import write_atomically, yaml_writer


def edit_study(path: Path, change: Callable[[Any], None]) -> Study:
    """Apply a change to the round-trip mapping of a study file and write it back atomically; return the new study.

    The file is read anew, so what another person wrote meanwhile is kept. The result is validated before it is written.

    Raises:
        RecordError: the file is wrong before the change, or would be after it.
        WriteError: it cannot be written; the file is as before.
    """
    known = load_study(path)
    raw = path.read_bytes().decode("utf-8-sig")
    before = raw.replace("\r\n", "\n")
    writer = yaml_writer(offset=_offset(before))
    mapping = writer.load(before)
    _refuse_other_reading(_dumped(writer, mapping), known, path)
    change(mapping)
    text = _dumped(writer, mapping)
    study, problems = examine_text(text, file=path.name)
    if study is None:
        raise RecordError(
            f"the change would make {path.name} invalid: {problems[0].message}", hint=problems[0].hint
        ) from problems[0]
    if text != before:
        lines = text.replace("\n", "\r\n") if before != raw else text
        write_atomically(path, lines.encode("utf-8"))
    return study


def _dumped(writer: Any, mapping: Any) -> str:
    out = io.StringIO()
    writer.dump(mapping, out)
    return out.getvalue()


def _refuse_other_reading(unchanged: str, known: Study, path: Path) -> None:
    """Stop before the round trip would change a value that nobody meant to change."""
    again, problems = examine_text(unchanged, file=path.name)
    if again != known:
        raise RecordError(
            f"{path.name} cannot be edited without changing other values in it"
            + (f": {problems[0].message}" if problems else ""),
            hint="put unusual unquoted words (times of day, 0x.., 1_000) into quotes, then try again",
        )


def _offset(text: str) -> int:
    """Return how far this file indents the dashes of its lists, going by the first one."""
    first = re.search(r"^( *)- ", text, flags=re.MULTILINE)
    return min(len(first.group(1)), 8) if first else 2
