"""Sensor files: MicroPython code with NAMES, RATE and read()."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from thumbnet.export import firmware_text
from thumbnet.trainer import ThumbnetError, read_bytes

SENSORS = tuple(
    sorted(
        Path(one.name).stem
        for one in (files("thumbnet.firmware") / "sensors").iterdir()
        if one.name.endswith(".py")
    )
)
"""The sensors that thumbnet has a file for."""

NEEDED = ("NAMES", "RATE", "read")
LARGEST = 100_000
FASTEST = 20_000


@dataclass(frozen=True)
class Sensor:
    """A sensor file, checked.

    Attributes
    ----------
    text
        Its code.
    names
        Of its channels; None if the file computes them.

    """

    text: str
    names: tuple[str, ...] | None


def load_sensor(name: str) -> Sensor:
    """Return a sensor that thumbnet has, or that of a file.

    Parameters
    ----------
    name
        One of SENSORS, or a path.

    Raises
    ------
    ThumbnetError
        If there is no such sensor, or the file lacks what a sensor file must have.

    """
    if name in SENSORS:
        return _checked(name, firmware_text(f"sensors/{name}"))
    if not Path(name).is_file():
        raise ThumbnetError(f"no sensor file {name}: name a file, or one of {', '.join(SENSORS)}")
    try:
        return _checked(name, read_bytes(Path(name), LARGEST).decode("utf-8"))
    except UnicodeDecodeError:
        raise ThumbnetError(f"{name}: it is no text: a sensor file is Python code") from None


def device_code(script: str) -> str:
    """Return the code of `record` or `watch` for a board, with what it imports from firmware/."""
    pace = "from pace import Pace\n"
    text = firmware_text(script)
    assert pace in text
    return firmware_text("pace") + text.replace(pace, "")


def _checked(name: str, text: str) -> Sensor:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f", line {line}" if line else ""
        raise ThumbnetError(f"{name}{where}: it is no Python code: correct it") from None
    there = {one.name: None for one in tree.body if isinstance(one, ast.FunctionDef)}
    values: dict[str, ast.expr] = {}
    for one in tree.body:
        if isinstance(one, ast.Assign):
            values.update((t.id, one.value) for t in one.targets if isinstance(t, ast.Name))
    missing = [part for part in NEEDED if part not in there and part not in values]
    if missing:
        raise ThumbnetError(
            f"{name}: a sensor file has NAMES, RATE and read(), and this one lacks "
            f"{' and '.join(missing)}: see `firmware/sensors/` for examples"
        )
    names, rate = _value(values.get("NAMES")), _value(values.get("RATE"))
    known = isinstance(names, (tuple, list)) and all(isinstance(one, str) for one in names)
    if isinstance(rate, (int, float)) and not (isinstance(rate, int) and 0 < rate <= FASTEST):
        raise ThumbnetError(
            f"{name}: RATE is {rate}: use a whole number from 1 to {FASTEST:,} of readings a second"
        )
    return Sensor(text, tuple(names) if known else None)  # type: ignore[arg-type]


def _value(node: ast.expr | None) -> object:
    try:
        return None if node is None else ast.literal_eval(node)
    except (ValueError, TypeError):
        return None
