"""Author lines as meetings print them: ``Jundong Gu, MD, PhD5*, Renchi Yang, MD1,6 and Lei Zhang, MD1,7``."""

from __future__ import annotations

import re

from mscevidence.model import Author

_DEGREE = re.compile(
    r"(?:M\.?D\.?|Ph\.?D\.?|D\.?O\.?|MBBS|MBBCh|MBChB|MB|BM|BCh|M\.?Sc\.?|B\.?Sc\.?|MS|BS|BA|MA|MPH|MPhil|DPhil|DSc|ScD|RN|NP|PA|PA-C"
    r"|APRN|PharmD|MBA|MHS|MHSc|MSCE|MSCI|MSCR|MSPH|FRCPA?|FRCPath|FRACP|MRCP|MRCPath|DM|DNB|DCH|FACP|FAAP|FASH|DrPH|DVM|VMD"
    r"|Dr\.?|Prof\.?|Professor|Jr\.?|Sr\.?|II|III|BSN|MSN|CCRP|MMSc|MMed|MSPT|EdD|JD|DMSc|Dr\.? ?med\.?)",
)
_TAIL = re.compile(r"(?P<affiliations>\d{1,2}(?:, ?\d{1,2})*)?(?P<star>\*?)$")


def authors_in(line: str, *, stars_mean_non_member: bool) -> tuple[Author, ...]:
    """Return the authors of a line, with degrees, affiliation numbers and membership.

    `presenting` stays None: a text line does not show the bold type that marks the presenting author.
    """
    pieces: list[_Piece] = []
    for part in re.split(
        r"(?<=[^\d\s]),\s+|(?<=\d),\s+(?=\D)|;\s+|\s+and\s+|\s+&\s+", re.sub(r",?\s+and\s+", ", ", line.strip())
    ):
        _add(pieces, part.strip(" ,"))
    return tuple(piece.author(stars_mean_non_member=stars_mean_non_member) for piece in pieces)


class _Piece:
    """An author while the line is being read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.degrees: list[str] = []
        self.affiliations: list[str] = []
        self.star = False

    def author(self, *, stars_mean_non_member: bool) -> Author:
        return Author(
            name=self.name,
            degrees=tuple(self.degrees),
            affiliations=tuple(self.affiliations),
            member=not self.star if stars_mean_non_member else None,
        )


def _add(pieces: list[_Piece], part: str) -> None:
    tail = _TAIL.search(part)
    words = part[: tail.start()].strip() if tail else part
    if words and not (pieces and _DEGREE.fullmatch(words)):
        pieces.append(_Piece(words))
    elif words:
        pieces[-1].degrees.append(words)
    if tail and pieces:
        pieces[-1].affiliations += re.findall(r"\d+", tail["affiliations"] or "")
        pieces[-1].star = pieces[-1].star or bool(tail["star"])
