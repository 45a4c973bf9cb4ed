"""Numbers of `mscevidence.stats` as a `Pooled` holds them: missing is None, never NaN or infinite."""

from __future__ import annotations

import math
from typing import Any


def finite(value: Any) -> float | None:
    """Return a number, or None where there is none."""
    number = float(value)
    return number if math.isfinite(number) else None


def whole(value: Any) -> int | None:
    """Return a whole number, or None where there is none."""
    number = float(value)
    return int(number) if math.isfinite(number) else None
