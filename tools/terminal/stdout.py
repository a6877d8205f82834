"""Stdout with its failures: a full disk, a closed pipe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from thumbnet.trainer import ThumbnetError


class Output:
    """A text stream whose own failures are distinguished from those of the work it reports.

    Raises
    ------
    ThumbnetError
        If nothing can be written to it.
    BrokenPipeError
        If the reader has closed the pipe.

    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text; return its length."""
        with self._checked():
            return self._stream.write(text)

    def flush(self) -> None:
        """Flush the stream."""
        with self._checked():
            self._stream.flush()

    def settle(self) -> None:
        """Discard what could not be written: Python flushes again at exit, and would complain."""
        try:
            self._stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def __getattr__(self, name: str) -> Any:
        """Forward everything else to the stream."""
        return getattr(self._stream, name)

    @contextmanager
    def _checked(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise ThumbnetError(f"cannot write the output: {error.strerror or error}") from error
