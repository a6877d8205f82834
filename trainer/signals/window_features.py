"""Features of windows, computed on the PC by the same code that runs on boards.

That code is `firmware/stream/`: integers only, read and run here unchanged. There is no second
implementation that could differ from it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .stream_settings import BANDS, StreamSettings

Ints = NDArray[np.int64]

_Feature = Callable[[list[int], list[int], int], int]


def compute_features(windows: Ints, settings: StreamSettings) -> Ints:
    """Compute the features of windows of counts.

    Parameters
    ----------
    windows : ndarray, shape (n, window, channels)
        Integer counts.
    settings : StreamSettings
        Which features.

    Returns
    -------
    ndarray, shape (n, features)
        int64, channel after channel, in the order of `settings.names`. Means, deviations, RMS and
        bands have steps of 2**-fraction counts.
    """
    run = _functions(settings)
    each = len(settings.names) // len(settings.channels)
    values = [0] * each
    rows = np.ascontiguousarray(windows.swapaxes(1, 2)).reshape(-1, settings.window)
    found = np.empty((len(rows), each), dtype=np.int64)
    for k, row in enumerate(rows):
        counts = row.tolist()
        at = 0
        for feature in run:
            at = feature(counts, values, at)
        found[k] = values
    return found.reshape(len(windows), len(settings.names))


def sine_table(window: int, count: int | None = None) -> list[int]:
    """Compute a sine in Q15.

    Parameters
    ----------
    window : int
        Samples of a turn.
    count : int, optional
        Samples of the table: by default three quarters of a turn; bands of windows need no more.

    Returns
    -------
    list of int
        round(32767 * sin(2 * pi * k / window)) for k from 0 to count - 1.
    """
    turn = 2 * np.pi * np.arange(3 * window // 4 if count is None else count) / window
    return [round(v) for v in (32767 * np.sin(turn)).tolist()]


def _functions(settings: StreamSettings) -> list[_Feature]:
    """Return the functions of `settings.features`, with literals as the exporter writes them."""
    names: dict[str, Any] = {}
    for code in _code(settings.features):
        exec(code, names)
    names["FRACTION"] = settings.fraction
    if BANDS in settings.features:
        half = settings.window // 2
        names.update(BANDS=settings.bands, SINES=sine_table(settings.window))
        names.update(REAL=[0] * half, IMAGINARY=[0] * half)
    return [names[name] for name in settings.features]


@lru_cache
def _code(features: tuple[str, ...]) -> tuple[CodeType, ...]:
    """Return the compiled files of the features and of what they import, imports first."""
    folder = files("thumbnet.firmware") / "stream"
    found: dict[str, CodeType] = {}

    def visit(name: str) -> None:
        if name in found:
            return
        path = folder / f"{name}.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = []
        for statement in tree.body:
            # All run in one namespace, as in an exported module.
            if (
                isinstance(statement, ast.ImportFrom)
                and (folder / f"{statement.module}.py").is_file()
            ):
                visit(str(statement.module))
            else:
                own.append(statement)
        tree.body = own
        found[name] = compile(tree, str(path), "exec")

    for name in features:
        visit(name)
    return tuple(found.values())
