"""A board for tests: MicroPython's Unix port on a pty, its file system a temporary folder.

mpremote drives it through the raw REPL as it drives a board on USB. A bridge between two ptys
stands for the cable, so a test can cut it, or change what goes over it.
"""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from thumbnet.tools.targets.interpreter import require_micropython

Wire = Callable[[bytes], bytes]


class PtyBoard:
    """Start with a folder; open `port` with mpremote; close() ends it."""

    def __init__(self, folder: Path, heap: str = "128k", boot: str = "") -> None:
        self.folder = folder
        self.cut = False
        self.wire: Wire = lambda data: data  # what the host sends passes through here
        self.received = bytearray()  # all that the board was sent
        folder.mkdir(parents=True, exist_ok=True)
        command = [str(require_micropython()), "-X", f"heapsize={heap}"]
        if boot:
            (folder / "boot_for_test.py").write_text(boot)
            command += ["-i", "boot_for_test.py"]
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self._wait_for_prompt()
        self._host_master, self._host_slave = pty.openpty()
        tty.setraw(self._host_slave)
        self.port = os.ttyname(self._host_slave)
        # Kept open, so that the port stays there between two openings, as a board's does.
        self._thread = threading.Thread(target=self._bridge, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Cut the cable and take the power, between one byte and the next."""
        self.cut = True
        self.process.kill()

    def freeze(self) -> None:
        """Stop answering, with the port still there."""
        self.wire = lambda data: b""

    def close(self) -> None:
        self.unplug()
        self.process.wait()
        self._thread.join(timeout=5)

    def _wait_for_prompt(self) -> None:
        seen, deadline = b"", time.monotonic() + 600
        while not seen.endswith(b">>> ") and time.monotonic() < deadline:
            if select.select([self._master], [], [], 0.1)[0]:
                seen += os.read(self._master, 4096)
        assert seen.endswith(b">>> "), seen

    def _bridge(self) -> None:
        with contextlib.suppress(OSError):
            while not self.cut:
                ready, _, _ = select.select([self._master, self._host_master], [], [], 0.05)
                for end in ready:
                    data = os.read(end, 4096)
                    if end == self._host_master:
                        data = self.wire(data)
                        self.received += data
                        os.write(self._master, data)
                    elif not self.cut:
                        os.write(self._host_master, data)
        for end in (self._host_slave, self._host_master, self._master):
            with contextlib.suppress(OSError):
                os.close(end)
