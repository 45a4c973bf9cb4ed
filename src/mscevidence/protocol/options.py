"""The options of a question, as people write them at the command line and in mscevidence.toml."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import ValidationError

from mscevidence import vocabulary
from mscevidence.errors import ProtocolError, UnknownTermError
from mscevidence.model import Measure, Method, Question

MEASURES = {
    "logit": "PLO",
    "log": "PLN",
    "arcsine": "PAS",
    "freeman-tukey": "PFT",
    "double-arcsine": "PFT",
    "raw": "PR",
    "incidence": "IRLN",
    "incidence-rate": "IRLN",
    "log-rate": "IRLN",
    "raw-rate": "IR",
    "square-root-rate": "IRS",
    "odds-ratio": "OR",
    "risk-ratio": "RR",
    "relative-risk": "RR",
    "risk-difference": "RD",
}
METHODS = {
    "common": "ee",
    "fe": "ee",
    "ce": "ee",
    "mantel-haenszel": "mh",
    "conditional-exact": "cm.el",
    "conditional-approximate": "cm.al",
    "fixed-study-effects": "um.fs",
    "random-study-effects": "um.rs",
}
PETO = frozenset({"peto", "peto-odds-ratio"})
"""Names that stand for a measure and its method at once."""
ALIASES = {
    "measure": MEASURES | {code.casefold(): code for code in get_args(Measure)},
    "method": METHODS | {code.casefold(): code for code in get_args(Method)},
    "test": {"hartung-knapp": "knha", "hk": "knha", "normal": "z"},
}
"""Readable and metafor's own names of the options, all accepted in any case."""

VOCABULARY_OF = {
    "outcome": "outcome",
    "condition": "condition",
    "cell_source": "cell-source",
    "design": "design",
    "control": "arm-role",
    "time_unit": "time-unit",
}


def question_from(values: dict[str, Any], *, place: str = "question") -> Question:
    """Return the question that option values ask, with vocabulary words resolved to their ids.

    Raises:
        ProtocolError: an unknown word or a value of the wrong kind, with the place and the nearest valid ones.
    """
    values = {key: value for key, value in values.items() if value is not None}
    try:
        for key, kind in VOCABULARY_OF.items():
            if isinstance(values.get(key), str):
                values[key] = _term_id(kind, values[key])
    except UnknownTermError as error:
        raise ProtocolError(f"{place}: {error.message}", hint=error.hint) from error
    for key, aliases in ALIASES.items():
        if isinstance(values.get(key), str):
            values[key] = aliases.get(values[key].casefold(), values[key])
    if str(values.get("measure")).casefold() in PETO:
        values["measure"] = "OR"
        if values.setdefault("method", "peto") != "peto":
            raise ProtocolError(
                f"{place}: Peto's odds ratio is a method too, and {values['method']} is another",
                hint="write --measure peto alone, or --measure OR with another method",
            )
    try:
        return Question.model_validate(values)
    except ValidationError as error:
        raise _wrong_value(error, place) from error


def _term_id(kind: str, word: str) -> str:
    """Return the id of a term; for a unit of time at risk the choices leave out moments, which cannot be one."""
    try:
        return vocabulary.term(kind, word).id
    except UnknownTermError as error:
        if kind != "time-unit":
            raise
        units = vocabulary.exposure_units()
        raise UnknownTermError(word, kind="unit of time at risk", choices=units) from error


def _wrong_value(error: ValidationError, place: str) -> ProtocolError:
    details = error.errors(include_url=False)[0]
    key = str(details["loc"][0])
    choices = get_args(Question.model_fields[key].annotation)
    words = [word for choice in choices for word in (get_args(choice) or [choice]) if isinstance(word, str)]
    unknown = UnknownTermError(str(details["input"]), kind=key, choices=words) if words else None
    message = unknown.message if unknown else f"{key}: {details['msg']}, found {details['input']!r}"
    hint = "write a level such as 0.95" if key == "level" else "see `mscevidence pool --help`"
    return ProtocolError(f"{place}: {message}", hint=unknown.hint if unknown else hint)
