"""New study files to fill in: commented YAML, or rows of a spreadsheet, for three forms of study."""

from __future__ import annotations

import dataclasses
import re
from importlib import resources
from pathlib import Path

from mscevidence import vocabulary
from mscevidence.errors import RecordError, UnknownTermError, WriteError
from mscevidence.records.reading import examine_text, file_name
from mscevidence.records.spreadsheet.rows import Row
from mscevidence.records.spreadsheet.writing import csv_bytes, xlsx_bytes
from mscevidence.records.writing import MODELINE, write_atomically

FORMATS = (".yaml", ".yml", ".csv", ".xlsx")


@dataclasses.dataclass(frozen=True)
class _Form:
    """What a form of study begins with: its design, its arms with their roles, and the arm that results are told of."""

    design: str
    arms: dict[str, str]
    told_of: str
    combined: tuple[str, ...] = ()


FORMS: dict[str, _Form] = {
    "single-arm": _Form("single-arm", {"all": "experimental"}, "all"),
    "two-arm": _Form("randomised-controlled", {"cells": "experimental", "control": "control"}, "cells"),
    "dose-escalation": _Form(
        "dose-escalation",
        dict.fromkeys(("dose-1", "dose-2", "dose-3", "all"), "experimental"),
        "all",
        combined=("dose-1", "dose-2", "dose-3"),
    ),
}


@dataclasses.dataclass(frozen=True)
class Template:
    """A new study to fill in; made by `template`."""

    form: str
    study: str
    condition: str

    def yaml(self) -> str:
        """Return the text of a study file that is valid and holds no numbers; examples are comments."""
        form = FORMS[self.form]
        folder = resources.files(__name__)
        parts = ("head", f"arms-{self.form}", "results")
        text = MODELINE + "".join((folder / f"{part}.yaml").read_text(encoding="utf-8") for part in parts)
        words = {"study": self.study, "condition": self.condition, "design": form.design, "arm": form.told_of}
        return re.sub(r"\{\{(\w+)\}\}", lambda found: words[found[1]], text)

    def rows(self) -> tuple[Row, ...]:
        """Return the first rows of a spreadsheet: the study and its arms, no numbers."""
        form = FORMS[self.form]
        first: Row = {"condition": self.condition, "design": form.design}
        rows: list[Row] = []
        for arm, role in form.arms.items():
            row: Row = {"study": self.study, **({} if rows else first), "arm": arm, "arm_role": role}
            if form.combined and arm == form.told_of:
                row["combines"] = list(form.combined)
            rows.append(row)
        return tuple(rows)

    def write(self, path: Path) -> None:
        """Write the template by the ending of the file name: .yaml, .csv or .xlsx.

        Raises:
            UnknownTermError: another ending.
            WriteError: the file is there already, has not the name of the study, or cannot be written.
        """
        suffix = path.suffix.casefold()
        if suffix not in FORMATS:
            raise UnknownTermError(path.suffix or path.name, kind="template format", choices=FORMATS)
        wanted = file_name(self.study)
        if suffix in {".yaml", ".yml"} and path.name != wanted:
            raise WriteError(
                f"the file of the study {self.study!r} must be called {wanted}, not {path.name}",
                hint=f"write `-o {path.with_name(wanted)}`, or give the study another id with --study",
            )
        if path.exists() or path.is_symlink():
            raise WriteError(f"{path} is already there", hint="edit it, or choose another name")
        makers = {".csv": csv_bytes, ".xlsx": xlsx_bytes}
        maker = makers.get(suffix)
        write_atomically(path, maker(self.rows()) if maker else self.yaml().encode("utf-8"))


def template(form: str, *, study: str, condition: str) -> Template:
    """Return the template of a form (single-arm, two-arm, dose-escalation) for a new study.

    Raises:
        UnknownTermError: no such form, or the condition is not in the vocabulary.
        RecordError: the id cannot be that of a study.
    """
    if form not in FORMS:
        raise UnknownTermError(form, kind="template", choices=FORMS)
    made = Template(form, study, vocabulary.term("condition", condition).id)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_()-]*", study) or examine_text(made.yaml(), file=file_name(study))[1]:
        raise RecordError(
            f"{study!r} cannot be the id of a study",
            key="study",
            found=study,
            expected="lower-case letters, digits and hyphens",
            hint="use lower-case letters, digits and hyphens, such as " + (_slug(study) or "nct04014166"),
        )
    return made


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
