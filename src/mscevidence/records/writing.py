"""Write study files: canonical key order, small maps on one line, nothing half-written."""

from __future__ import annotations

import io
import os
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from mscevidence.errors import WriteError
from mscevidence.model import Study

MODELINE = "# yaml-language-server: $schema=study.schema.json\n"

# Maps of few short values read better on one line.
FLOW_KEYS = frozenset({"dose", "time_point", "span", "decision", "derived", "enrolment", "narrative_zero", "combines"})
FLOW_LISTS = frozenset({"centres", "unverified", "registrations", "documents"})


def study_text(study: Study, *, comment: str = "") -> str:
    """Return the YAML text of a study: schema line, comment lines, then the keys in the order of the model."""
    data = study.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True, mode="json")
    out = io.StringIO()
    yaml_writer().dump(commented(data), out)
    return MODELINE + _comment_lines(comment) + out.getvalue()


def _comment_lines(comment: str) -> str:
    printable = ("".join(filter(str.isprintable, line)) for line in comment.splitlines())
    return "".join(f"# {line}".rstrip() + "\n" for line in printable)


def write_study(study: Study, path: Path, *, comment: str = "") -> None:
    """Write a new study file (or replace one whole) atomically.

    Raises:
        WriteError: the file cannot be written; what was there before is untouched.
    """
    write_atomically(path, study_text(study, comment=comment).encode("utf-8"))


def write_atomically(path: Path, data: bytes) -> None:
    """Write bytes to a temporary file in the same folder, flush it to disk and rename it into place.

    Raises:
        WriteError: with the reason; what was there before is untouched and no temporary file stays.
    """
    temporary: str | None = None
    replaced = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
        replaced = True
    except OSError as error:
        raise WriteError(
            f"cannot write {path.name}: {error.strerror or error}",
            hint="check free space and permissions of the folder; what was there before is untouched",
        ) from error
    finally:
        # Also when the user interrupts.
        if temporary is not None and not replaced:
            Path(temporary).unlink(missing_ok=True)


def yaml_writer(*, offset: int = 2) -> Any:
    """Return the round-trip YAML writer used for every study file; `offset` is the indentation of list dashes."""
    from ruamel.yaml import YAML

    writer = YAML()
    writer.Representer = _representer()
    writer.indent(mapping=2, sequence=offset + 2, offset=offset)
    writer.width = 100_000
    writer.preserve_quotes = True
    writer.allow_unicode = True
    return writer


@cache
def _representer() -> Any:
    """Return the representer of round trips, with quotes around what other YAML readers would not read back.

    The writer leaves ``? text`` bare inside braces, and line ends of other kinds (U+0085) unescaped.
    """
    from ruamel.yaml.representer import RoundTripRepresenter

    class Representer(RoundTripRepresenter):
        def represent_scalar(self, tag: str, value: Any, style: str | None = None, anchor: Any = None) -> Any:
            bare_question = not style and value.startswith("?")
            if tag.endswith(":str") and (bare_question or re.search("[\r\x85\u2028\u2029]", value)):
                style = '"'
            return super().represent_scalar(tag, value, style=style, anchor=anchor)

    return Representer


def commented(value: Any, *, key: str = "") -> Any:
    """Return plain data as round-trip containers with the flow style of study files."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, str) and value.startswith(":"):
        # On one line with others a plain text that begins with a colon is not read back.
        return DoubleQuotedScalarString(value)
    if isinstance(value, dict):
        mapping = CommentedMap((name, commented(item, key=name)) for name, item in value.items())
        if key in FLOW_KEYS:
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq(commented(item, key=key if key in FLOW_LISTS else "") for item in value)
        if key in FLOW_KEYS or (key in FLOW_LISTS and not any(isinstance(item, dict) for item in value)):
            sequence.fa.set_flow_style()
        return sequence
    return value
