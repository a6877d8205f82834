"""Faults on a micro:bit: damaged weights, power lost while the .hex is written, too little heap.

No fault may lead to a wrong answer.
"""

from dataclasses import replace
from functools import cache

import pytest
from support.emulators import needs_qemu
from support.exported import exported, program
from support.faults import flipped, header, opened, refused, verdict
from support.sharp import sharp

from thumbnet.export import load_board
from thumbnet.export.microbit.hexfile import microbit_hex
from thumbnet.export.microbit.module_files import emit_files
from thumbnet.tools.run.import_failures import heap_needed
from thumbnet.tools.run.measurement import bench
from thumbnet.tools.transport import qemu
from thumbnet.trainer import ThumbnetError

MICROBIT = {"board": "microbit"}
FILES = 0x38800  # where the firmware's file system begins
LAST = 0x3F800  # its last page, which holds no files


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Artifacts by seed and number of units, each written once."""
    needs_qemu()
    return cache(
        lambda seed=0, units=9: exported(
            tmp_path_factory.mktemp("made"), seed, **MICROBIT, units=units
        )
    )


@pytest.fixture
def target(made):
    with opened("microbit") as board:
        yield board


@cache
def parts(seed=0):
    network = program(seed, **MICROBIT)
    return emit_files(network.graph, network.build, network._facts(""))


def records(text):
    """The lines of a .hex that have data, each with its address."""
    found, base = [], 0
    for line in text.splitlines():
        record = bytes.fromhex(line[1:])
        if record[3] == 4:
            base = int.from_bytes(record[4:6], "big") << 16
        elif record[3] == 0:
            found.append((base + int.from_bytes(record[1:3], "big"), line))
    return found


def flash(new, at, old=()):
    """A .hex of what is in flash when the power is lost at an address: new before it, old after it.

    Without old the rest is erased: the board's own loader begins with that.
    """
    kept = [(where, line) for where, line in new if where < at]
    lines, high = [], -1
    for where, line in kept + [(where, line) for where, line in old if where >= at]:
        if where >> 16 != high:
            high = where >> 16
            body = bytes([2, 0, 0, 4]) + high.to_bytes(2, "big")
            lines.append(f":{body.hex()}{-sum(body) & 255:02X}".upper())
        lines.append(line)
    return {"gestures.hex": "\n".join([*lines, ":00000001FF", ""]).encode()}


def image(artifact):
    return records(artifact.files["gestures.hex"].decode())


def end_of(lines):
    """The last record of a file's contents: what follows is erased, and a page of the firmware's.

    A file that fills its chunks has one more, with but the number of that before it.
    """
    return max(
        where
        for where, line in lines
        if where < LAST and sum(byte != 0xFF for byte in bytes.fromhex(line[9:-2])) > 1
    )


# A file of weights that is not the module's


DAMAGE = {
    "of another model": (lambda d: parts(1)["gestures.bin"], "is of another model: flash the .he"),
    "another CRC": (lambda d: header(d, crc=1), "is of another model: flash the .hex again"),
    "one byte short": (
        lambda d: d[:-1],
        r"is damaged \(its CRC-32 differs\): flash the .hex again",
    ),
    "half": (
        lambda d: d[: len(d) // 2],
        r"is damaged \(its CRC-32 differs\): flash the .hex again",
    ),
    "header alone": (lambda d: d[:12], r"is damaged \(its CRC-32 differs\): flash the .hex again"),
    "half a header": (lambda d: d[:6], "is of another model: flash the .hex again"),
    "first bit": (
        lambda d: flipped(d, 12),
        r"is damaged \(its CRC-32 differs\): flash the .hex ag",
    ),
    "a bit": (
        lambda d: flipped(d, len(d) // 2, 3),
        r"is damaged \(its CRC-32 differs\): flash the",
    ),
    "last bit": (
        lambda d: flipped(d, -1, 7),
        r"is damaged \(its CRC-32 differs\): flash the .hex ",
    ),
    "a text": (lambda d: b"hello\n", "is not a weights file: flash the .hex again"),
    "missing": (lambda d: None, "is missing: flash the .hex again"),
}


SHARP = ("of another model", "one byte short", "half a header", "first bit", "last bit", "missing")


@pytest.mark.emulated
@pytest.mark.parametrize("what", sharp(DAMAGE, SHARP))
def test_damaged_weights(made, target, what):
    damage, said = DAMAGE[what]
    files = {**parts(), "gestures.bin": damage(parts()["gestures.bin"])}
    target.put({name: data for name, data in files.items() if data is not None})
    refused(
        f"^microbit cannot import gestures: ValueError: gestures.bin {said}",
        *(verdict, target, made()),
        module="gestures",
    )


# Power lost while the flash is written, in the order of addresses


@pytest.fixture
def unchecked(monkeypatch):
    """The board may boot from incomplete flash."""
    monkeypatch.setattr("thumbnet.tools.targets.microbit.files_in_hex", lambda text, name: {})


def one_line(error):
    assert "\n" not in str(error)
    return str(error)


def outcome(target, files, *artifacts):
    """Which of the artifacts the board answers as, or the line that says why it does not."""
    try:
        target.put(files)
        equal = [verdict(target, made, limit=3, module="gestures").ok for made in artifacts]
    except ThumbnetError as error:
        return one_line(error)
    assert sum(equal) == 1, "a wrong answer"
    return equal.index(True)


@pytest.mark.emulated
@pytest.mark.parametrize("at", sharp([0x100, 0x8000, 0x1D900, 0x37360], (0x100, 0x37360)))
def test_power_lost_in_the_firmware(made, target, unchecked, monkeypatch, at):
    monkeypatch.setattr(qemu, "BOOT", 2.0)
    said = outcome(target, flash(image(made()), at), made())
    assert said.startswith("gestures.hex does not boot on the emulated micro:bit (")
    assert said.endswith("): it must be MicroPython for the micro:bit v1; export it again")


@pytest.mark.emulated
@pytest.mark.parametrize("twelfth", sharp(range(13), (0, 1, 6, 12)))
def test_power_lost_in_the_files(made, target, unchecked, twelfth):
    """It boots, and import says what is missing or damaged."""
    lines = image(made())
    at = FILES + (end_of(lines) - FILES) * twelfth // 12
    said = outcome(target, flash(lines, at), made())
    begin = "microbit cannot import gestures: "
    if twelfth == 0:
        assert said == (
            f"{begin}ImportError: no module named 'gestures' "
            "(its files are damaged: flash the .hex again)"
        )
        return
    wrong = ("SyntaxError", "NameError", "MemoryError", "ValueError: gestures.bin is ")
    assert said.startswith(tuple(begin + error for error in wrong))
    assert " again" in said


@pytest.mark.emulated
@pytest.mark.parametrize("units", sharp([9, 40, 4], [9]))
def test_power_lost_over_another_model(made, target, unchecked, units):
    """The old model follows the written part: the board answers as one of them, or refuses."""
    old, new = made(0, units), made(1)
    before, after = image(old), image(new)
    heard = [
        outcome(target, flash(after, at, before), old, new)
        for at in range(FILES, end_of(after) - 256, (end_of(after) - FILES) // 7)
    ]
    assert heard[0] == 0
    refusals = [said for said in heard if said != 0]
    assert len(refusals) >= 3  # the kernels come first, and are the same
    assert all(isinstance(said, str) and " again" in said for said in refusals)
    assert outcome(target, flash(after, end_of(after) + 16, before), old, new) == 1


@pytest.mark.emulated
def test_files_of_an_earlier_model_behind_the_new_ones(made, target, unchecked):
    """Of two files of one name the first counts, as it does for the firmware."""
    other = {"filler.py": b"#" * 12_000, "gestures.bin": parts(1)["gestures.bin"]}
    lines = image(made())
    files = flash(lines, end_of(lines) + 16, records(microbit_hex(other)))
    assert outcome(target, files, made(), made(1)) == 0


@pytest.mark.emulated
def test_files_begin_where_they_are_looked_for():
    """weights_file.py searches the flash from 0x38000 on."""
    needs_qemu()
    import micropython_microbit_fs as library

    device = library.get_device_info(library.get_bundled_hex(1).content)
    assert device.fs_start_address == FILES
    assert device.fs_end_address == 0x40000


# A heap that is too small


@pytest.mark.emulated
def test_heap_too_small(tmp_path, target):
    """As with a network that is exported for more heap than the board has."""
    artifact = exported(tmp_path, units=300, board=replace(load_board("microbit"), heap=60_000))
    for call in (verdict, bench):
        text = refused("MemoryError: memory allocation failed", call, target, artifact)
        said = f"which needs about {heap_needed(artifact):,} bytes to import; it has 9,"
        assert said in text
    assert heap_needed(artifact) > 10_000


@pytest.mark.emulated
@pytest.mark.parametrize("options", [{}, {"board": "pico"}, {"weights": "stream"}])
def test_a_module_for_another_board(tmp_path, target, options):
    refused(
        r"\(a micro:bit v1 needs the .hex that export --board microbit writes\)$",
        *(verdict, target, exported(tmp_path, **options)),
    )
