"""Ovid's tagged citations without numbers, which Ovid calls Medlars: an empty line parts the records."""

from __future__ import annotations

import dataclasses
import re

from mscevidence.read.ovid_tagged import DIALECT
from mscevidence.read.tagged_records import format_of

_LINE = r"(?:[^\n]*\n){0,400}?"

FORMAT = format_of(
    dataclasses.replace(
        DIALECT,
        name="ovid-medlars",
        begins=None,
        # A title and a line of the source tell it from RIS and from PubMed, whose records have a type or a PMID.
        recognises=re.compile(
            rf"\A\s*(?:VN|DB|UI|AN)[ \t]{{1,3}}- (?!{_LINE}(?:PMID|TY  )- )"
            rf"(?={_LINE}TI[ \t]{{1,3}}- )(?={_LINE}SO[ \t]{{1,3}}- )"
        ),
    )
)
