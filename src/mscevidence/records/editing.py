"""Change a study file in place: comments, key order and the person's own layout survive."""

from __future__ import annotations

import io
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
    load_study(path)
    before = path.read_text(encoding="utf-8-sig")
    writer = yaml_writer()
    mapping = writer.load(before)
    change(mapping)
    out = io.StringIO()
    writer.dump(mapping, out)
    text = out.getvalue()
    study, problems = examine_text(text, file=path.name)
    if study is None:
        raise RecordError(
            f"the change would make {path.name} invalid: {problems[0].message}", hint=problems[0].hint
        ) from problems[0]
    if text != before:
        write_atomically(path, text.encode("utf-8"))
    return study
