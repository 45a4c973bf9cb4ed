"""The domains of GRADE as a draft: each rating tied to its number, and left open where no number can tell.

Guyatt GH et al., J Clin Epidemiol 2011;64:383 (GRADE 1) and the papers that each function names. What GRADE leaves to
judgement stays with a person: such a rating is None.
"""

from __future__ import annotations

from collections.abc import Iterable

from mscevidence import vocabulary
from mscevidence.model import Appraisal, StudyRow
from mscevidence.publish import wording
from mscevidence.publish.sof.evidence import Body, risks_with
from mscevidence.publish.sof.incidence import imprecise_incidence, inconsistent_incidence
from mscevidence.publish.sof.rating import PUBLICATION_BIAS, Number, Rating
from mscevidence.publish.sof.size import size_for_difference, size_for_rate
from mscevidence.publish.sof.thresholds import proportion, value

HIGH_RISK = {
    "rob-2-2019": frozenset({"high"}),
    "rob-2-crossover-2021": frozenset({"high"}),
    "robins-i-2016": frozenset({"serious", "critical"}),
    "robins-i-v2-2025-draft": frozenset({"serious", "critical"}),
    "nhlbi-before-after-2014": frozenset({"poor"}),
}
"""Overall levels of appraisal tools that mean a high risk; the other tools have no official overall level."""
NO_ITEM_DECIDES = frozenset({"nhlbi-before-after-2014"})
"""Tools whose overall level does not follow from the items."""


def risk_of_bias(body: Body) -> Rating:
    """Rate by the appraisals: the share of patients in studies at high risk (GRADE 4, J Clin Epidemiol 2011;64:407).

    Of incidence rates it is the share of the time at risk: the patients are often not told.
    """
    sizes = {row.study: _size(row) for row in body.group.rows}
    appraised = [name for name in sizes if name in body.studies and body.studies[name].appraisal]
    numbers: dict[str, Number] = {"studies": len(sizes), "appraised": len(appraised)}
    of = f"{len(appraised)} of {wording.count(len(sizes), 'study', 'studies')} appraised"
    if not appraised:
        return Rating("risk of bias", None, f"no appraisal yet ({of})", numbers)
    levels = {name: _high(body.studies[name].appraisal) for name in appraised}
    total = sum(sizes.values())
    high = sum(sizes[name] for name, one in levels.items() if one)
    counted = "time at risk" if body.incidence else "patients"
    numbers |= {f"{counted} at high risk": high, counted: total}
    share = f"{wording.percent(high / total)}% of the time at risk" if body.incidence else f"{high} of {total} patients"
    said = f"{share} in studies at high risk; {of}"
    if high >= proportion("bias-share") * total:
        return Rating("risk of bias", -1, said, numbers, ("bias-share",))
    if len(appraised) < len(sizes) or None in levels.values():
        silent = sum(one is None for one in levels.values())
        without = f"; {silent} by tools without an official overall level" if silent else ""
        return Rating("risk of bias", None, f"{said}{without}", numbers, ("bias-share",))
    return Rating("risk of bias", 0, said, numbers, ("bias-share",))


def _size(row: StudyRow) -> float:
    return row.time if row.time is not None else row.n + (row.control.n if row.control else 0)


def _high(appraisals: Iterable[Appraisal]) -> bool | None:
    """Return whether any rater found a high risk; None where the tools used have no overall level."""
    found = [one for appraisal in appraisals if (one := _high_by(appraisal)) is not None]
    return any(found) if found else None


def _high_by(appraisal: Appraisal) -> bool | None:
    high = HIGH_RISK.get(appraisal.tool)
    if high is None:
        return None
    if "overall" in appraisal.answers:
        return appraisal.answers["overall"] in high
    # Without an overall answer the worst domain decides, which is what these tools say themselves.
    return None if appraisal.tool in NO_ITEM_DECIDES else any(level in high for level in appraisal.answers.values())


def inconsistency(body: Body) -> Rating:
    """Rate comparisons by I² and whether the next study may show no effect, rates by the prediction interval."""
    one = body.first
    if one.k < 2:
        return Rating("inconsistency", 0, "one study: nothing to be inconsistent with", {"studies": one.k})
    if body.incidence:
        return inconsistent_incidence(body)
    i2, method = next(((each.i2, each.label) for each in body.group.estimates if each.i2 is not None), (None, ""))
    low, high = one.prediction_lower, one.prediction_upper
    numbers: dict[str, Number] = {"i2": i2, "prediction lower": low, "prediction upper": high}
    if i2 is None and low is None:
        return Rating("inconsistency", None, "neither I² nor a prediction interval can be had", numbers)
    said = [f"I² {wording.number_text(i2, 0)}% ({method})"] if i2 is not None else []
    if not body.comparative:
        return _inconsistent_rates(said, low, high, numbers)
    said += [f"prediction interval {low:.2f} to {high:.2f}"] if low is not None and high is not None else []
    null = 0.0 if body.measure == "RD" else 1.0
    open_again = _excludes(null, body.effect.lower, body.effect.upper) and _holds(null, low, high)
    said += ["the interval excludes no effect, the prediction interval does not"] if open_again else []
    steps = -1 if (i2 is not None and i2 >= value("i2-substantial")) or open_again else 0
    return Rating("inconsistency", steps, "; ".join(said), numbers, ("i2-substantial",))


def _inconsistent_rates(said: list[str], low: float | None, high: float | None, numbers: dict[str, Number]) -> Rating:
    if low is None or high is None:
        said.append("no prediction interval, and I² alone does not tell for rates")
        return Rating("inconsistency", None, "; ".join(said), numbers, ("prediction-width",))
    said.insert(0, f"prediction interval {wording.percent(low)}% to {wording.percent(high)}%")
    steps = -1 if high - low >= proportion("prediction-width") else 0
    return Rating("inconsistency", steps, "; ".join(said), numbers, ("prediction-width",))


