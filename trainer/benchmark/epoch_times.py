"""One epoch of MNIST here and in PyTorch, side by side: `python -m thumbnet.trainer.benchmark`.

Both train the same networks from the same weights with the same batches, optimizer and settings, in
float32 and with the same number of threads. Epochs alternate, so that other load on the machine
affects both. A time is only reported if both learned equally well.

The exit code is 1 if a network misses its goal, judged by the best epoch of each: other load on the
machine can only add to a time.
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

from ..arrays import Array
from ..datasets.mnist import load_mnist
from ..errors import ThumbnetError
from .mnist_networks import MnistNetwork, convolutional, dense, larger

HIDDEN = (512, 16)
BATCHES = (64, 128)  # of the convolutional network
ATTEMPTS = 3  # at a goal: a busy machine may spoil one or two
ALIKE = 0.02  # largest difference in test accuracy that allows comparing times

Data = tuple[Array, Array, Array, Array]


class Contender(Protocol):
    """A network and a way to train it."""

    def epoch(self) -> None:
        """Train for one epoch."""

    def accuracy(self, x: Array, y: Array) -> float:
        """Return the share of right answers."""


class Thumbnet:
    """A model of this package."""

    def __init__(self, network: MnistNetwork, x: Array, y: Array) -> None:
        self.model = network.ours()
        self.shape = (-1, 28, 28, 1) if network.images else (-1, 784)
        self.batch = network.batch
        self.x, self.y = x.reshape(self.shape), y

    def epoch(self) -> None:
        """Train for one epoch."""
        self.model.fit(self.x, self.y, batch_size=self.batch, epochs=1)

    def accuracy(self, x: Array, y: Array) -> float:
        """Return the share of right answers."""
        return self.model.evaluate(x.reshape(self.shape), y)["accuracy"]


class PyTorch:
    """The plain loop of PyTorch's tutorials, without the cost of a DataLoader."""

    def __init__(self, network: MnistNetwork, x: Array, y: Array) -> None:
        import torch

        self.torch = torch
        torch.manual_seed(0)
        torch.set_num_threads(threads())
        self.shape = (-1, 1, 28, 28) if network.images else (-1, 784)
        self.batch = network.batch
        self.x, self.y = torch.from_numpy(x.reshape(self.shape)), torch.from_numpy(y)
        self.net, self.optimizer = network.theirs(torch)
        self.loss = torch.nn.CrossEntropyLoss()

    def epoch(self) -> None:
        """Train for one epoch; compute loss and accuracy, as our model does."""
        total, right = 0.0, 0
        self.net.train()
        order = self.torch.randperm(len(self.x))
        for start in range(0, len(order), self.batch):
            rows = order[start : start + self.batch]
            y = self.y[rows]
            self.optimizer.zero_grad()
            logits = self.net(self.x[rows])
            loss = self.loss(logits, y)
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(rows)
            right += int((logits.detach().argmax(1) == y).sum())

    def accuracy(self, x: Array, y: Array) -> float:
        """Return the share of right answers."""
        self.net.eval()
        with self.torch.no_grad():
            images = self.torch.from_numpy(x.reshape(self.shape))
            classes = self.net(images).argmax(1).numpy()
        return float((classes == y).mean())


