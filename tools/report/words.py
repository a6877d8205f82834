"""Numbers as people read them on a page."""

from __future__ import annotations

import math
from collections.abc import Sequence

THIN = "\u202f"  # a narrow space that does not break


def percent(share: float) -> str:
    """A share of 1: 98.05 %."""
    return f"{share:.2%}".replace("%", f"{THIN}%")


def whole_percent(share: float) -> str:
    """A share of 1 without decimals: 98 %; what is more than nothing is never 0 %."""
    return f"<1{THIN}%" if 0 < share < 0.005 else f"{share:.0%}".replace("%", f"{THIN}%")


def number(value: float) -> str:
    """Four digits of a number, and a true minus sign: -0.001234, 12,340."""
    if value and not 1e-4 <= abs(value) < 1e7:
        return f"{value:.3e}".replace("-", "\u2212")
    digits = 3 - math.floor(math.log10(abs(value))) if value else 0
    text = f"{value:,.{min(max(digits, 0), 7)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\u2212")


def duration(seconds: float) -> str:
    """A time with three digits: 3.41 ms."""
    for limit, factor, unit in ((1e-3, 1e6, "\u00b5s"), (1.0, 1e3, "ms")):
        if seconds < limit:
            return f"{seconds * factor:.3g}{THIN}{unit}"
    return f"{seconds:,.3g}{THIN}s" if seconds < 1000 else f"{seconds:,.0f}{THIN}s"


def decibels(sqnr: float) -> str:
    """A signal-to-noise ratio; without any noise it is infinite."""
    return f"{sqnr:.1f}{THIN}dB" if math.isfinite(sqnr) else "exact"


def shape(sizes: Sequence[int]) -> str:
    """The shape of a tensor: 28 × 28 × 1."""
    return " × ".join(f"{size:,}" for size in sizes)


def count(n: int, one: str, many: str = "") -> str:
    """A number of things: 1 row, 2,000 rows."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
