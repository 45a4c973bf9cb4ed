"""Pooled results made up for tests and for the gallery: no number here is evidence."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from scipy.special import betaincinv

from mscevidence.model import BetweenGroups, ControlGroup, Estimate, Exclusion, Group, Pooled, Question, StudyRow

FOOTNOTES = {
    "derived": "Count derived from the percentage and the number of patients.",
    "narrative-zero": "Zero read from a sentence (no serious adverse event was observed), not from a count.",
    "unverified": "Bibliographic details not verified against the original report.",
    "cancelled": "Conference abstract cancelled by the meeting.",
}
LONG_NAMES = (
    (
        "Hospital of Blood Diseases and Institute of Haematology, Chinese Academy of Medical Sciences and Peking "
        "Union Medical College, phase I dose escalation and expansion cohort 2019-2022"
    ),
    "Ωμέγα-Παπαδόπουλος & Šťastný–Łukasiewicz-Ñandú-Øresund-Þórðarson-Ćwikła-Żółć-Ğüneş 2021 (ΔIL-17, α4β7⁺, TNF-α)",
    "Averyverylongwordwithoutanyspaceorhyphenwhatsoeverbecausesomebodypastedanidentifierhere0123456789ABCDEFGHIJKLM",
    "0.5×10^6 and 2.0×10^6 cells/kg <script>alert('x')</script> costs $5 and $6 & more \\frac{a}{b} $\\alpha$",
    "Chang 2012",
)
CHINESE_NAME = "中国医学科学院血液病医院 Zhāng Wěi 2023 间充质干细胞治疗免疫性血小板减少症"


def exact(events: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the Clopper-Pearson interval."""
    tail = (1 - level) / 2
    lower = float(betaincinv(events, n - events + 1, tail)) if events else 0.0
    upper = float(betaincinv(events + 1, n - events, 1 - tail)) if events < n else 1.0
    return lower, upper


def study(
    label: str,
    events: int,
    n: int,
    *,
    weight: float | None = 1.0,
    marks: Sequence[str] = (),
    columns: dict[str, str] | None = None,
    group: str = "overall",
    number: int = 0,
) -> StudyRow:
    """Return a study row with its exact interval."""
    lower, upper = exact(events, n)
    return StudyRow(
        study=f"study-{number}",
        label=label,
        group=group,
        result=f"study-{number}/all/response",
        report=f"report-{number}",
        quote=f"{events}/{n}",
        events=events,
        n=n,
        effect=events / n,
        lower=lower,
        upper=upper,
        weight=weight,
        marks=tuple(marks),
        columns=columns or {},
    )


def estimate(rows: Sequence[StudyRow], *, label: str = "logit GLMM, maximum likelihood", **changes: object) -> Estimate:
    """Return a plausible estimate of rows; any field can be overridden."""
    events, patients = sum(row.events for row in rows), sum(row.n for row in rows)
    proportion = events / patients if patients else None
    lower, upper = exact(events, patients) if patients else (None, None)
    fields: dict[str, object] = {
        "method": "glmm",
        "label": label,
        "status": "estimated" if len(rows) > 1 else "single" if rows else "none",
        "k": len(rows),
        "events": events,
        "patients": patients,
    }
    if len(rows) > 1 and proportion is not None and lower is not None and upper is not None:
        fields |= {
            "effect": proportion,
            "lower": lower,
            "upper": upper,
            "prediction_lower": max(0.0, lower - 0.15),
            "prediction_upper": min(1.0, upper + 0.15),
            "tau2": 0.4321,
            "i2": 63.2,
            "q": 2.7 * (len(rows) - 1),
            "q_df": len(rows) - 1,
            "q_p": 0.0123,
            "q_name": "likelihood-ratio test",
        }
    return Estimate.model_validate(fields | changes)


def group(name: str, rows: Sequence[StudyRow], *estimates: Estimate) -> Group:
    """Return a group with the estimates given, or a plausible one."""
    return Group(name=name, label=name, rows=tuple(rows), estimates=estimates or (estimate(rows),))


