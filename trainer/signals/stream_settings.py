"""`StreamSettings`: how samples become decisions, in training and on a board."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import ThumbnetError, unknown
from ..files.json_types import WrongType, construct

RAW = "raw"
BANDS = "bands"
FEATURES = ("mean", "deviation", "rms", "crossings", BANDS)
"""What can be computed for a channel of a window; `RAW` is the window itself."""

FEATURE_COUNT_LIMIT = 2**19
"""Features are computed from counts below this, so that no sum over a window overflows."""

LONGEST = 1024
"""Samples of the longest window that features are computed for."""

MOST_VOTES = 100
_FINEST = 4

_MOST = 10**18
"""Limit of every number, which then fits 64 bits."""

_MOST_SAMPLES = 2**20
"""Most numbers in a window of samples."""


@dataclass(frozen=True)
class StreamSettings:
    """What the `Stream` of an exported module does with its samples.

    Parameters
    ----------
    window, hop : int
        Samples of a window, and from the start of one window to the start of the next.
    channels : tuple of str
        Names of the numbers of one sample.
    rate : float
        Samples a second, in Hz.
    units : tuple of int
        Counts per 1.0 of each channel: readings are rounded to 1/units.
    reach : int
        Counts are clipped to -reach ... reach.
    features : tuple of str
        ("raw",), or some of `FEATURES`, which are computed for each channel.
    bands : int
        How many frequency bands the feature "bands" has.
    vote : tuple of int
        (votes that a label needs, number of last windows that vote); (1, n) decides for the most
        frequent label.

    Raises
    ------
    ThumbnetError
        If these do not fit together.
    """

    window: int
    hop: int
    channels: tuple[str, ...]
    rate: float
    units: tuple[int, ...]
    reach: int
    features: tuple[str, ...] = (RAW,)
    bands: int = 8
    vote: tuple[int, int] = (1, 3)

    def __post_init__(self) -> None:
        for name in ("channels", "units", "features", "vote"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        self._check_types()
        if self.window < 2 or self.hop < 1:
            raise ThumbnetError(
                f"a window of {self.window} samples every {self.hop}: windows need 2 samples or "
                "more, the hop 1 or more"
            )
        if not self.channels or len(self.units) != len(self.channels):
            raise ThumbnetError(f"{len(self.units)} units for {len(self.channels)} channels")
        if not self.rate > 0 or min(self.units) < 1 or not 0 < self.reach < 2 * FEATURE_COUNT_LIMIT:
            raise ThumbnetError(
                f"a stream at {self.rate} Hz with units {self.units} and reach {self.reach}: "
                "all must be positive, the reach below 2**20"
            )
        needed, kept = self.vote
        if not 1 <= needed <= kept <= MOST_VOTES:
            raise ThumbnetError(
                f"a vote of {needed} of {kept}: give numbers from 1 to {MOST_VOTES}, the first not "
                "above the second"
            )
        self._check_features()

    def _check_types(self) -> None:
        """Raise ThumbnetError for another type, or a number beyond a board's memory."""
        numbers = (self.window, self.hop, self.reach, self.bands, *self.vote, *self.units)
        texts = (*self.channels, *self.features)
        rate = self.rate
        if (
            len(self.vote) != 2
            or not all(type(n) is int and abs(n) <= _MOST for n in numbers)
            or not all(type(text) is str and _printed(text) for text in texts)
            or type(rate) not in (int, float)
            or not abs(rate) <= _MOST
            or self.window * len(self.channels) > _MOST_SAMPLES
        ):
            raise ThumbnetError(
                "the settings of a stream are not as `Windows.prepare` writes them: train again"
            )

    def _check_features(self) -> None:
        for name in self.features:
            if name not in (RAW, *FEATURES):
                raise unknown("feature", name, (RAW, *FEATURES))
        if not self.features or len(set(self.features)) < len(self.features):
            raise ThumbnetError(f"features {', '.join(self.features)}: name one or more, each once")
        if self.is_raw:
            return
        if RAW in self.features:
            raise ThumbnetError("raw windows stand alone: leave the other features out, or raw")
        if self.window > LONGEST:
            raise ThumbnetError(
                f"a window of {self.window} samples is too long for features: {LONGEST} is the "
                "most; shorten it, or sample more slowly"
            )
        if self.reach >= FEATURE_COUNT_LIMIT:
            raise ThumbnetError(
                f"features need counts below {FEATURE_COUNT_LIMIT}, these reach {self.reach}: "
                "give a coarser resolution, or subtract a constant from the readings"
            )
        if BANDS in self.features:
            self._check_bands()

    def _check_bands(self) -> None:
        window = self.window
        if window < 8 or window & (window - 1):
            below = max(8, 1 << (window.bit_length() - 1))
            above = f" or {2 * below}" if 8 < window < LONGEST else ""
            raise ThumbnetError(
                f"frequency bands need a window of a power of two, not {window} samples: "
                f"take {below}{above}, or leave bands out"
            )
        if not 1 <= self.bands <= window // 2:
            raise ThumbnetError(
                f"{self.bands} bands: a window of {window} samples has 1 to {window // 2} of them"
            )

    @property
    def is_raw(self) -> bool:
        """Whether the network reads the window itself."""
        return self.features == (RAW,)

    @property
    def fraction(self) -> int:
        """Features have steps of 2**-fraction counts: finer where counts are small."""
        return max(k for k in range(_FINEST + 1) if k == 0 or self.reach << k < FEATURE_COUNT_LIMIT)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs of one window, or of one sample for raw windows."""
        if self.is_raw:
            return self.channels
        each: list[str] = []
        for name in self.features:
            each += [f"band {k}" for k in range(1, self.bands + 1)] if name == BANDS else [name]
        return tuple(f"{channel} {name}" for channel in self.channels for name in each)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the network's input: (window, channels), or (features,)."""
        return (self.window, len(self.channels)) if self.is_raw else (len(self.names),)

    def get_config(self) -> dict[str, Any]:
        """Return the fields as JSON types; `StreamSettings.from_config` reads them back."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> StreamSettings:
        """Return the settings that `get_config` described.

        Parameters
        ----------
        config : dict
            JSON types.

        Returns
        -------
        StreamSettings

        Raises
        ------
        ThumbnetError
            If something is missing, unknown or wrong.
        """
        try:
            return construct(cls, config, "stream")
        except WrongType as error:
            raise ThumbnetError(
                f"the stream settings of the model are not understood ({error}): train again"
            ) from error


def _printed(name: str) -> bool:
    """Return whether a name can stand in the text of a module."""
    return len(name) <= 1000 and "\0" not in name and not re.search("[\ud800-\udfff]", name)


def reach_for(largest: int) -> int:
    """Choose the limit of counts on the board.

    Parameters
    ----------
    largest : int
        The largest count of the training data.

    Returns
    -------
    int
        At least four times as far, for a hand that shakes harder than in training; but below 2**19
        if that holds the data, otherwise below 2**20.
    """
    reach = 1
    while reach < 4 * largest:
        reach = 2 * reach + 1
    if reach < FEATURE_COUNT_LIMIT:
        return reach
    return FEATURE_COUNT_LIMIT - 1 if largest < FEATURE_COUNT_LIMIT else 2 * FEATURE_COUNT_LIMIT - 1
