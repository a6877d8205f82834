"""`check()` of a module: which literals it covers, and their CRC-32."""

from __future__ import annotations

import array
import ast
from binascii import crc32
from collections.abc import Iterable
from typing import Any

from thumbnet.trainer import ThumbnetError

from ..kernels.build import Build
from .firmware_source import SourceFile
from .literals import Literals, tuple_literal


def checked(check: int, build: Build) -> int:
    """Return when a module is to check itself.

    Parameters
    ----------
    check
        0: when it is imported; N: also before every N-th call.
    build
        How it is built.

    Raises
    ------
    ThumbnetError
        If the number is out of range, or the board has no memory for such a check.

    """
    if build.parts:
        raise ThumbnetError(
            "export: a module for this board always checks its weights when it is imported, and "
            "has no memory for more: leave --check out"
        )
    if not 0 <= check < 2**30:
        raise ThumbnetError(f"export: --check {check}: use import, or a number of calls from 1")
    return check


def check_files(build: Build) -> list[str]:
    """Return the files of `firmware/` for checks that a program does not ask for."""
    return [] if build.check is None else ["check_at_import"]


def check_replacements(build: Build) -> dict[str, str]:
    """Return which file of `firmware/` replaces which, for the checks of a build."""
    found = {"intact": "intact_streamed"} if build.weights == "stream" else {}
    return {**found, "enter": "enter_checked"} if build.check else found


def check_literals(
    literals: Literals, sources: Iterable[SourceFile], weights: bytes, build: Build
) -> Literals:
    """Return the literals of a check.

    Parameters
    ----------
    literals
        All literals before the kernels. Those that are data are covered; buffers are not.
    sources
        The files of the module. An array that a file makes from literals is covered too, because
        the kernel reads that one.
    weights
        The weights file. In mapped flash, it is covered like a literal.
    build
        When the module checks itself.

    Returns
    -------
    dict
        CHECKED, the names; CRC, the CRC-32 of their values; CHECK_EVERY, if the build has it.

    """
    values = {name: value for name, text in literals.items() if (value := _data(text)) is not None}
    for name, expression in (made for source in sources for made in source.arrays):
        names = {n.id for n in ast.walk(ast.parse(expression)) if isinstance(n, ast.Name)}
        if names & values.keys():
            known = {"__builtins__": {}, "array": array.array, **values}
            values[name] = eval(expression, known)
    if build.weights == "romfs":
        values["MAPPED"] = weights
    crc = 0
    for value in values.values():
        crc = _checksum(value, crc)
    found = {"CHECKED": tuple_literal([repr(name) for name in values]), "CRC": f'"{crc:08x}"'}
    return {**found, "CHECK_EVERY": str(build.check)} if build.check else found


def _data(text: str) -> Any:
    """Return the value of a literal; None if it is not a number, text, bytes, array or tuple."""
    match ast.parse(text, mode="eval").body:
        case ast.Call(ast.Name("array"), [ast.Constant(str() as code), items]):
            numbers = _literal(items)
            return None if numbers is None else array.array(code, numbers)
        case expression:
            return _literal(expression)


def _literal(expression: ast.expr) -> Any:
    try:
        return ast.literal_eval(expression)
    except ValueError:
        return None


def _checksum(value: Any, crc: int) -> int:
    """Return the CRC-32 `crc` continued by a value, as `compare_literals` of the firmware."""
    for part in value if isinstance(value, tuple | list) else (value,):
        crc = crc32(str(part).encode() if isinstance(part, int | tuple | str) else part, crc)
    return crc
