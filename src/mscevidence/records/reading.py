"""Read study files: YAML to `Study`, with every mistake named by file, line, key, found, expected and nearest term."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.model import Study
from mscevidence.records import complaints
from mscevidence.records.words import wrong_words
from mscevidence.records.yaml_nodes import Located, dotted, parse, unknown_key

MAX_BYTES = 5_000_000


@dataclasses.dataclass(frozen=True)
class Records:
    """All studies of a folder in the order of their ids, with the file of each."""

    studies: tuple[Study, ...]
    files: dict[str, Path]

    def __iter__(self) -> Iterator[Study]:
        return iter(self.studies)

    def __len__(self) -> int:
        return len(self.studies)

    def study(self, study_id: str) -> Study:
        """Return the study with an id.

        Raises:
            UnknownTermError: no such study.
        """
        for study in self.studies:
            if study.study == study_id:
                return study
        raise UnknownTermError(study_id, kind="study", choices=[s.study for s in self.studies])

    def path_of(self, study_id: str) -> Path:
        """Return the file of a study.

        Raises:
            UnknownTermError: no such study.
        """
        return self.files[self.study(study_id).study]


def examine(path: Path) -> tuple[Study | None, tuple[RecordError, ...]]:
    """Return the study in a file (None when it is wrong) and everything that is wrong, in the order of the lines."""
    try:
        text = _text_of(path)
        return examine_text(text, file=_shown(path))
    except RecordError as error:
        return None, (error,)


def examine_text(text: str, *, file: str) -> tuple[Study | None, tuple[RecordError, ...]]:
    """Return the study in a YAML text (None when it is wrong) and everything that is wrong."""
    try:
        located = parse(text, file=file)
    except RecordError as error:
        return None, (error,)
    return examine_value(located, file=file)


def examine_value(located: Located, *, file: str) -> tuple[Study | None, tuple[RecordError, ...]]:
    """Return the study that plain values make (None when they are wrong) and everything that is wrong."""
    try:
        study = Study.model_validate(located.value)
    except ValidationError as error:
        found = complaints.translate(error, located, file=file)
        return None, tuple(sorted(found, key=lambda problem: problem.line))
    problems = sorted(
        (*_unusable_id(study, located, file), *_inner_names(located, file), *wrong_words(study, (), located, file)),
        key=lambda problem: problem.line,
    )
    return (None if problems else study), tuple(problems)


def load_study(path: Path) -> Study:
    """Return the study in a file.

    Raises:
        RecordError: the first thing that is wrong; the hint tells how many more there are.
    """
    study, problems = examine(path)
    if study is None:
        raise _first(problems)
    return study


def load_all(folder: Path) -> Records:
    """Return all studies of the ``*.yaml`` files in a folder.

    Second extractors' files (``<study>.<initials>.yaml``) are not part of it.

    Raises:
        RecordError: the folder is missing, a file is wrong or ends in .yml, a study id does not match its file name.
    """
    if not folder.is_dir():
        raise RecordError(
            f"there is no folder {folder}", hint="run `mscevidence init`, or change to your review's folder"
        )
    studies: list[Study] = []
    files: dict[str, Path] = {}
    problems: list[RecordError] = list(misnamed_files(folder))
    for path in study_files(folder):
        study, found = examine(path)
        problems.extend(found)
        if study is None:
            continue
        problems.extend(_name_problems(study, path))
        studies.append(study)
        files[study.study] = path
    if problems:
        raise _first(tuple(problems))
    studies.sort(key=lambda study: study.study)
    return Records(tuple(studies), files)


def study_files(folder: Path) -> list[Path]:
    """Return the study files of a folder, sorted; ``<study>.<initials>.yaml`` of a second extractor left aside."""
    return sorted(path for path in folder.glob("*.yaml") if "." not in path.stem)


def file_name(study_id: str) -> str:
    """Return the name of the file of a study."""
    return f"{study_id}.yaml"


def misnamed_files(folder: Path) -> Iterator[RecordError]:
    """Yield an error for each file that was meant as a study file and would not be read: ``.yml``, ``.YAML``."""
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() in (".yml", ".yaml") and path.suffix != ".yaml":
            yield RecordError(
                "study files end in .yaml", file=_shown(path), hint=f"rename the file to {path.stem}.yaml"
            )


def _unusable_id(study: Study, located: Located, file: str) -> Iterator[RecordError]:
    """The id names the file: a slash would leave the folder, a dot marks the file of a second extractor."""
    if re.search(r"[./:]", study.study):
        yield RecordError(
            f"study: {study.study!r} cannot be the name of a file",
            file=file,
            line=located.line(("study",)),
            key="study",
            found=study.study,
            expected="an id without . / and :",
            hint=f"write {re.sub(r'[./:]+', '-', study.study)}",
        )


def _name_problems(study: Study, path: Path) -> Iterator[RecordError]:
    if path.name != file_name(study.study):
        yield RecordError(
            f"the file holds the study {study.study!r}",
            file=_shown(path),
            line=1,
            key="study",
            found=study.study,
            expected=path.stem,
            hint=f"rename the file to {file_name(study.study)} or correct the key `study`",
        )


def _text_of(path: Path) -> str:
    shown = _shown(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(f"cannot be read: {error.strerror}", file=shown, hint="check path and permissions") from error
    if len(data) > MAX_BYTES:
        raise RecordError(
            f"{len(data):,} bytes are more than a study file may have ({MAX_BYTES:,})",
            file=shown,
            hint="one study per file",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RecordError(
            f"byte {error.start} is not UTF-8", file=shown, line=line, hint="save the file with encoding UTF-8"
        ) from error


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name


def _first(problems: tuple[RecordError, ...]) -> RecordError:
    first = problems[0]
    if len(problems) > 1:
        more = f"{len(problems) - 1} more mistakes; `mscevidence check` lists all"
        first.hint = f"{first.hint}\n{more}" if first.hint else more
    return first


def _inner_names(located: Located, file: str) -> Iterator[RecordError]:
    """Names that only the program uses, such as `start` for `from`: the schema does not know them."""
    suspect = complaints.names_of_the_program()
    for place, line in located.lines.items():
        if not place or place[-1] not in suspect:
            continue
        known = complaints.keys_at(place[:-1])
        if known and place[-1] not in known:
            yield RecordError(
                f"{dotted(place)}: there is no key {place[-1]!r} here",
                file=file,
                line=line,
                key=dotted(place),
                found=str(place[-1]),
                expected=", ".join(known),
                hint=unknown_key(str(place[-1]), known),
            )
