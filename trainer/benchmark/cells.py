"""GRU, LSTM or SimpleRNN? Accuracy per byte: `python -m thumbnet.trainer.benchmark_cells`.

The cells are PyTorch's, since this package has no LSTM: the last state of one goes into a dense
layer. All are trained alike, on windows of BasicMotions, from Keras's initial values, and tested on
recordings that they have not seen. The size of a network is that of its weights with 8 bits,
without biases.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ThumbnetError
from ..signals.motions import load_motions
from ..signals.windows import cut

WINDOW, HOP, BATCH, RATE = 50, 10, 32, 0.01
CELLS = {"GRU": 3, "LSTM": 4, "SimpleRNN": 1}
"""How many matrices a cell has for its inputs; it has as many for its state."""

UNITS = (4, 8, 12, 16, 24)

Data = tuple[Array, Array, Array, Array]


def weight_bytes(cell: str, channels: int, units: int, classes: int) -> int:
    """Return the bytes of a cell's weights and those of the dense layer after it."""
    return CELLS[cell] * units * (channels + units) + units * classes


def motions() -> Data:
    """Return windows (n, WINDOW, 6), standardized, and classes, for training and for the test."""
    train, test = (cut(part, WINDOW, HOP) for part in load_motions())
    mean, std = train.x.mean(axis=(0, 1)), train.x.std(axis=(0, 1))
    x, x_test = (((part.x - mean) / std).astype(np.float32) for part in (train, test))
    return x, train.y, x_test, test.y


def accuracy(torch: Any, cell: str, units: int, seed: int, epochs: int, data: Data) -> float:
    """Train one network, and return the share of test windows that it gets right."""
    torch.manual_seed(seed)
    x, y, x_test, y_test = (torch.from_numpy(part) for part in data)
    classes = int(y.max()) + 1
    recurrent = {"GRU": torch.nn.GRU, "LSTM": torch.nn.LSTM, "SimpleRNN": torch.nn.RNN}[cell](
        x.shape[2], units, batch_first=True
    )
    dense = torch.nn.Linear(units, classes)
    _initialize(torch, cell, recurrent, dense)
    parameters = [*recurrent.parameters(), *dense.parameters()]
    optimizer = torch.optim.Adam(parameters, eps=1e-7)
    for epoch in range(epochs):
        share = max(0.5 + 0.5 * np.cos(np.pi * epoch / epochs), 0.01)
        optimizer.param_groups[0]["lr"] = RATE * share
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            logits = dense(recurrent(x[rows])[0][:, -1])
            torch.nn.functional.cross_entropy(logits, y[rows]).backward()
            optimizer.step()
    with torch.no_grad():
        right = dense(recurrent(x_test)[0][:, -1]).argmax(1) == y_test
    return float(right.float().mean())


def _initialize(torch: Any, cell: str, recurrent: Any, dense: Any) -> None:
    """Set Keras's initial values; in PyTorch the rows of each gate lie below one another."""
    torch.nn.init.xavier_uniform_(recurrent.weight_ih_l0)
    torch.nn.init.orthogonal_(recurrent.weight_hh_l0)
    torch.nn.init.xavier_uniform_(dense.weight)
    for bias in (recurrent.bias_ih_l0, recurrent.bias_hh_l0, dense.bias):
        torch.nn.init.zeros_(bias)
    if cell == "LSTM":  # the forget gate starts open
        units = recurrent.hidden_size
        torch.nn.init.ones_(recurrent.bias_ih_l0[units : 2 * units])


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m thumbnet.trainer.benchmark_cells")
    parser.description = "Compare recurrent cells by accuracy per byte, on BasicMotions."
    parser.add_argument("--units", type=int, nargs="+", default=UNITS, metavar="N")
    parser.add_argument("--seeds", type=int, default=5, help="networks of each (default 5)")
    parser.add_argument("--epochs", type=int, default=40, help="of each network (default 40)")
    options = parser.parse_args(arguments)
    try:
        import torch

        # Several threads are slower with matrices this small.
        torch.set_num_threads(1)
        data = motions()
    except ImportError:
        print("PyTorch is not installed, so there is nothing to compare: pip install torch")
        return 1
    except ThumbnetError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{'units':>5}" + "".join(f"{cell:>28}" for cell in CELLS))
    for units in options.units:
        print(f"{units:>5}", end="", flush=True)
        for cell in CELLS:
            found = [
                100 * accuracy(torch, cell, units, seed, options.epochs, data)
                for seed in range(options.seeds)
            ]
            size = weight_bytes(cell, data[0].shape[2], units, int(data[1].max()) + 1)
            shown = f"{size:,} B {np.mean(found):.1f} % ({min(found):.1f})"
            print(f"{shown:>28}", end="", flush=True)
        print()
    return 0
