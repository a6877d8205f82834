"""The trained networks that are measured, kept in `.build/` from one run to the next."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy.typing as npt

from thumbnet.trainer import Dataset, Model, ThumbnetError, load_mnist, load_model
from thumbnet.trainer.examples import mnist_16, mnist_512, mnist_conv
from thumbnet.trainer.examples.common import TrainedExample

from ..json_lines import JsonObject

Array = npt.NDArray[Any]

FOLDER = Path(".build/benchmark")
CALIBRATION = "calibration"


@dataclass(frozen=True)
class Network:
    """A trained network; `origin` says where it comes from."""

    model: Model
    calibration: Array
    origin: str


class Networks:
    """Networks trained on MNIST, now or in an earlier run.

    Parameters
    ----------
    say
        Called with what takes time.
    folder
        Where they are kept. A change in the source of an example makes another file.

    """

    def __init__(self, say: Callable[[str], None], folder: Path = FOLDER) -> None:
        self.say = say
        self.folder = folder
        self.origins: JsonObject = {}

    @cached_property
    def mnist(self) -> tuple[Dataset, Dataset]:
        """All of MNIST, train and test."""
        self.say("reading MNIST")
        return load_mnist()

    def mnist_16(self) -> Network:
        """Return 784-16-10, trained by `trainer.examples.mnist_16`."""
        return self.network(mnist_16, epochs=mnist_16.EPOCHS)

    def mnist_512(self) -> Network:
        """Return 784-512-10, trained by `trainer.examples.mnist_512` for one epoch."""
        return self.network(mnist_512, epochs=1)

    def mnist_conv(self) -> Network:
        """Return convolutions of 8, 12 and 18 filters: `trainer.examples.mnist_conv`, one epoch.

        Its cost hardly depends on how long it was trained.
        """
        return self.network(mnist_conv, epochs=1)

    def network(self, example: ModuleType, epochs: int) -> Network:
        """Return the network of a module of `trainer.examples`."""
        name = example.__name__.rpartition(".")[2]
        source = f"{inspect.getsource(example)}\n{epochs} epochs"
        digest = hashlib.sha256(source.encode()).hexdigest()
        path = self.folder / f"{name}-{digest[:12]}.npz"
        time = "1 epoch" if epochs == 1 else f"{epochs} epochs"
        trained = f"trained as trainer.examples.{name} for {time}"
        model, where = _read(path), "in an earlier run"
        if model is None:
            self.say(f"training {name} for {time}; the next run reads it from {path}")
            model, where = _train(example, self.mnist, epochs), "now"
            path.parent.mkdir(parents=True, exist_ok=True)
            model.save(path)
        else:
            self.say(f"{name} from {path}, {trained}")
        self.origins[name] = {"file": str(path), "trained": where, "epochs": epochs}
        return Network(model, model.samples[CALIBRATION], f"{trained}, {where}")


def _read(path: Path) -> Model | None:
    """Return the model in a file; None if there is none, or it is damaged."""
    try:
        model = load_model(path) if path.is_file() else None
    except ThumbnetError:
        return None
    return model if model is None or CALIBRATION in model.samples else None


def _train(module: Any, data: tuple[Dataset, Dataset], epochs: int) -> Model:
    example: TrainedExample = module.train(data=data, epochs=epochs)
    example.model.samples = {CALIBRATION: example.calibration}
    return example.model
