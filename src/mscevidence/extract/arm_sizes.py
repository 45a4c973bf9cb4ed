"""Sizes of arms that no sentence about assignment tells, but the denominators of what is told of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.arms import ALL, PEOPLE, arms_in
from mscevidence.extract.candidates import candidate_at
from mscevidence.extract.count_rules import counts_at
from mscevidence.extract.sentences import body_sections, sentences_of
from mscevidence.model import Candidate, Document, Span, Value

_PEOPLE_OF = re.compile(
    rf"\s(?!(?:non-?)?(?:responders|survivors|completers)){PEOPLE}\s(?:in|of|from|on|given|receiving|treated\swith"
    r"|(?:assigned|allocated|randomi[sz]ed)\sto)\s(?:the\s)?"
)
_SECTIONS = {"Results", "Abstract", ""}
Told = tuple[str, Value, Span]


def sizes_of_arms(
    document: Document, participants: tuple[Candidate, ...], results: tuple[Candidate, ...]
) -> tuple[Candidate, ...]:
    """Return the sizes that arms have as denominators, where those agree and no size is told."""
    known = {c.arm for c in participants if c.value("qualifier") is None}
    by_arm: dict[str, list[Told]] = {}
    for told in (*_of_results(results), *_beside_arms(document)):
        if told[0] not in known:
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
        if n is None or n.derived or result.kind != "result" or result.certainty != "stated":
            continue
        if result.arm not in {None, ALL} and result.arm_span is not None:
            yield result.arm or "", n, result.arm_span


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
