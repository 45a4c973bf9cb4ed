"""Addresses: the file of every page and the anchor of every number, the same at every publication."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from mscevidence.model import Report, Study, result_key

CLINICALTRIALS = re.compile(r"NCT\d{8}", re.IGNORECASE)
TOGETHER = " + "
"""Between the keys of results that were added up."""


class Addresses:
    """Where the sentence of every result of some studies stands, relative to the root of the site.

    Args:
        studies: all studies of the site.
        analyses: ids of its analyses.
    """

    def __init__(self, studies: Sequence[Study], analyses: Iterable[str] = ()) -> None:
        names = _distinct([study.study for study in studies])
        self._studies = {study.study: f"studies/{name}.html" for study, name in zip(studies, names, strict=True)}
        ids = list(analyses)
        self._analyses = {one: f"analyses/{name}.html" for one, name in zip(ids, _distinct(ids), strict=True)}
        self._anchors: dict[str, str] = {}
        for study in studies:
            keys = [result_key(study, index) for index in range(len(study.results))]
            anchors = _distinct([key.removeprefix(f"{study.study}/") for key in keys])
            self._anchors |= {key: f"r-{anchor}" for key, anchor in zip(keys, anchors, strict=True)}

    def study(self, study_id: str) -> str:
        """Return the page of a study."""
        return self._studies[study_id]

    def analysis(self, analysis_id: str) -> str:
        """Return the page of an analysis."""
        return self._analyses[analysis_id]

    def anchor(self, key: str) -> str:
        """Return the name of the place of a result on the page of its study."""
        return self._anchors[key]

    def results(self, keys: str) -> tuple[str, ...]:
        """Return the address of each result of a row: one, or several that were added up."""
        return tuple(
            f"{self._studies[key.partition('/')[0]]}#{self._anchors[key]}"
            for key in keys.split(TOGETHER)
            if key in self._anchors
        )

    def what(self, subject: str) -> str:
        """Return the address of what an exclusion names (result or study); empty for what has no page."""
        if subject in self._anchors:
            return self.results(subject)[0]
        return self._studies.get(subject, "")


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names that are safe in every file system and address, no two alike."""
    taken: dict[str, int] = {}
    out = []
    for name in names:
        safe = re.sub(r"[^a-z0-9.]+", "-", name.casefold()).strip("-.") or "unnamed"
        taken[safe] = taken.get(safe, 0) + 1
        while taken[safe] > 1:
            safe = f"{safe}-{taken[safe]}"
            taken[safe] = taken.get(safe, 0) + 1
        out.append(safe)
    return out


def part_anchor(anchor: str, number: int) -> str:
    """Return the place of a part of a result, counted from 1."""
    return f"{anchor}-part-{number}"


def source_link(report: Report | None, words: str = "") -> str:
    """Return the address of a report on the web, opened at some words where the browser can; empty when none is known.

    Only http and https are links: an address that a source or a file made up does nothing when clicked.
    """
    if report is None:
        return ""
    url = f"https://doi.org/{quote(report.doi, safe='/:;()._-')}" if report.doi else ""
    if not url and report.pmid:
        url = f"https://pubmed.ncbi.nlm.nih.gov/{report.pmid}/"
    if report.url and re.match(r"https?://[^\s]+$", report.url):
        url = url if url and not words else report.url
    if not url:
        return ""
    return f"{url}#:~:text={quote(words, safe='')}" if words and "#" not in url else url


def registration_link(number: str) -> str:
    """Return the address of a registration; empty for registers that cannot be addressed by number."""
    return f"https://clinicaltrials.gov/study/{number.upper()}" if CLINICALTRIALS.fullmatch(number) else ""
