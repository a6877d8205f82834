"""Dates and times of day as text: ISO 8601, what pandas and Excel write, what terminals prefix.

`datetime.fromisoformat` reads no nanoseconds and, before Python 3.11, few forms; a parser of any
date would guess at numbers. Only differences matter here, so a time without a zone needs none.
"""

from __future__ import annotations

import re
from datetime import date

DAY = 86_400 * 10**9
"""Nanoseconds."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_WORDS = re.compile(
    r"(?:[a-z]{3,9}\.?,? )?"
    rf"(?:(\d{{1,2}})[ -]{_MONTH},?[ -](\d{{4}})|{_MONTH} (\d{{1,2}}),? (\d{{4}}))",
    re.ASCII | re.IGNORECASE,
)
_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)[T ](\d\d)(\d\d)(\d\d)", re.ASCII)
_DAYS = re.compile(r"(\d+) days? (?=\d)", re.ASCII)
_DATE = r"(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{1,2})([-/.])(\d{1,2})\6(\d{4}))"
_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,:](\d{1,9}))?\s*([AaPp][Mm])?"
_ZONE = r"(?:\s*(?:Z|UTC|GMT)?\s*([+-])(\d{2}):?(\d{2})|\s*(?:Z|UTC|GMT))?"
_MOMENT = re.compile(rf"(?:{_DATE}(?:[T\s]+{_CLOCK}{_ZONE})?|{_CLOCK}{_ZONE})", re.ASCII)


def parse_moment(cell: str) -> int | None:
    """Return a date, a date with a time, or a time of day in nanoseconds.

    Parameters
    ----------
    cell : str
        Such as "2024-05-01 00:00:00.020", "2024-05-01T00:00:00Z", "10:15:30.123" or "30:15.2",
        which is minutes and seconds.

    Returns
    -------
    int or None
        Since 1970 in UTC, or since midnight; None for anything else.
    """
    match = _MOMENT.fullmatch(cell)
    if match is None:
        return _in_other_words(cell)
    groups = match.groups()
    days = _days(groups[:8])
    at = 8 if groups[8] is not None else 16
    hour, minute, second, fraction, half = groups[at : at + 5]
    sign, zone_hours, zone_minutes = groups[at + 5 : at + 8]
    if days is None:
        return None
    if hour is None:
        return days * DAY
    if second is None and fraction is not None:  # minutes and seconds, as Excel shows short times
        hour, minute, second = "0", hour, minute
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if half:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    if hours > 24 or minutes > 59 or seconds > 60:
        return None
    total = (hours * 60 + minutes) * 60 + seconds
    if sign:
        shift = (int(zone_hours) * 60 + int(zone_minutes)) * 60
        total -= shift if sign == "+" else -shift
    return days * DAY + total * 10**9 + int((fraction or "").ljust(9, "0"))


def _days(groups: tuple[str | None, ...]) -> int | None:
    """Return the days since 1970 of a date; 0 without one, None if there is no such day."""
    year, _, month, day, first, _, second, last = groups
    if year is None and first is None:
        return 0
    if year is None:
        # 13/05 has the day first, 05/13 the month; for what may be both it makes no difference.
        year, month, day = last, second, first
        if int(month or 0) > 12:
            month, day = day, month
    try:
        return date(int(year or 0), int(month or 0), int(day or 0)).toordinal() - 719_163
    except ValueError:
        return None


def _in_other_words(cell: str) -> int | None:
    """Return what has months in letters, no marks, or days before its hours, as 0 days 00:00:01."""
    if not 8 < len(cell) < 60:
        return None
    if days := _DAYS.match(cell):
        rest = parse_moment(cell[days.end() :])
        return None if rest is None or not 0 <= rest < DAY else int(days[1]) * DAY + rest
    if basic := _BASIC.match(cell):
        year, month, day, hour, minute, second = basic.groups()
        return parse_moment(f"{year}-{month}-{day} {hour}:{minute}:{second}{cell[basic.end() :]}")
    if words := _WORDS.match(cell):
        first, month, year, other_month, second, other_year = words.groups()
        number = _MONTHS.index((month or other_month).lower()[:3]) + 1
        return parse_moment(f"{year or other_year}-{number}-{first or second}{cell[words.end() :]}")
    return None
