"""Results posted in ClinicalTrials.gov: participant flow, baseline, and outcome measures with their analyses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from mscevidence.model import Span
from mscevidence.read.ctgov.adverse_events import write_adverse_events
from mscevidence.read.json_records import items, member, number, words
from mscevidence.read.posted_tables import PostedResults, PostedTable, apart, one_line, plain

_COUNTED = frozenset(
    {"participants", "subjects", "patients", "participant", "number of participants", "number of subjects"}
    | {"number of patients", "count of participants"}
)
_PARAMETERS = {"count_of_participants": "count", "count_of_units": "count of units", "number": "number"}


def write_results(results: PostedResults, section: dict[str, Any]) -> None:
    """Write everything that the results section of a study posts."""
    modules = {name: value for name, value in section.items() if isinstance(value, dict)}
    _write_flow(results, modules.get("participantFlowModule", {}))
    baseline = modules.get("baselineCharacteristicsModule", {})
    if baseline:
        _write_baseline(results, baseline)
    for index, outcome in enumerate(_objects(member(modules, "outcomeMeasuresModule", "outcomeMeasures")), 1):
        _write_outcome(results, outcome, index)
    write_adverse_events(results, modules.get("adverseEventsModule", {}))
    limits = plain(member(modules, "moreInfoModule", "limitationsAndCaveats", "description"))
    results.writer.paragraph(f"Limitations and caveats: {limits}" if limits else "", "Limitations")


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in items(value) if isinstance(each, dict)]


def _groups(value: object) -> dict[str, tuple[str, str]]:
    """Return title and description of each group by its id."""
    return apart(
        {
            words(each.get("id")): (
                one_line(each.get("title")) or words(each.get("id")),
                plain(each.get("description")),
            )
            for each in _objects(value)
        }
    )


def _say_groups(table: PostedTable, groups: dict[str, tuple[str, str]]) -> None:
    for title, description in groups.values():
        table.say(f"{title}: {description}" if description else "")


def _write_flow(results: PostedResults, module: dict[str, Any]) -> None:
    groups = _groups(module.get("groups"))
    for index, period in enumerate(_objects(module.get("periods"))):
        title = one_line(period.get("title"))
        table = PostedTable(results.writer, "Participant flow", title)
        if index == 0:
            for name in ("preAssignmentDetails", "recruitmentDetails"):
                table.say(plain(module.get(name)))
            _say_groups(table, groups)
        table.row(["Milestone", *(name for name, _ in groups.values())], header=True)
        rows = [
            (one_line(each.get("type")), each.get("achievements"), "milestone")
            for each in _objects(period.get("milestones"))
        ]
        rows += [
            (one_line(each.get("type")), each.get("reasons"), "dropout")
            for each in _objects(period.get("dropWithdraws"))
        ]
        for name, counts, kind in rows:
            found = {words(each.get("groupId")): each for each in _objects(counts)}
            texts = {key: one_line(words(member(found.get(key), "numSubjects"))) for key in groups}
            label = f"Not completed: {name}" if kind == "dropout" else name
            spans = table.row([label, *texts.values()])
            for (key, text), span in zip(texts.items(), spans[1:], strict=True):
                if not text:
                    continue
                comment = plain(member(found[key], "comment"))
                part = {"part": "participant-flow", "category": title, "title": name, "kind": kind}
                place = {"group": groups[key][0], "group_description": groups[key][1]}
                value = {"value": number(text), "value_text": text, "value_span": span, "comment": comment}
                results.note({**part, **place, **value})
        table.close("Participant flow")


def _write_baseline(results: PostedResults, module: dict[str, Any]) -> None:
    groups = _groups(module.get("groups"))
    for measure in _objects(module.get("measures")):
        writer = _Measure(results, "baseline", "Baseline", measure, groups)
        population = plain(measure.get("populationDescription") or module.get("populationDescription"))
        writer.table.say(f"Population: {population}" if population else "")
        writer.write(measure.get("denoms") or module.get("denoms"))


def _write_outcome(results: PostedResults, outcome: dict[str, Any], index: int) -> None:
    groups = _groups(outcome.get("groups"))
    writer = _Measure(results, "outcome", f"Outcome {index}", outcome, groups)
    kind = words(outcome.get("type")).replace("_", " ").capitalize()
    lines = (
        ("Type", kind),
        ("Time frame", plain(outcome.get("timeFrame"))),
        ("Description", plain(outcome.get("description"))),
        ("Population", plain(outcome.get("populationDescription"))),
    )
    for name, line in lines:
        writer.table.say(f"{name}: {line}" if line else "")
    _say_groups(writer.table, groups)
    writer.write(outcome.get("denoms"))
    for analysis in _objects(outcome.get("analyses")):
        writer.write_analysis(analysis)


class _Measure:
    """One outcome measure or baseline characteristic while it is written."""

    def __init__(
        self,
        results: PostedResults,
        part: Literal["baseline", "outcome"],
        label: str,
        measure: dict[str, Any],
        groups: dict[str, tuple[str, str]],
    ) -> None:
        self.results = results
        self.part: Literal["baseline", "outcome"] = part
        self.measure = measure
        self.groups = groups
        self.title = one_line(measure.get("title"))
        self.table = PostedTable(results.writer, label, self.title)
        kind = words(measure.get("paramType")).casefold()
        self.unit = one_line(measure.get("unitOfMeasure"))
        self.counts = kind == "count_of_participants" or (kind == "number" and self.unit.casefold() in _COUNTED)
        self.parameter = _PARAMETERS.get(kind, kind.replace("_", " "))
        self.dispersion = words(measure.get("dispersionType")).replace("_", " ").casefold()
        if self.dispersion in {"none", "na"}:
            self.dispersion = ""

    def write(self, denominators: object) -> None:
        """Write denominators and values, and note each value."""
        shown = self.parameter + (f" ({self.dispersion})" if self.dispersion else "")
        unit = "participants" if self.counts else self.unit
        self.table.say(f"Shown: {shown}, {unit}" if shown and unit else "")
        if self.groups:
            self.table.row(["Measure", *(title for title, _ in self.groups.values())], header=True)
        whole = self._write_denominators("", denominators)
        for each in _objects(self.measure.get("classes")):
            name = one_line(each.get("title"))
            own = self._write_denominators(name, each.get("denoms"))
            for category in _objects(each.get("categories")):
                joined = ", ".join(filter(None, (name, one_line(category.get("title")))))
                self._write_values(joined, category, {**whole, **own})
        self.table.close(self.table.label if self.part == "outcome" else "Baseline")

    def _write_denominators(self, name: str, denominators: object) -> dict[str, tuple[int, Span]]:
        """Write how many were analysed, in each unit, and return the participants of each group with their place."""
        people: dict[str, tuple[int, Span]] = {}
        for each in _objects(denominators):
            unit = one_line(each.get("units")) or "Participants"
            found = {words(count.get("groupId")): words(count.get("value")) for count in _objects(each.get("counts"))}
            texts = {key: one_line(found.get(key, "")) for key in self.groups}
            spans = self.table.row([f"{unit} analysed{f': {name}' if name else ''}", *texts.values()])
            if unit.casefold() not in _COUNTED:
                continue
            for (key, text), span in zip(texts.items(), spans[1:], strict=True):
                value = number(text)
                if value is not None and value.is_integer() and value >= 0:
                    people[key] = (int(value), span)
        return people

    def _write_values(self, name: str, category: dict[str, Any], people: dict[str, tuple[int, Span]]) -> None:
        found = {words(each.get("groupId")): each for each in _objects(category.get("measurements"))}
        texts = {key: _shown(found.get(key)) for key in self.groups}
        spans = self.table.row([name or self.title, *texts.values()])
        for (key, text), span in zip(texts.items(), spans[1:], strict=True):
            if text:
                self._note(key, name, found[key], span, people)

    def _note(
        self, key: str, name: str, value: dict[str, Any], span: Span, people: dict[str, tuple[int, Span]]
    ) -> None:
        text = one_line(words(value.get("value")))
        n, place = people.get(key, (None, None))
        spread = one_line(words(value.get("spread")))
        self.results.note(
            {
                "part": self.part,
                "title": self.title,
                "group": self.groups[key][0],
                "group_description": self.groups[key][1],
                "value": number(text),
                "value_text": text,
                "value_span": (span[0], span[0] + len(text)) if text else None,
                "unit": "participants" if self.counts else self.unit,
                "parameter": self.parameter or "number",
                "dispersion": f"{self.dispersion} {spread}".strip() if spread else self.dispersion,
                "lower": number(words(value.get("lowerLimit"))),
                "upper": number(words(value.get("upperLimit"))),
                "at_risk": n,
                "at_risk_span": place,
                "category": name,
                "time_frame": plain(self.measure.get("timeFrame")),
                "kind": words(self.measure.get("type")).casefold().replace("_", "-"),
                "comment": plain(value.get("comment")),
            }
        )

    def write_analysis(self, analysis: dict[str, Any]) -> None:
        """Write a comparison of groups in a line, and note its estimate."""
        names = [self.groups[key][0] for key in map(words, items(analysis.get("groupIds"))) if key in self.groups]
        value = one_line(words(analysis.get("paramValue")))
        label = one_line(analysis.get("paramType"))
        start = self.results.writer.add(f"Analysis of {self.title}: " if self.title else "Analysis: ", "\n")[1]
        said = list(_analysis_words(analysis))
        head = f"{' against '.join(names)}: " if names else ""
        estimate = f"{label or 'estimate'} {value}" if value else ""
        self.results.writer.raw("; ".join(filter(None, (head + estimate if estimate else head.rstrip(": "), *said))))
        if not value:
            return
        begins = start + len(head) + len(estimate) - len(value)
        self.results.note(
            {
                "part": self.part,
                "title": self.title,
                "group": " against ".join(names) or "all groups",
                "value": number(value),
                "value_text": value,
                "value_span": (begins, begins + len(value)),
                "unit": label,
                "parameter": label or "estimate",
                "lower": number(words(analysis.get("ciLowerLimit"))),
                "upper": number(words(analysis.get("ciUpperLimit"))),
                "time_frame": plain(self.measure.get("timeFrame")),
                "kind": "analysis",
                "comment": "; ".join(said),
            }
        )


def _analysis_words(analysis: dict[str, Any]) -> Iterator[str]:
    low, high = (one_line(words(analysis.get(name))) for name in ("ciLowerLimit", "ciUpperLimit"))
    if low or high:
        percent = one_line(words(analysis.get("ciPctValue")))
        yield f"{percent}% confidence interval {low or 'NA'} to {high or 'NA'}".removeprefix("% ")
    spread = one_line(words(analysis.get("dispersionValue")))
    if spread:
        yield f"{one_line(words(analysis.get('dispersionType'))).replace('_', ' ').casefold()} {spread}"
    p = one_line(words(analysis.get("pValue")))
    if p:
        yield f"p {p if p[:1] in '<>=' else '= ' + p}"
    more = ("statisticalMethod", "groupDescription", "pValueComment", "estimateComment", "statisticalComment")
    yield from filter(None, (one_line(analysis.get(name)) for name in more))
    yield from filter(
        None, (one_line(analysis.get(name)) for name in ("nonInferiorityComment", "otherAnalysisDescription"))
    )


def _shown(value: dict[str, Any] | None) -> str:
    """Return a value with its spread or limits: ``37.4 (10.8)``, ``2.1 (1.2 to 3.0)``."""
    if value is None:
        return ""
    text, spread, low, high = (
        one_line(words(value.get(name))) for name in ("value", "spread", "lowerLimit", "upperLimit")
    )
    if low or high:
        return f"{text} ({low or 'NA'} to {high or 'NA'})"
    return f"{text} ({spread})" if spread else text
