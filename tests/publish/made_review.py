"""A review made up for tests of what is given out: no number here is evidence."""

from __future__ import annotations

from functools import cache
from typing import Any

from mscevidence import identify
from mscevidence.model import Document, Question, Study
from mscevidence.protocol import Analysis
from mscevidence.publish.analysed import analysed
from mscevidence.publish.contents import Evidence
from mscevidence.publish.export import Exported
from mscevidence.screening import Flow
from study_factory import arm, report, result, study

RATES = {"alpha": (8, 18), "beta": (7, 7), "gamma": (0, 4), "delta": (12, 30), "epsilon": (3, 9)}
TABLES = {"one": (3, 20, 1, 19), "two": (0, 12, 2, 11), "three": (5, 40, 9, 41), "four": (4, 30, 6, 28)}
HOSTILE = '=HYPERLINK("http://x","y")\nsecond line, "quoted"; \x00 and <b>@sum</b>'
"""A formula, a line break, quotes, a separator, a NUL and markup in one text."""


def single_arm(name: str, events: int, n: int, **more: Any) -> Study:
    return study(name, result("response", events, n, quote=f"{events} of {n}"), **more)


def two_arms(name: str, table: tuple[int, int, int, int], **more: Any) -> Study:
    a, n1, c, n2 = table
    return study(
        name,
        result("death", a, n1, arm="msc", quote=f"{a} of {n1}"),
        result("death", c, n2, arm="saline", quote=f"{c} of {n2}"),
        **{
            "arms": [arm("msc"), arm("saline", role="placebo")],
            "design": "randomised-controlled",
            "condition": "lupus-nephritis",
            "reports": [report(first_author=f"{name.title()} A")],
            **more,
        },
    )


def studies() -> tuple[Study, ...]:
    rates = [single_arm(name, *counts) for name, counts in RATES.items()]
    return (*rates, *(two_arms(name, table) for name, table in TABLES.items()))


def analysis(name: str, outcome: str = "response", **question: Any) -> Analysis:
    return Analysis(id=name, question=Question.model_validate({"outcome": outcome, **question}))


ANALYSES = (
    analysis("response"),
    analysis("freeman-tukey", measure="PFT", method="dl", test="z"),
    analysis("arcsine", measure="PAS", method="pm"),
    analysis("odds", "death", measure="OR"),
    analysis("odds-by-condition", "death", measure="OR", method="peto", by="condition"),
    analysis("risks", "death", measure="RR", method="mh"),
    analysis("differences", "death", measure="RD", method="dl", test="adhoc"),
)


@cache
def whole_review() -> Exported:
    """Return the whole made-up review; its models are fitted once."""
    return exported(studies())


def exported(
    given: tuple[Study, ...],
    analyses: tuple[Analysis, ...] = ANALYSES,
    *,
    documents: tuple[Document, ...] = (),
    flow: Flow | None = None,
) -> Exported:
    linkage = identify.link(given)
    evidence = Evidence(given, linkage.families, linkage.links, documents)
    return Exported("Made-up review", evidence, analysed(analyses, evidence), flow)
