"""Rows as studies: facts of a study, report or arm are told once, or repeated alike; a result is one row."""

from __future__ import annotations

import dataclasses
from collections.abc import Set as AbstractSet
from typing import Any

from mscevidence.errors import RecordError
from mscevidence.model import Study
from mscevidence.records.reading import examine_value
from mscevidence.records.spreadsheet.cells import Value
from mscevidence.records.spreadsheet.columns import Column, Entity, at, by_name
from mscevidence.records.spreadsheet.sheets import Cell, Sheet
from mscevidence.records.yaml_nodes import Located, Location

Values = dict[str, tuple[Value, Cell]]
"""The cells of one row that hold something, by column name."""

_LISTS: dict[Entity, str] = {"report": "reports", "arm": "arms", "result": "results"}
_DECIDED = ("by", "on")
_NOUNS = frozenset({"study", "report", "arm"})


@dataclasses.dataclass
class Gatherer:
    """Collects the rows of a file, in their order.

    Args:
        by: who decided, for rows that do not say.
        on: the day, for rows that do not say.
    """

    by: str | None = None
    on: str | None = None
    problems: list[RecordError] = dataclasses.field(default_factory=list)
    results: int = 0
    facts: int = 0
    _unclear: set[str] = dataclasses.field(default_factory=set)
    _lacking: set[str] = dataclasses.field(default_factory=set)
    _studies: dict[str, _StudyRows] = dataclasses.field(default_factory=dict)
    _current: _StudyRows | None = None

    def add(self, sheet: Sheet, row: int, values: Values, unclear: AbstractSet[str] = frozenset()) -> None:
        """Take one row; what contradicts earlier rows becomes a problem.

        `unclear` are the columns where the row has something that is no value: it is complained of already.
        """
        self._unclear |= unclear
        is_result = any(by_name()[name].entity == "result" and name not in _DECIDED for name in {*values, *unclear})
        self.results += is_result
        self.facts += not is_result
        if unclear & _NOUNS:
            self._forget(unclear)
            return
        study = self._study_of(values)
        if study is None:
            if "study" not in self._unclear:
                self._complain(sheet, row, "study", "no row so far names a study", "fill in the column study")
            return
        for entity in ("report", "arm"):
            if entity in values:
                study.name(entity, sheet, *values[entity])
        for name, told in values.items():
            if by_name()[name].entity != "result":
                self._tell(study, by_name()[name], sheet, told)
        study.decided.update({name: values[name] for name in _DECIDED if name in values})
        if is_result:
            self._result(study, sheet, row, values, unclear)

    def studies(self) -> tuple[Study, ...]:
        """Return the studies; what keeps one from being valid becomes a problem."""
        made = []
        for rows in self._studies.values():
            study, problems = rows.study()
            self.problems.extend(problem for problem in problems if not self._follows(problem))
            made.extend([study] if study else [])
        return tuple(made)

    def _forget(self, unclear: AbstractSet[str]) -> None:
        """Let blank cells below a noun that could not be read not stand for the noun above it."""
        if self._current is not None:
            self._current.leave()
        if "study" in unclear:
            self._current = None

    def _follows(self, problem: RecordError) -> bool:
        """Return whether something is missing only because its cell could not be read."""
        return not problem.found and (bool(self._unclear & {problem.key, *_NOUNS}) or problem.key in self._lacking)

    def _study_of(self, values: Values) -> _StudyRows | None:
        if "study" in values:
            study = self._studies.setdefault(str(values["study"][0]), _StudyRows())
            if study is not self._current:
                study.leave()
            self._current = study
        return self._current

    def _tell(self, study: _StudyRows, column: Column, sheet: Sheet, told: tuple[Value, Cell]) -> None:
        value, cell = told
        location = study.location(column)
        if location is None:
            message, hint = f"says something of no {column.entity}", f"fill in the column {column.entity}"
            self.problems.append(sheet.problem(cell, message, header=column.name, hint=hint))
        elif location in study.told and study.told[location] != value:
            other_sheet, other = study.places[location]
            elsewhere = "" if other_sheet.name == sheet.name else f" of sheet {other_sheet.name!r}"
            message = (
                f"found {value!r}, but row {other.row}{elsewhere} says {study.told[location]!r} "
                f"of the same {column.entity}"
            )
            hint = "make both rows alike, or leave one of the two cells blank"
            self.problems.append(sheet.problem(cell, message, header=column.name, hint=hint))
        else:
            study.put(location, value, sheet, cell)

    def _result(self, study: _StudyRows, sheet: Sheet, row: int, values: Values, unclear: AbstractSet[str]) -> None:
        lacking = [entity for entity in ("report", "arm") if study.last.get(entity) is None]
        self._lacking.update(lacking)
        for entity in lacking:
            if self._unclear & _NOUNS:
                continue
            hint = f"fill in the column {entity}, at least in the first row of each study"
            self._complain(sheet, row, entity, f"the result belongs to no {entity}", hint)
        if "outcome" not in {*values, *unclear}:
            hint = "fill in what was counted (`mscevidence terms outcome` lists the words)"
            self._complain(sheet, row, "outcome", "the outcome is blank", hint)
        elif not lacking and not unclear:
            same = study.add_result(sheet, row, values, {"by": self.by, "on": self.on})
            if same is not None:
                hint = "delete one of them, or say in the column note what makes them two"
                self._complain(sheet, row, "outcome", f"the row says the same as row {same.row}", hint)

    def _complain(self, sheet: Sheet, row: int, column: str, message: str, hint: str) -> None:
        self.problems.append(sheet.problem(sheet.blank(row, column), message, header=column, hint=hint))


