"""Formulae in MathML to a line of text: powers stay readable, nothing is glued that would make another number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Element = Any
"""An element of lxml, which carries no types."""

_INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064")
_MINUS = str.maketrans({"−": "-", "–": "-"})
_SILENT = frozenset({"annotation", "annotation-xml", "maction", "mphantom"})


def math_text(element: Element) -> str:
    """Return a formula in one line: ``1.5×10^6``, ``a/b``, ``√x``."""
    return " ".join(_written(element).split()).translate(_INVISIBLE)


def _name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _written(element: Element) -> str:
    name = _name(element)
    if name in _SILENT:
        return ""
    if not len(element):
        return (element.text or "").strip()
    parts = [_written(each) for each in element if _name(each)]
    shape = _SHAPES.get(name)
    if shape is not None:
        return shape(parts)
    if name == "mmultiscripts":
        return _multiscripts(element)
    return "".join(parts)


def _power(parts: list[str]) -> str:
    base, raised = parts[0], "".join(parts[1:]).translate(_MINUS)
    return f"{base}^{_grouped(raised)}" if raised else base


def _below(parts: list[str]) -> str:
    base, low = parts[0], "".join(parts[1:])
    # a number below a number would make another number: 10 with index 2 is not 102
    return f"{base}_{low}" if base[-1:].isdigit() and low[:1].isdigit() else f"{base}{low}"


def _both(parts: list[str]) -> str:
    return _power([_below(parts[:2]), *parts[2:]]) if len(parts) > 2 else _below(parts)


def _fraction(parts: list[str]) -> str:
    return "/".join(_grouped(part) for part in parts)


def _grouped(text: str) -> str:
    plain = text.replace(".", "").replace("-", "")
    return text if plain.isalnum() or not text else f"({text})"


_SHAPES: dict[str, Callable[[list[str]], str]] = {
    "msup": _power,
    "mover": _below,
    "msub": _below,
    "munder": _below,
    "msubsup": _both,
    "munderover": _both,
    "mfrac": _fraction,
    "msqrt": lambda parts: f"√{_grouped(''.join(parts))}",
    "mroot": lambda parts: f"√{_grouped(parts[0])}",
    "mtr": " ".join,
    "mtable": "; ".join,
}


def _multiscripts(element: Element) -> str:
    """Return a base with scripts before and behind it: the isotope ``^68Ga``."""
    before = False
    base, raised_before, raised, low = "", "", "", ""
    index = 0
    for each in element:
        name = _name(each)
        if name == "mprescripts":
            before, index = True, 0
            continue
        text = _written(each)
        if not base and not before:
            base = text
            continue
        index += 1
        if index % 2 == 0 and before:
            raised_before += text
        elif index % 2 == 0:
            raised += text
        elif not before:
            low += text
    front = f"^{raised_before}" if raised_before else ""
    return front + (_power([_below([base, low]), raised]) if raised else _below([base, low]))