def threads() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compare(network: MnistNetwork | int, epochs: int, data: Data) -> dict[str, Any]:
    """Time both on one network.

    Parameters
    ----------
    network : MnistNetwork or int
        A number of hidden units stands for 784-hidden-10.
    epochs : int
        Timed epochs of each; one more comes first, to warm up.
    data : tuple of ndarray
        x (n, 784) and y to train on, and those of the test.

    Returns
    -------
    dict
        Median and best seconds of an epoch, and test accuracy, of both.

    Raises
    ------
    ThumbnetError
        If the accuracies are too far apart to compare the times.
    """
    network = dense(network) if isinstance(network, int) else network
    x, y, x_test, y_test = data
    contenders: dict[str, Contender] = {
        "thumbnet": Thumbnet(network, x, y),
        "torch": PyTorch(network, x, y),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(epochs + 1):
        for name, contender in contenders.items():
            seconds[name].append(_seconds(contender.epoch))
    row: dict[str, Any] = {"network": network.name, "batch": network.batch, "epochs": epochs}
    for name, contender in contenders.items():
        row[f"{name}_seconds"] = statistics.median(seconds[name][1:])
        row[f"{name}_best"] = min(seconds[name][1:])
        row[f"{name}_accuracy"] = contender.accuracy(x_test, y_test)
    row["goal"] = network.goal
    row["ratio"] = row["thumbnet_seconds"] / row["torch_seconds"]
    if abs(row["thumbnet_accuracy"] - row["torch_accuracy"]) > ALIKE:
        raise ThumbnetError(
            f"{row['network']}: test accuracies {row['thumbnet_accuracy']:.4f} and "
            f"{row['torch_accuracy']:.4f} are too far apart to compare times: train more epochs"
        )
    return row


def missed(row: dict[str, Any]) -> str | None:
    """Judge one network.

    Parameters
    ----------
    row : dict
        What `compare` returns.

    Returns
    -------
    str or None
        What to say if the goal is missed.
    """
    ours, theirs, goal = row["thumbnet_best"], row["torch_best"], row["goal"]
    if goal is None or ours <= goal * theirs:
        return None
    return (
        f"{row['network']} in batches of {row['batch']}: the best epoch takes {ours:.3f} s, "
        f"{ours / theirs:.2f} times PyTorch's {theirs:.3f} s; the goal is at most {goal:g}"
    )


def attempt(network: MnistNetwork, epochs: int, data: Data) -> dict[str, Any]:
    """Compare until the goal is met, at most three times, and return the last result."""
    for _ in range(ATTEMPTS):
        row = compare(network, epochs, data)
        if missed(row) is None:
            break
    return row


def _seconds(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m thumbnet.trainer.benchmark")
    parser.description = "Time an epoch of MNIST against PyTorch."
    parser.epilog = "Without --hidden, --conv and --larger: --hidden 512 16 --conv 64 128."
    parser.add_argument("--epochs", type=int, default=5, help="timed epochs of each (default 5)")
    for name, meaning in {
        "hidden": "784-N-10 for each of these numbers of hidden units",
        "conv": "conv-8-12-18 in batches of each of these sizes",
        "larger": "conv-16-32 with batch normalization and max pooling, a minute an epoch",
    }.items():
        parser.add_argument(f"--{name}", type=int, nargs="+", default=[], help=meaning, metavar="N")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Print the table, or with --json one JSON object on the last line; return the exit code."""
    options = _parser().parse_args(arguments)
    if not (options.hidden or options.conv or options.larger):
        options.hidden, options.conv = HIDDEN, BATCHES
    networks = [
        *(dense(hidden) for hidden in options.hidden),
        *(convolutional(batch) for batch in options.conv),
        *(larger(batch) for batch in options.larger),
    ]
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed, so there is nothing to compare with: pip install torch")
        return 1
    try:
        train, test = load_mnist()
        x, x_test = (data.x.astype(np.float32) / np.float32(255) for data in (train, test))
        data = (x, train.y, x_test, test.y)
        rows = [attempt(network, options.epochs, data) for network in networks]
    except ThumbnetError as error:
        print(error, file=sys.stderr)
        return 1
    failures = [said for said in map(missed, rows) if said is not None]
    if options.json:
        versions = {"numpy": np.__version__, "torch": torch.__version__, "threads": threads()}
        print(json.dumps({**versions, "results": rows, "missed": failures}))
        return int(bool(failures))
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, {threads()} threads")
    print(f"{'network':<14}{'batch':>5}{'thumbnet':>10}{'PyTorch':>10}{'ratio':>8}{'accuracy':>20}")
    for row in rows:
        print(
            f"{row['network']:<14}{row['batch']:>5}"
            f"{row['thumbnet_seconds']:>8.3f} s{row['torch_seconds']:>8.3f} s"
            f"{row['ratio']:>8.2f}{row['thumbnet_accuracy']:>11.4f} {row['torch_accuracy']:.4f}"
        )
    for said in failures:
        print(f"goal missed: {said}")
    return int(bool(failures))
