"""Numbers in the cells of a table: decimal point or comma, thousands separators, missing values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..arrays import LARGEST

Cell = tuple[int, int, str]
"""Line, column and text of a cell."""

# U+2212 is the minus of some languages' spreadsheets.
_NUMBER = re.compile(r"[+\-\u2212]?(\d+\.?(\d*)|\.(\d+))([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(inf|infinity)", re.IGNORECASE)
_MARKED = re.compile(r"[+\-\u2212]?(\d*(?:[.,]\d*)+)([eE][+-]?\d+)?", re.ASCII)
_GROUPS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", re.ASCII)
_SPACED = re.compile(
    "[+\\-\u2212]?\\d{1,3}(?:([ '\u2019\u00a0\u2009\u202f])\\d{3})(?:\\1\\d{3})*(?:[.,]\\d*)?",
    re.ASCII,
)
_WITH_UNIT = re.compile(
    r"[+\-\u2212]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d+)?(\s*[^\d\s]\D*)", re.ASCII | re.DOTALL
)
_BEHIND = re.compile(r"\((\d[\d.,]*)\)|(\d[\d.,]*)\s*[-\u2212]", re.ASCII)
"""Negative numbers of accountants."""
_WITH_SIGN = re.compile(r"([^\w\s.,+\-\u2212(]+\s*)[+\-\u2212]?\d[\d.,]*\D?", re.ASCII)
_MISSING = {
    *("", "na", "n/a", "n.a.", "<na>", "k.a.", "nan", "-nan", "nat", "null", "none"),
    *("-", "--", "---", "\u2013", "\u2014", "?", "."),
}
_EXCEL_ERROR = re.compile(r"#[^\W\d_]+(/\w+)?[!?]|#N/?[AVD]", re.IGNORECASE)
_MARKS = {".": "point", ",": "comma"}


class TooLarge(ValueError):
    """A cell has a number that is larger than any that is read."""


class Missing(ValueError):
    """A cell has no value."""


class NotANumber(ValueError):
    """A cell has a text."""


class WithUnit(NotANumber):
    """A cell has a number and a text behind it."""


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of a table are written.

    Attributes
    ----------
    decimal, thousands
        The marks, "." and ",".
    doubtful
        A mark that may be either in cells such as "1,065"; "" for none.
    example
        Where the decimal mark of the table was found, for messages.
    unsure
        A cell such as "1.065" that shows no other mark, but was read as if it had a decimal point.
    """

    decimal: str = "."
    thousands: str = ","
    doubtful: str = ""
    example: str = ""
    unsure: str = ""

    def parse(self, cell: str) -> tuple[float, int]:
        """Return value and decimals of a cell.

        Parameters
        ----------
        cell : str
            Its text, without spaces around it.

        Returns
        -------
        float, int
            The value, and how many decimals it is written with.

        Raises
        ------
        Missing, NotANumber
            If there is no value, or a text.
        TooLarge
            If it is above 1e30.
        ValueError
            If it is no number; the message says what is wrong and what to do.
        """
        match = None
        if self.decimal == "." and not self.doubtful:
            match = _NUMBER.fullmatch(cell)
        if match is None:
            match = _NUMBER.fullmatch(self._with_point(cell))
        if match is None:
            raise self._fault(cell)
        value = float(match[0].replace("\u2212", "-"))
        if not math.isfinite(value):
            raise ValueError(f"{cell[:40]!r} is not a finite number: fix or delete the row")
        if abs(value) > LARGEST:
            raise TooLarge(f"{cell[:40]!r} is above {LARGEST:g}: use a larger unit")
        # A power of thousands of digits belongs to 0: Python does not read it as a whole number.
        exponent = int(match[4][1:]) if match[4] and value else 0
        return value, max(0, len(match[2] or match[3] or "") - exponent)

    def _with_point(self, cell: str) -> str:
        """Return a number without thousands separators and with a decimal point; "" for others."""
        if _SPACED.fullmatch(cell):
            cell = re.sub("[^\\d.,+\\-\u2212]", "", cell)
            whole, mark, fraction = cell.partition(self.decimal)
            return f"{whole}.{fraction}" if mark else whole
        sign, body = (cell[0], cell[1:]) if cell[:1] in ("+", "-", "\u2212") else ("", cell)
        if "," not in body and "." not in body:
            return cell
        if self.doubtful and _mark_of(cell) == "?" and self.doubtful in cell:
            return ""
        whole, mark, fraction = body.partition(self.decimal)
        if self.thousands in whole:
            if not _GROUPS.fullmatch(whole):
                return ""
            whole = whole.replace(self.thousands, "")
        return "" if "," in fraction else f"{sign}{whole}{'.' if mark else ''}{fraction}"

    def _fault(self, cell: str) -> ValueError:
        if is_missing(cell):
            shown = f" ({cell!r})" if cell else ""
            return Missing(f"missing value{shown}: fill it in or delete the row")
        if _NOT_FINITE.fullmatch(cell):
            return ValueError(f"{cell!r} is not a finite number: fix or delete the row")
        mark = _mark_of(cell)
        if mark == "?" and self.doubtful:
            whole, point = (re.sub("[.,]", by, cell) for by in ("", "."))
            return ValueError(
                f"{cell!r} may be {whole} or {point}: say which with --decimal point or "
                "--decimal comma"
            )
        if mark and mark in "?.,":
            other = "," if self.decimal == "." else "."
            plain = re.sub(f"[{self.decimal} '\u2019\u00a0\u2009\u202f]", "", cell)
            return ValueError(
                f"{cell!r} has a decimal {_MARKS[other]}, but {self.example or 'other cells'} has "
                f"a {_MARKS[self.decimal]}: write {plain.replace(other, self.decimal)!r}"
            )
        if behind := _BEHIND.fullmatch(cell):
            return ValueError(
                f"{cell[:40]!r} is no number: if it is negative, write "
                f"{'-' + (behind[1] or behind[2])!r}"
            )
        if unit := unit_of(cell):
            return WithUnit(
                f"{cell[:40]!r} is not a number: text follows it, remove {unit!r} from the column"
            )
        return NotANumber(f"{cell[:40]!r} is not a number")


