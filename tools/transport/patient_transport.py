"""mpremote's transport, with an end to its patience where a port never stops talking."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

HEARD = 4096
"""Bytes kept while waiting for an ending."""

READ = 3.0
"""Seconds that a read waits: on a pty, mpremote reads whether there is something or not."""


def patient_transport(port: str, baudrate: int) -> Any:
    """Open a port.

    mpremote looks at its overall time limit only while nothing comes, and drops what comes until
    nothing does. So a program that prints all the time, and is no MicroPython, would hold it
    forever.

    Raises
    ------
    mpremote.transport.TransportError
        If the port cannot be opened.

    """
    from mpremote.transport_serial import SerialTransport

    class Transport(SerialTransport):  # type: ignore[misc]
        def read_until(
            self,
            min_num_bytes: int,
            ending: bytes,
            timeout: float | None = 10,
            data_consumer: Callable[[bytes], None] | None = None,
            timeout_overall: float | None = None,
        ) -> bytes:
            if timeout_overall is None:
                data: bytes = super().read_until(min_num_bytes, ending, timeout, data_consumer)
                return data
            data, deadline = b"", time.monotonic() + timeout_overall
            while not data.endswith(ending) and time.monotonic() < deadline:
                data = (data + self.serial.read(1))[-HEARD:]
            return data

        def enter_raw_repl(self, soft_reset: bool = True, timeout_overall: float = 10) -> None:
            waiting, deadline = self.serial.inWaiting, time.monotonic() + timeout_overall
            self.serial.inWaiting = lambda: waiting() if time.monotonic() < deadline else 0
            try:
                super().enter_raw_repl(soft_reset, timeout_overall)
            finally:
                self.serial.inWaiting = waiting

    return Transport(port, baudrate=baudrate, timeout=READ)
