"""The protocol: mscevidence.toml, the folder it lies in, and the analyses it pre-specifies.

The folder that holds ``mscevidence.toml`` is the project of a user: ``extracted/`` (reviewed records, in git),
``captured/`` (documents as captured, not in git), ``evidence.db`` (can be rebuilt) and ``output/`` (can be rebuilt).
"""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mscevidence.errors import MscevidenceError, ProtocolError, UnknownTermError
from mscevidence.model import Eligibility, Question
from mscevidence.protocol.options import question_from

__all__ = ["EDITION_NAME", "FILE_NAME", "Analysis", "Protocol", "Search", "find", "load", "question_from", "write_new"]

FILE_NAME = "mscevidence.toml"
EDITION_NAME = "edition.json"
"""The file in ``data/`` by which the folder of a published site is known."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Analysis:
    """One pre-specified analysis: its question, and the columns its figure shows."""

    id: str
    question: Question
    title: str = ""
    columns: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Search:
    """One saved search: the words, and the sources that `mscevidence update` asks them of."""

    id: str
    query: str
    sources: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Protocol:
    """The question of a review and where its files are (all paths absolute)."""

    root: Path
    title: str = "Evidence synthesis"
    question: str = ""
    analyses: tuple[Analysis, ...] = ()
    eligibility: Eligibility = dataclasses.field(default_factory=Eligibility)
    searches: tuple[Search, ...] = ()

    @property
    def extracted(self) -> Path:
        """Return the folder of study files."""
        return self.root / "extracted"

    @property
    def captured(self) -> Path:
        """Return the folder of captured documents."""
        return self.root / "captured"

    @property
    def database(self) -> Path:
        """Return the path of the evidence database."""
        return self.root / "evidence.db"

    @property
    def screening(self) -> Path:
        """Return the folder of screening judgements, one file per reviewer."""
        return self.root / "screening"

    @property
    def search_log(self) -> Path:
        """Return the path of the log of search runs."""
        return self.root / "searches.jsonl"

    @property
    def output(self) -> Path:
        """Return the folder that ``reproduce`` writes."""
        return self.root / "output"

    def wrote(self, path: Path) -> bool:
        """Return whether a file is one of the review itself, or of a site made from it, and no source to read."""
        place = path.resolve()
        if not place.is_relative_to(self.root):
            return False
        folders = {self.extracted, self.captured, self.screening, self.output}
        files = {self.root / FILE_NAME, self.search_log}
        inside = [folder for folder in place.parents if folder != self.root and folder.is_relative_to(self.root)]
        written = place in files or place.name.startswith(self.database.name) or not folders.isdisjoint(inside)
        return written or any((folder / "data" / EDITION_NAME).is_file() for folder in inside)

    def analysis(self, analysis_id: str) -> Analysis:
        """Return the pre-specified analysis with an id.

        Raises:
            UnknownTermError: no such analysis.
        """
        for analysis in self.analyses:
            if analysis.id == analysis_id:
                return analysis
        raise UnknownTermError(analysis_id, kind="analysis", choices=[a.id for a in self.analyses])


def find(start: Path | None = None) -> Protocol:
    """Return the protocol of the nearest folder at or above `start` that holds mscevidence.toml.

    Raises:
        ProtocolError: there is none, or it is wrong.
    """
    folder = (start or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / FILE_NAME).is_file():
            return load(candidate / FILE_NAME)
    raise ProtocolError(
        f"no {FILE_NAME} in {folder} or above it",
        hint="run `mscevidence init` to start a review here, or change to the folder of your review",
    )


def load(path: Path) -> Protocol:
    """Return the protocol in a file.

    Raises:
        ProtocolError: the file cannot be read, is not TOML, or names something unknown.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ProtocolError(f"cannot read {path.name}: {error}", hint="check that it is a UTF-8 text file") from error
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError(f"{path.name} is not valid TOML: {error}", hint="mend the line named above") from error
    _refuse_unknown(data, {"review", "analysis", "eligibility", "search"}, place=path.name)
    review = _table(data.get("review", {}), place=f"{path.name}: [review]")
    _refuse_unknown(review, {"title", "question"}, place=f"{path.name}: [review]")
    analyses = tuple(_analysis(entry, place=place) for entry, place in _entries(data, "analysis", path.name))
    searches = tuple(_search(entry, place=place) for entry, place in _entries(data, "search", path.name))
    _refuse_repeated([one.id for one in analyses], f"{path.name}: two analyses")
    _refuse_repeated([one.id for one in searches], f"{path.name}: two searches")
    eligibility = _eligibility(data.get("eligibility", {}), place=f"{path.name}: [eligibility]")
    return Protocol(root=path.resolve().parent, analyses=analyses, eligibility=eligibility, searches=searches, **review)


def _entries(data: dict[str, Any], key: str, name: str) -> list[tuple[object, str]]:
    entries = data.get(key, [])
    if not isinstance(entries, list):
        raise ProtocolError(f"{name}: {key} must be a list of tables", hint=f"write [[{key}]] above each one")
    return [(entry, f"{name}: {key} {number}") for number, entry in enumerate(entries, 1)]


