"""`CompiledNetwork`: a network with a loss, an optimizer and metrics."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike, DTypeLike

from ..arrays import Array
from ..errors import ThumbnetError
from ..network.network import Network
from ..optimization import losses, optimizers
from ..optimization.losses import Loss
from ..optimization.metrics import get as get_metric
from ..optimization.optimizers import Optimizer
from ..optimization.target_values import prepare_targets


class CompiledNetwork(Network):
    """What training, evaluation and saving work on: a `Network` that can be compiled.

    Attributes
    ----------
    loss : Loss or None
        None before `compile`.
    optimizer : Optimizer or None
        None before `compile`.
    metrics : tuple of str
        Names of the metrics that are reported in addition to the loss.
    stop_training : bool
        A callback sets it to end training after the epoch.
    """

    def __init__(self, name: str, seed: int | None, dtype: DTypeLike) -> None:
        super().__init__(name, seed, dtype)
        self.optimizer: Optimizer | None = None
        self.loss: Loss | None = None
        self.metrics: tuple[str, ...] = ()
        self.stop_training = False

    def compile(
        self,
        optimizer: str | Optimizer = "rmsprop",
        loss: str | Loss = "mse",
        metrics: Sequence[str] = (),
    ) -> None:
        """Choose how to train.

        Parameters
        ----------
        optimizer : str or Optimizer
            "sgd", "rmsprop", "adam", or an optimizer with its settings.
        loss : str or Loss
            A key of `losses.LOSSES`, or a loss of your own.
        metrics : sequence of str
            What to report in addition to the loss, such as "accuracy".

        Raises
        ------
        ThumbnetError
            If a name is unknown.
        """
        self.loss = losses.get(loss)
        self.optimizer = optimizers.get(optimizer)
        self.metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics)
        for name in self.metrics:
            get_metric(name)

    def prepare_y(self, y: ArrayLike, examples: int) -> Array:
        """Return y as the compiled loss takes it; see `target_values.prepare_targets`."""
        loss, _ = self.require_compiled()
        return prepare_targets(y, loss, self.output_shape, examples, self.labels, self.dtype)

    def require_compiled(self) -> tuple[Loss, Optimizer]:
        """Return loss and optimizer; raises ThumbnetError before `compile`."""
        if self.loss is None or self.optimizer is None:
            raise ThumbnetError(
                "the model is not compiled: call compile(optimizer, loss) before fit or evaluate"
            )
        return self.loss, self.optimizer