POINT = NumberFormat()
"""A decimal point, and thousands separated by commas."""


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value: it is empty, or NA, NaN, null, ..."""
    return cell.lower() in _MISSING or _EXCEL_ERROR.fullmatch(cell) is not None


def is_no_class(cell: str) -> bool:
    """Whether a label says that there is none; NA, none, - and . may be classes."""
    return is_missing(cell) and cell.lower() not in ("na", "none", "-", "--", ".")


def is_number(cell: str) -> bool:
    """Whether a cell is a number, however it is written; NaN and infinity count as numbers."""
    if _NUMBER.fullmatch(cell) or _NOT_FINITE.fullmatch(cell) or cell.lower() == "nan":
        return True
    return bool(_mark_of(cell)) or bool(_SPACED.fullmatch(cell))


def unit_of(cell: str) -> str:
    """Return the text after a number in a cell, such as " C" in "20.1 C"; "" if there is none."""
    match = _WITH_UNIT.fullmatch(cell)
    return match[1] if match else ""


def sign_of(cell: str) -> str:
    """Return the sign before a number in a cell, such as "$" in "$20.10"; "" if there is none."""
    match = _WITH_SIGN.fullmatch(cell)
    return match[1] if match else ""


def _mark_of(cell: str) -> str:
    """Return the decimal mark that a number must have, "?" if it has one that may be either.

    "" for what has no mark or is no number.
    """
    match = _MARKED.fullmatch(cell)
    if match is None:
        spaced = _SPACED.fullmatch(cell)
        return "" if spaced is None else "".join(c for c in cell if c in ".,")
    body, exponent = match[1], match[2]
    marks = [c for c in body if c in ".,"]
    if len(body) == len(marks):
        return ""
    if len(set(marks)) == 2:
        whole, _, _ = body.rpartition(marks[-1])
        return marks[-1] if _GROUPS.fullmatch(whole) else ""
    if len(marks) > 1:
        return ("." if marks[0] == "," else ",") if _GROUPS.fullmatch(body) else ""
    in_doubt = _GROUPS.fullmatch(body) and not body.startswith("0") and not exponent
    return "?" if in_doubt else marks[0]


def find_format(cells: Iterable[Cell], delimiter: str, declared: str | None = None) -> NumberFormat:
    """Return how the numbers of a table are written, by all cells of it that leave no doubt.

    "1.5", "1,065.5" and "1,065,000" have a decimal point, "1,5", "1.065,5" and "1.065.000" a
    decimal comma. "1,065" and "1.065" are read like the others. If there are no others, a comma
    separates thousands where it also separates columns, and a point is a decimal point, unless
    semicolons separate columns that mix such numbers with whole ones: these stay in doubt.

    Parameters
    ----------
    cells : iterable of Cell
        Those with a point or a comma, and whole numbers.
    delimiter : str
        What separates columns.
    declared : str, optional
        The decimal mark, if the user states it.

    Returns
    -------
    NumberFormat
    """
    if declared is not None:
        return NumberFormat(declared, "," if declared == "." else ".", "", "--decimal")
    count = {".": 0, ",": 0}
    where = {".": "", ",": ""}
    doubted: dict[str, set[int]] = {".": set(), ",": set()}
    whole: set[int] = set()
    unsure = ""
    for line, column, cell in cells:
        mark = _mark_of(cell)
        if mark == "?":
            doubted["," if "," in cell else "."].add(column)
            unsure = unsure or cell
        elif mark:
            count[mark] += 1
            where[mark] = where[mark] or f"{cell!r} in line {line}"
        elif cell.isdecimal():
            whole.add(column)
    decimal = "," if count[","] > count["."] else "."
    thousands = "," if decimal == "." else "."
    doubtful = ""
    if count["."] and count[","]:
        doubtful = thousands
    elif not count["."] and not count[","]:
        if doubted[","] and (delimiter != "," or doubted["."]):
            doubtful = ","
        elif doubted["."] & whole and delimiter == ";":
            doubtful = "."
    if doubtful or where[decimal] or not doubted["."] or delimiter == ",":
        unsure = ""
    return NumberFormat(decimal, thousands, doubtful, where[decimal], unsure)