def _search(entry: object, *, place: str) -> Search:
    table = _table(entry, place=place)
    _refuse_unknown(table, {"id", "query", "sources"}, place=place)
    for key in ("id", "query"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise ProtocolError(f"{place}: {key} is missing or not text", hint=f'add a line {key} = "..."')
    sources = table.get("sources", [])
    if not isinstance(sources, list) or not sources or not all(isinstance(source, str) for source in sources):
        raise ProtocolError(f"{place}: sources must be a list of words", hint='write sources = ["pubmed", "ctgov"]')
    return Search(id=table["id"], query=table["query"], sources=tuple(sources))


def _eligibility(value: object, *, place: str) -> Eligibility:
    table = _table(value, place=place)
    table = {("rules" if key == "rule" else key): entry for key, entry in table.items()}
    try:
        found = Eligibility.model_validate(table)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        key = ".".join("rule" if part == "rules" else str(part) for part in problem["loc"])
        keys = "criteria, reasons, reviewers and [[eligibility.rule]] with id, reason, field, pattern, unless"
        raise ProtocolError(f"{place}: {key}: {problem['msg']}", hint=f"valid are {keys}") from error
    for rule in found.rules:
        if rule.reason not in found.reasons:
            unknown = UnknownTermError(rule.reason, kind="reason", choices=found.reasons)
            raise ProtocolError(f"{place}: rule {rule.id}: {unknown.message}", hint=unknown.hint)
        for pattern in (rule.pattern, rule.unless or ""):
            _refuse_wrong_pattern(pattern, f"{place}: rule {rule.id}")
    return found


def _refuse_wrong_pattern(pattern: str, place: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        hint = "write it in single quotes, such as '\\bmice\\b'"
        raise ProtocolError(f"{place}: {pattern!r} is no regular expression: {error}", hint=hint) from error


def _table(value: object, *, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProtocolError(f"{place} must be a table, found {value!r}", hint="write it as [name] with keys below it")
    return value


def _refuse_unknown(table: dict[str, Any], known: set[str], *, place: str) -> None:
    for key in table:
        if key not in known:
            error = UnknownTermError(key, kind="key", choices=known)
            raise ProtocolError(f"{place}: {error.message}", hint=error.hint)


def _refuse_repeated(ids: list[str], what: str) -> None:
    for number, one in enumerate(ids):
        if one in ids[:number]:
            raise ProtocolError(f"{what} have the id {one!r}", hint="give each its own id")


def _analysis(entry: object, *, place: str) -> Analysis:
    table = dict(_table(entry, place=place))
    own = {"id", "title", "columns"}
    _refuse_unknown(table, own | set(Question.model_fields), place=place)
    for key in ("id", "outcome"):
        if not isinstance(table.get(key), str):
            raise ProtocolError(f"{place}: {key} is missing or not text", hint=f'add a line such as {key} = "response"')
    place = f"{place} ({table['id']!r})"
    columns = table.get("columns", [])
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        raise ProtocolError(f"{place}: columns must be a list of words", hint='write columns = ["product", "dose"]')
    question = question_from({key: value for key, value in table.items() if key not in own}, place=place)
    return Analysis(id=table["id"], title=str(table.get("title", "")), columns=tuple(columns), question=question)


def write_new(folder: Path, *, title: str) -> tuple[Path, ...]:
    """Write a first mscevidence.toml and the folder for study files; return what was made.

    Raises:
        ProtocolError: the folder already holds a protocol, or cannot be written.
    """
    path = folder / FILE_NAME
    if path.exists():
        raise ProtocolError(f"{path} is already there", hint="edit it, or choose another folder")
    # One line: a title with a line break, of a pasted heading, is still one title.
    plain = " ".join(title.encode("utf-8", "replace").decode().replace("\x7f", " ").split())
    escaped = json.dumps(plain, ensure_ascii=False)[1:-1]
    try:
        (folder / "extracted").mkdir(parents=True, exist_ok=True)
        path.write_text(NEW_PROTOCOL.format(title=escaped), encoding="utf-8")
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("captured/\noutput/\nevidence.db\nevidence.db-*\n", encoding="utf-8")
    except (OSError, MscevidenceError) as error:
        raise ProtocolError(f"cannot start a review in {folder}: {error}", hint="choose a writable folder") from error
    return (path, folder / "extracted")


NEW_PROTOCOL = """\
# The protocol of this review: the question, and the analyses fixed before looking at the results.

[review]
title = "{title}"
question = ""

# Each [[analysis]] becomes one figure, one table and one entry of the index page of `mscevidence reproduce`.
# Options are those of `mscevidence pool --help`, with _ for -.
[[analysis]]
id = "response-itp"
outcome = "response"
condition = "immune-thrombocytopenia"
columns = ["product", "dose"]
"""