@dataclasses.dataclass
class _StudyRows:
    """One study in the making, with the cell that each of its values came from.

    `last` is the report and the arm that blank cells stand for, `decided` who decided, and when, in the rows above.
    """

    value: dict[str, Any] = dataclasses.field(default_factory=dict)
    told: dict[Location, Value] = dataclasses.field(default_factory=dict)
    places: dict[Location, tuple[Sheet, Cell]] = dataclasses.field(default_factory=dict)
    last: dict[str, int] = dataclasses.field(default_factory=dict)
    seen: dict[str, Cell] = dataclasses.field(default_factory=dict)
    decided: Values = dataclasses.field(default_factory=dict)

    def leave(self) -> None:
        """Forget what blank cells stood for: rows of another study came between."""
        self.last.clear()
        self.decided.clear()

    def name(self, entity: Entity, sheet: Sheet, value: Value, cell: Cell) -> None:
        """Make the report or arm of a row the current one."""
        entries = self.value.setdefault(_LISTS[entity], [])
        known = [entry["id"] for entry in entries]
        if value not in known:
            entries.append({})
            self.put((_LISTS[entity], len(known), "id"), value, sheet, cell)
        self.last[entity] = known.index(value) if value in known else len(known)

    def location(self, column: Column) -> Location | None:
        """Return where a fact of the current study, report or arm stands, or None when there is no such noun."""
        if column.entity == "study":
            return column.path
        index = self.last.get(column.entity)
        return None if index is None else (_LISTS[column.entity], index, *column.path)

    def put(self, location: Location, value: Value, sheet: Sheet, cell: Cell) -> None:
        """Set a value and remember its cell."""
        inner: Any = self.value
        for part in location[:-1]:
            inner = inner[part] if isinstance(part, int) else inner.setdefault(part, {})
        inner[location[-1]] = value
        self.told[location] = value
        for length in range(1, len(location) + 1):
            self.places.setdefault(location[:length], (sheet, cell))

    def add_result(self, sheet: Sheet, row: int, values: Values, otherwise: dict[str, str | None]) -> Cell | None:
        """Append the result of a row, and return a cell of the row that says exactly the same, if there is one.

        `otherwise` says who decided, and when, where the row does not.
        """
        results = self.value.setdefault("results", [])
        place: Location = ("results", len(results))
        results.append({})
        start = sheet.blank(row, "outcome")
        given: Values = {name: (value, start) for name, value in otherwise.items() if value}
        for name, (value, cell) in {"from": ("person", start), **self.decided, **given, **values}.items():
            if by_name()[name].entity == "result":
                self.put((*place, *by_name()[name].path), value, sheet, cell)
        for entity, path in (("arm", ("arm",)), ("report", ("source", "report"))):
            entry = self.value[f"{entity}s"][self.last[entity]]
            self.put((*place, *path), entry["id"], sheet, sheet.blank(row, entity))
        same = self.seen.setdefault(repr(sorted(results[-1].items(), key=str)), start)
        return same if same is not start else None

    def study(self) -> tuple[Study | None, list[RecordError]]:
        """Return the study, or None and what is wrong, each with its cell."""
        sheet, first = next(iter(self.places.values()))
        lines = {location: cell.row for location, (_, cell) in self.places.items()}
        study, problems = examine_value(Located(self.value, {(): first.row, **lines}), file=sheet.file)
        return study, [self._placed(problem, sheet) for problem in problems]

    def _placed(self, problem: RecordError, sheet: Sheet) -> RecordError:
        location: Location = tuple(int(part) - 1 if part.isdigit() else part for part in problem.key.split("."))
        column = _column_at(location)
        name = column.name if column else _LONELY.get(problem.key, problem.key)
        if not problem.found:
            about = "; ".join(filter(None, (column.about if column else "", _ALSO.get(name, ""))))
            return sheet.problem(sheet.blank(problem.line, name), f"{name} is blank", header=name, hint=about)
        while location not in self.places:
            location = location[:-1]
        sheet, cell = self.places[location]
        message = f"found {problem.found}, expected {problem.expected}"
        return sheet.problem(cell, message, header=name, expected=problem.expected, hint=problem.hint)


_LONELY = {"reports": "report"}
_ALSO = {"by": "or give --by", "on": "or give --on", "report": "each study needs a publication"}


def _column_at(location: Location) -> Column | None:
    """Return the column that a place in a study file is filled from."""
    nouns: dict[Any, Entity] = {name: entity for entity, name in _LISTS.items()}
    entity = nouns.get(location[0], "study")
    path = tuple(str(part) for part in location if not isinstance(part, int))[0 if entity == "study" else 1 :]
    if entity == "result" and path in {("arm",), ("source", "report")}:
        return by_name()[path[-1]]
    return at(entity, path)
