"""The ROMFS of a board: how large it is, its image, and another image in its place."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from thumbnet.trainer import ThumbnetError, temporary_folder

from .romfs_image import image_size
from .serial_board import Board

VIEW = "import vfs\np = memoryview(vfs.rom_ioctl(2, 0))\n"
SIZE = """\
try:
    import vfs
    print(len(memoryview(vfs.rom_ioctl(2, 0))))
except (ImportError, AttributeError, TypeError):
    print(0)
"""
MOUNT = """\
import vfs
try:
    vfs.mount(vfs.VfsRom(vfs.rom_ioctl(2, 0)), '/rom')
except OSError:  # the soft reset has mounted it
    pass
"""

PIECE = 1024
"""Bytes that are read at once."""


def romfs_size(board: Board) -> int:
    """Return the bytes of the board's first ROMFS, 0 if its firmware has none."""
    return int(board.execute(SIZE))


def read_romfs(board: Board) -> bytes:
    """Return the image in the board's ROMFS, b"" if there is none."""
    size = min(image_size(_piece(board, 0, 16)), romfs_size(board))
    return b"".join(_piece(board, at, min(at + PIECE, size)) for at in range(0, size, PIECE))


def write_romfs(board: Board, image: bytes) -> None:
    """Replace the image in the board's ROMFS by mpremote, and mount it.

    Raises
    ------
    ThumbnetError
        If the board does not take it.

    """
    from mpremote.commands import CommandError, do_romfs

    with temporary_folder() as folder:
        path = Path(folder) / "image.romfs"
        path.write_bytes(image)
        # What mpremote's command line would say: romfs deploy PATH, into the first partition.
        asked = SimpleNamespace(command=["deploy"], path=str(path), partition=0, mpy=False)
        try:
            board.lend(lambda transport: do_romfs(_State(transport), asked))
        except CommandError as error:
            raise ThumbnetError(f"{board.port} did not take the ROMFS: {error}") from None
    board.fresh()
    board.execute(MOUNT)


class _State:
    """What the commands of mpremote take: a transport whose raw REPL is open."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport

    def ensure_raw_repl(self) -> None:
        """Do nothing: it is open."""

    def did_action(self) -> None:
        """Do nothing: mpremote would else start its REPL."""


def _piece(board: Board, start: int, stop: int) -> bytes:
    code = f"from binascii import b2a_base64\nprint(b2a_base64(p[{start}:{stop}]).decode())"
    return base64.b64decode(board.execute(VIEW + code))
