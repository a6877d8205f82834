"""Strict types of JSON values: what does not fit is refused before anything uses it.

The types are those of annotations, so that the constructors of layers and optimizers say in one
place, for people and for files, what they accept: see `construct`.
"""

from __future__ import annotations

import inspect
import math
import types
import typing
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from numpy.typing import ArrayLike

T = TypeVar("T")

_NUMBERS = {*get_args(ArrayLike)}

LARGEST = 2**63
"""Whole numbers are smaller: NumPy has no larger ones."""


class WrongType(Exception):
    """A value is not of the type that it has to be; the text says where."""


def check_type(value: Any, kind: Any, where: str) -> None:
    """Check a value of JSON types.

    Parameters
    ----------
    value : object
        JSON types.
    kind : type
        An annotation of plain types, unions, `Literal`, lists, tuples, dicts, `TypedDict` and
        `ArrayLike`, which stands for a number or a list of them. Floats have to be finite; whole
        numbers may stand for them. Booleans are no numbers.
    where : str
        Names the value in the message.

    Raises
    ------
    WrongType
        If the value does not fit.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return
    if {*inner} >= _NUMBERS:
        if value is not None or type(None) not in inner:
            _check_numbers(value, where)
    elif typing.is_typeddict(kind):
        _check_fields(value, typing.get_type_hints(kind), kind.__required_keys__, where)
    elif origin in (Union, types.UnionType):
        _check_union(value, inner, where)
    elif origin is Literal:
        if not any(type(value) is type(one) and value == one for one in inner):
            raise _wrong(value, f"one of {', '.join(map(repr, inner))}", where)
    elif origin is dict:
        for key, item in _of(dict, value, where).items():
            check_type(item, inner[1], f"{where}[{_short(key)}]")
    elif origin is tuple and inner[-1] is not Ellipsis:
        if len(_of(list, value, where)) != len(inner):
            raise _wrong(value, f"a list of {len(inner)}", where)
        for i, (item, one) in enumerate(zip(value, inner, strict=True)):
            check_type(item, one, f"{where}[{i}]")
    elif origin in (list, tuple, Sequence):
        for i, item in enumerate(_of(list, value, where)):
            check_type(item, inner[0], f"{where}[{i}]")
    else:
        _check_plain(value, kind, where)


_NAMES: dict[Any, str] = {
    **{bool: "true or false", int: "a whole number", float: "a finite number", str: "text"},
    **{list: "a list", dict: "an object", type(None): "null"},
}


def _check_plain(value: Any, kind: Any, where: str) -> None:
    if kind is float:
        right = type(value) in (int, float) and abs(value) < 1e300 and math.isfinite(value)
    else:
        right = type(value) is kind and (kind is not int or abs(value) < LARGEST)
    if not right:
        raise _wrong(value, _NAMES.get(kind, getattr(kind, "__name__", str(kind))), where)


def _check_union(value: Any, kinds: tuple[Any, ...], where: str) -> None:
    errors = []
    for kind in kinds:
        # Objects that no file holds, such as a regularizer, are left out.
        if inspect.isclass(kind) and not typing.is_typeddict(kind) and kind not in _NAMES:
            continue
        try:
            check_type(value, kind, where)
        except WrongType as error:
            errors.append(error)
        else:
            return
    # The error about something inside says more than one about the whole.
    inside = [error for error in errors if not str(error).startswith(f"{where} is ")]
    raise (inside or errors)[0]


def _check_fields(
    value: Any, kinds: dict[str, Any], required: typing.Collection[str], where: str
) -> None:
    for key in _of(dict, value, where):
        if key not in kinds:
            raise WrongType(f"{where} has an unknown setting {_short(key)}")
    for key, kind in kinds.items():
        if key in value:
            check_type(value[key], kind, f"{where}.{key}")
        elif key in required:
            raise WrongType(f"{where} has no {key}")


def _check_numbers(value: Any, where: str) -> None:
    if isinstance(value, list):
        for i, item in enumerate(value):
            check_type(item, float, f"{where}[{i}]")
    else:
        check_type(value, float, where)


def _of(kind: type[T], value: Any, where: str) -> T:
    if not isinstance(value, kind):
        raise _wrong(value, _NAMES[kind], where)
    return value


def _wrong(value: Any, expected: str, where: str) -> WrongType:
    return WrongType(f"{where} is {_short(value)}, expected {expected}")


def _short(value: Any) -> str:
    if isinstance(value, int) and abs(value) >= LARGEST:
        return "a huge number"
    if isinstance(value, (dict, list)):
        return f"{_NAMES[type(value)]} of {len(value)}"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:36]} ..."


@lru_cache
def _settings_of(function: Callable[..., Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the types of a constructor's parameters, and the names of those without a default."""
    parameters = inspect.signature(function).parameters.values()
    made = function.__init__ if inspect.isclass(function) else function
    hints = typing.get_type_hints(made)
    kinds = {one.name: hints.get(one.name, Any) for one in parameters}
    return kinds, frozenset(one.name for one in parameters if one.default is one.empty)


def construct(function: Callable[..., T], settings: Any, where: str) -> T:
    """Call a constructor with settings from a file.

    Parameters
    ----------
    function : callable
        With annotated parameters.
    settings : object
        JSON types: has to be an object whose values fit the annotations.
    where : str
        Names the settings in the message.

    Returns
    -------
    object
        What the constructor makes.

    Raises
    ------
    WrongType
        If a setting is unknown, missing or of another type.
    ThumbnetError
        As the constructor does.
    """
    kinds, required = _settings_of(function)
    _check_fields(settings, kinds, required, where)
    return function(**settings)
