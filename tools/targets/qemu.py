"""The BBC micro:bit v1 that QEMU emulates, started with a .hex."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

from thumbnet.trainer import ThumbnetError, temporary_folder
from thumbnet.trainer import report_write_errors as writing

from . import child
from .board import BoardGone, DeviceError
from .raw_repl import RawRepl

PROGRAM = "qemu-system-arm"
INSTALL = (
    "Debian and Ubuntu: `apt install qemu-system-arm`, macOS: `brew install qemu`, "
    "Windows: `choco install qemu`"
)
BOOT = 20.0  # seconds within which the board shows its prompt; it takes a tenth of one
SHIFT = 6  # -icount: an instruction takes 2**6 nanoseconds of the board's time
AGAIN = f"try again, and see that `{PROGRAM} --version` works"
NS_PER_INSTRUCTION = 1 << SHIFT


class Qemu:
    """A running board; `repl` is its raw REPL. close() ends it, and so does the end of Python.

    Args:
        image: the .hex to boot.
        name: what messages call the image.

    Raises:
        ThumbnetError: no QEMU, or the image does not boot.
    """

    def __init__(self, image: bytes, name: str) -> None:
        program = require_qemu()
        self._folder = temporary_folder()
        folder = Path(self._folder.name)
        with writing(folder):
            (folder / "board.hex").write_bytes(image)
            self._errors = (folder / "errors.txt").open("wb+")
        try:
            self.process = child.start(
                command(program), cwd=folder, bufsize=0, stderr=self._errors, **child.PIPES
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
        """Run code on the board and return what it printed; bytes are a single burst.

        Raises:
            DeviceError: it raised there. ThumbnetError: QEMU ended, or gave no answer.
        """
        with self._watched():
            return self.repl.burst(code) if isinstance(code, bytes) else self.repl.execute(code)

    def fresh(self) -> None:
        """Start from a clean heap, in the same state each time.

        What is typed while the board boots may leave a few bytes there: hence twice.
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
        """End a board that does not answer, and say what became of QEMU."""
        if not self._stop.alive:
            raise BoardGone("the micro:bit was stopped: put its .hex again")
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
                "it has to be MicroPython for the micro:bit v1; export it again"
            ) from None

    def _ended(self) -> str | None:
        """What QEMU said at its end; None while it runs."""
        try:
            code = self.process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            return None
        if self._errors.closed:
            return f"exit code {code}"
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        # What follows the first line of a crash are registers.
        return said[0].removeprefix(f"{PROGRAM}: ") if said else f"exit code {code}"


def command(program: Path) -> list[str]:
    """The command line, for a folder with the image as board.hex."""
    line = f"-M microbit -device loader,file=board.hex -icount shift={SHIFT} -nographic"
    return [str(program), *line.split(), "-monitor", "null", "-serial", "stdio"]


def find_qemu() -> Path | None:
    """The program, on PATH or where Windows' installer puts it."""
    found = shutil.which(PROGRAM)
    if found is None and sys.platform == "win32":
        found = shutil.which(PROGRAM, path=r"C:\Program Files\qemu")
    return Path(found).absolute() if found else None


def require_qemu() -> Path:
    """The program, or one line that says how to get it."""
    found = find_qemu()
    if found is None:
        raise ThumbnetError(f"the microbit target needs QEMU, which is not installed: {INSTALL}")
    return found
