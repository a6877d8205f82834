"""MicroPython on a serial port, through mpremote, with readable errors.

mpremote prints to stdout in places, and reports a missing port and a busy one alike. Both are
corrected here; only this folder imports mpremote.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from typing import Any

from thumbnet.trainer import ThumbnetError

from .patient_transport import patient_transport

PROMPT = 5.0
"""Seconds within which a board shows its raw REPL."""

HOSTED = ("linux", "darwin", "win32", "webassembly")
"""`sys.platform` of programs that speak the raw REPL on a computer. A soft reset ends them."""

NO_BOARD = "no board is plugged in as far as this computer can see"
"""The message if there is no board on USB."""


class BoardGone(ThumbnetError):
    """The port has disappeared, or nothing answers on it any more."""


class DeviceError(ThumbnetError):
    """Code on the board raised an exception, named by `kind` and `message`."""

    def __init__(self, port: str, kind: str, message: str) -> None:
        super().__init__(f"{port}: {kind}: {message}" if message else f"{port}: {kind}")
        self.kind = kind
        self.message = message


class Board:
    """An open raw REPL.

    Parameters
    ----------
    port
        What pyserial opens: /dev/ttyACM0, COM3, socket://host:port, a pty.
    patience
        Seconds without an answer before the board is given up.

    Raises
    ------
    ThumbnetError
        If there is no such port, it is in use or not permitted, or no MicroPython answers.

    """

    def __init__(self, port: str, patience: float = 120.0) -> None:
        self.port = port
        self.patience = patience
        self._transport = open_port(port)
        try:
            self._enter(soft_reset=False)
            self.platform = self.execute("import sys; print(sys.platform)").strip()
            self.fresh()
        except BaseException:
            self.close()
            raise

    def fresh(self) -> None:
        """Start from a clean heap, if the board survives a soft reset."""
        if self.platform in HOSTED:
            return
        try:
            self._enter(soft_reset=True)
        except BoardGone:
            self._enter(soft_reset=False)

    def interrupt(self) -> None:
        """Return to the prompt after anything: a Ctrl-C, half a transfer, a busy loop."""
        self._enter(soft_reset=False)

    def execute(self, code: str) -> str:
        """Run code on the board and return what it printed.

        Raises
        ------
        DeviceError
            If the code raised an exception there.
        BoardGone
            If the board did not answer.

        """
        with self._guarded():
            out, err = self._transport.exec_raw(code, timeout=self.patience)
        if err:
            raise device_error(self.port, err.decode("utf-8", "replace"))
        return str(out.decode("utf-8", "replace"))

    def start(self, code: str) -> None:
        """Run code on the board without waiting for its end; `heard` returns what it prints."""
        with self._guarded():
            self._transport.exec_raw_no_follow(code)

    def heard(self, wait: float = 0.1) -> bytes:
        """Return what has come, b"" if nothing comes within `wait` seconds."""
        with self._guarded():
            return read_available(self._transport, wait)

    def write(self, path: str, data: bytes, progress: Callable[[int], None] | None = None) -> None:
        """Write a file; `progress` is called with the number of bytes so far."""

        def report(done: int, _total: int) -> None:
            if progress is not None:
                progress(done)

        try:
            with self._guarded(path):
                self._transport.fs_writefile(path, data, progress_callback=report)
        except DeviceError:
            with contextlib.suppress(ThumbnetError):
                self.execute("f.close()")  # some file systems do not remove an open file
            raise

    def sha256(self, path: str) -> str | None:
        """Return the SHA-256 of a file as the board reads it, in hex; None if there is no file."""
        with self._guarded(path):
            if not self._transport.fs_exists(path):
                return None
            digest: bytes = self._transport.fs_hashfile(path, "sha256")
        return digest.hex()

    def remove(self, path: str) -> None:
        """Remove a file if it is there."""
        with self._guarded(path):
            if self._transport.fs_exists(path):
                self._transport.fs_rmfile(path)

    def lend(self, use: Callable[[Any], None]) -> None:
        """Let a command of mpremote use the transport; what it prints is not shown."""
        with self._guarded():
            use(self._transport)

    def close(self) -> None:
        """Leave the raw REPL and release the port; never raises."""
        with contextlib.suppress(Exception):
            if self._transport.in_raw_repl:
                self._transport.exit_raw_repl()
        with contextlib.suppress(Exception):
            self._transport.close()
        # On a dead port, close() of the transport may fail before it closes the file.
        with contextlib.suppress(Exception):
            self._transport.serial.close()

    def _enter(self, soft_reset: bool) -> None:
        said = io.StringIO()
        try:
            with self._guarded(said=said):
                self._transport.enter_raw_repl(soft_reset=soft_reset, timeout_overall=PROMPT)
        except BoardGone as error:
            if "raw repl" not in str(error):
                raise
            heard = said.getvalue().strip()
            raise BoardGone(
                f"{self.port} answers, but not like MicroPython: is this the right port, and is "
                "MicroPython on the board?"
                if heard not in ("", "b''")
                else f"{self.port} does not answer Ctrl-C: reset the board (or unplug it and plug "
                "it in again), and make sure that MicroPython is on it"
            ) from None

    @contextlib.contextmanager
    def _guarded(self, path: str = "", said: io.StringIO | None = None) -> Iterator[None]:
        """Turn exceptions of mpremote, pyserial and termios into ours; catch mpremote's prints."""
        from mpremote.transport import TransportError, TransportExecError

        try:
            with contextlib.redirect_stdout(io.StringIO() if said is None else said):
                yield
        except TransportExecError as error:
            raise device_error(self.port, error.error_output) from None
        except TransportError as error:
            raise BoardGone(f"{self.port} stopped answering ({error})") from None
        except OSError as error:
            # For a failure of the board's file system, mpremote names the file.
            if path and error.args[1:] == (path,) and error.errno is not None:
                name = errno.errorcode.get(error.errno, str(error.errno))
                raise DeviceError(self.port, name, f"{os.strerror(error.errno)}: {path}") from None
            raise gone(self.port) from None
        except (ValueError, TypeError, SyntaxError) as error:  # not an answer
            raise BoardGone(f"{self.port} sent something unreadable ({error})") from None
        except Exception as error:
            # termios.error and struct.error, when the port vanishes in the middle of an answer.
            if type(error).__module__ in ("termios", "struct"):
                raise gone(self.port) from None
            raise


