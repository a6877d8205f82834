"""An integer that refuses to leave the small ints of a 32-bit MicroPython: 31 bits, signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LIMIT = 2**30


class Int31(int):
    """Arithmetic with any int gives Int31; OverflowError beyond [-2**30, 2**30)."""

    def __new__(cls, value: int) -> Int31:
        if not -LIMIT <= value < LIMIT:
            raise OverflowError(f"{value} does not fit 31 bits")
        return super().__new__(cls, value)


def _checked(name: str) -> Callable[..., Any]:
    plain = getattr(int, name)

    def method(self: Int31, *others: int) -> Any:
        result = plain(self, *others)
        if isinstance(result, tuple):  # of divmod
            return tuple(map(Int31, result))
        return Int31(result) if isinstance(result, int) else result

    return method


for _name in ("add", "sub", "mul", "rshift", "lshift", "and", "or", "floordiv", "mod", "divmod"):
    assert hasattr(int, f"__{_name}__")
    for _side in ("", "r"):
        setattr(Int31, f"__{_side}{_name}__", _checked(f"__{_side}{_name}__"))
Int31.__neg__ = _checked("__neg__")  # type: ignore[method-assign]
