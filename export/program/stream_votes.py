"""The votes of a module's `Stream` on the PC, by the unchanged lines of its firmware."""

from __future__ import annotations

import ast
from functools import lru_cache
from types import CodeType
from typing import Any

from thumbnet.trainer import StreamSettings

from ..emit.firmware_source import firmware_text


class StreamVotes:
    """Decides from the classes of the last windows, as the `Stream` of a module does.

    Parameters
    ----------
    settings
        Those of the network.
    labels
        The names of its classes.

    """

    def __init__(self, settings: StreamSettings, labels: tuple[str, ...]) -> None:
        names: dict[str, Any] = {
            "array": lambda code, values: list(values),
            "LABELS": labels,
            "VOTE": settings.vote,
            "COUNT": "h",
            "RING": 1,
            "HOP": settings.hop,
            "WINDOW": settings.window,
        }
        exec(_code(), names)
        self._stream = names["Stream"]()

    def reset(self) -> None:
        """Forget all votes."""
        self._stream.reset()

    def decide(self, index: int) -> int | None:
        """Return what `push` returns when a window is of a class: a class index, or None."""
        found: int | None = self._stream._decide(index)
        return found


@lru_cache
def _code() -> CodeType:
    """Return the compiled class without its imports: it is told the class of each window."""
    tree = ast.parse(firmware_text("stream/stream"))
    tree.body = [one for one in tree.body if isinstance(one, ast.ClassDef)]
    return compile(tree, "firmware/stream/stream.py", "exec")
