"""Networks of PyTorch, through both of its ONNX exporters, compute the same here."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.onnx_models import assert_agrees
from support.require import require

from thumbnet.export import convert
from thumbnet.importers.float_networks.read_float import read_float
from thumbnet.trainer import Model


@pytest.fixture(scope="module")
def torch() -> Any:
    try:
        import onnxscript  # noqa: F401
        import torch
    except ImportError:
        require("torch", "PyTorch or onnxscript is not installed: pip install '.[torch]'")
    torch.manual_seed(1)
    return torch


def residual(torch: Any) -> Any:
    """Convolutions with batch normalization, a depthwise one, a sum, pooling and a dense end."""
    nn = torch.nn

    class Residual(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU())
            self.deep = nn.Sequential(
                *(nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False), nn.BatchNorm2d(8)),
                *(nn.ReLU6(), nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8)),
            )
            self.pool, self.last = nn.MaxPool2d(3, 2, 1), nn.Linear(8 * 4 * 3, 5)

        def forward(self, x: Any) -> Any:
            y = self.first(x)
            y = self.pool(nn.functional.hardswish(y + self.deep(y)))
            return torch.softmax(self.last(y.view(y.size(0), -1)), 1)

    return Residual()


def sequence(torch: Any) -> Any:
    nn = torch.nn

    class Sequence(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first, self.cell = nn.Conv1d(3, 6, 5, 2, 2), nn.GRU(6, 7, batch_first=True)
            self.last = nn.Linear(7, 4)

        def forward(self, x: Any) -> Any:
            y = nn.functional.gelu(self.first(x.transpose(1, 2)))
            return self.last(self.cell(y.transpose(1, 2))[0][:, -1])

    return Sequence()


def dense(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(
        *(nn.Flatten(), nn.Linear(12, 9), nn.SiLU(), nn.LayerNorm(9), nn.Dropout(0.5)),
        *(nn.Linear(9, 9), nn.BatchNorm1d(9), nn.LeakyReLU(0.2), nn.Linear(9, 3)),
    )


def export(torch: Any, network: Any, shape: tuple[int, ...], path: Path, dynamo: bool) -> None:
    for module in network.modules():
        if hasattr(module, "running_var"):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    network.eval()
    x = torch.randn(1, *shape)
    options: dict[str, Any] = {"external_data": False} if dynamo else {}
    if not dynamo:
        options = {"dynamic_axes": {"x": {0: "n"}}, "input_names": ["x"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (x,), str(path), dynamo=dynamo, verbose=False, **options)


@pytest.mark.parametrize("dynamo", [False, True], ids=["torchscript", "export"])
@pytest.mark.parametrize(
    ("make", "shape", "layers"),
    [
        (residual, (3, 16, 12), 8),
        (sequence, (20, 3), 3),
        (dense, (3, 2, 2), 5),
    ],
)
def test_networks(
    torch: Any, make: Any, shape: tuple[int, ...], layers: int, dynamo: bool, tmp_path: Path
) -> None:
    path = tmp_path / "net.onnx"
    export(torch, make(torch), shape, path, dynamo)
    x = np.random.default_rng(2).normal(size=(1, *shape))
    assert len(assert_agrees(path, x).layers) == layers


def test_an_exported_network_answers_like_its_floats(torch: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    export(torch, residual(torch), (3, 16, 12), path, dynamo=True)
    model = read_float(path)
    assert isinstance(model, Model)
    rows = np.random.default_rng(3).normal(size=(300, 16, 12, 3))
    program = convert(model, rows[:100], board="pico")
    agree = program.predict(rows[100:]) == model.predict_classes(rows[100:])
    assert agree.mean() >= 0.95


def test_weights_in_another_file_are_refused(torch: Any, tmp_path: Path) -> None:
    network, path = residual(torch).eval(), tmp_path / "net.onnx"
    torch.onnx.export(
        network,
        (torch.randn(1, 3, 16, 12),),
        str(path),
        dynamo=True,
        external_data=True,
        verbose=False,
    )
    with pytest.raises(Exception, match=r"are in another file: .* external_data=False"):
        read_float(path)
