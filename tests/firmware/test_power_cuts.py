"""Power lost at 100 points of a deployment, on littlefs and on FAT, with the real install.py.

MicroPython's own file systems run on a RAM disk, see tests/device/power_cuts.py.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from support.micropython import needs_micropython

from thumbnet.export import firmware_text
from thumbnet.export.emit.mpy import cross_compile
from thumbnet.tools.targets import find_micropython

SCRIPT = Path(__file__).parents[1] / "device" / "power_cuts.py"
POINTS = 100
DISK = 256 * 1024
USER = {f"a file of the user {n}.txt": bytes([65 + n]) * (700 * n) for n in range(1, 7)}
Kind = tuple[str, bool]
KINDS: list[Kind] = [(kind, weights) for kind in (".py", ".mpy") for weights in (False, True)]
QUICK = [(None, (".mpy", True)), ((".py", False), (".py", False)), ((".py", True), (".py", True))]


@cache
def files(which: str, kind: str, weights: bool) -> dict[str, str]:
    """A model of some 10 KB that checks at import that net.bin is its own, in hex."""
    text = "".join(f"A{n} = '{which} {n:>50}'\n" for n in range(150))
    if weights:
        text += (
            "with open('net.bin', 'rb') as file:\n"
            f"    if file.read(7) != b'TNW1{which}':\n"
            "        raise ValueError('net.bin is of another model')\n"
        )
    text += f"WHICH = {which!r}\n"
    made = {
        f"net{kind}": cross_compile("net", text.encode(), "") if kind == ".mpy" else text.encode()
    }
    if weights:
        made["net.bin"] = b"TNW1" + which.encode() + bytes(n * 7 % 256 for n in range(15_000))
    return in_hex(made)


def in_hex(contents: dict[str, bytes]) -> dict[str, str]:
    return {name: data.hex() for name, data in contents.items()}


def cuts(folder: Path, system: str, old: Kind | None, new: Kind) -> list[dict[str, object]]:
    needs_micropython()
    case = folder / "case.json"
    case.write_text(
        json.dumps(
            {
                "install": firmware_text("install"),
                "system": system,
                "size": DISK,
                "old": files("old", *old) if old else {},
                "new": files("new", *new),
                "kind": new[0],
                "user": in_hex(USER),
                "points": POINTS,
                "repairs": 12,
            }
        )
    )
    done = subprocess.run(
        [str(find_micropython()), "-X", "heapsize=16m", str(SCRIPT), str(case)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout[-300:] + done.stderr[-300:]
    said = (line for line in done.stdout.splitlines() if line.startswith("{"))
    head, *lines = map(json.loads, said)  # besides, files that are left open complain of the cut
    assert len(lines) >= POINTS
    assert head["writes"] >= POINTS // 2
    assert all(line["lost"] for line in lines)
    return lines


@pytest.mark.parametrize("system", ["littlefs", "fat"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(
            old,
            new,
            marks=[] if (old, new) in QUICK else [pytest.mark.slow],
            id=" to ".join(
                "nothing" if kind is None else kind[0] + " and weights" * kind[1]
                for kind in (old, new)
            ),
        )
        for old in (None, *KINDS)
        for new in KINDS
    ],
)
def test_a_whole_module_is_left(tmp_path: Path, system: str, old: Kind | None, new: Kind) -> None:
    lines = cuts(tmp_path, system, old, new)
    before = "old" if old else None
    repaired = Counter(line["repaired"] for line in lines)
    assert set(repaired) == {before, "new"}, repaired
    assert {line["again"] for line in lines} == {"new"}
    # Without repair, import finds a whole model too, or says that there is none.
    refusals = {"ValueError: net.bin is of another model"} if new[1] and old else set()
    if system == "fat":  # it cannot replace a file in one step
        refusals |= {None}
        refusals |= {"OSError: [Errno 2] ENOENT"} if old and old[1] else set()
    answers = Counter(line["at once"] for line in lines)
    assert set(answers) <= {before, "new"} | refusals, answers
    assert sum(answers[refusal] for refusal in refusals - {before}) <= len(lines) // 4
