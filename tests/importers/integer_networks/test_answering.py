"""What an imported network answers: classes with probabilities, one of two classes, numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.imported import imported, mixed_net
from support.micropython import needs_micropython
from support.tflite_builder import Network, build

from thumbnet.export import convert_graph
from thumbnet.importers import IntegerNetwork, read, save_integer_network
from thumbnet.importers.read import with_classes
from thumbnet.tools.targets import open_target
from thumbnet.tools.workflow.any_network import load_network
from thumbnet.trainer import Dense, Sequential, ThumbnetError


def ending(end: str, outputs: int, scale: float, zero: int, floats: bool = False) -> bytes:
    net = Network()
    if floats:
        x = net.input((1, outputs), (), 0, dtype="float32")
        a = net.apply("QUANTIZE", [x], (1, outputs), 0.1, 3)
    else:
        a = net.input((1, outputs), 0.1, 3)
    beta = {"beta": 1.0} if end == "SOFTMAX" else {}
    y = net.apply(end, [a], (1, outputs), scale, zero, **beta)
    if floats:
        y = net.apply("DEQUANTIZE", [y], (1, outputs), dtype="float32")
    return build(net.model(y))


def answers(network: IntegerNetwork, levels: list[int]) -> dict[str, object]:
    """What the module says on MicroPython; the reference has to agree."""
    needs_micropython()
    program = convert_graph(network.graph, network.task, network.layers, board="unix")
    with open_target("unix") as target:
        target.put(program.files())
        line = next(x for x in target.run("selftest", "net", [levels]) if "scores" in x)
    outputs = {"predict": "prediction", "scores": "scores", "probabilities": "probabilities"}
    found = program.execute([levels])
    for key in line.keys() & outputs.keys():
        assert np.array(line[key]).tolist() == found[outputs[key]][0].tolist()
    return dict(line)


@pytest.mark.parametrize("floats", [False, True])
def test_a_softmax_gives_its_own_probabilities(floats: bool) -> None:
    network = imported(ending("SOFTMAX", 3, 2.0**-8, -128, floats))
    assert (network.task.kind, network.task.labels) == ("classifier", ("0", "1", "2"))
    said = answers(network, [100, 131, 120])
    assert said["predict"] == 1
    assert said["probabilities"] == [128 * share for share in said["scores"]]  # type: ignore[attr-defined]
    assert sum(said["probabilities"]) == pytest.approx(32768, abs=256)  # type: ignore[call-overload]


def test_logits_become_classes_on_request() -> None:
    network = imported(ending("TANH", 3, 2.0**-7, 0))
    assert network.task.kind == "regression"
    classes = network.answering(labels=("a", "b", "c"))
    assert (classes.task.kind, classes.task.labels) == ("classifier", ("a", "b", "c"))
    said = answers(classes, [100, 200, 131])
    logits = np.array(said["scores"]) / 128
    wanted = np.exp(logits) / np.exp(logits).sum() * 32768
    assert np.array(said["probabilities"]) == pytest.approx(wanted, abs=2)
    again = classes.answering("regression")
    assert (again.task, again.graph.outputs) == (network.task, network.graph.outputs)


@pytest.mark.parametrize(
    ("end", "scale", "zero", "level", "wanted"),
    [
        ("LOGISTIC", 2.0**-8, -128, 131, 1),  # 0.5
        ("LOGISTIC", 2.0**-8, -128, 130, 0),
        ("TANH", 2.0**-8, 0, 131, 1),  # 0: steps of 1/256 alone make no probability
        ("TANH", 2.0**-7, 0, 131, 1),  # 0
        ("TANH", 2.0**-7, 0, 130, 0),
    ],
)
def test_one_output_decides(end: str, scale: float, zero: int, level: int, wanted: int) -> None:
    network = imported(ending(end, 1, scale, zero))
    assert network.task.kind == "regression"
    decides = network.answering("classifier", ("no", "yes"))
    assert answers(decides, [level])["predict"] == wanted


def test_the_answer_is_kept_in_a_file(tmp_path: Path) -> None:
    network = imported(ending("LOGISTIC", 1, 2.0**-8, -128)).answering(labels=("no", "yes"))
    save_integer_network(network, tmp_path / "net.npz")
    back = load_network(tmp_path / "net.npz")
    assert isinstance(back, IntegerNetwork)
    assert back.task == network.task
    assert [node.op for node in back.graph.nodes] == [node.op for node in network.graph.nodes]


@pytest.mark.parametrize(
    ("labels", "task", "message"),
    [
        (("a", "b"), None, "2 names for 3 classes: give one for each class"),
        (("a", "b", "a"), None, "two classes are named 'a': give each one its own name"),
        (("a", "b", "c\0"), None, "is no name"),
        (("a", "b", "c"), "regression", "a regression has no classes"),
    ],
)
def test_refused(labels: tuple[str, ...], task: str | None, message: str) -> None:
    model = Sequential([Dense(3)])
    model.build((2,))
    for network in (imported(ending("SOFTMAX", 3, 2.0**-8, -128)), model):
        with pytest.raises(ThumbnetError, match=message):
            with_classes(network, labels, task)


def test_several_outputs_have_no_classes() -> None:
    with pytest.raises(ThumbnetError, match="it has 2 outputs: classes are for a network with one"):
        imported(mixed_net()).answering("classifier")


def test_tasks_of_a_float_network() -> None:
    model = Sequential([Dense(3)])
    model.build((2,))
    assert with_classes(model, task="classifier").labels == ("0", "1", "2")  # type: ignore[union-attr]
    assert with_classes(model, task="regression").labels is None  # type: ignore[union-attr]
    soft = Sequential([Dense(3, "softmax")])
    soft.build((2,))
    with pytest.raises(ThumbnetError, match="ends with softmax, so thumbnet makes it a classifier"):
        with_classes(soft, task="regression")


def test_read_does_not_need_names(tmp_path: Path) -> None:
    (tmp_path / "net.tflite").write_bytes(ending("SOFTMAX", 3, 2.0**-8, -128))
    assert read(tmp_path / "net.tflite").task.labels == ("0", "1", "2")  # type: ignore[union-attr]
