"""The words of the sheet 'How to fill in'."""

from __future__ import annotations

HOW_TO_LINES: tuple[tuple[str, str], ...] = (
    ("one row", "One row for each result: one outcome in one arm, with the publication it was read in."),
    ("blank cells", "A blank study, report or arm is the one of the row above, within the same study."),
    ("facts", "Facts of a study, report or arm are written once, or repeated alike in every row."),
    ("arms only", "A row without outcome only describes a study, a report or an arm."),
    ("8 of 18", "Type 8 into events and 18 into n. Never 8/18: spreadsheets make a date of it."),
    ("blank", "Not yet extracted: nobody has looked, or nobody has found it."),
    ("not-reported", "Somebody looked, and the source does not tell."),
    ("0", "Zero is zero: counted, and none found."),
    ("narrative_zero", "A zero that only a phrase tells ('no serious events occurred'): the phrase, and events 0."),
    ("quote", "A few words around the number, copied exactly; not the whole sentence."),
    ("derived", "A number that is not printed needs derived_method and derived_steps, such as sum and 0 + 2 + 6."),
    ("words", "Cells with a list take its words; synonyms are understood. `mscevidence terms outcome` lists one."),
    ("reading it", "`mscevidence import spreadsheet FILE` makes study files, or lists every mistake with its cell."),
)  # fmt: skip