def columns_of(random_: random.Random) -> dict[str, str]:
    """Return the texts of the columns a study may show."""
    return {
        "dose": random_.choice(["1×10^6 cells/kg ×4", "0.5-2×10^6 cells/kg", "not reported", "4×10^7 cells"]),
        "product": random_.choice(["umbilical cord, allogeneic", "bone marrow, autologous", "adipose"]),
        "design": random_.choice(["single-arm", "dose escalation", "randomised"]),
        "phase": random_.choice(["1", "1/2", "2"]),
        "follow-up": random_.choice(["6 months", "12 months", "24 weeks"]),
    }


def many(
    k: int, *, seed: int = 1, names: Sequence[str] = (), group_name: str = "overall", first: int = 0
) -> list[StudyRow]:
    """Return k made-up study rows."""
    random_ = random.Random(seed)
    surnames = ("Wang", "Liang", "Dal", "Sun", "Carlin", "Fernández", "Kobayashi", "García-Bernal", "Uccelli", "Zhang")
    rows = []
    for index in range(k):
        n = random_.randint(4, 90)
        events = random_.choice([0, n, random_.randint(0, n), random_.randint(0, n)])
        label = names[index % len(names)] if names else f"{surnames[index % 10]} {2006 + index % 19}"
        marks = [mark for mark in FOOTNOTES if random_.random() < 0.12 and (mark != "narrative-zero" or events == 0)]
        rows.append(
            study(
                label, events, n, weight=n / (1 + n / 40), marks=marks, columns=columns_of(random_),
                group=group_name, number=first + index,
            )
        )  # fmt: skip
    return rows


def pooled(rows: Sequence[StudyRow], *estimates: Estimate, **changes: object) -> Pooled:
    """Return a pooled result without subgroups; any field can be overridden."""
    fields: dict[str, object] = {
        "title": "Response after mesenchymal stromal cells in immune thrombocytopenia",
        "outcome": "response",
        "outcome_label": "Response",
        "overall": group("overall", rows, *estimates),
        "footnotes": FOOTNOTES,
        "question": Question(outcome="response"),
    }
    return Pooled.model_validate(fields | changes)


def grouped(sizes: dict[str, int], *, names: Sequence[str] = (), **changes: object) -> Pooled:
    """Return a pooled result with subgroups of the sizes given."""
    groups, first = [], 0
    for seed, (name, size) in enumerate(sizes.items()):
        groups.append(group(name, many(size, seed=seed, names=names, group_name=name, first=first)))
        first += size
    rows = [row for one in groups for row in one.rows]
    between = BetweenGroups(q=5.218, df=len(groups) - 1, p=0.157, method="Wald test on the logit scale")
    fields: dict[str, object] = {"groups": tuple(groups), "between": between, "by": "condition"}
    return pooled(rows, **(fields | changes))


def founding() -> Pooled:
    """Return four immune thrombocytopenia studies with the useless interval of the maximum-likelihood model."""
    facts: list[tuple[str, int, int, list[str], dict[str, str]]] = [
        ("NCT04014166 (Tianjin)", 8, 18, ["cancelled"], {"dose": "0.5, 1.0, 2.0×10^6 cells/kg", "product": "cord"}),
        ("Second study 2015", 7, 7, [], {"dose": "1×10^6 cells/kg", "product": "cord"}),
        ("Third study 2009", 4, 4, ["derived"], {"dose": "not reported", "product": "bone marrow"}),
        ("Fourth study 2012", 2, 2, [], {"product": "adipose"}),
    ]
    rows = [
        study(label, events, n, weight=None, marks=marks, columns=columns, number=number)
        for number, (label, events, n, marks, columns) in enumerate(facts)
    ]
    glmm = estimate(
        rows, label="logit GLMM, maximum likelihood, t interval", mu=3.6394, effect=0.9744, lower=0.0085,
        upper=0.99998, prediction_lower=0.00001, prediction_upper=0.999999, tau2=8.7560, i2=None, q=14.2549, q_df=3,
        q_p=0.00258,
        notes=("3 of 4 studies have a response in every patient, so the interval says almost nothing (k = 4).",),
    )  # fmt: skip
    reml = estimate(
        rows, label="REML on logits with Hartung-Knapp", effect=0.7597, lower=0.2450, upper=0.9686, tau2=1.3855,
        prediction_lower=None, prediction_upper=None, i2=48.1, q=5.77, q_name="Q",
    )  # fmt: skip
    none = estimate(rows, label="Exact common rate", status="failed", effect=None, lower=None, upper=None)
    return pooled(
        rows, glmm, reml, none,
        sensitivity=(("without derived counts", reml),),
        warnings=("The maximum-likelihood interval is useless with 3 boundary studies of 4; see the alternatives.",),
        overrides=("family nanjing-lupus: both reports counted on request (--allow-overlap)",),
        exclusions=(Exclusion(what="nct1/all/response", label="Li 2011", reason="same patients as NCT04014166"),),
    )  # fmt: skip