def read_available(transport: Any, wait: float) -> bytes:
    """Return the bytes that have come to a port, b"" if none come within `wait` seconds."""
    before, transport.serial.timeout = transport.serial.timeout, wait
    try:
        return bytes(transport.serial.read(transport.serial.in_waiting or 1))
    finally:
        transport.serial.timeout = before


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore Ctrl-C for the few seconds that it takes to clean up a board."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def candidate_ports() -> list[tuple[str, str]]:
    """Return (device, description) of the serial ports on USB, which may be boards."""
    import serial.tools.list_ports

    ports = serial.tools.list_ports.comports()
    usb = sorted(p.device for p in ports if p.vid is not None)
    said = {p.device: p.description or "" for p in ports}
    return [(device, said[device]) for device in usb]


def open_port(port: str, baudrate: int = 115200) -> Any:
    """Open a serial port; return mpremote's transport.

    Raises
    ------
    ThumbnetError
        If there is no such port, or it is in use or not permitted.

    """
    import serial
    from mpremote.transport import TransportError

    is_path = "://" not in port and not port.upper().startswith("COM")
    if is_path and not os.path.exists(port):
        raise ThumbnetError(f"no port {port}: {_ports_there()}")
    if is_path and not os.access(port, os.R_OK | os.W_OK):
        raise ThumbnetError(
            f"no permission for {port}: run `sudo usermod -a -G dialout $USER` and log in again"
        )
    try:
        transport = patient_transport(port, baudrate)
        with contextlib.suppress(Exception):
            transport.serial.write_timeout = 10
    except TransportError:
        if "://" in port:
            raise ThumbnetError(
                f"cannot open {port}: nothing listens there: start the program that should "
                "answer, and check the host and the port number"
            ) from None
        if not is_path:
            raise ThumbnetError(f"cannot open {port}: {_ports_there()}") from None
        if not _is_serial(port):
            raise ThumbnetError(f"{port} is not a serial port: {_ports_there()}") from None
        raise ThumbnetError(
            f"{port} is in use by another program: close that program "
            "(an editor, a serial monitor, another mpremote)"
        ) from None
    except (ValueError, serial.SerialException) as error:
        raise ThumbnetError(f"cannot open {port}: {error}") from None
    return transport


def _is_serial(path: str) -> bool:
    """Return whether a path is a terminal; True if that cannot be told, as for one in use."""
    if not stat.S_ISCHR(os.stat(path).st_mode):
        return False
    try:
        # Neither waits for a carrier nor takes the terminal; Windows knows neither flag.
        file = os.open(path, os.O_RDWR | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return True
    try:
        return os.isatty(file)
    finally:
        os.close(file)


def _ports_there() -> str:
    ports = candidate_ports()
    if not ports:
        return NO_BOARD
    return "found " + ", ".join(f"{device} ({text})" for device, text in ports)


def gone(port: str) -> BoardGone:
    """Return the error of a port that has disappeared."""
    return BoardGone(f"{port} went away: is the board still plugged in?")


def device_error(port: str, trace: str) -> DeviceError:
    """Return the error of code on a board, from its traceback."""
    lines = [line.strip() for line in trace.splitlines() if line.strip()]
    last = lines[-1] if lines else "unknown error"
    kind, _, message = last.partition(": ")
    return DeviceError(port, kind.rstrip(":"), message)
