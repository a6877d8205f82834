"""GRU, LSTM or SimpleRNN? Accuracy per byte: `python -m thumbnet.trainer.benchmark_cells`.

The last state of a cell goes into a dense layer. All are trained alike, on windows of BasicMotions,
from Keras's initial values, and tested on recordings that they have not seen. The size of a network
is that of its weights with 8 bits, without biases.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from ..arrays import Array
from ..errors import ThumbnetError
from ..layers.core import Dense
from ..layers.recurrent import GRU, LSTM, Recurrent, SimpleRNN
from ..models.model import Sequential
from ..optimization.optimizers import Adam
from ..signals.motions import load_motions
from ..signals.windows import cut
from ..training.schedules import LearningRateScheduler

WINDOW, HOP, BATCH, RATE = 50, 10, 32, 0.01
CELLS: dict[str, type[Recurrent]] = {"GRU": GRU, "LSTM": LSTM, "SimpleRNN": SimpleRNN}
UNITS = (4, 8, 12, 16, 24)

Data = tuple[Array, Array, Array, Array]


def weight_bytes(cell: str, channels: int, units: int, classes: int) -> int:
    """Return the bytes of a cell's weights and those of the dense layer after it."""
    return CELLS[cell].gates * units * (channels + units) + units * classes


def motions() -> Data:
    """Return windows (n, WINDOW, 6), standardized, and classes, for training and for the test."""
    train, test = (cut(part, WINDOW, HOP) for part in load_motions())
    mean, std = train.x.mean(axis=(0, 1)), train.x.std(axis=(0, 1))
    x, x_test = (((part.x - mean) / std).astype(np.float32) for part in (train, test))
    return x, train.y, x_test, test.y


def accuracy(cell: str, units: int, seed: int, epochs: int, data: Data) -> float:
    """Train one network, and return the share of test windows that it gets right."""
    x, y, x_test, y_test = data
    model = Sequential([CELLS[cell](units), Dense(int(y.max()) + 1, "softmax")], seed=seed)
    model.compile(Adam(), "sparse_categorical_crossentropy")

    def rate(epoch: int, _: float) -> float:
        return RATE * max(0.5 + 0.5 * float(np.cos(np.pi * epoch / epochs)), 0.01)

    callbacks = [LearningRateScheduler(rate)]
    model.fit(x, y, batch_size=BATCH, epochs=epochs, callbacks=callbacks, seed=seed)
    return float((model.predict_classes(x_test) == y_test).mean())


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m thumbnet.trainer.benchmark_cells")
    parser.description = "Compare recurrent cells by accuracy per byte, on BasicMotions."
    parser.add_argument("--units", type=int, nargs="+", default=UNITS, metavar="N")
    parser.add_argument("--seeds", type=int, default=5, help="networks of each (default 5)")
    parser.add_argument("--epochs", type=int, default=40, help="of each network (default 40)")
    options = parser.parse_args(arguments)
    try:
        data = motions()
    except ThumbnetError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{'units':>5}" + "".join(f"{cell:>28}" for cell in CELLS))
    for units in options.units:
        print(f"{units:>5}", end="", flush=True)
        for cell in CELLS:
            found = [
                100 * accuracy(cell, units, seed, options.epochs, data)
                for seed in range(options.seeds)
            ]
            size = weight_bytes(cell, data[0].shape[2], units, int(data[1].max()) + 1)
            shown = f"{size:,} B {np.mean(found):.1f} % ({min(found):.1f})"
            print(f"{shown:>28}", end="", flush=True)
        print()
    return 0