def contrast(
    label: str,
    cells: tuple[int, int],
    control: tuple[int, int],
    *,
    measure: str = "OR",
    number: int = 0,
    **more: object,
) -> StudyRow:
    """Return a made-up comparison with its own odds ratio, risk ratio or risk difference; None without any event."""
    (a, n1), (c, n2) = cells, control
    corrected = 0.5 if 0 in (a, n1 - a, c, n2 - c) else 0.0
    p, q = (a + corrected) / (n1 + 2 * corrected), (c + corrected) / (n2 + 2 * corrected)
    y, v = {
        "OR": (
            math.log(p / (1 - p) / (q / (1 - q))),
            1 / ((n1 + 2 * corrected) * p * (1 - p)) + 1 / ((n2 + 2 * corrected) * q * (1 - q)),
        ),
        "RR": (math.log(p / q), (1 - p) / (p * (n1 + 2 * corrected)) + (1 - q) / (q * (n2 + 2 * corrected))),
        "RD": (p - q, p * (1 - p) / (n1 + 2 * corrected) + q * (1 - q) / (n2 + 2 * corrected)),
    }[measure]
    told = (lambda x: x) if measure == "RD" else math.exp
    silent = a + c in (0, n1 + n2)
    ends = (None, None, None) if silent else (told(y), told(y - 1.96 * v**0.5), told(y + 1.96 * v**0.5))
    other = ControlGroup(result=f"study-{number}/placebo/x", report="r", quote=f"{c}/{n2}", events=c, n=n2)
    row = study(label, a, n1, number=number, weight=0.0 if silent else 1 / v)
    effect, lower, upper = ends
    update = {"control": other, "effect": effect, "lower": lower, "upper": upper, **more}
    return row.model_copy(update=update)


def contrasts(k: int, *, measure: str = "OR", seed: int = 7) -> list[StudyRow]:
    """Return k made-up comparisons, some with an arm without events and some with neither."""
    random_ = random.Random(seed)
    rows = []
    for index in range(k):
        n1, n2 = random_.randint(6, 120), random_.randint(6, 120)
        low = random_.random() < 0.3
        cells = (random_.randint(0, 2 if low else n1 // 2), n1)
        control = (random_.randint(0, 1 if low else n2 // 2), n2)
        rows.append(contrast(f"Study {2003 + index}", cells, control, measure=measure, number=index))
    return rows


def compared(
    rows: Sequence[StudyRow], *, measure: str = "OR", outcome: str = "serious-adverse-event", **changes: object
) -> Pooled:
    """Return a pooled comparison of rows; the numbers of the estimate are plausible and can be overridden."""
    controls = [row.control for row in rows if row.control]
    effect = {"effect": 0.62, "lower": 0.35, "upper": 1.1, "prediction_lower": 0.2, "prediction_upper": 1.9}
    if measure == "RD":
        effect = {"effect": -0.05, "lower": -0.12, "upper": 0.02, "prediction_lower": -0.2, "prediction_upper": 0.1}
    one = {
        "method": "reml",
        "control_events": sum(side.events for side in controls),
        "control_patients": sum(side.n for side in controls),
        **(effect if len(rows) > 1 else {}),
    }
    told = estimate(rows, label="REML on log odds ratios, Hartung-Knapp interval", **one)
    question = Question.model_validate({"outcome": outcome, "measure": measure, "method": "reml"})
    fields: dict[str, object] = {
        "title": "Serious adverse event: odds ratio, MSC against control",
        "outcome": outcome,
        "outcome_label": outcome.replace("-", " "),
        "question": question,
        "interval_method": "normal on the log scale",
        "weighting": "inverse variance, tau² added",
    }
    return pooled(rows, told, **(fields | changes))
