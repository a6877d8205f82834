"""Stdout that can fail: a full disk, or a reader that went away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from thumbnet.trainer import ThumbnetError


class Output:
    """A text stream whose failures are told from those of the work that is reported on it.

    Raises:
        ThumbnetError: it cannot be written. BrokenPipeError: nobody reads it any more.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text; return its length."""
        with self._telling():
            return self._stream.write(text)

    def flush(self) -> None:
        """Hand everything over."""
        with self._telling():
            self._stream.flush()

    def settle(self) -> None:
        """Throw away what could not be written: Python flushes at its end, and would complain."""
        try:
            self._stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def __getattr__(self, name: str) -> Any:
        """Be like the stream in all else."""
        return getattr(self._stream, name)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise ThumbnetError(f"cannot write the output: {error.strerror or error}") from error
