"""One epoch of MNIST here and in PyTorch, side by side: `python -m thumbnet.trainer.benchmark`.

Both train the same networks with the same batches, optimizer and settings, in float32 and on the
same number of threads; epochs alternate, so that what else the machine does hits both. A time is
only reported if both learned alike.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from .errors import ThumbnetError
from .layers import Dense
from .mnist import load_mnist
from .optimizers import RMSprop
from .sequential import Sequential
from .tensor import Array

HIDDEN = (512, 16)
BATCH = 128
LEARNING_RATE, RHO, EPSILON = 1e-3, 0.9, 1e-7
ALIKE = 0.02  # the largest difference in test accuracy for which times are compared


class Contender(Protocol):
    """A network and a way to train it."""

    def epoch(self) -> None:
        """Train for one epoch."""

    def accuracy(self, x: Array, y: Array) -> float:
        """Give the share of right answers."""


class Thumbnet:
    """Ours."""

    def __init__(self, x: Array, y: Array, hidden: int) -> None:
        self.x, self.y = x, y
        self.model = Sequential([Dense(hidden, "relu"), Dense(10, "softmax")], seed=0)
        optimizer = RMSprop(LEARNING_RATE, RHO, EPSILON)
        self.model.compile(optimizer, "sparse_categorical_crossentropy", ["accuracy"])

    def epoch(self) -> None:
        """Train for one epoch."""
        self.model.fit(self.x, self.y, batch_size=BATCH, epochs=1)

    def accuracy(self, x: Array, y: Array) -> float:
        """Give the share of right answers."""
        return self.model.evaluate(x, y)["accuracy"]


class PyTorch:
    """The plain loop that PyTorch's tutorials show, without the cost of a DataLoader."""

    def __init__(self, x: Array, y: Array, hidden: int) -> None:
        import torch

        self.torch = torch
        torch.manual_seed(0)
        torch.set_num_threads(threads())
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y)
        layers = (torch.nn.Linear(784, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 10))
        self.net = torch.nn.Sequential(*layers)
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.RMSprop(
            self.net.parameters(), lr=LEARNING_RATE, alpha=RHO, eps=EPSILON
        )

    def epoch(self) -> None:
        """Train for one epoch; loss and accuracy are kept, as ours does."""
        total, right = 0.0, 0
        order = self.torch.randperm(len(self.x))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            y = self.y[rows]
            self.optimizer.zero_grad()
            logits = self.net(self.x[rows])
            loss = self.loss(logits, y)
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(rows)
            right += int((logits.detach().argmax(1) == y).sum())

    def accuracy(self, x: Array, y: Array) -> float:
        """Give the share of right answers."""
        with self.torch.no_grad():
            classes = self.net(self.torch.from_numpy(x)).argmax(1).numpy()
        return float((classes == y).mean())


def threads() -> int:
    """Give the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compare(hidden: int, epochs: int, data: tuple[Array, Array, Array, Array]) -> dict[str, Any]:
    """Give median and best seconds an epoch, and test accuracy, of both on 784-hidden-10.

    The first epoch of each warms up and is not counted. Raises ThumbnetError if the accuracies
    are too far apart to compare the times.
    """
    x, y, x_test, y_test = data
    contenders: dict[str, Contender] = {
        "thumbnet": Thumbnet(x, y, hidden),
        "torch": PyTorch(x, y, hidden),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(epochs + 1):
        for name, contender in contenders.items():
            seconds[name].append(_seconds(contender.epoch))
    row: dict[str, Any] = {"network": f"784-{hidden}-10", "epochs": epochs}
    for name, contender in contenders.items():
        row[f"{name}_seconds"] = statistics.median(seconds[name][1:])
        row[f"{name}_best"] = min(seconds[name][1:])
        row[f"{name}_accuracy"] = contender.accuracy(x_test, y_test)
    row["ratio"] = row["thumbnet_seconds"] / row["torch_seconds"]
    if abs(row["thumbnet_accuracy"] - row["torch_accuracy"]) > ALIKE:
        raise ThumbnetError(
            f"{row['network']}: test accuracies {row['thumbnet_accuracy']:.4f} and "
            f"{row['torch_accuracy']:.4f} are too far apart to compare times: train more epochs"
        )
    return row


def _seconds(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main(arguments: list[str] | None = None) -> int:
    """Print the table, or with --json one JSON object on the last line; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m thumbnet.trainer.benchmark")
    parser.description = "Time an epoch of MNIST against PyTorch."
    parser.add_argument("--epochs", type=int, default=5, help="timed epochs of each (default 5)")
    parser.add_argument("--hidden", type=int, nargs="+", default=HIDDEN, help="hidden units")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    options = parser.parse_args(arguments)
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed, so there is nothing to compare with: pip install torch")
        return 1
    try:
        train, test = load_mnist()
        x, x_test = (data.x.astype(np.float32) / np.float32(255) for data in (train, test))
        data = (x, train.y, x_test, test.y)
        rows = [compare(hidden, options.epochs, data) for hidden in options.hidden]
    except ThumbnetError as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        versions = {"numpy": np.__version__, "torch": torch.__version__, "threads": threads()}
        print(json.dumps({**versions, "results": rows}))
        return 0
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, {threads()} threads")
    print(f"{'network':<12}{'thumbnet':>10}{'PyTorch':>10}{'ratio':>8}{'accuracy':>20}")
    for row in rows:
        print(
            f"{row['network']:<12}{row['thumbnet_seconds']:>8.3f} s{row['torch_seconds']:>8.3f} s"
            f"{row['ratio']:>8.2f}{row['thumbnet_accuracy']:>11.4f} {row['torch_accuracy']:.4f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
