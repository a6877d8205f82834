"""The .hex for a BBC micro:bit v1: the MicroPython firmware with files in its file system.

The user drags it onto the board's drive. The firmware and the layout of the file system come from
the package micropython-microbit-fs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thumbnet.trainer import ThumbnetError

from .hex_records import check_records

BOARD = 1  # the version of the micro:bit
LONGEST_NAME = 120  # bytes of a file's name in the firmware's file system
PROGRAM = "main.py"  # the program that the board starts
PACKAGE = "micropython-microbit-fs==0.1.2"


def microbit_hex(files: Mapping[str, bytes]) -> str:
    """Put files into the file system of the micro:bit's firmware.

    Parameters
    ----------
    files
        Contents by file name.

    Returns
    -------
    str
        The firmware with the files, as Intel HEX.

    Raises
    ------
    ThumbnetError
        If the files do not fit, a name is too long, a file is empty, or the package with the
        firmware is not installed.

    """
    library = _library()
    firmware = library.get_bundled_hex(BOARD).content
    for name, data in files.items():
        _check(name, data)
    contents = [library.File(name, bytes(data)) for name, data in files.items()]
    have = file_space(library.get_device_info(firmware))
    sizes = {file.name: int(file.size_fs) for file in contents}
    need = sum(sizes.values())
    if need > have:
        raise ThumbnetError(
            f"the micro:bit's file system is too small for {', '.join(files)}: it has {have:,} "
            f"bytes, but {need:,} are needed (in blocks of 128): {_shorter(sizes, need - have)}"
        )
    text: str = library.add_files(firmware, contents)
    return text


def files_in_hex(text: str, name: str = "the file") -> dict[str, bytes]:
    """Read the files in a .hex.

    Parameters
    ----------
    text
        Intel HEX.
    name
        The name of the .hex, for messages.

    Returns
    -------
    dict of str to bytes
        Contents by file name.

    Raises
    ------
    ThumbnetError
        If it is not a MicroPython for the micro:bit v1, or is damaged.

    """
    library = _library()
    try:
        check_records(text)
        device = library.get_device_info(text)
        first = device.device_version == library.DeviceVersion.V1
        found = library.get_files(text) if first else []
    except (library.FilesystemError, ValueError, LookupError, ArithmeticError) as error:
        why = " ".join(str(error).split())
        raise ThumbnetError(
            f"{name} is not a MicroPython .hex for the micro:bit, or it is damaged ({why}): "
            "export it again"
        ) from None
    if not first:
        raise ThumbnetError(f"{name} is not for a micro:bit v1: export it again")
    return {file.name: bytes(file.content) for file in found}


def file_space(device: Any) -> int:
    """Return the bytes of flash for files: all but two pages, which the firmware uses."""
    return int(device.fs_end_address - device.fs_start_address - 2 * device.flash_page_size)


def _shorter(sizes: Mapping[str, int], over: int) -> str:
    """Return which file to make smaller: the program if that is enough, otherwise the network."""
    program = sizes.get(PROGRAM, 0)
    if program > over:
        left = program - over
        return f"shorten {PROGRAM} from {program:,} to {left:,} bytes"
    also = f"leave out {PROGRAM} and " if program else ""
    return f"{also}train fewer hidden units"


def _check(name: str, data: bytes) -> None:
    length = len(name.encode())
    if not 0 < length <= LONGEST_NAME:
        raise ThumbnetError(
            f"file names on the micro:bit have 1 to {LONGEST_NAME} bytes, but {name!r} has "
            f"{length}: choose another --name"
        )
    if not data:
        raise ThumbnetError(f"the micro:bit cannot store an empty file: put something into {name}")


def _library() -> Any:
    try:
        import micropython_microbit_fs
    except ImportError:
        raise ThumbnetError(
            "a .hex for the micro:bit needs the firmware from the package micropython-microbit-fs, "
            "which is not installed: run `pip install 'thumbnet[microbit]'`"
        ) from None
    return micropython_microbit_fs
