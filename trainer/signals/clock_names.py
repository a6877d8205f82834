"""Columns that are clocks by their names, and the unit of time in a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sekunden"), "s"),
    **dict.fromkeys(("ms", "msec", "millis", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("us", "µs", "μs", "usec", "micros", "microsecond", "microseconds"), "us"),
    **dict.fromkeys(("ns", "nsec", "nanos", "nanosecond", "nanoseconds"), "ns"),
}
_LONG_WORDS = {
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
}
"""Units only beside a word for time: alone, min is the least of something."""

_CLOCKS = {
    "ts",
    *("time", "timestamp", "timestamps", "datetime", "date", "elapsed", "ticks", "epoch", "uptime"),
    *("clock", "utc", "zeit", "zeitstempel", "uhrzeit", "datum", "temps", "tiempo", "hora"),
    *("heure", "fecha", "horodatage", "tid", "czas", "ora"),
}
_NEUTRAL = {
    *("since", "start", "begin", "boot", "reboot", "unix", "gmt", "local", "system", "device"),
    *("sensor", "host", "sample", "sampling", "logging", "recording", "measurement", "experiment"),
    *("phone", "board", "server", "in", "of", "the", "from", "relative", "absolute", "total"),
    *("txt", "text", "iso", "stamp", "day", "1970", "8601", "depuis", "seit"),
}
"""Words that leave a clock what it is; any other, as in time_x or time of flight, does not."""

_WORD = re.compile(r"[A-ZΜ]+(?![a-zµμ])|[A-Z]?[a-zµμ]+|[^\W\d_]+|\d+")


def clock_by_name(name: str, first: bool) -> bool:
    """Whether a column is a clock by its name alone, such as time, t_ms or millis.

    Parameters
    ----------
    name : str
        Of the column.
    first : bool
        Whether it is the first one: "t" and "s" count only there, since both have other meanings.
    """
    words = _words(name)
    if len(words) == 1 and words[0] in ("t", "s"):
        return first
    if len(words) == 1 and words[0] in _WORDS:
        return True
    units = {*_WORDS, *_LONG_WORDS}
    some = any(word in _CLOCKS or (word == "t" and at == 0) for at, word in enumerate(words))
    rest = [word for at, word in enumerate(words) if not (word == "t" and at == 0)]
    return some and all(word in _CLOCKS or word in _NEUTRAL or word in units for word in rest)


def perhaps_clock(name: str) -> bool:
    """Whether a name speaks of time at all, such as accelerometerTimestamp or time of day."""
    return any(word in _CLOCKS for word in _words(name))


def time_column(header: Sequence[str]) -> int | None:
    """Find the first column that is a clock by its name, such as time, t_ms or millis.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.

    Returns
    -------
    int or None
        Its index.
    """
    return next((at for at, name in enumerate(header) if clock_by_name(name, at == 0)), None)


def unit_by_name(name: str) -> str | None:
    """Return the unit of time in the name of a clock, such as ms of t_ms.

    Parameters
    ----------
    name : str
        The column's.

    Returns
    -------
    str or None
        Its unit; None if the name states none.
    """
    words = _words(name)
    clock = any(word in _CLOCKS or word == "t" for word in words)
    known = {**_WORDS, **_LONG_WORDS} if clock else _WORDS
    return next((known[word] for word in reversed(words) if word in known), None)


def _words(name: str) -> list[str]:
    return [word.lower().replace("μ", "µ") for word in _WORD.findall(name)]
