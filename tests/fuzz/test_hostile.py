"""Files that would take all memory, all time or the terminal: each is refused, or read, in bounds.

Each is tried in a process of its own, which the system stops if thumbnet does not refuse.
"""

from __future__ import annotations

import functools
import gzip
import io
import json
import os
import socket
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz import cases_readers as cases
from support.fuzzing import ACCEPTED, REFUSED, Case, Outcome, faults, run_apart
from support.mutators import HEADERS, npy, write_zip

EXPORT = ("export", "m.npz", "-o", "out")
COMPARE = ("compare", "m.npz")
GIGABYTE = 2**30


def train(data: str, *more: str) -> tuple[str, ...]:
    return ("train", data, "-o", "out/m.npz", "--epochs", "1", *more)


@functools.cache
def zeros_zip(name: str, declared: int = GIGABYTE) -> bytes:
    """A member of 1 GB of zeros; its size in the directory may be a lie."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
            head = "{'descr': '|u1', 'fortran_order': False, 'shape': (1024, 1048576)}"
            member.write(npy(head, b""))
            for _ in range(GIGABYTE >> 20):
                member.write(bytes(2**20))
        if declared != GIGABYTE:
            archive.infolist()[0].file_size = declared
    return buffer.getvalue()


@functools.cache
def zeros_gz() -> bytes:
    piece = gzip.compress(b"\0\0\x08\x03" + struct.pack(">3I", 1, 1024, 2**20), 1, mtime=0)
    return piece + gzip.compress(bytes(2**26), 1, mtime=0) * 16


def described(**changes: object) -> bytes:
    """The file of a small network with another description, and the digest of it."""
    description, arrays = cases.opened(cases.model_bytes("regression"))
    description.update(changes)
    return cases.forged(json.dumps(description), arrays)


def with_units(units: int) -> bytes:
    description, arrays = cases.opened(cases.model_bytes("regression"))
    description["layers"][0]["config"]["units"] = units
    return cases.forged(json.dumps(description), arrays)


def with_window(size: int) -> bytes:
    description, arrays = cases.opened(cases.model_bytes("padded"))
    pool = next(one for one in description["layers"] if one["class"] == "MaxPooling2D")
    pool["config"]["pool_size"] = [size, 1]
    return cases.forged(json.dumps(description), arrays)


def with_text(old: str, new: str) -> bytes:
    description, arrays = cases.opened(cases.model_bytes("regression"))
    text = json.dumps(description)
    assert old in text
    return cases.forged(text.replace(old, new, 1), arrays)


def with_info(start: str) -> Case:
    return Case(EXPORT, {"m.npz": with_text('"info": {', f'"info": {{"x": {start}, ')})


def header(name: str, text: str) -> bytes:
    return write_zip([(f"{name}.npy", npy(text, bytes(64))), ("y.npy", npy(text, bytes(64)))])


def fifo(folder: Path) -> None:
    os.mkfifo(folder / "m.npz")
    os.mkfifo(folder / "d.csv")


def zero(folder: Path) -> None:
    for name in ("m.npz", "d.csv"):
        (folder / name).symlink_to("/dev/zero")


def _sketch_of(folder: Path) -> None:
    (folder / "m.npz").write_bytes(cases.model_bytes("regression"))
    (folder / "d.csv").symlink_to("/dev/zero")


def unix_socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        before = Path.cwd()
        os.chdir(folder)  # the name of a socket has to be short
        made.bind("m.npz")
        os.chdir(before)


def sparse(folder: Path) -> None:
    for name in ("m.npz", "d.csv", "d.npz", "t-images-idx3-ubyte"):
        with (folder / name).open("wb") as file:
            file.truncate(2**40)
    (folder / "t-labels-idx1-ubyte").write_bytes(b"\0\0\x08\1\0\0\0\0")


def classes(count: int) -> dict[str, bytes]:
    images = b"\0\0\x08\3" + struct.pack(">3I", 4, 2, 2) + bytes(range(16))
    labels = b"\0\0\x0c\1" + struct.pack(">I4i", 4, 0, 1, 2, count)
    return {"t-images-idx3-ubyte": images, "t-labels-idx1-ubyte": labels}


def wide(columns: int) -> bytes:
    rows = [",".join(f"c{i}" for i in range(columns))]
    rows += [",".join(str((i + j) % 7) for i in range(columns)) for j in range(6)]
    return "\n".join(rows).encode()


def rates(step: str) -> bytes:
    times = [f"{float(step) * i:.17g}" for i in range(64)]
    lines = [f"{t},{i % 9},{'ab'[i // 32]}" for i, t in enumerate(times)]
    return "\n".join(["time,x,label", *lines, ""]).encode()


LABELS = (
    b'x,label\n1,"\x1b[31mred\x1b[0m"\n2,"\x1b]0;title\x07"\n' * 1 + b'1,"\x1b[31mred\x1b[0m"\n' * 4
)

REFUSED_FILES: dict[str, Callable[[], Case]] = {
    "units": lambda: Case(EXPORT, {"m.npz": with_units(200_000_000)}),
    "units report": lambda: Case(
        ("report", "m.npz", "-o", "out/p.html"), {"m.npz": with_units(2_000_000_000)}
    ),
    "huge input": lambda: Case(COMPARE, {"m.npz": described(input_shape=[2**31, 2**31])}),
    "huge window": lambda: Case(EXPORT, {"m.npz": with_window(2**31)}),
    "huge number": lambda: Case(EXPORT, {"m.npz": described(input_shape=[10**400])}),
    "digits": lambda: Case(EXPORT, {"m.npz": with_text('"seed": 1', '"seed": ' + "1" * 5000)}),
    "deep": lambda: with_info("[" * 10**5 + "]" * 10**5),
    "rather deep": lambda: with_info("[" * 900 + "]" * 900),
    "many lists": lambda: with_info("[" + "[]," * 5 * 10**6 + "[]]"),
    "many layers": lambda: Case(
        EXPORT,
        {"m.npz": described(layers=[{"class": "Flatten", "config": {}}] * 100_000)},
    ),
    "zip of zeros": lambda: Case(EXPORT, {"m.npz": zeros_zip("thumbnet.json")}),
    "zip of zeros that says 3 bytes": lambda: Case(EXPORT, {"m.npz": zeros_zip("digest", 3)}),
    "data of zeros": lambda: Case(train("d.npz"), {"d.npz": zeros_zip("x")}),
    "data of zeros that says 3 bytes": lambda: Case(train("d.npz"), {"d.npz": zeros_zip("x", 3)}),
    "gzip of zeros": lambda: Case(
        train("t-images-idx3-ubyte.gz"),
        {"t-images-idx3-ubyte.gz": zeros_gz(), "t-labels-idx1-ubyte.gz": zeros_gz()},
    ),
    "one name twice": lambda: Case(
        EXPORT, {"m.npz": write_zip([("digest.npy", b"1"), ("digest.npy", b"2")])}
    ),
    **{
        f"header {i} {'train' if verb[0] == 'train' else 'export'}": functools.partial(
            lambda verb, text: Case(verb, {"m.npz": header("x", text), "d.npz": header("x", text)}),
            *(verb, text),
        )
        for i, text in enumerate(HEADERS)
        for verb in (EXPORT, train("d.npz"))
    },
    "pipe": lambda: Case(EXPORT, prepare=fifo),
    "pipe of a table": lambda: Case(train("d.csv"), prepare=fifo),
    "zero": lambda: Case(EXPORT, prepare=zero),
    "zero as a table": lambda: Case(train("d.csv"), prepare=zero),
    "socket": lambda: Case(EXPORT, prepare=unix_socket),
    "folder": lambda: Case(EXPORT, prepare=lambda folder: (folder / "m.npz").mkdir()),
    "a terabyte of nothing": lambda: Case(EXPORT, prepare=sparse),
    "a terabyte of table": lambda: Case(train("d.csv"), prepare=sparse),
    "a terabyte of arrays": lambda: Case(train("d.npz"), prepare=sparse),
    "a terabyte of pictures": lambda: Case(train("t-images-idx3-ubyte"), prepare=sparse),
    "ten million classes": lambda: Case(train("t-images-idx3-ubyte"), classes(10**7)),
    "two billion classes": lambda: Case(train("t-images-idx3-ubyte"), classes(2**31 - 1)),
    "one long line": lambda: Case(train("d.csv"), {"d.csv": b"1" * 60 * 2**20}),
    "a line of commas": lambda: Case(train("d.csv"), {"d.csv": b"a,b\n" + b"," * 60 * 2**20}),
    "wide": lambda: Case(train("d.csv"), {"d.csv": wide(200_000)}),
    "ten million rows": lambda: Case(train("d.csv"), {"d.csv": b"a,b\n" + b"1,2\n" * 10**7}),
    "thirty million cells": lambda: Case(train("d.csv"), {"d.csv": (b"1," * 99 + b"\n") * 300_000}),
    "zero as a sketch": lambda: Case(
        (*EXPORT, "--board", "microbit", "--main", "d.csv"), prepare=_sketch_of
    ),
    "a long name": lambda: Case(train("x" * 5000)),
    "open quote": lambda: Case(train("d.csv"), {"d.csv": b'a,"b\n' + b"1,2\n" * 10**6}),
    "a rate of 1e-300": lambda: Case(train("r.csv", "--window", "8"), {"r.csv": rates("1e-300")}),
    "a rate of 1e29": lambda: Case(train("r.csv", "--window", "8"), {"r.csv": rates("1e29")}),
}

READ_FILES: dict[str, Callable[[], Case]] = {
    "control characters": lambda: Case(train("d.csv"), {"d.csv": LABELS}),
    "many columns": lambda: Case(train("d.csv", "--hidden", "0"), {"d.csv": wide(3000)}),
    "a million rows": lambda: Case(
        train("d.csv", "--hidden", "0", "--batch-size", "65536"),
        {"d.csv": b"a,b,c,label\n" + b"1,2.25,-3.5,x\n3,4.75,0.25,y\n" * 500_000},
    ),
    "many rows": lambda: Case(
        train("d.csv", "--hidden", "0", "--batch-size", "4096"),
        {"d.csv": b"a,b,label\n" + b"1,2,x\n3,4,y\n" * 250_000},
    ),
}


def outcome(case: Case, folder: Path) -> Outcome:
    if not Path("/proc/self/status").exists():
        pytest.skip("the limits of memory are those of Linux")
    done = run_apart(case, folder)
    assert not faults(done), done
    return done


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_refused(tmp_path: Path, name: str) -> None:
    done = outcome(REFUSED_FILES[name](), tmp_path)
    assert done.verdict == REFUSED
    assert not list((tmp_path / "case/out").iterdir())


@pytest.mark.parametrize("name", READ_FILES)
def test_read(tmp_path: Path, name: str) -> None:
    assert outcome(READ_FILES[name](), tmp_path).verdict == ACCEPTED
