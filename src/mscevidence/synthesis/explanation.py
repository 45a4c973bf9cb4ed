"""Why the numbers of an analysis are what they are."""

from __future__ import annotations

from mscevidence.model import Pooled, StudyRow


def explain(pooled: Pooled) -> list[str]:
    """Return what an analysis took, from which words, why, and what it left out, one sentence per line."""
    lines = [f"override: {text}" for text in pooled.overrides]
    lines += [line for row in pooled.overall.rows for line in _sources(row)]
    for choice in pooled.choices:
        lines.append(f"{choice.what}: took {choice.taken}: {choice.reason}")
        lines += [f"    left out {text}" for text in choice.left_out]
    lines += [f"excluded {one.what}: {one.reason}" for one in pooled.exclusions]
    return lines


def _sources(row: StudyRow) -> list[str]:
    lines = [f'{row.label}: {row.events}/{row.n} from {row.report}, "{row.quote}" ({row.result})']
    if row.control is not None:
        other = row.control
        lines.append(f'    against {other.events}/{other.n} from {other.report}, "{other.quote}" ({other.result})')
    return lines
