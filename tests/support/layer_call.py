"""One call of a layer kernel, and the memory that it is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .kernel_words import WORDS, words_of
from .kernels import BEHIND, UNTOUCHED

Rng = np.random.Generator


@dataclass(frozen=True)
class Call:
    """One call: its operands, and the entries of y that it has to write.

    x: uint8, or int32 of a cell. words: the front of p but for places and the table's, repeated:
    what follows. written: entry of y, from y_at on, to its value. weight: signed, as the exporter
    has them; otherwise w is what there is. scratch: bytes at patch_at. window: what
    `export/graph/window.py` is given. state: x after the call where that differs.
    """

    kernel: str
    x: list[int]
    words: dict[str, int]
    written: dict[int, int]
    repeated: list[int] = field(default_factory=list)
    w: bytes = b""
    weight: Any = None
    table: bytes = b""
    scratch: int = 0
    wide: bool = False
    window: tuple[int, ...] = ()
    state: list[int] | None = None

    @property
    def places(self) -> set[str]:
        """What lies at a place of its own: x, w, y and patch."""
        return {name[:-3] for name in WORDS[self.kernel].front if name.endswith("_at")}

    def p(self, tier: str, at: dict[str, int], table: int) -> list[int]:
        """All of p, with these places and that of the table."""
        words = self.words | {f"{name}_at": at[name] for name in self.places}
        if table:
            words["table"] = table
        return words_of(self.kernel, tier).values(words, self.repeated)

    @property
    def rows(self) -> bytes:
        """The weights as plain and viper kernels take them."""
        if self.kernel == "conv_int4":
            outputs, inputs = self.weight.shape
            nibbles = np.full((outputs, -(-inputs // 2) * 2), 8)
            nibbles[:, :inputs] = self.weight + 8
            return (nibbles[:, 0::2] | nibbles[:, 1::2] << 4).astype(np.uint8).tobytes()
        if self.weight is None:
            return self.w
        order = self.weight.T if self.kernel.startswith("depthwise_conv") else self.weight
        return (order + 128).astype(np.uint8).tobytes()


@dataclass
class Memory:
    """Operands of a native call, and what they hold after it.

    x: the arena, or the words of a cell. w: None if it is the arena. y: None if it is the arena.
    free: the patch's place in the arena, where anything may stand after the call.
    """

    x: bytearray | list[int]
    w: bytes | None
    y: list[int] | None
    p: list[int]
    wide: bool
    x_after: bytearray | list[int]
    y_after: list[int] | None
    free: slice = field(default_factory=lambda: slice(0))

    def line(self, kernel: str) -> dict[str, Any]:
        """The call as `layer_answers.py` takes it."""
        x = self.x.hex() if isinstance(self.x, bytearray) else self.x
        w = None if self.w is None else self.w.hex()
        return {"kernel": kernel, "x": x, "w": w, "y": self.y, "wide": self.wide, "p": self.p}

    def check(self, answer: dict[str, Any]) -> None:
        """Assert that the answer of `layer_answers.py` is right."""
        x = answer["x"]
        if isinstance(self.x, bytearray):
            x = bytearray.fromhex(x)
            x[self.free] = self.x_after[self.free]
        assert answer["y"] == self.y_after
        assert x == self.x_after
        assert answer["kept"]


def plain(call: Call, rng: Rng) -> Memory:
    """Return memory for a call of the plain kernel: x, w and y are exactly those tensors."""
    w, x = call.rows, call.x
    table = len(w) if call.table else 0
    w += call.table
    places = dict.fromkeys(call.places, 0)
    if call.kernel in ("add", "add_xnnpack") and rng.random() < 0.3:
        after = bytearray(call.written.values())
        return Memory(bytearray(x), w, None, call.p("plain", places, table), False, after, None)
    at = int(rng.integers(0, 6)) if "y_at" in words_of(call.kernel, "plain").front else 0
    places["y"] = at
    p = call.p("plain", places, table)
    y = [UNTOUCHED] * (at + max(call.written) + 1 + BEHIND)
    y_after = y.copy()
    for entry, value in call.written.items():
        y_after[at + entry] = value
    words = "x" not in call.places
    before, after = (x, call.state or x) if words else (bytearray(x), bytearray(x))
    return Memory(before, w, y, p, call.wide, after, y_after)


def native(call: Call, w: bytes, rng: Rng) -> Memory:
    """Return memory for a call with w as the kernel takes it: an arena in any order, full of dirt.

    The sum of two tensors may replace one of them.
    """
    span = max(call.written) + 1
    sizes = {"patch": -(-call.scratch // 4) * 4}
    if "x" in call.places:
        sizes["x"] = len(call.x)
    if "w" in call.places:
        sizes["w"] = len(w)
    if not call.wide:
        sizes["y"] = span
    at: dict[str, int] = {}
    end = 0
    for name in rng.permutation(list(sizes)).tolist():
        end += int(rng.integers(0, 9))
        at[name] = end if name == "y" else -(-end // 4) * 4
        end = at[name] + sizes[name]
    if call.kernel in ("add", "add_xnnpack"):
        at["y"] = at[str(rng.choice(("x", "w", "y")))]
    before = bytearray(rng.bytes(end + BEHIND))
    table = len(w) if call.table else 0
    w += call.table
    for name in ("x", "w"):
        if name in call.places:
            before[at[name] : at[name] + sizes[name]] = w if name == "w" else bytes(call.x)
    y = None
    if call.wide:
        at["y"] = int(rng.integers(0, 6))
        y = [UNTOUCHED] * (at["y"] + span + BEHIND)
    after, y_after = before.copy(), None if y is None else y.copy()
    for entry, value in call.written.items():
        (after if y_after is None else y_after)[at["y"] + entry] = value
    words = "x" not in call.places
    if words:
        y, y_after = list(before), list(after)
    return Memory(
        x=call.x if words else before,
        w=None if "w" in call.places else w,
        y=y,
        p=call.p("viper", at, table),
        wide=call.wide,
        x_after=(call.state or call.x) if words else after,
        y_after=y_after,
        free=slice(at["patch"], at["patch"] + sizes["patch"]),
    )


def clamp(value: int, low: int, high: int) -> int:
    """Return what of value is within the limits."""
    return max(low, min(value, high))


def activations(rng: Rng, n: int) -> list[int]:
    values = {
        "any": lambda: rng.integers(0, 256, n),
        "0": lambda: np.zeros(n, int),
        "255": lambda: np.full(n, 255),
        "sparse": lambda: rng.integers(1, 256, n) * (rng.random(n) < 0.1),
        "runs": lambda: rng.integers(1, 256, n) * (np.arange(n) % 29 < 11),
    }
    return list(map(int, values[str(rng.choice(list(values)))]()))
