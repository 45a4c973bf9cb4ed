"""Adverse events posted in ClinicalTrials.gov: deaths, serious and other events of each group, and each term."""

from __future__ import annotations

from typing import Any, Literal

from mscevidence.model import Span
from mscevidence.read.json_records import items, number, words
from mscevidence.read.posted_tables import PostedResults, PostedTable, apart, one_line, plain

Part = Literal["deaths", "serious-adverse-events", "other-adverse-events"]

_TOTALS: tuple[tuple[Part, str, str], ...] = (
    ("deaths", "deaths", "All-cause mortality"),
    ("serious-adverse-events", "serious", "Serious adverse events, total"),
    ("other-adverse-events", "other", "Other adverse events, total"),
)
_TERMS: tuple[tuple[Part, str, str], ...] = (
    ("serious-adverse-events", "seriousEvents", "Serious adverse events"),
    ("other-adverse-events", "otherEvents", "Other adverse events"),
)
SECTION = "Adverse events"

Numbers = tuple[int | None, int | None, int | None]
"""People affected, people at risk, and events."""

_NOTHING: Numbers = None, None, None


def write_adverse_events(results: PostedResults, module: dict[str, Any]) -> None:
    """Write the tables of adverse events, and note each number of them."""
    groups = [each for each in items(module.get("eventGroups")) if isinstance(each, dict)]
    if not groups:
        return
    _Events(results, module, groups).write()


class _Events:
    def __init__(self, results: PostedResults, module: dict[str, Any], groups: list[dict[str, Any]]) -> None:
        self.results = results
        self.module = module
        self.groups = groups
        self.descriptions = {words(group.get("id")): plain(group.get("description")) for group in groups}
        titles = {words(group.get("id")): one_line(group.get("title")) or words(group.get("id")) for group in groups}
        told = apart({key: (title, self.descriptions[key]) for key, title in titles.items()})
        self.titles = {key: title for key, (title, _) in told.items()}
        self.time_frame = plain(module.get("timeFrame"))
        self.at_risk: dict[tuple[str, str], tuple[int, Span]] = {}

    def write(self) -> None:
        """Write the totals and then the terms."""
        self._write_totals()
        for part, field, title in _TERMS:
            events = [each for each in items(self.module.get(field)) if isinstance(each, dict)]
            if events:
                self._write_terms(part, title, events)

    def _write_totals(self) -> None:
        table = PostedTable(self.results.writer, "Adverse events", "Participants affected / at risk")
        threshold = words(self.module.get("frequencyThreshold"))
        table.say(f"Time frame: {self.time_frame}" if self.time_frame else "")
        table.say(plain(self.module.get("description")))
        table.say(f"Threshold for other adverse events: {threshold}%" if threshold else "")
        for each in self.groups:
            key = words(each.get("id"))
            table.say(f"{self.titles[key]}: {self.descriptions[key]}" if self.descriptions[key] else "")
        table.row(["Event", *self.titles.values()], header=True)
        for part, name, title in _TOTALS:
            counts = [(_count(g.get(f"{name}NumAffected")), _count(g.get(f"{name}NumAtRisk"))) for g in self.groups]
            if all(pair == (None, None) for pair in counts):
                continue
            spans = table.row([title, *(_cell(*pair) for pair in counts)])
            for group, (affected, at_risk), span in zip(self.groups, counts, spans[1:], strict=True):
                key = words(group.get("id"))
                about = {"kind": "total", "group_description": self.descriptions[key]}
                self._post(part, key, title, (affected, at_risk, None), span, about)
                if at_risk is not None:
                    self.at_risk[part, key] = (at_risk, (span[1] - len(str(at_risk)), span[1]))
        table.close(SECTION)

    def _write_terms(self, part: Part, title: str, events: list[dict[str, Any]]) -> None:
        table = PostedTable(self.results.writer, title, "Participants affected / at risk (events)")
        table.row(["Term", "Organ system", *self.titles.values()], header=True)
        for event in events:
            term, system = one_line(event.get("term")), one_line(event.get("organSystem"))
            stats = {words(each.get("groupId")): each for each in items(event.get("stats")) if isinstance(each, dict)}
            cells = {key: _numbers(stats.get(key)) for key in self.titles}
            spans = table.row([term, system, *[_cell(*cell) for cell in cells.values()]])
            about = {"kind": "term", "group_description": "", "organ_system": system}
            about["comment"] = plain(event.get("notes"))
            for (key, numbers), span in zip(cells.items(), spans[2:], strict=True):
                if numbers[0] is not None or numbers[2] is not None:
                    self._post(part, key, term, numbers, span, {**about, "occurrences": numbers[2]})
        table.close(SECTION)

    def _post(self, part: Part, key: str, title: str, numbers: Numbers, span: Span, about: dict[str, Any]) -> None:
        if numbers == _NOTHING:
            return
        affected, at_risk, _ = numbers
        shown = "" if affected is None else str(affected)
        end = span[0] + len(shown)
        risk_span = (end + 1, end + 1 + len(str(at_risk))) if at_risk is not None and shown else None
        if at_risk is None and (part, key) in self.at_risk:
            at_risk, risk_span = self.at_risk[part, key]
        self.results.note(
            {
                "part": part,
                "title": title,
                "group": self.titles[key],
                "value": None if affected is None else float(affected),
                "value_text": shown,
                "value_span": (span[0], end) if shown else None,
                "at_risk": at_risk,
                "at_risk_span": risk_span,
                "time_frame": self.time_frame,
                **about,
            }
        )


def _numbers(stats: dict[str, Any] | None) -> Numbers:
    if stats is None:
        return _NOTHING
    return _count(stats.get("numAffected")), _count(stats.get("numAtRisk")), _count(stats.get("numEvents"))


def _count(value: object) -> int | None:
    """Return a whole number of people or events, or None."""
    if type(value) is int:
        return value if 0 <= value < 1_000_000_000 else None
    found = number(words(value))
    return int(found) if found is not None and found >= 0 and found.is_integer() and found < 1e9 else None


def _cell(affected: int | None, at_risk: int | None, occurrences: int | None = None) -> str:
    if affected is None and occurrences is None:
        return ""
    shown = "" if affected is None else str(affected) if at_risk is None else f"{affected}/{at_risk}"
    return f"{shown} ({occurrences} events)".strip() if occurrences is not None else shown
