"""A board on a serial port as a target."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from thumbnet.export import BoardProfile, check_file_name, firmware_text
from thumbnet.trainer import ThumbnetError

from ..json_lines import JsonObject, parse_json_line
from ..transport.serial_board import HOSTED, Board, BoardGone, DeviceError, uninterrupted
from .target import Row, Target

KINDS = (".py", ".mpy")
"""In the order in which MicroPython looks for a module."""

PIECE = 384
"""Levels that are sent at once."""

ROMFS = ("/rom", "/rom/lib")
WHO = """\
import os, sys
try:
    print(sys.implementation._machine)
except AttributeError:
    print(os.uname().machine)
"""


class PortTarget(Target):
    """MicroPython behind a port. Scripts go through the raw REPL; only modules become files.

    Parameters
    ----------
    port
        What pyserial opens: /dev/ttyACM0, COM3, socket://host:port, a pty.

    """

    more_heap = "take a board with more RAM"

    def __init__(self, port: str) -> None:
        self.name = port
        self.board = Board(port, patience=self.patience)
        self._temporary: list[str] = []

    def _put(self, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            self.write(name, data)

    def write(self, path: str, data: bytes, progress: Callable[[int], None] | None = None) -> None:
        """Write a file and check its SHA-256 as the board reads it.

        Raises
        ------
        ThumbnetError
            If the file does not fit, or it arrived damaged.

        """
        check_file_name(path)
        try:
            self.board.write(path, data, progress)
        except DeviceError as error:
            raise ThumbnetError(f"{self.name} cannot take {path}: {self.device(error)}") from None
        if not self.has(path, data):
            raise ThumbnetError(
                f"{path} was damaged on its way to {self.name} (its SHA-256 differs there): "
                "try again, with another cable if it happens again"
            )

    def stage(self, name: str, files: Mapping[str, bytes]) -> str:
        """Use the files on the board if they are the same, else put copies beside them."""
        files = {file: data for file, data in files.items() if not self.mapped(file, data)}
        if self.installed(name, files):
            return name
        # What waits as name__new may be tested and due: it must not be mixed with these copies.
        if self.call("install", f"repair({name!r})")["completed"] and self.installed(name, files):
            return name
        self._temporary = [temporary_name(name + ending) for ending in (*KINDS, ".bin")]
        for file, data in files.items():
            self.write(temporary_name(file), data)
        return temporary_name(name)

    def installed(self, name: str, files: Mapping[str, bytes]) -> bool:
        """Return whether exactly these files are there, and no .py hides the .mpy."""
        others = {name + KINDS[0]} - {*files}
        return all(self.has(file, data) for file, data in files.items()) and not any(
            self.board.sha256(other) for other in others
        )

    def mapped(self, file: str, data: bytes) -> bool:
        """Return whether a file of weights is in mapped flash, where a module looks for it."""
        return file.endswith(".bin") and any(self.has(f"{folder}/{file}", data) for folder in ROMFS)

    def has(self, path: str, data: bytes) -> bool:
        """Return whether a file with exactly this content is there."""
        return self.board.sha256(path) == hashlib.sha256(data).hexdigest()

    def run(self, script: str, module: str, rows: Iterable[Row]) -> Iterator[JsonObject]:
        """Define the functions of an on-board script, then call them, once for each row."""
        self.board.fresh()
        self._execute(firmware_text(script))
        yield self.check_begin(self._line(f"begin({module!r})"), module)
        for row in rows:
            yield self._line(f"row({self._sent(row)})")
        yield self._line("end()")

    def _sent(self, row: Row) -> str:
        """Return a row as source; levels that are many are put into one buffer there first."""
        if not isinstance(row, bytes) or len(row) <= PIECE:
            return literal(row)
        self._execute(f"from binascii import a2b_base64 as u\nx=0\nx=bytearray({len(row)})")
        for at in range(0, len(row), PIECE):
            piece = row[at : at + PIECE]
            text = base64.b64encode(piece).decode("ascii")
            self._execute(f"i={at}\nfor v in u('{text}'):x[i]=v;i+=1")
        return "x"

    def call(self, script: str, code: str) -> JsonObject:
        """Define the functions of an on-board script; return the one line that `code` prints."""
        self._execute(firmware_text(script))
        return self._line(code)

    def runs_on(self, board: BoardProfile) -> bool:
        """Return whether the firmware says that it is for this board; False if it says nothing."""
        if self.board.platform in HOSTED:
            wasm = self.board.platform == "webassembly"
            return board.name in (("wasm",) if wasm else ("unix", "unix_arm64"))
        try:
            return bool(board.machine) and board.machine in self.board.execute(WHO)
        except DeviceError:  # it has no uname
            return False

    def device(self, error: DeviceError) -> str:
        """Return one readable line for an exception on the board."""
        if error.kind == "ENOSPC":
            return "its file system is full: remove files there, or export a smaller module"
        return self.explain({"error": error.kind, "message": error.message})

    def close(self) -> None:
        """Remove temporary copies and release the port."""
        if self._temporary:
            with uninterrupted():
                try:
                    self.board.interrupt()
                    self.board.fresh()  # a streamed module holds its file open
                    for path in self._temporary:
                        self.board.remove(path)
                except ThumbnetError:  # the port is gone; the copies do no harm
                    pass
        self.board.close()

    def _execute(self, code: str) -> str:
        try:
            return self.board.execute(code)
        except DeviceError as error:
            raise ThumbnetError(f"{self.name}: {self.device(error)}") from None

    def _line(self, code: str) -> JsonObject:
        out = self._execute(code)
        lines = [line for line in map(parse_json_line, out.splitlines()) if line is not None]
        if not lines:
            raise BoardGone(f"{self.name} gave no answer to {code[:40]}")
        return lines[-1]


def literal(row: Row) -> str:
    """Return a row as Python source that is cheap to compile on a board: bytes if possible."""
    if isinstance(row, bytes):
        return repr(row)
    values = list(row)
    if all(isinstance(v, int) and 0 <= v <= 255 for v in values):
        return f"list({bytes(int(v) for v in values)!r})"
    return repr(values)


def temporary_name(file: str) -> str:
    """Return the name of the copy of a file or module that it will replace; it can be imported.

    install.py uses the same name.
    """
    path = PurePosixPath(file)
    return f"{path.stem}__new{path.suffix}"
