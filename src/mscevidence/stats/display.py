"""How results show themselves: as rows, as a pandas frame, in a terminal and in a notebook.

A result class inherits from `Shown` and is done: a result of one analysis has one row, a batch one row per analysis,
and per-study results one row per study. What does not fit into the rows (settings, overall tests) are its facts. A
class whose rows are something else says so in its own `rows`. Missing numbers are shown as a dash.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

MISSING = "-"
MOST_ROWS = 50
WIDTH = 110


class Shown:
    """What a result can do: `rows`, `facts`, `frame`, `str` and the notebook's `_repr_html_`.

    Class attributes for the exceptions: `_item` is what a row is (by default `analysis` with a pooled mean, else
    `study`), `_lead` the field whose shape the rows have, empty for one row, `_hidden` fields that are not shown.
    """

    __slots__ = ()
    _item: ClassVar[str] = ""
    _lead: ClassVar[str | None] = None
    _hidden: ClassVar[tuple[str, ...]] = ()

    @property
    def title(self) -> str:
        """The name of the class in words."""
        words = re.findall(r"[A-Z][a-z0-9]*", type(self).__name__)
        told = " ".join([words[0], *("GLMM" if word == "Glmm" else word.lower() for word in words[1:])])
        return re.sub(r"(?i)(meta) (analysis|regression)", r"\1-\2", told)

    def rows(self) -> list[Row]:
        """Return one dict per analysis, study or whatever the result is about, from name to value."""
        return table(_values(self), self._shape(), item=self._item or ("analysis" if hasattr(self, "mu") else "study"))

    def facts(self) -> Row:
        """Return what concerns all rows alike; empty if there is one row with everything in it."""
        if self._shape() == ():
            return {}
        return {name: value for name, value in _values(self).items() if _is_scalar(value)}

    def frame(self) -> pd.DataFrame:
        """Return the rows as pandas frame, with title, facts and notes in its `attrs`."""
        import pandas as pd

        frame = pd.DataFrame(self.rows())
        frame.attrs |= {"title": self.title, **self.facts(), "notes": list(getattr(self, "notes", ()))}
        return frame

    def _shape(self) -> tuple[int, ...]:
        values = _values(self)
        lead = self._lead if self._lead is not None else "mu" if "mu" in values else None
        if lead is not None:
            return np.shape(values[lead]) if lead else ()
        arrays = (value for value in values.values() if isinstance(value, np.ndarray) and value.ndim)
        return next((array.shape for array in arrays), ())

    def __str__(self) -> str:
        return as_text(self.title, self.rows(), self.facts(), getattr(self, "notes", ()))

    def _repr_html_(self) -> str:
        return as_html(self.title, self.rows(), self.facts(), getattr(self, "notes", ()))


def table(values: Mapping[str, Any], shape: tuple[int, ...], *, item: str) -> list[Row]:
    """Return rows of the values that have this shape, labelled by names of that length or counted from 1.

    Args:
        values: arrays, scalars and tuples by name.
        shape: of the rows; () for one row of all scalars.
        item: heading of the count.
    """
    if shape == ():
        return [{name: _plain(value) for name, value in values.items() if _is_scalar(value)}]
    size = math.prod(shape)
    labels = {name: value for name, value in values.items() if isinstance(value, tuple) and len(value) == size}
    arrays = {name: value.ravel() for name, value in values.items() if np.shape(value) == shape and name not in labels}
    counted = {} if labels else {item: range(1, size + 1)}
    columns: dict[str, Any] = {**counted, **labels, **arrays}
    return [{name: _plain(column[i]) for name, column in columns.items()} for i in range(size)]


def coefficient_rows(columns: Mapping[str, Any], of_analysis: Mapping[str, Any]) -> list[Row]:
    """Return one row per coefficient; of a batch with the number of the analysis and what belongs to it.

    Args:
        columns: (..., p) arrays by name.
        of_analysis: (...) arrays by name.
    """
    shape = np.shape(next(iter(columns.values())))
    if len(shape) == 1:
        return table(columns, shape, item="coefficient")
    analysis, coefficient = np.divmod(np.arange(math.prod(shape)), shape[-1])
    numbered = {"analysis": analysis.reshape(shape) + 1, "coefficient": coefficient.reshape(shape) + 1}
    spread = {name: np.broadcast_to(np.asarray(value)[..., np.newaxis], shape) for name, value in of_analysis.items()}
    shown = {**numbered, **columns, **spread}
    return [{name: row[name] for name in shown} for row in table(shown, shape, item="row")]


def pair_rows(
    treatments: Sequence[str], matrices: Mapping[str, Any], of_analysis: Mapping[str, Any] | None = None
) -> list[Row]:
    """Return one row per pair of treatments, entry (..., i, j) of each matrix as i versus j, for i before j.

    Of a batch for each analysis, with its number and what belongs to it.
    """
    i, j = np.triu_indices(len(treatments), 1)
    labels = {"treatment1": [treatments[at] for at in i.tolist()], "treatment2": [treatments[at] for at in j.tolist()]}
    return labelled_rows(labels, {name: matrix[..., i, j] for name, matrix in matrices.items()}, of_analysis)


def labelled_rows(
    labels: Mapping[str, Sequence[str]], columns: Mapping[str, Any], of_analysis: Mapping[str, Any] | None = None
) -> list[Row]:
    """Return one row per label; of a batch for each analysis, with its number and what belongs to it.

    Args:
        labels: (n) names by the heading that they get.
        columns: (..., n) arrays by name.
        of_analysis: (...) arrays by name; left out for a single analysis, whose facts they are.
    """
    shape = np.shape(next(iter(columns.values())))[:-1]
    size = len(next(iter(labels.values())))
    rows: list[Row] = []
    for number, index in enumerate(np.ndindex(shape), start=1):
        cells: dict[str, Sequence[Any]] = {"analysis": [number] * size} if shape else {}
        cells |= {**labels, **{name: value[index].tolist() for name, value in columns.items()}}
        for name, value in (of_analysis or {}).items() if shape else ():
            cells[name] = [_plain(np.asarray(value)[index])] * size
        rows += (dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True))
    return rows


def posterior_rows(item: str, **posteriors: Any) -> list[Row]:
    """Return one row per posterior distribution (`mixtures.Posterior`) with its summary."""
    keys = ("median", "lower", "upper", "mean", "sd")
    return [
        {item: name} | {key: _plain(getattr(posterior, key)) for key in keys} for name, posterior in posteriors.items()
    ]


def _values(result: Any) -> Row:
    hidden = result._hidden  # noqa: SLF001 -- of the mixin above
    names = (field.name for field in fields(result) if not field.name.startswith("_") and field.name not in hidden)
    return {name: getattr(result, name) for name in names if name != "notes"}


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, (str, bool, int, float, np.generic)) or (
        isinstance(value, np.ndarray) and value.ndim == 0
    )  # fmt: skip


def _plain(value: Any) -> Any:
    """Return numpy scalars as Python values, a pair of names as one."""
    if isinstance(value, tuple):
        return ":".join(str(part) for part in value)
    return np.asarray(value).item() if isinstance(value, (np.generic, np.ndarray)) and np.ndim(value) == 0 else value


def as_words(value: Any) -> str:
    """Return a value as a reader finds it: four digits, a dash for what is missing, yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if not isinstance(value, (int, float)):
        return str(value)
    if math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.1f}" if abs(value) >= 10_000 else f"{value:.4g}"


