"""Classes for a network that came without their names, or whose file does not say it has any."""

from __future__ import annotations

from collections.abc import Sequence

from thumbnet.trainer import Model, ThumbnetError

from .integer_networks.answering import TASKS, class_names
from .integer_networks.network import IntegerNetwork

__all__ = ["TASKS", "with_classes"]


def with_classes(
    network: Model | IntegerNetwork, labels: Sequence[str] = (), task: str | None = None
) -> Model | IntegerNetwork:
    """Let a network answer with classes, or with numbers.

    Parameters
    ----------
    network
        A network. A model of the trainer is changed.
    labels
        The names of the classes, in the order of the outputs; by default their numbers.
    task
        One of `TASKS`; None for a classifier if there are labels or the file says that it is one.

    Returns
    -------
    Model or IntegerNetwork
        The network: it predicts a class if it is a classifier, otherwise numbers in real units.

    Raises
    ------
    ThumbnetError
        If there is not one label for each class, or the network cannot do the task.

    """
    if isinstance(network, IntegerNetwork):
        return network.answering(task, labels)
    if task == "regression":
        if labels:
            raise ThumbnetError("a regression has no classes: leave out the names")
        if network.output_activation not in ("linear", "relu"):
            raise ThumbnetError(
                f"it ends with {network.output_activation}, so thumbnet makes it a classifier: "
                "export the network without its last activation"
            )
        network.labels = None
    elif labels or task == "classifier":
        if len(network.output_shape) != 1:
            raise ThumbnetError(
                f"its output has shape {network.output_shape}: classes are for a row of numbers"
            )
        network.labels = class_names(labels, network.output_shape[0])
    return network
