"""The PRISMA flow as lines for a terminal."""

from __future__ import annotations

from mscevidence.screening import Flow
from mscevidence.screening.prisma import ROWS


def flow_text(flow: Flow) -> str:
    """Return the counts of a flow, one box a line, reasons and sources below theirs."""
    lines: list[str] = []
    for key, _, _, words in ROWS:
        if not key:
            continue
        number = flow.counts.get(key)
        if number is not None:
            lines.append(f"{number:>7,}  {_said(key, words)}")
        lines += [f"{n:>7,}    {name}" for name, n in _below(flow, key).items()]
    lines += [f"{number:>7,}  waiting: {words}" for words, number in flow.waiting.items()]
    return "\n".join(lines)


def _said(key: str, words: str) -> str:
    if key.endswith("_results"):
        return f"records from {words[0].lower()}{words[1:]}"
    if key.startswith("other_"):
        return f"{words} (other methods)"
    return words


def _below(flow: Flow, key: str) -> dict[str, int]:
    if key.endswith("_specific_results"):
        kind = key.removesuffix("_specific_results")
        return next((dict(found) for how, found in flow.sources.items() if how == kind), {})
    if key.endswith("_excluded") and not key.startswith("records"):
        column = key.removesuffix("_excluded")
        return next((dict(found) for each, found in flow.excluded.items() if each == column), {})
    return {}
