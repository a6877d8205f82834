"""Networks with variables, as files: reads, assignments and what lies between in any order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thumbnet.importers.tflite.model import TfliteModel

from .tflite_builder import Network, build

SCALE, ZERO = 0.05, -5
WIDTH = 3
MOST_ROWS = 9


class Streaming:
    """A network in the making whose tensors are rows of WIDTH values, all of one scale.

    Parameters
    ----------
    sizes
        The rows of each variable. Its first values are random.

    """

    def __init__(self, sizes: list[int], rng: np.random.Generator) -> None:
        self.net, self.start = Network(), Network()
        self.rng = rng
        self.sizes = sizes
        self.x = self.net.input(self._shape(1), SCALE, ZERO)
        self.net.operator("CALL_ONCE", [], [], init_subgraph_index=1)
        self.handles = []
        for k, rows in enumerate(sizes):
            name = {"container": "", "shared_name": f"v{k}"}
            handles = [net.tensor((), dtype="resource") for net in (self.start, self.net)]
            for net, handle in zip((self.start, self.net), handles, strict=True):
                net.operator("VAR_HANDLE", [], [handle], **name)
            values = rng.integers(-128, 128, self._shape(rows)).astype(np.int8)
            first = self.start.constant(values, SCALE, ZERO)
            self.start.operator("ASSIGN_VARIABLE", [handles[0], first], [])
            self.handles.append(handles[1])

    def rows(self, tensor: int) -> int:
        """The rows of a tensor."""
        return self.net.tensors[tensor].shape[1]

    def read(self, variable: int) -> int:
        """Read a variable."""
        shape = self._shape(self.sizes[variable])
        return self.net.apply("READ_VARIABLE", [self.handles[variable]], shape, SCALE, ZERO)

    def assign(self, variable: int, tensor: int) -> None:
        """Assign a tensor to a variable of as many rows."""
        self.net.operator("ASSIGN_VARIABLE", [self.handles[variable], tensor], [])

    def join(self, a: int, b: int) -> int:
        """Put the rows of two tensors behind each other."""
        shape = self._shape(self.rows(a) + self.rows(b))
        return self.net.apply("CONCATENATION", [a, b], shape, SCALE, ZERO, axis=1)

    def last(self, tensor: int, rows: int) -> int:
        """Take the last rows of a tensor."""
        cut = ([0, -rows, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1])
        bounds = [self.net.constant(np.array(one, np.int32)) for one in cut]
        masks = {"begin_mask": 13, "end_mask": 15}
        shape = self._shape(rows)
        return self.net.apply("STRIDED_SLICE", [tensor, *bounds], shape, SCALE, ZERO, **masks)

    def convolve(self, tensor: int) -> int:
        """Multiply each row by random weights."""
        weight = self.rng.integers(-127, 128, (WIDTH, 1, 1, WIDTH)).astype(np.int8)
        scales = np.full(WIDTH, 0.006, np.float32)
        w = self.net.constant(weight, scales, axis=0)
        b = self.net.constant(np.arange(WIDTH, dtype=np.int32), np.float32(SCALE) * scales)
        return self.net.apply(
            *("CONV_2D", [tensor, w, b], self._shape(self.rows(tensor)), SCALE, ZERO),
            **{"stride_h": 1, "stride_w": 1, "padding": "VALID"},
        )

    def model(self, *outputs: int) -> TfliteModel:
        """The network with these outputs, and the sub-graph that begins it."""
        made = self.net.model(*outputs)
        return replace(made, subgraphs=(*made.subgraphs, self.start.subgraph(name="start")))

    @staticmethod
    def _shape(rows: int) -> tuple[int, ...]:
        return 1, rows, 1, WIDTH


def any_order(seed: int) -> bytes:
    """A network that reads, computes and assigns in random order."""
    rng = np.random.default_rng(seed)
    made = Streaming(rng.integers(1, 4, rng.integers(1, 4)).tolist(), rng)
    tensors = [made.x]

    def one() -> int:
        return tensors[rng.integers(len(tensors))]

    for _ in range(rng.integers(6, 25)):
        variable, tensor = int(rng.integers(len(made.sizes))), one()
        match rng.integers(6):
            case 0:
                tensors.append(made.read(variable))
            case 1 | 2:
                fits = [t for t in tensors if made.rows(t) == made.sizes[variable]]
                if fits:
                    made.assign(variable, fits[rng.integers(len(fits))])
            case 3:
                other = one()
                if made.rows(tensor) + made.rows(other) <= MOST_ROWS:
                    tensors.append(made.join(tensor, other))
            case 4:
                tensors.append(made.last(tensor, int(rng.integers(1, made.rows(tensor) + 1))))
            case _:
                tensors.append(made.convolve(tensor))
    outputs = [made.convolve(made.join(made.x, made.last(one(), 1)))]
    if rng.integers(2):  # what it keeps
        outputs.append(made.read(len(made.sizes) - 1))
    return build(made.model(*outputs))


def windows() -> bytes:
    """Two windows behind each other, each moved by one row in a step, as in wake-word networks."""
    made = Streaming([3, 4], np.random.default_rng(0))
    x = made.x
    for k, rows in enumerate(made.sizes):
        window = made.join(made.read(k), x)
        made.assign(k, made.last(window, rows))
        x = made.convolve(made.last(window, 1))
        y = made.convolve(window)
    return build(made.model(y))
