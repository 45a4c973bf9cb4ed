"""The spreadsheet way in: one row per result, for people who extract in Excel, LibreOffice or a text editor."""

from mscevidence.records.spreadsheet.placing import Placed, place
from mscevidence.records.spreadsheet.reading import Reading, examine, problems, read
from mscevidence.records.spreadsheet.rows import rows_of
from mscevidence.records.spreadsheet.writing import csv_bytes, write, write_rows, xlsx_bytes

__all__ = [
    "Placed",
    "Reading",
    "csv_bytes",
    "examine",
    "place",
    "problems",
    "read",
    "rows_of",
    "write",
    "write_rows",
    "xlsx_bytes",
]
