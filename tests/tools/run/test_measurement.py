"""`thumbnet bench`: what is measured, and the exporter's estimates beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.cli import last_json, thumbnet
from support.emulators import needs_qemu
from support.fake_artifact import FakeArtifact
from support.fused import program
from support.micropython import needs_micropython

from thumbnet.export import Artifact, convert, list_boards
from thumbnet.tools.run.estimates import FIGURES, EstimateComparison, compare_estimates
from thumbnet.tools.run.measurement import Measurement, bench, on_board
from thumbnet.tools.targets import CPythonTarget, Target, UnixTarget
from thumbnet.tools.targets.port import PortTarget
from thumbnet.tools.transport.serial_board import DeviceError
from thumbnet.trainer import ThumbnetError

SIZES = (20, 6, 3)
FIELDS = {
    *("target", "macs", "us_per_inference", "instructions_per_inference", "module_bytes"),
    *("heap_bytes_import", "heap_bytes_free", "heap_bytes_per_inference", "us_per_decision"),
}


def written(folder: Path, board: str) -> Artifact:
    x = np.random.default_rng(1).integers(0, 256, (8, SIZES[0]))
    return program(*SIZES, board=board).write(folder, x)


class Counter(Target):
    """A target that answers right and says what its measurements are."""

    name = "counter"

    def __init__(self, lines: list[dict[str, Any]], wrong: bool = False) -> None:
        self.lines, self.wrong, self.ran = lines, wrong, list[str]()

    def _put(self, files):
        pass

    def run(self, script, module, rows):
        self.ran.append(script)
        if script == "selftest":
            answers = FakeArtifact().expected()
            answers[0]["predict"] += self.wrong
            yield {"begin": module}
            yield from answers[: len(list(rows))]
        else:
            yield {"begin": module, "heap_bytes_import": 700, "heap_free": 5000}
            yield from self.lines
        yield {"end": 0}


def test_median_of_the_rows_and_the_most_heap() -> None:
    lines = [
        {"us": 1.5, "instructions": 30, "heap": 0},
        {"us": 9.0, "instructions": 90, "heap": 48},
        {"us": 2.0, "instructions": 20, "heap": 16},
    ]
    measured = bench(Counter(lines), FakeArtifact())
    assert measured.as_json() == {
        "target": "counter",
        "macs": 12,
        "us_per_inference": 2.0,
        "us_per_decision": None,
        "instructions_per_inference": 30,
        "module_bytes": len(FakeArtifact().files["gestures.py"]),
        "heap_bytes_import": 700,
        "heap_bytes_free": 5000,
        "heap_bytes_per_inference": 48,
    }


def test_instructions_where_none_are_counted() -> None:
    measured = bench(Counter([{"us": 2.0, "heap": None}]), FakeArtifact())
    assert measured.instructions_per_inference is None
    assert measured.heap_bytes_per_inference is None


def test_nothing_is_measured_after_a_wrong_answer() -> None:
    target = Counter([{"us": 2.0, "heap": 0}], wrong=True)
    with pytest.raises(ThumbnetError, match=r"gives wrong answers on counter \(row 0"):
        bench(target, FakeArtifact())
    assert target.ran == ["selftest"]


def test_an_error_among_the_rows() -> None:
    target = Counter([{"us": 2.0, "heap": 0}, {"error": "OSError", "message": "5"}])
    with pytest.raises(ThumbnetError, match="counter: OSError: 5"):
        bench(target, FakeArtifact())


def test_free_heap_is_said_by_the_target() -> None:
    needs_micropython()
    with UnixTarget("48k") as target:
        measured = bench(target, FakeArtifact(), rows=2)
    assert measured.heap_bytes_free is not None
    assert 20_000 < measured.heap_bytes_free < 48 * 1024
    with CPythonTarget() as target:
        assert bench(target, FakeArtifact(), rows=2).heap_bytes_free is None


@pytest.mark.emulated
def test_files_in_a_hex() -> None:
    needs_qemu()
    from thumbnet.export.microbit.hexfile import microbit_hex

    files = {"a.py": b"x = 1\n", "a.bin": bytes(300)}
    assert on_board({"a.hex": microbit_hex(files).encode()}) == files
    assert on_board(files) == files


# Estimates


def measurement(**changes: Any) -> Measurement:
    fields = {
        **{"target": "unix", "macs": 138, "us_per_inference": 50.0, "module_bytes": 4000},
        **{"heap_bytes_import": 3000, "heap_bytes_per_inference": 0, "facts": {}},
        **{"heap_bytes_free": None, **changes},
    }
    return Measurement(**fields)


@pytest.mark.parametrize(
    ("measured", "estimated", "off"),
    [(50.0, 60.0, 20.0), (50.0, 40.0, -20.0), (50.0, 50.0, 0.0), (0.0, 7.0, None), (0.0, 0.0, 0.0)],
)
def test_deviation(measured: float, estimated: float, off: float | None) -> None:
    found = measurement(us_per_inference=measured)
    compared = EstimateComparison(found, dict.fromkeys(FIGURES, estimated))
    assert compared.deviation("us_per_inference") == off
    assert compared.deviation("heap_bytes_free") is None


def test_the_estimate_is_that_of_the_artifacts_build(tmp_path: Path) -> None:
    from thumbnet.export.board_fit.estimate import estimate

    artifact = written(tmp_path, "unix")
    made = estimate(artifact.graph, artifact.board, "viper", "module")
    compared = compare_estimates(artifact, measurement())
    assert compared.estimated == {
        "us_per_inference": round(made.seconds * 1e6, 2),
        "us_per_decision": None,
        "module_bytes": made.flash,
        "heap_bytes_import": made.steady_heap,
        "heap_bytes_free": 64_000_000 - made.steady_heap,
        "heap_bytes_per_inference": 0,
    }
    assert (
        compare_estimates(artifact, measurement(), own_heap=False).estimated["heap_bytes_free"]
        is None
    )
    off = compared.as_json()["heap_bytes_import"]["off_percent"]
    assert off == round(100 * (made.steady_heap - 3000) / 3000, 1)


# The command


def test_estimates_where_the_target_is_the_board(tmp_path: Path) -> None:
    needs_micropython()
    written(tmp_path, "unix")
    done = thumbnet("bench net.py", tmp_path)
    header, macs, time, *others = done.stdout.splitlines()[1:]
    assert header.split() == ["measured", "estimate", "off", "by"]
    assert macs.split() == ["multiply-accumulates", "138"]
    assert time.split()[:3] == ["time", "per", "inference"]
    assert time.endswith(" %")
    assert [line.rstrip().endswith(" %") for line in others] == [False, True, True, True, True]
    result = last_json(thumbnet("bench net.py --json", tmp_path))
    assert set(result) == {*FIELDS, "estimates", "intact"}
    assert set(result["estimates"]) == set(FIGURES)
    for field in FIGURES:
        there = result["estimates"][field]
        if field == "us_per_decision":  # it has no Stream
            assert there == {"estimate": None, "off_percent": None}
            continue
        assert there["estimate"] is not None
        if result[field]:
            off = 100 * (there["estimate"] - result[field]) / result[field]
            assert there["off_percent"] == pytest.approx(off, abs=0.06)


def test_another_heap_has_no_estimate_of_what_is_free(tmp_path: Path) -> None:
    needs_micropython()
    written(tmp_path, "unix")
    result = last_json(thumbnet("bench net.py --heap 64k --json", tmp_path))
    assert 0 < result["heap_bytes_free"] < 65_536
    assert result["estimates"]["heap_bytes_free"] == {"estimate": None, "off_percent": None}
    assert result["estimates"]["heap_bytes_import"]["estimate"] > 0


@pytest.mark.parametrize("target", ["unix", "cpython"])
def test_no_estimate_elsewhere(tmp_path: Path, target: str) -> None:
    needs_micropython()
    written(tmp_path, "generic")
    done = thumbnet(f"bench net.py --target {target}", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "estimate" not in done.stdout
    assert len(done.stdout.splitlines()) == 8
    result = last_json(thumbnet(f"bench net.py --target {target} --json", tmp_path))
    assert result["estimates"] is None


@pytest.mark.parametrize(("board", "known"), [("unix", True), ("generic", False), ("esp32", False)])
def test_a_port_may_be_any_board(tmp_path: Path, board: str, known: bool) -> None:
    needs_micropython()
    pty_board = pytest.importorskip("support.pty_board", reason="a pty needs a Unix")
    x = np.random.default_rng(1).integers(0, 256, (8, SIZES[0]))
    tier = "plain" if board == "esp32" else None
    made = program(*SIZES, board="generic")
    convert(made.model, x, name="net", board=board, tier=tier).write(tmp_path, x)
    there = pty_board.PtyBoard(tmp_path / "board")
    result = last_json(thumbnet(f"bench net.py --port {there.port} --json", tmp_path))
    there.close()
    assert result["heap_bytes_free"] > 10_000
    if not known:
        assert result["estimates"] is None
        return
    assert result["estimates"]["us_per_inference"]["estimate"] > 1
    assert result["estimates"]["heap_bytes_free"]["estimate"] is None, "it was given another"


class Answers:
    """A raw REPL that says what it is; or that has no such words."""

    platform = "rp2"

    def __init__(self, machine: str | None) -> None:
        self.machine = machine

    def execute(self, code: str) -> str:
        if self.machine is None:
            raise DeviceError("/dev/ttyACM0", "AttributeError", "no attribute 'uname'")
        return self.machine + "\r\n"


@pytest.mark.parametrize(
    ("machine", "board"),
    [
        ("Raspberry Pi Pico with RP2040", "pico"),
        ("Raspberry Pi Pico W with RP2040", "pico_w"),
        ("Raspberry Pi Pico2 with RP2350", "pico2"),
        ("Generic ESP32 module with ESP32", "esp32"),
        ("ESP32 module with ESP32", "esp32"),
        ("Generic ESP32 module with SPIRAM with ESP32", None),
        ("Generic ESP32S3 module with ESP32S3", "esp32_s3"),
        ("ESP module with ESP8266", "esp8266"),
        ("PYBv1.1 with STM32F405RG", "pyboard"),
        ("micro:bit with nRF52833", "microbit_v2"),
        ("linux [GCC 12.2.0] version", None),
        (None, None),
    ],
)
def test_a_board_says_what_it_is(machine: str | None, board: str | None) -> None:
    target = object.__new__(PortTarget)
    target.board = Answers(machine)  # type: ignore[assignment]
    assert [b.name for b in list_boards() if target.runs_on(b)] == ([board] if board else [])
