"""The networks that `thumbnet train` tries on windows: features, convolutions, recurrence."""

from __future__ import annotations

from dataclasses import dataclass, replace

from thumbnet.trainer import RAW_FEATURE

from .settings import TrainSettings, default_hidden

ARCHITECTURES = ("features", "conv", "gru")
"""From the simplest, with least to learn and to compute, to the one that costs most."""

DEFAULT_FEATURES = ("mean", "deviation", "crossings")
GRU_UNITS = 16
SHORT_FILTERS, FILTERS = (8, 16), (8, 16, 16)
SHORT = 48
"""Samples of a window that two convolutions suffice for: a third sees 29 samples at once."""


@dataclass(frozen=True)
class Candidate:
    """A network to try.

    Attributes
    ----------
    name
        One of `ARCHITECTURES`.
    features
        What it reads of a window, see `cut`.
    conv, gru
        As in `TrainSettings`.

    """

    name: str
    features: tuple[str, ...]
    conv: tuple[int, ...] = ()
    gru: int = 0

    def settings(
        self, base: TrainSettings, inputs: int, hidden: tuple[int, ...] | None = None
    ) -> TrainSettings:
        """Return the settings of this network.

        Parameters
        ----------
        base
            All other settings.
        inputs
            Numbers that the network takes.
        hidden
            Units of hidden layers, if not the default ones.

        """
        whole = self.features == (RAW_FEATURE,)
        own = default_hidden(inputs, whole) if hidden is None else hidden
        return replace(base, hidden=own, conv=self.conv, gru=self.gru, lstm=0)

    @property
    def words(self) -> str:
        """What it is, as people say it."""
        if self.conv:
            return f"convolutions with {', '.join(map(str, self.conv))} filters"
        if self.gru:
            return f"a GRU of {self.gru} units"
        return f"features of windows: {', '.join(self.features)}"


def candidate(name: str, window: int) -> Candidate:
    """Return the network of that name for windows of so many samples."""
    if name == "conv":
        filters = SHORT_FILTERS if window < SHORT else FILTERS
        return Candidate(name, (RAW_FEATURE,), conv=filters)
    if name == "gru":
        return Candidate(name, (RAW_FEATURE,), gru=GRU_UNITS)
    return Candidate(name, DEFAULT_FEATURES)
