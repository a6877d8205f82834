"""Numbers as people read them on the page."""

from __future__ import annotations

import math
from collections.abc import Sequence

THIN = "\u202f"  # a narrow no-break space


def percent(share: float) -> str:
    """Return a share as a percentage: 98.05 %."""
    return f"{share:.2%}".replace("%", f"{THIN}%")


def whole_percent(share: float) -> str:
    """Return a share as a percentage without decimals; a positive share is never 0 %."""
    return f"<1{THIN}%" if 0 < share < 0.005 else f"{share:.0%}".replace("%", f"{THIN}%")


def number(value: float) -> str:
    """Return four digits of a number, with a typographic minus sign: 0.001234, 12,340."""
    if value and not 1e-4 <= abs(value) < 1e7:
        return f"{value:.3e}".replace("-", "\u2212")
    digits = 3 - math.floor(math.log10(abs(value))) if value else 0
    text = f"{value:,.{min(max(digits, 0), 7)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\u2212")


def duration(seconds: float) -> str:
    """Return a time with three digits: 3.41 ms."""
    for limit, factor, unit in ((1e-3, 1e6, "\u00b5s"), (1.0, 1e3, "ms")):
        if seconds < limit:
            return f"{seconds * factor:.3g}{THIN}{unit}"
    return f"{seconds:,.3g}{THIN}s" if seconds < 1000 else f"{seconds:,.0f}{THIN}s"


def decibels(sqnr: float) -> str:
    """Return a signal-to-noise ratio; "exact" if there is no noise."""
    return f"{sqnr:.1f}{THIN}dB" if math.isfinite(sqnr) else "exact"


def shape(sizes: Sequence[int]) -> str:
    """Return the shape of a tensor: 28 × 28 × 1."""
    return " × ".join(f"{size:,}" for size in sizes)


def count(n: int, one: str, many: str = "") -> str:
    """Return a number of things: 1 row, 2,000 rows."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
