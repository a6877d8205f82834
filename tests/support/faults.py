"""What the tests of faults share: refusals in one line, and damage to a file of weights."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from thumbnet.export import Artifact
from thumbnet.tools.targets import Target, open_target
from thumbnet.tools.run.verification import Verdict, finish, verify
from thumbnet.trainer import ThumbnetError

from .emulators import needs_qemu, needs_wasm
from .micropython import needs_micropython

HEADER = struct.Struct("<4sII")
NEEDS = {"unix": needs_micropython, "wasm": needs_wasm, "microbit": needs_qemu}


def opened(name: str, **options: Any) -> Target:
    """A target, where what it needs is installed."""
    NEEDS.get(name, lambda: None)()
    return open_target(name, **options)


def verdict(target: Target, artifact: Artifact, **options: Any) -> Verdict:
    """What `verify` says in the end."""
    return finish(verify(target, artifact, **options))


def refused(message: str, call: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    """Call, which must fail with one line."""
    with pytest.raises(ThumbnetError, match=message) as caught:
        call(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """No file can grow beyond so many bytes."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def header(data: bytes, length: int = 0, crc: int = 0) -> bytes:
    """A file of weights with another length or CRC-32 in its header."""
    magic, old_length, old_crc = HEADER.unpack(data[:12])
    return HEADER.pack(magic, old_length + length, old_crc ^ crc) + data[12:]


def flipped(data: bytes, byte: int, bit: int = 0) -> bytes:
    """The same with one bit another."""
    out = bytearray(data)
    out[byte] ^= 1 << bit
    return bytes(out)


def swapped(data: bytes) -> bytes:
    """The same with two neighbours in turn, the first that differ."""
    at = next(k for k in range(12, len(data)) if data[k] != data[k + 1])
    return data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]
