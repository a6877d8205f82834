"""The benchmark runs, reports its results, and compares only networks that learned equally."""

import itertools
import json
import sys
from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.require import require

from thumbnet.trainer import Dataset, ThumbnetError
from thumbnet.trainer.benchmark import epoch_times as benchmark
from thumbnet.trainer.benchmark.mnist_networks import MnistNetwork, convolutional, dense, larger

NETWORKS = (dense(16), convolutional(64), larger(64))


@pytest.fixture
def little_data(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 1280)
    x = np.zeros((1280, 784), dtype=np.uint8)
    for digit in range(10):  # a bright stripe for each class
        x[y == digit, 70 * digit : 70 * digit + 60] = 255
    data = Dataset(x, y, labels=tuple("0123456789"))
    monkeypatch.setattr(benchmark, "load_mnist", lambda: (data, data))


@pytest.fixture
def textures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stripes of five widths, horizontal or vertical, at any position: a task for convolutions."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 1280)
    x = np.zeros((1280, 28, 28), dtype=np.uint8)
    for image, digit in zip(x, y, strict=True):
        stripes = 255 * ((np.arange(28) + rng.integers(0, 9)) // (1 + digit % 5) % 2)
        image[:] = stripes[:, None] if digit < 5 else stripes
    data = Dataset(x.reshape(1280, 784), y, labels=tuple("0123456789"))
    monkeypatch.setattr(benchmark, "load_mnist", lambda: (data, data))


@pytest.fixture
def even_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Epochs of 1 to n seconds, in turn ours and theirs: the machine's speed does not matter."""
    times = itertools.count(2)

    def seconds(action: Callable[[], None]) -> float:
        action()
        return next(times) // 2

    monkeypatch.setattr(benchmark, "_seconds", seconds)


def need_torch() -> None:
    try:
        import torch  # noqa: F401
    except ImportError:
        require("torch", "PyTorch is not installed: pip install torch")


@pytest.mark.usefixtures("little_data", "even_times")
def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    need_torch()
    assert benchmark.main(["--json", "--epochs", "8", "--hidden", "32"]) == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    (row,) = report["results"]
    assert row["network"] == "784-32-10"
    assert row["ratio"] == row["thumbnet_seconds"] / row["torch_seconds"]
    # The first of nine epochs, of 1 s, warms up.
    assert (row["thumbnet_best"], row["thumbnet_seconds"]) == (2, 5.5)
    assert (row["torch_best"], row["torch_seconds"]) == (2, 5.5)
    assert row["thumbnet_accuracy"] > 0.9


@pytest.mark.usefixtures("little_data", "even_times")
def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    need_torch()
    assert benchmark.main(["--epochs", "8", "--hidden", "32"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("784-32-10")
    assert "ratio" in lines[-2]


@pytest.mark.usefixtures("textures", "even_times")
def test_convolutions(capsys: pytest.CaptureFixture[str]) -> None:
    need_torch()
    assert benchmark.main(["--json", "--epochs", "9", "--conv", "16"]) == 0
    (row,) = json.loads(capsys.readouterr().out.splitlines()[-1])["results"]
    assert (row["network"], row["batch"]) == ("conv-8-12-18", 16)
    assert row["ratio"] == row["thumbnet_seconds"] / row["torch_seconds"]
    assert row["thumbnet_accuracy"] > 0.9


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_both_start_as_the_same_network(network: MnistNetwork) -> None:
    need_torch()
    rng = np.random.default_rng(0)
    x, y = rng.random((20, 784), dtype=np.float32), rng.integers(0, 10, 20)
    ours, theirs = benchmark.Thumbnet(network, x, y), benchmark.PyTorch(network, x, y)
    theirs.net.eval()
    logits = theirs.net(theirs.x)
    outputs = theirs.torch.softmax(logits, dim=1).detach().numpy()
    assert_allclose(ours.model.predict(ours.x), outputs, rtol=1e-4)
    assert ours.model.count_params() == sum(
        np.prod(t.shape) for name, t in theirs.net.state_dict().items() if "num_batches" not in name
    )


@pytest.mark.usefixtures("little_data")
def test_accuracies_apart_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    need_torch()
    monkeypatch.setattr(benchmark.Thumbnet, "accuracy", lambda *_: 0.5)
    monkeypatch.setattr(benchmark.PyTorch, "accuracy", lambda *_: 0.6)
    train, test = benchmark.load_mnist()
    data = (np.float32(train.x), train.y, np.float32(test.x), test.y)
    with pytest.raises(ThumbnetError, match=r"0\.5000 and 0\.6000 are too far apart to compare"):
        benchmark.compare(8, 1, data)


def test_without_torch_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert benchmark.main([]) == 1
    assert capsys.readouterr().out == (
        "PyTorch is not installed, so there is nothing to compare with: pip install torch\n"
    )


# Goals: the machine's speed is not tested here, `make bench-training` judges it


@pytest.mark.parametrize(
    ("network", "ours", "kept"),
    [
        (dense(16), 1.0, True),
        (dense(512), 1.001, False),
        (convolutional(64), 3.0, True),
        (convolutional(128), 3.001, False),
        (larger(64), 100.0, True),
    ],
    ids=lambda value: value.name if isinstance(value, MnistNetwork) else str(value),
)
def test_a_goal(network: MnistNetwork, ours: float, kept: bool) -> None:
    row = {"network": network.name, "batch": network.batch, "goal": network.goal}
    row |= {"thumbnet_best": ours, "torch_best": 1.0, "thumbnet_seconds": 9e9, "torch_seconds": 1}
    assert (benchmark.missed(row) is None) == kept


@pytest.mark.usefixtures("little_data")
def test_a_goal_is_tried_three_times(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    need_torch()
    tries = []

    def compare(network: MnistNetwork, epochs: int, data: object) -> dict[str, object]:
        tries.append(network.name)
        theirs = 1.0 if network.batch == 64 or len(tries) > 2 else 0.1
        row = {"network": network.name, "batch": network.batch, "epochs": epochs}
        row |= dict.fromkeys(["thumbnet_seconds", "thumbnet_accuracy", "torch_accuracy"], 1.0)
        row |= {"torch_seconds": theirs, "ratio": 1 / theirs, "goal": network.goal}
        return row | {"thumbnet_best": 2.0, "torch_best": theirs}

    monkeypatch.setattr(benchmark, "compare", compare)
    assert benchmark.main(["--conv", "128"]) == 0
    assert tries == ["conv-8-12-18"] * 3
    assert "goal missed" not in capsys.readouterr().out
    said = (
        "784-16-10 in batches of 128: the best epoch takes 2.000 s, 2.00 times PyTorch's 1.000 s; "
        "the goal is at most 1"
    )
    assert benchmark.main(["--hidden", "16", "--conv", "64"]) == 1
    assert tries[3:] == ["784-16-10"] * 3 + ["conv-8-12-18"]
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == f"goal missed: {said}"
    assert benchmark.main(["--hidden", "16", "--conv", "64", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["missed"] == [said]
