"""A BBC micro:bit v1 emulated by QEMU, started with a .hex."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

from thumbnet.trainer import ThumbnetError, report_write_errors, temporary_folder

from . import child_process as child
from . import sandbox
from .limits import Limits
from .raw_repl import RawRepl
from .serial_board import BoardGone, DeviceError

PROGRAM = "qemu-system-arm"
INSTALL = (
    "Debian and Ubuntu: `apt install qemu-system-arm`, macOS: `brew install qemu`, "
    "Windows: `choco install qemu`"
)
BOOT = 60.0
"""Seconds within which the board shows its prompt. A tenth of a second is usual."""

LIMITS = Limits(seconds=24 * 3600, memory=8 << 30)
"""QEMU reserves a gigabyte for translated code, and starts several threads."""

SHIFT = 6
"""For -icount: an instruction takes 2**6 nanoseconds of the board's time."""

AGAIN = f"try again, and check that `{PROGRAM} --version` works"
NS_PER_INSTRUCTION = 1 << SHIFT


class Qemu:
    """A running emulated board; `repl` is its raw REPL. close() ends it, as does the end of Python.

    Parameters
    ----------
    image
        The .hex to boot.
    name
        What messages call the image.
    sandboxed
        Run it in the sandbox.

    Raises
    ------
    ThumbnetError
        If QEMU is not installed, or the image does not boot.

    """

    def __init__(self, image: bytes, name: str, sandboxed: bool = False) -> None:
        program = require_qemu()
        self._folder = temporary_folder()
        folder = Path(self._folder.name)
        with report_write_errors(folder):
            (folder / "board.hex").write_bytes(image)
            self._errors = (folder / "errors.txt").open("wb+")
        try:
            self.process = sandbox.start(
                command(program),
                folder.resolve(),
                [],
                LIMITS,
                sandboxed,
                bufsize=0,
                stderr=self._errors,
                **child.PIPES,
            )
        except OSError as error:
            self._tidy()
            raise ThumbnetError(f"{program} cannot be started ({error}): {INSTALL}") from None
        self._stop = weakref.finalize(self, child.stop, self.process)
        self.repl = RawRepl("microbit", self.process)
        try:
            self._boot(name)
        except BaseException:
            self.close()
            raise

    def execute(self, code: str | bytes) -> str:
        """Run code on the board and return what it printed; bytes are sent in a single burst.

        Raises
        ------
        DeviceError
            If the code raised an exception there.
        ThumbnetError
            If QEMU ended, or gave no answer.

        """
        with self._watched():
            return self.repl.burst(code) if isinstance(code, bytes) else self.repl.execute(code)

    def fresh(self) -> None:
        """Start from a clean heap, in the same state each time.

        Input that arrives during the boot may leave a few bytes there: hence two resets.
        """
        with self._watched():
            self.repl.fresh()
            self.repl.burst(b"1")
            self.repl.fresh()

    def close(self) -> None:
        """End QEMU."""
        self._stop()
        self._tidy()

    def _tidy(self) -> None:
        self._errors.close()
        self._folder.cleanup()

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """End a board that does not answer, and report what happened to QEMU."""
        if not self._stop.alive:
            raise BoardGone("the micro:bit was stopped: put its .hex there again")
        try:
            yield
        except BoardGone as error:
            why = self._ended()
            self.close()
            if why is None:
                raise
            raise BoardGone(f"QEMU stopped while the micro:bit ran ({why}): {AGAIN}") from error

    def _boot(self, name: str) -> None:
        try:
            self.repl.enter(BOOT)
        except (BoardGone, DeviceError) as error:
            why = self._ended()
            raise ThumbnetError(
                f"{name} does not boot on the emulated micro:bit ({why or error}): "
                "it must be MicroPython for the micro:bit v1; export it again"
            ) from None

    def _ended(self) -> str | None:
        """Return what QEMU printed at its end; None while it runs."""
        try:
            code = self.process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            return None
        if self._errors.closed:
            return f"exit code {code}"
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        # After the first line, a crash prints registers.
        return said[0].removeprefix(f"{PROGRAM}: ") if said else f"exit code {code}"


def command(program: Path) -> list[str]:
    """Return the command line, for a folder that holds the image as board.hex."""
    line = f"-M microbit -device loader,file=board.hex -icount shift={SHIFT} -nographic"
    return [str(program), *line.split(), "-monitor", "null", "-serial", "stdio"]


def find_qemu() -> Path | None:
    """Return the program, on PATH or where the Windows installer puts it; None if missing."""
    found = shutil.which(PROGRAM)
    if found is None and sys.platform == "win32":
        found = shutil.which(PROGRAM, path=r"C:\Program Files\qemu")
    return Path(found).absolute() if found else None


def require_qemu() -> Path:
    """Return the program; raise ThumbnetError, with how to install it, if it is missing."""
    found = find_qemu()
    if found is None:
        raise ThumbnetError(f"the microbit target needs QEMU, which is not installed: {INSTALL}")
    return found
