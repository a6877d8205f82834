"""The micro:bit's .hex: it contains the files that were put in, and no others."""

import sys

import pytest

from thumbnet.export.microbit.hexfile import files_in_hex, microbit_hex
from thumbnet.trainer import ThumbnetError

library = pytest.importorskip("micropython_microbit_fs")

FILES = {
    "net.py": b"def predict(x):\n    return 0\n",
    "net.bin": bytes(range(256)) * 20,
    "main.py": b"import net\n",
}
SPACE = 224 * 126  # blocks, and the bytes of each that hold a file's name and contents


@pytest.fixture(scope="module")
def image():
    return microbit_hex(FILES)


def refused(message, call, *arguments):
    with pytest.raises(ThumbnetError, match=message) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)


def test_files_come_back(image):
    assert files_in_hex(image) == FILES


def test_same_files_same_hex(image):
    assert microbit_hex(FILES) == image


def test_firmware_is_the_bundled_one(image):
    """Nothing of the firmware changes: only records of the file system are new."""
    firmware = library.get_bundled_hex(1)
    assert firmware.version == "1.1.1"
    device = library.get_device_info(image)
    bare = library.hex_utils.load_hex(firmware.content)
    whole = library.hex_utils.load_hex(image)
    start = device.fs_start_address
    assert bare.tobinarray(end=start - 1) == whole.tobinarray(end=start - 1)


def test_without_files():
    assert files_in_hex(microbit_hex({})) == {}


@pytest.mark.parametrize("size", [1, 118, 119, 120, 121, 244, 245, 246])
def test_every_length_around_a_block(size):
    data = bytes(k % 251 + 1 for k in range(size))
    assert files_in_hex(microbit_hex({"a.bin": data})) == {"a.bin": data}


def test_full_to_the_last_byte():
    head = 2 + len("w.bin") + 1
    full = bytes(SPACE - head)
    assert files_in_hex(microbit_hex({"w.bin": full})) == {"w.bin": full}
    refused("has 28,672 bytes, but 28,800 are needed", microbit_hex, {"w.bin": full + b"x"})


def test_longest_name():
    name = "n" * 117 + ".py"
    assert list(files_in_hex(microbit_hex({name: b"1"}))) == [name]
    refused("have 1 to 120 bytes, but 'n+.py' has 121", microbit_hex, {"n" + name: b"1"})
    refused("have 1 to 120 bytes, but '' has 0", microbit_hex, {"": b"1"})


def test_empty_file():
    refused("empty file: put something into a.py", microbit_hex, {"a.py": b""})


def test_package_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "micropython_microbit_fs", None)
    refused("run `pip install .thumbnet.microbit", microbit_hex, FILES)
    refused("run `pip install .thumbnet.microbit", files_in_hex, ":00000001FF\n")


def test_damaged(image):
    refused("x.hex is not a MicroPython .hex.*, or it is damaged", files_in_hex, "hello", "x.hex")
    for part in (0.3, 0.9, 0.999):
        refused("is damaged .*: export it again", files_in_hex, image[: int(part * len(image))])
    lines = image.splitlines()
    refused("is damaged", files_in_hex, "\n".join(lines[:-100]))  # cut between two records
    digit = "0" if lines[5000][20] != "0" else "1"
    lines[5000] = lines[5000][:20] + digit + lines[5000][21:]
    refused("is damaged", files_in_hex, "\n".join(lines))


def test_other_generation():
    refused("is not for a micro:bit v1", files_in_hex, library.get_bundled_hex(2).content)


def test_which_file_to_make_shorter():
    network = {"net.py": b"n" * 4000, "net.bin": b"w" * 12_000}
    refused("shorten main.py from 20,352 to 12,288 bytes$",
            microbit_hex, {**network, "main.py": b"#" * 20_000})  # fmt: skip
    program = b"#" * (12_288 // 128 * 126 - len("main.py") - 3)
    assert microbit_hex({**network, "main.py": program})
    refused("needed", microbit_hex, {**network, "main.py": program + b"#"})
    large = {"net.py": b"n" * 4000, "net.bin": b"w" * 30_000}
    refused(r"\): train fewer hidden units$", microbit_hex, large)
    refused(r"\): leave out main.py and train fewer hidden units$",
            microbit_hex, {**large, "main.py": b"import net"})  # fmt: skip
