"""Every public callable documents its parameters and its result in NumPy style."""

import ast
import dataclasses
import enum
import inspect
import itertools
import re
import textwrap
from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest

from thumbnet import export, trainer

PUBLIC = [
    pytest.param(getattr(package, name), id=f"{package.__name__}.{name}")
    for package in (export, trainer)
    for name in package.__all__
    if isinstance(getattr(package, name), type | FunctionType)
]


def section(text: str, title: str) -> str | None:
    """Return the body of a NumPy section; None if the docstring has no such section."""
    head = rf"^{title}\n-{{{len(title)}}}\n"
    match = re.search(rf"{head}(.+?)(?=^\w+\n-{{3,}}$|\Z)", text, re.M | re.S)
    return match[1] if match else None


def listed(text: str, title: str) -> set[str]:
    """Return the names that a section lists, `a, b : int` as two names."""
    heads = re.findall(r"^(\S[^:\n]*)", section(text, title) or "", re.M)
    return {name.strip(" *`") for head in heads for name in head.split(",")}


def attribute_docstrings(cls: type) -> set[str]:
    """Return the attributes of a class that a string literal right below them describes."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(definition, ast.ClassDef)
    body = definition.body
    return {
        field.target.id
        for field, text in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def documented(cls: type) -> set[str]:
    """Return the names that the docstring of a class lists, or those below its attributes."""
    text = inspect.cleandoc(cls.__doc__ or "")
    names = listed(text, "Parameters")
    if dataclasses.is_dataclass(cls):
        names |= listed(text, "Attributes") | attribute_docstrings(cls)
    return names


def faults(subject: Callable[..., Any]) -> list[str]:
    """Return the parameters and sections that the docstring of `subject` lacks."""
    if isinstance(subject, type) and issubclass(subject, enum.Enum | Exception):
        return []  # made from a value, or from a message
    signature = inspect.signature(subject)
    names = set(signature.parameters)
    if isinstance(subject, type):
        return sorted(names - documented(subject))
    text = inspect.getdoc(subject) or ""
    lacking = sorted(names - listed(text, "Parameters"))
    result = signature.return_annotation
    if result not in (None, "None") and not (section(text, "Returns") or section(text, "Yields")):
        lacking.append("Returns")
    return lacking


@pytest.mark.parametrize("subject", PUBLIC)
def test_a_public_callable_documents_its_parameters_and_its_result(
    subject: Callable[..., Any],
) -> None:
    assert faults(subject) == []


def well(a: int, *, b: int) -> int:
    """Add.

    Parameters
    ----------
    a, b : int
        Terms.

    Returns
    -------
    int
        The sum.
    """
    return a + b


def badly(a: int, b: int) -> int:
    """Add a and b.

    Parameters
    ----------
    a : int
        A term; b is mentioned, but not listed.
    """
    return a + b


def nothing(a: int) -> None:
    """Take a number.

    Parameters
    ----------
    a : int
        Ignored.
    """


@dataclasses.dataclass
class Pair:
    """Two numbers."""

    a: int
    """The first."""

    b: int = 0


def test_what_is_missing_is_named() -> None:
    assert faults(well) == faults(nothing) == []
    assert faults(badly) == ["b", "Returns"]
    assert faults(Pair) == ["b"]
    assert len(PUBLIC) > 100