def _holds(null: float, low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and low <= null <= high


def _excludes(null: float, low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and not low <= null <= high


def imprecision(body: Body) -> Rating:
    """Rate by the interval and the optimal information size (GRADE 6, J Clin Epidemiol 2011;64:1283)."""
    if body.effect.lower is None or body.effect.upper is None:
        return Rating("imprecision", None, "no interval to judge by", {"patients": body.first.all_patients})
    if body.incidence:
        return imprecise_incidence(body)
    return _imprecise_comparison(body) if body.comparative else _imprecise_rate(body)


def _imprecise_rate(body: Body) -> Rating:
    effect, patients = body.effect, body.first.patients
    lower, upper = effect.lower or 0.0, effect.upper or 0.0
    # Of the rates in the interval the one nearest to a half asks for the most patients.
    rate = min(max(0.5, lower), upper)
    size = size_for_rate(rate, margin=proportion("rate-margin"), alpha=1 - body.level)
    width = upper - lower
    numbers: dict[str, Number] = {
        "interval width": width,
        "patients": patients,
        "optimal information size": size,
        "rate sized for": rate,
    }
    steps = -1 if width > 2 * proportion("rate-margin") or (size is not None and patients < size) else 0
    steps = -2 if width >= proportion("rate-width-very") else steps
    said = f"interval of {wording.percent(width)} points; {wording.count(patients, 'patient')}"
    margin = f"(in the interval) to within {value('rate-margin'):g} points"
    said += "" if size is None else f", where {size} measure a rate of {wording.percent(rate)}% {margin}"
    used = ("rate-margin", "rate-width-very")
    if body.first.events == 0 and steps == 0:
        # Such a margin is wide for a harm that nobody had: no number here says which rate would matter.
        unseen = (
            f"no event, but a rate of {wording.percent(upper)}% is not excluded: whether it matters is for a person"
        )
        return Rating("imprecision", None, f"{unseen}; {said}", numbers, used)
    return Rating("imprecision", steps, said, numbers, used)


def _imprecise_comparison(body: Body) -> Rating:
    control, patients, risks = body.control_risk, body.first.all_patients, risks_with(body)
    if not control or risks is None:
        return Rating("imprecision", None, "no event among the controls: no risk to size by", {"patients": patients})
    treated = control * (1 - value("relative-reduction"))
    size = size_for_difference(control, treated, alpha=value("alpha"), power=value("power"))
    _, low, high = (risk / control for risk in risks)
    null = 0.0 if body.measure == "RD" else 1.0
    crosses = not _excludes(null, body.effect.lower, body.effect.upper)
    numbers: dict[str, Number] = {
        "risk ratio lower": low,
        "risk ratio upper": high,
        "patients": patients,
        "optimal information size": size,
        "control risk": control,
    }
    beyond = (low < value("relative-low")) + (high > value("relative-high"))
    # An interval from appreciable benefit to appreciable harm tells nothing about the direction.
    steps = -min(beyond, 2) if crosses else 0
    steps = min(steps, -1 if size is None or patients < size else 0)
    sized = "no optimal information size can be computed"
    if size is not None:
        sized = (
            f"{wording.count(patients, 'patient')}, where {size} tell {wording.percent(treated)}% from "
            f"{wording.percent(control)}% among the controls"
        )
    span = f"as risk ratio {low:.2f} to {high:.2f}, {'with' if crosses else 'without'} no effect in it"
    used = ("relative-low", "relative-high", "relative-reduction", "alpha", "power")
    return Rating("imprecision", steps, f"{span}; {sized}", numbers, used)


def indirectness(body: Body) -> Rating:
    """Say what the patients and cells were; whether they are those of the question is for a person to judge."""
    diseases = sorted({vocabulary.load("condition")[study.condition].label for study in body.studies.values()})
    sources = {study.cell_product.source or "" for study in body.studies.values() if study.cell_product}
    named = sorted(
        vocabulary.load("cell-source")[each].label for each in sources if each in vocabulary.load("cell-source")
    )
    shown = ", ".join(diseases[:4]) + (f" and {len(diseases) - 4} more" if len(diseases) > 4 else "")
    cells = f"; cells: {', '.join(named)}" if named else ""
    numbers: dict[str, Number] = {"conditions": len(diseases), "cell sources": len(named)}
    return Rating("indirectness", None, f"left to a person; patients: {shown}{cells}", numbers)


def publication_bias(body: Body) -> Rating:
    """Rate by the test for small-study effects from ten studies on (Sterne JAC et al., BMJ 2011;343:d4002)."""
    from mscevidence.synthesis.small_studies import small_study_tests

    k = body.first.k
    if k < value("few-studies"):
        said = f"{wording.count(k, 'study', 'studies')}, fewer than {value('few-studies'):g}: cannot be judged"
        return Rating(PUBLICATION_BIAS, None, said, {"studies": k}, ("few-studies",))
    test = small_study_tests(body.group.rows, body.measure)[0]
    numbers: dict[str, Number] = {"studies": k, "test": test.name, "p": test.p}
    if test.p is None:
        return Rating(PUBLICATION_BIAS, None, f"{test.name}: {test.finding}", numbers, ("few-studies",))
    steps = -1 if test.p < value("asymmetry") else 0
    said = f"{test.name}: {wording.p_value(test.p)}. {test.finding}"
    return Rating(PUBLICATION_BIAS, steps, said, numbers, ("few-studies", "asymmetry"))
