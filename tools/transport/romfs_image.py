"""Images of ROMFS, MicroPython's read-only file system in mapped flash: their files.

mpremote writes images. It cannot read one, which this needs to keep the files that a board has.
`extmod/vfs_rom.c` of MicroPython defines the format: records of a kind, a length and a payload.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from thumbnet.trainer import ThumbnetError

HEADER = b"\xd2\xcd\x31"
VERBATIM, POINTER, DIRECTORY, FILE = 2, 3, 4, 5

DEEPEST = 16
"""Folders within folders."""


class BadImage(ThumbnetError):
    """An image that is damaged, or empty flash."""


def write_image(files: Mapping[str, bytes]) -> bytes:
    """Return an image with files by path, such as "lib/net.bin"."""
    from mpremote.romfs import VfsRomWriter

    writer = VfsRomWriter()

    def folder(prefix: str) -> None:
        entries = dict.fromkeys(
            path[len(prefix) :].partition("/")[0] for path in files if path.startswith(prefix)
        )
        for name in entries:
            if prefix + name in files:
                writer.mkfile(name, files[prefix + name])
            else:
                writer.opendir(name)
                folder(f"{prefix}{name}/")
                writer.closedir()

    folder("")
    return bytes(writer.finalise())


def image_size(start: bytes) -> int:
    """Return the size of the image that begins with these bytes (16 suffice); 0 if none does."""
    if not start.startswith(HEADER):
        return 0
    length, at = _number(start, len(HEADER), len(start))
    return at + length


def read_image(image: bytes) -> dict[str, bytes]:
    """Return the files of an image by path.

    Raises
    ------
    BadImage
        If it is none.

    """
    size = image_size(image[:16])
    if not size or size > len(image):
        raise BadImage("there is no image of ROMFS")
    _, at = _number(image, len(HEADER), size)
    return dict(_files(image[at:size], 0, size - at, "", 0))


def _files(data: bytes, at: int, end: int, prefix: str, depth: int) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a folder; offsets are from the first record of the image."""
    if depth > DEEPEST:
        raise BadImage("the image of ROMFS has folders within folders without end")
    for kind, start, stop in _records(data, at, end):
        if kind not in (DIRECTORY, FILE):
            continue
        length, start = _number(data, start, stop)
        if start + length > stop:
            raise BadImage("the image of ROMFS is damaged: a name is longer than its record")
        path = prefix + data[start : start + length].decode("utf-8", "replace")
        if kind == DIRECTORY:
            yield from _files(data, start + length, stop, f"{path}/", depth + 1)
        else:
            yield path, _content(data, start + length, stop)


def _content(data: bytes, at: int, end: int) -> bytes:
    for kind, start, stop in _records(data, at, end):
        if kind == VERBATIM:
            return data[start:stop]
        if kind == POINTER:
            size, start = _number(data, start, stop)
            offset, _ = _number(data, start, stop)
            return data[offset : offset + size]
    return b""


def _records(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the kind of each record, and where its payload starts and ends."""
    while at < end:
        kind, at = _number(data, at, end)
        length, at = _number(data, at, end)
        if not kind or at + length > end:
            raise BadImage("the image of ROMFS is damaged: a record goes past its end")
        yield kind, at, at + length
        at += length


def _number(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, the highest first, and where the next thing is."""
    value = 0
    while at < min(end, len(data)):
        byte = data[at]
        value, at = value << 7 | byte & 127, at + 1
        if byte < 128:
            return value, at
    raise BadImage("the image of ROMFS is damaged: a number has no end")
