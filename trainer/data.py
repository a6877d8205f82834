"""Data sets in memory: `Dataset`, the description of its inputs, and the split."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ThumbnetError

Array = NDArray[Any]


def _per_feature(
    name: str, value: float | Sequence[float], shape: tuple[int, ...]
) -> float | tuple[float, ...]:
    """Return `value` as a float or as a tuple of a finite float for each feature."""
    features = math.prod(shape)
    if np.ndim(value) == 0:
        scalar = float(np.asarray(value).item())
        if not math.isfinite(scalar):
            raise ThumbnetError(f"InputSpec: {name} is {scalar}, it must be a finite number")
        return scalar
    values = tuple(float(v) for v in np.asarray(value, dtype=np.float64).ravel())
    if len(values) == shape[-1]:
        values *= features // shape[-1]
    if len(values) != features:
        raise ThumbnetError(
            f"InputSpec: {name} has {len(values)} values for {features} features: "
            "give one number, or one for each feature"
        )
    if not all(math.isfinite(v) for v in values):
        raise ThumbnetError(f"InputSpec: {name} holds NaN or infinity, give finite numbers")
    return values


@dataclass(frozen=True)
class InputSpec:
    """What one input of a model is, in raw units (those of the sensor or of the file).

    shape: of one example, without the batch, such as `(784,)`, or `(100, 3)` with channels last.
    names: one name for each feature or for each channel, or None.
    resolution: the size of one count in raw units, a float or one for each feature. Always 1/N
        with N a positive integer (1.0, 0.5, 0.1, 0.01 ...): the board works on integer counts.
    minimum, maximum: the range of raw values that is accepted, a float or one for each feature;
        None where it is not known.

    One number for each channel stands for one for each feature.

    Raises ThumbnetError if these do not fit together.
    """

    shape: tuple[int, ...]
    names: tuple[str, ...] | None = None
    resolution: float | tuple[float, ...] = 1.0
    minimum: float | tuple[float, ...] | None = None
    maximum: float | tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        shape = tuple(int(n) for n in self.shape)
        if not shape or min(shape) < 1:
            raise ThumbnetError(
                f"InputSpec: shape is {self.shape}, it must be like (784,): positive sizes"
            )
        object.__setattr__(self, "shape", shape)
        if self.names is not None:
            names = tuple(str(name) for name in self.names)
            if len(names) not in (self.features, shape[-1]):
                raise ThumbnetError(f"InputSpec: {len(names)} names for {self.features} features")
            object.__setattr__(self, "names", names)
        for name in ("resolution", "minimum", "maximum"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _per_feature(name, value, shape))
        for step in np.ravel(self.resolution).tolist():
            if not 0 < step <= 1 or abs(round(1 / step) * step - 1) > 1e-9:
                raise ThumbnetError(
                    f"InputSpec: resolution {step:g} is not 1/N for a positive integer N "
                    "(1.0, 0.5, 0.1, 0.01 ...)"
                )
        if self.minimum is not None and self.maximum is not None:
            low, high = np.broadcast_arrays(np.ravel(self.minimum), np.ravel(self.maximum))
            if bool(np.any(low > high)):
                raise ThumbnetError("InputSpec: a minimum is larger than its maximum")

    @property
    def features(self) -> int:
        """Numbers in one example."""
        return math.prod(self.shape)

    def get_config(self) -> dict[str, Any]:
        """Return the fields as JSON types; `InputSpec.from_config` reads them back."""

        def plain(value: Any) -> Any:
            return list(value) if isinstance(value, tuple) else value

        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        """Return the spec that `get_config` described."""
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in config.items()})


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples in raw units, with what is known about them.

    x: (n, ...) float32 or uint8; other number types are converted to float32.
    y: classification: (n,) int64 class indices; regression: (n,) float64.
    labels: class names in the order of the indices; None for regression.
    input_spec: describes one example of x.
    name: for reports.
    image_shape: (height, width) where a flat row of x is a picture, else None.

    Raises ThumbnetError if these do not fit together.
    """

    x: Array
    y: Array
    labels: tuple[str, ...] | None = None
    input_spec: InputSpec | None = None
    name: str = ""
    image_shape: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        where = f"data set {self.name!r}" if self.name else "data set"
        x, y = np.asarray(self.x), np.asarray(self.y)
        if x.ndim < 2:
            raise ThumbnetError(f"{where}: x has shape {x.shape}, it must be (examples, features)")
        if y.shape != (len(x),):
            raise ThumbnetError(
                f"{where}: y has shape {y.shape}, it must be ({len(x)},): one for each row of x"
            )
        if x.dtype != np.uint8:
            x = x.astype(np.float32)
        if self.labels is not None:
            labels = tuple(str(label) for label in self.labels)
            object.__setattr__(self, "labels", labels)
            y = y.astype(np.int64)
            if len(y) and not 0 <= int(y.min()) <= int(y.max()) < len(labels):
                raise ThumbnetError(
                    f"{where}: y holds class indices from {y.min()} to {y.max()}, "
                    f"but there are {len(labels)} labels: they must be 0 to {len(labels) - 1}"
                )
        else:
            y = y.astype(np.float64)
        if self.input_spec is not None and self.input_spec.shape != x.shape[1:]:
            raise ThumbnetError(
                f"{where}: input_spec is for shape {self.input_spec.shape}, x has {x.shape[1:]}"
            )
        if self.image_shape is not None and math.prod(self.image_shape) != math.prod(x.shape[1:]):
            raise ThumbnetError(
                f"{where}: image_shape {self.image_shape} does not hold "
                f"{math.prod(x.shape[1:])} pixels"
            )
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "y", y)

    def __len__(self) -> int:
        return len(self.x)

    @property
    def is_classification(self) -> bool:
        """True if y holds class indices, False if it holds numbers to predict."""
        return self.labels is not None

    def take(self, indices: Sequence[int] | Array) -> Dataset:
        """Return the examples at `indices`, in that order, as a new data set."""
        chosen = np.asarray(indices, dtype=np.int64)
        return replace(self, x=self.x[chosen], y=self.y[chosen])


