"""The Raspberry Pi Pico as a target: MicroPython on an RP2040 that rp2040py emulates.

The emulator counts the cycles of the chip, but its USB takes part of them: compare figures of this
target only with each other. It serves the raw REPL on a port of this computer, so the rest works
as for a board on a port.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from thumbnet.export import BoardProfile
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject
from ..transport import child_process as child
from ..transport.serial_board import BoardGone
from .pico_firmware import GIVE_ONE, fetch_firmware
from .port import PortTarget
from .target import Row
from .uf2 import check_uf2

LISTENS = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
START = 60.0
"""Seconds for rp2040py to start and read the firmware."""

BOOT = 120.0
"""Seconds until the emulated board shows its prompt."""


class Emulator:
    """A running rp2040py; `port` is where it listens.

    Parameters
    ----------
    firmware
        The .uf2 to boot.

    Raises
    ------
    ThumbnetError
        If rp2040py is not installed, or does not start.

    """

    def __init__(self, firmware: Path) -> None:
        self._said: deque[str] = deque(maxlen=50)
        self._port: int | None = None
        self._told = threading.Event()
        self.process = child.start(
            [*command(), "micropython", "--image", str(firmware), "--tcp-port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._stop = weakref.finalize(self, child.stop, self.process)
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self.port = self._wait_for_port()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the emulator."""
        self._stop()

    def ended(self) -> str | None:
        """Return the last line that it printed before its end; None while it runs."""
        try:
            code = self.process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            return None
        return self._said[-1] if self._said else f"exit code {code}"

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(OSError, ValueError):  # closed by the other thread
            for raw in self.process.stdout:
                line = raw.decode("utf-8", "replace").strip()
                if line:
                    self._said.append(line)
                found = LISTENS.search(line)
                if found:
                    self._port = int(found[1])
                    self._told.set()
        self._told.set()

    def _wait_for_port(self) -> int:
        in_time = self._told.wait(START)
        if self._port is not None:
            return self._port
        why = self.ended() if in_time else None
        raise ThumbnetError(
            f"rp2040py does not start ({why or f'no answer for {START:g} seconds'}): "
            f"check that `{sys.executable} -m rp2040py` works"
        )


class PicoTarget(PortTarget):
    """A Raspberry Pi Pico in rp2040py.

    Parameters
    ----------
    firmware
        The .uf2 to boot; THUMBNET_PICO_UF2 by default, else the pinned one (`pico_firmware`).

    Raises
    ------
    ThumbnetError
        If rp2040py is missing, there is no firmware, or it does not boot.

    """

    patience = 600.0  # an emulated second takes many

    def __init__(self, firmware: str | None = None) -> None:
        command()  # before anything is downloaded
        given = firmware or os.environ.get("THUMBNET_PICO_UF2")
        image = Path(given) if given else fetch_firmware()
        check_uf2(image)
        self._emulator = Emulator(image.resolve())
        try:
            self._connect(f"socket://127.0.0.1:{self._emulator.port}")
        except BaseException:
            self._emulator.close()
            raise
        self.name = "pico"

    def _put(self, files: Mapping[str, bytes]) -> None:
        with self._watched():
            super()._put(files)

    def stage(self, name: str, files: Mapping[str, bytes]) -> str:
        """Put an artifact's files under their own names: there is nothing to replace."""
        self.put(files)
        return name

    def run(self, script: str, module: str, rows: Iterable[Row]) -> Iterator[JsonObject]:
        """Run an on-board script on a module; yield its lines as they arrive."""
        with self._watched():
            yield from super().run(script, module, rows)

    def runs_on(self, board: BoardProfile) -> bool:
        """Return whether the board is a Pico, whatever its firmware calls itself."""
        return self.name == board.name

    def close(self) -> None:
        """End the emulator; its file system ends with it."""
        try:
            super().close()
        finally:
            self._emulator.close()

    def _connect(self, url: str) -> None:
        """Try until the firmware has booted: the emulator listens earlier."""
        deadline = time.monotonic() + BOOT
        while True:
            try:
                super().__init__(url)
                return
            except ThumbnetError as error:
                why = self._emulator.ended()
                if why is None and time.monotonic() < deadline:
                    time.sleep(0.2)
                    continue
                raise ThumbnetError(
                    f"the emulated Pico does not boot ({why or error}): {GIVE_ONE}"
                ) from None

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except BoardGone as error:
            why = self._emulator.ended()
            if why is None:
                raise
            raise BoardGone(f"rp2040py stopped while the Pico ran ({why}): try again") from error


def command() -> list[str]:
    """Return the command of rp2040py; raise ThumbnetError, with how to install it, if missing."""
    if importlib.util.find_spec("rp2040py") is None:
        raise ThumbnetError(
            "the pico target needs the emulator rp2040py, which is not installed: "
            "run `pip install 'thumbnet[pico]'`"
        )
    return [sys.executable, "-m", "rp2040py"]
