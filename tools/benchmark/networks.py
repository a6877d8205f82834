"""The trained networks that are measured, kept under `.build/` from one run to the next."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from thumbnet.trainer import Dataset, Model, ThumbnetError, load_mnist, load_model

from ..pictures import Array
from ..targets import JsonObject

if TYPE_CHECKING:
    from thumbnet.trainer.examples.common import TrainedExample

FOLDER = Path(".build/benchmark")
CALIBRATION = "calibration"


@dataclass(frozen=True)
class Network:
    """A trained network. `origin` says where it comes from."""

    model: Model
    calibration: Array
    origin: str


class Networks:
    """Networks on MNIST: trained now, or read from where an earlier run has left them.

    Args:
        say: told what takes time.
        folder: where they are kept; a change of the recipe's source makes another file.
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
        """784-16-10, as `trainer.examples.mnist_16` trains it."""
        from thumbnet.trainer.examples import mnist_16

        return self.network(mnist_16, epochs=mnist_16.EPOCHS)

    def mnist_512(self) -> Network:
        """784-512-10, as `trainer.examples.mnist_512` trains it, but for one epoch."""
        from thumbnet.trainer.examples import mnist_512

        return self.network(mnist_512, epochs=1)

    def mnist_conv(self) -> Network:
        """Convolutions of 8, 12 and 18 filters: `trainer.examples.mnist_conv`, but for one epoch.

        What it costs hardly depends on how long it was trained.
        """
        from thumbnet.trainer.examples import mnist_conv

        return self.network(mnist_conv, epochs=1)

    def network(self, recipe: ModuleType, epochs: int) -> Network:
        """The network of a module of `trainer.examples`."""
        name = recipe.__name__.rpartition(".")[2]
        source = f"{inspect.getsource(recipe)}\n{epochs} epochs"
        digest = hashlib.sha256(source.encode()).hexdigest()
        path = self.folder / f"{name}-{digest[:12]}.npz"
        time = "1 epoch" if epochs == 1 else f"{epochs} epochs"
        trained = f"trained as trainer.examples.{name} for {time}"
        model, where = _read(path), "in an earlier run"
        if model is None:
            self.say(f"training {name} for {time}; the next run takes it from {path}")
            model, where = _train(recipe, self.mnist, epochs), "now"
            path.parent.mkdir(parents=True, exist_ok=True)
            model.save(path)
        else:
            self.say(f"{name} from {path}, {trained}")
        self.origins[name] = {"file": str(path), "trained": where, "epochs": epochs}
        return Network(model, model.samples[CALIBRATION], f"{trained}, {where}")


def _read(path: Path) -> Model | None:
    """The model of a file; None where there is none, or none that is whole."""
    try:
        model = load_model(path) if path.is_file() else None
    except ThumbnetError:
        return None
    return model if model is None or CALIBRATION in model.samples else None


def _train(recipe: Any, data: tuple[Dataset, Dataset], epochs: int) -> Model:
    example: TrainedExample = recipe.train(data=data, epochs=epochs)
    example.model.samples = {CALIBRATION: example.calibration}
    return example.model