def _stratified_counts(class_sizes: Array, total: int) -> Array:
    """Share `total` test examples among classes by largest remainder; one of each class stays."""
    ideal = class_sizes * (total / class_sizes.sum())
    most = np.maximum(class_sizes - 1, 0)
    counts: Array = np.minimum(np.floor(ideal).astype(np.int64), most)
    by_remainder = np.argsort(counts - ideal, kind="stable")
    while (missing := total - int(counts.sum())) > 0:
        room = [int(c) for c in by_remainder if counts[c] < most[c]]
        if not room:
            break
        counts[room[:missing]] += 1
    return counts


def train_test_split(
    data: Dataset, test_size: float = 0.2, seed: int = 0, stratify: bool = True
) -> tuple[Dataset, Dataset]:
    """Split a data set at random into (train, test), both shuffled.

    test_size: the share of examples to hold out, between 0 and 1, or a whole number of them.
    seed: the same seed gives the same split.
    stratify: classification only: every class keeps its share in both parts (to one example),
        and at least one example of every class stays in train.

    Raises ThumbnetError if either part would be empty.
    """
    n = len(data)
    as_count = isinstance(test_size, int | np.integer) and not isinstance(test_size, bool)
    if not as_count and not 0 < test_size < 1:
        raise ThumbnetError(
            f"test_size is {test_size}: give a share between 0 and 1, such as 0.2, or a count"
        )
    count = int(test_size) if as_count else round(n * float(test_size))
    if not 0 < count < n:
        raise ThumbnetError(
            f"cannot hold out {count} of {n} examples: both parts need at least one, "
            "change test_size or bring more data"
        )
    random = np.random.default_rng(seed)
    order = random.permutation(n)
    if not (stratify and data.is_classification):
        return data.take(order[count:]), data.take(order[:count])
    assert data.labels is not None
    shuffled = data.y[order]
    counts = _stratified_counts(np.bincount(shuffled, minlength=len(data.labels)), count)
    held_out = np.zeros(n, dtype=bool)
    for index, of_class in enumerate(counts):
        held_out[np.flatnonzero(shuffled == index)[:of_class]] = True
    if not held_out.any():
        raise ThumbnetError(
            f"cannot hold out {count} of {n} examples with one of each class left to train on: "
            "bring more data, or pass stratify=False"
        )
    return data.take(order[~held_out]), data.take(order[held_out])
