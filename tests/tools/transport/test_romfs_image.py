"""Images of ROMFS: what mpremote writes is read again, and nothing hostile gets through."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbnet.tools.transport.romfs_image import BadImage, image_size, read_image, write_image

NAMES = st.lists(st.text("abz._0", min_size=1, max_size=4), min_size=1, max_size=3)
FILES = st.dictionaries(NAMES.map("/".join), st.binary(max_size=300), max_size=6)
IMAGE = write_image({"a.bin": bytes(200), "lib/b.py": b"1", "lib/c/d": b""})


@given(FILES)
def test_what_is_written_is_read(files: dict[str, bytes]) -> None:
    files = {
        path: data
        for path, data in files.items()
        if not any(other.startswith(f"{path}/") for other in files)
    }
    image = write_image(files)
    assert read_image(image + b"\xff" * 9) == files
    assert image_size(image[:16]) == len(image)
    assert len(image) % 2 == 0


def test_data_elsewhere_in_the_image() -> None:
    from mpremote.romfs import VfsRomWriter

    writer = VfsRomWriter()
    at = writer.mkdata(b"shared")
    writer.mkfile("x", (6, at))
    assert read_image(writer.finalise()) == {"x": b"shared"}


@given(st.integers(0, len(IMAGE) - 1), st.integers(0, 255))
def test_damage_is_found_or_harmless(at: int, byte: int) -> None:
    with contextlib.suppress(BadImage):
        read_image(IMAGE[:at] + bytes([byte]) + IMAGE[at + 1 :])


@pytest.mark.parametrize("data", [b"", b"\xff" * 64, IMAGE[:-1], b"\xd2\xcd\x31\x80\x80"])
def test_no_image(data: bytes) -> None:
    with pytest.raises(BadImage):
        read_image(data)


def test_folders_without_end() -> None:
    with pytest.raises(BadImage, match="without end"):
        read_image(write_image({"/".join("abcdefghijklmnopqrstuvw"): b""}))
