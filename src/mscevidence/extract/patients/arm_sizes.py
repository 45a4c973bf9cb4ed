"""Sizes of arms that no sentence about assignment tells, but the denominators of what is told of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.arms import ALL, arm_key, arms_in
from mscevidence.extract.candidates import candidate_at
from mscevidence.extract.grammar.count_rules import counts_at
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.grammar.sentences import body_sections, sentences_of
from mscevidence.model import Candidate, Document, Span, Value

_PEOPLE_OF = re.compile(
    rf"\s(?!(?:non-?)?(?:responders|survivors|completers)){PEOPLE}\s(?:in|of|from|on|given|receiving|treated\swith"
    r"|(?:assigned|allocated|randomi[sz]ed)\sto)\s(?:the\s)?"
)
_SIZE = re.compile(r"[(\[][nN]\s?=\s?(?P<n>\d{1,4})(?=[)\];,])")
_SIZED = {"Methods", "Patients", "Results", "Abstract", ""}
_SECTIONS = {"Results", "Abstract", ""}
Told = tuple[str, Value, Span]


def sizes_of_arms(
    document: Document, participants: tuple[Candidate, ...], results: tuple[Candidate, ...]
) -> tuple[Candidate, ...]:
    """Return the sizes that arms have as denominators, where those agree and no size is told."""
    known = {arm_key(c.arm or ALL) for c in participants if c.value("qualifier") is None}
    by_arm: dict[str, list[Told]] = {}
    for told in (*_of_results(results), *_beside_arms(document), *_in_brackets(document)):
        if arm_key(told[0]) not in known:
            by_arm.setdefault(told[0], []).append(told)
    sizes = []
    for arm, counted in by_arm.items():
        _, n, place = counted[0]
        if n.span is None or {other.number for _, other, _ in counted} != {n.number}:
            continue
        more = {"arm": arm, "arm_span": place, "certainty": "derived"}
        sizes.append(candidate_at(document, "participants", "denominator-of-arm", n.span, [n], **more))
    return tuple(sizes)


def _of_results(results: tuple[Candidate, ...]) -> Iterator[Told]:
    """Yield the printed denominators of results that leave no doubt about their arm."""
    for result in results:
        n = result.value("n")
        if n is None or n.derived or result.kind != "result" or result.certainty == "ambiguous":
            continue
        if result.arm not in {None, ALL} and result.arm_span is not None:
            yield result.arm or "", n, result.arm_span


def _in_brackets(document: Document) -> Iterator[Told]:
    """Yield sizes of groups that are named later: "acute (n = 46) or late acute GVHD (n = 30)", "the acute group"."""
    text = document.text
    spans = [span for section, span in body_sections(document) if section in _SIZED]
    sizes = [(span, match) for span in spans for match in _SIZE.finditer(text, *span)]
    if not sizes:
        return
    named = {arm.label for _, span in body_sections(document) for arm in arms_in(text, span) if arm.kind == "named"}
    plain = {name.removesuffix(" group").removesuffix(" cohort"): name for name in named}
    for span, match in sizes if plain else ():
        before = text[max(span[0], match.start() - 40) : match.start()].rstrip()
        fitting = [name for name in plain if before.endswith((f" {name}", f"({name}"))]
        if fitting:
            name = max(fitting, key=len)
            number = match.span("n")
            n = Value(role="n", text=match["n"], span=number, number=float(match["n"]))
            end = max(span[0], match.start() - 40) + len(before)
            yield plain[name], n, (end - len(name), end)


def _beside_arms(document: Document) -> Iterator[Told]:
    """Yield numbers that stand before their arm: "30 (79%) of 38 participants in the placebo group"."""
    for section, span in body_sections(document):
        for sentence in sentences_of(document.text, span) if section in _SECTIONS else ():
            for count in counts_at(document.text, sentence):
                n = count.value("n")
                if n is None or n.span is None or count.rule == "of-n":
                    continue
                for arm in arms_in(document.text, sentence):
                    if arm.kind == "named" and arm.start > n.span[1]:
                        if _PEOPLE_OF.fullmatch(document.text, n.span[1], arm.start):
                            yield arm.label, n, (arm.start, arm.end)
                        break
