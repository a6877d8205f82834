"""`TrainedSound`: what a network that was trained on sounds needs to hear."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from ..errors import ThumbnetError
from ..files.json_types import WrongType, construct
from .front_ends import FrontEndSettings, front_end_from_config
from .levels import Ints, sound_levels
from .stream import MOST_CLASSES, MOST_FRAMES, MOST_SCORES

TOP = 255
"""The highest level of a feature: networks are trained on levels, as boards compute them."""


@dataclass(frozen=True)
class TrainedSound:
    """How sound becomes the input of a network of floats, and its probabilities decisions.

    Parameters
    ----------
    front_end : SoundSettings or LogMelSettings
        How features are made.
    frames, step : int
        Frames that the network reads at once, and from one inference to the next.
    unit : float
        What a feature of 1 is, as a share of the highest level.
    zero_point : int
        The level of a feature of 0.
    mean_of : int
        Inferences whose probabilities are averaged.
    cutoff : float
        What this mean must exceed.
    background : int
        The class that is no sound to detect; -1 for none.

    Raises
    ------
    ThumbnetError
        If these do not fit together.
    """

    front_end: FrontEndSettings
    frames: int
    step: int
    unit: float
    zero_point: int = 0
    mean_of: int = 3
    cutoff: float = 0.6
    background: int = -1

    def __post_init__(self) -> None:
        if not 1 <= self.step <= self.frames <= MOST_FRAMES:
            raise ThumbnetError(
                f"{self.frames} frames, {self.step} new ones each time: give 1 to {MOST_FRAMES}, "
                "the second not above the first"
            )
        if not 0 < self.unit < 1e6 or not 0 <= self.cutoff < 1:
            raise ThumbnetError(
                f"a unit of {self.unit:g} and a cutoff of {self.cutoff:g}: the first is positive, "
                "the second from 0 to below 1"
            )
        if not 0 <= self.zero_point <= TOP:
            raise ThumbnetError(f"a zero point of {self.zero_point}: give 0 to {TOP}")
        if not 1 <= self.mean_of <= MOST_SCORES or not -1 <= self.background < MOST_CLASSES:
            raise ThumbnetError(
                f"a mean of {self.mean_of}, and class {self.background} as background: give 1 to "
                f"{MOST_SCORES}, and the index of a class or -1"
            )

    @property
    def samples(self) -> int:
        """Samples that the network reads at once."""
        return self.front_end.window + (self.frames - 1) * self.front_end.hop

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the network's input: (frames, features)."""
        return self.frames, self.front_end.features

    def levels(self, features: Ints) -> Ints:
        """Return the levels of features, from 0 to `TOP`."""
        return sound_levels(self.front_end, features, self.unit, 1 / TOP, self.zero_point)

    def for_features(self, features: Ints) -> TrainedSound:
        """Return these settings with levels that suit the features of a training."""
        low, high = min(0, int(features.min())), max(1, int(features.max()))
        # A little wider, so that no feature lies between two levels.
        unit = (1 - 2**-12) / (high - low)
        return replace(self, unit=unit, zero_point=round(-low * unit * TOP))

    def get_config(self) -> dict[str, Any]:
        """Return the fields as JSON types; `TrainedSound.from_config` reads them back."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: Any) -> TrainedSound:
        """Return the settings that `get_config` described.

        Parameters
        ----------
        config : dict
            JSON types.

        Returns
        -------
        TrainedSound

        Raises
        ------
        ThumbnetError
            If something is missing, unknown or wrong.
        """
        if not isinstance(config, dict) or "front_end" not in config:
            raise ThumbnetError("the settings of the sound are not understood: train again")
        front_end = front_end_from_config(config["front_end"])

        def made(
            frames: int,
            step: int,
            unit: float,
            zero_point: int,
            mean_of: int,
            cutoff: float,
            background: int,
        ) -> TrainedSound:
            reads = (frames, step, float(unit), zero_point)
            return cls(front_end, *reads, mean_of, float(cutoff), background)

        try:
            rest = {key: value for key, value in config.items() if key != "front_end"}
            return construct(made, rest, "sound")
        except WrongType as error:
            raise ThumbnetError(
                f"the settings of the sound are not understood ({error}): train again"
            ) from error
