"""`SoundStream`: how sound becomes the input of a network, and its scores decisions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..errors import ThumbnetError
from ..files.json_types import WrongType, construct
from .front_ends import FrontEndSettings, front_end_from_config

MOST_FRAMES = 1000
MOST_SCORES = 1000
MOST_CLASSES = 1000
_LARGEST = 2**30


@dataclass(frozen=True)
class SoundStream:
    """What the `Stream` of a module does with sound, for a network of 8-bit integers.

    Parameters
    ----------
    front_end : SoundSettings or LogMelSettings
        How features are made.
    frames, step : int
        Frames that the network reads at once, and from one inference to the next.
    unit : float
        What a feature of 1 stands for in the network's training.
    mean_of : int
        How many of the last scores decide; probabilities in Q15 if there are several outputs.
    more_than : int
        What the sum of these must exceed.
    background : int
        Of several outputs, the class that is no sound to detect; -1 for none.

    Raises
    ------
    ThumbnetError
        If these do not fit together.
    """

    front_end: FrontEndSettings
    frames: int
    step: int
    unit: float
    mean_of: int
    more_than: int
    background: int = -1

    def __post_init__(self) -> None:
        if not 1 <= self.step <= self.frames <= MOST_FRAMES:
            raise ThumbnetError(
                f"{self.frames} frames, {self.step} new ones each time: give 1 to {MOST_FRAMES}, "
                "the second not above the first"
            )
        if not 0 < self.unit < 1e6:
            raise ThumbnetError(f"features in steps of {self.unit:g}: give a positive unit")
        if not 1 <= self.mean_of <= MOST_SCORES or not abs(self.more_than) < _LARGEST:
            raise ThumbnetError(
                f"a mean of {self.mean_of} scores whose sum exceeds {self.more_than}: give 1 to "
                f"{MOST_SCORES} scores, and a sum below 2**30"
            )
        if not -1 <= self.background < MOST_CLASSES:
            raise ThumbnetError(
                f"class {self.background} as background: give the index of a class, or -1 for none"
            )

    @property
    def inputs(self) -> int:
        """Numbers that the network reads."""
        return self.frames * self.front_end.features

    def get_config(self) -> dict[str, Any]:
        """Return the fields as JSON types; `SoundStream.from_config` reads them back."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: Any) -> SoundStream:
        """Return the settings that `get_config` described.

        Parameters
        ----------
        config : dict
            JSON types.

        Returns
        -------
        SoundStream

        Raises
        ------
        ThumbnetError
            If something is missing, unknown or wrong.
        """
        if not isinstance(config, dict) or "front_end" not in config:
            raise ThumbnetError("the settings of a sound stream are not understood: export again")
        front_end = front_end_from_config(config["front_end"])

        def made(
            frames: int, step: int, unit: float, mean_of: int, more_than: int, background: int = -1
        ) -> SoundStream:
            return cls(front_end, frames, step, float(unit), mean_of, more_than, background)

        try:
            rest = {key: value for key, value in config.items() if key != "front_end"}
            return construct(made, rest, "sound")
        except WrongType as error:
            raise ThumbnetError(
                f"the settings of a sound stream are not understood ({error}): export again"
            ) from error