def as_text(title: str, rows: Sequence[Row], facts: Row, notes: Sequence[str]) -> str:
    """Return title, rows (one row: one line per value), facts and notes for a terminal."""
    lines = [title]
    if len(rows) == 1:
        lines += _listed(rows[0])
    elif rows:
        lines += _blocks(rows[:MOST_ROWS])
        if len(rows) > MOST_ROWS:
            lines.append(f"... and {len(rows) - MOST_ROWS} more; frame() has all")
    lines += _listed(facts)
    return "\n".join([*lines, *(f"* {note}" for note in notes)])


def _listed(row: Row) -> list[str]:
    width = max((len(name) for name in row), default=0)
    return [f"{name.ljust(width)}  {as_words(value)}".rstrip() for name, value in row.items()]


def _blocks(rows: Sequence[Row]) -> list[str]:
    """Return the table, wide ones in blocks that repeat the first column."""
    columns = [_column(name, [row.get(name) for row in rows]) for name in rows[0]]
    first, rest = columns[0], columns[1:]
    blocks: list[list[list[str]]] = [[first]]
    for column in rest:
        width = sum(len(one[0]) + 2 for one in blocks[-1]) + len(column[0])
        if width > WIDTH and len(blocks[-1]) > 1:
            blocks.append([first])
        blocks[-1].append(column)
    return ["  ".join(cells).rstrip() for block in blocks for cells in zip(*block, strict=True)]


def _column(name: str, values: Sequence[Any]) -> list[str]:
    cells = [name, *(as_words(value) for value in values)]
    width = max(len(cell) for cell in cells)
    words = all(isinstance(value, str) for value in values)
    return [cell.ljust(width) if words else cell.rjust(width) for cell in cells]


def as_html(title: str, rows: Sequence[Row], facts: Row, notes: Sequence[str]) -> str:
    """Return title, rows, facts and notes for a notebook; every text is escaped."""
    if len(rows) == 1:
        body = _html_list(rows[0])
    else:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in (rows[0] if rows else ()))
        body = f"<tr>{head}</tr>" + "".join(f"<tr>{_cells(row.values())}</tr>" for row in rows[:MOST_ROWS])
    more = len(rows) - MOST_ROWS
    said = [*([f"... and {more} more; frame() has all"] if more > 0 else []), *notes]
    parts = [f"<table><caption>{html.escape(title)}</caption>{body}</table>"]
    parts += [f"<table>{_html_list(facts)}</table>"] if facts else []
    parts += ["<ul>" + "".join(f"<li>{html.escape(note)}</li>" for note in said) + "</ul>"] if said else []
    return "<div>" + "".join(parts) + "</div>"


def _html_list(row: Row) -> str:
    return "".join(f"<tr><th>{html.escape(name)}</th>{_cells([value])}</tr>" for name, value in row.items())


def _cells(values: Any) -> str:
    return "".join(f"<td>{html.escape(as_words(value))}</td>" for value in values)
