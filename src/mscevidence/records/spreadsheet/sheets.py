"""What a spreadsheet file holds before anything is understood: sheets, rows, cells, and sentences about a place."""

from __future__ import annotations

import dataclasses
import datetime as dt

from mscevidence.errors import RecordError

Raw = str | int | float | bool | dt.date | dt.time | dt.timedelta | None


@dataclasses.dataclass(frozen=True)
class Cell:
    """One cell as stored.

    `row` and `column` count from 1. `trouble` says what a cell is that cannot be read as a value: ``formula``,
    ``error``; `percent` that a number is shown as a percentage, so that 0.444 stands for 44.4; `kept` that the cell was
    formatted as text, so that what looks like a date was typed so.
    """

    value: Raw
    row: int
    column: int
    trouble: str = ""
    percent: bool = False
    kept: bool = False

    @property
    def empty(self) -> bool:
        """Return whether nothing is in the cell but blanks."""
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())

    @property
    def shown(self) -> str:
        """Return the value for a message, shortened."""
        text = str(self.value)
        return text if len(text) <= 60 else text[:57] + "..."


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The cells of one sheet by row, without empty ones; `name` is empty for a text file, which has only one.

    `columns` is where the columns of the form stand, once the header has been read.
    """

    file: str
    name: str
    rows: dict[int, tuple[Cell, ...]]
    columns: dict[str, int] = dataclasses.field(default_factory=dict)

    def blank(self, row: int, name: str) -> Cell:
        """Return an empty cell at a row and a column of the form."""
        return Cell(None, row, self.columns.get(name, 0))

    def problem(self, cell: Cell, message: str, *, header: str = "", expected: str = "", hint: str = "") -> RecordError:
        """Return an error that names sheet, row and column letter of a cell."""
        named = f" ({header})" if header else ""
        column = f", column {letter(cell.column)}{named}" if cell.column else f", {header}" if header else ""
        return RecordError(
            f"{self.where}row {cell.row}{column}: {message}",
            file=self.file,
            line=cell.row,
            key=header,
            found="" if cell.empty else cell.shown,
            expected=expected,
            hint=hint,
        )

    @property
    def where(self) -> str:
        """Return the beginning of a sentence about this sheet."""
        return f"sheet {self.name!r}, " if self.name else ""


def letter(column: int) -> str:
    """Return the letters that spreadsheets give a column: 1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
