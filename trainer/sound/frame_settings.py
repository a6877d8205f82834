"""`FrameSettings`: what the settings of all sound front ends have."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from ..errors import ThumbnetError, unknown
from ..files.json_types import WrongType, construct

FFT_SIZES = (256, 512, 1024)
WINDOWS = ("hann", "hamming")
MOST_CHANNELS = 128
SHORTEST_HOP = 16

_MOST_RATE = 192_000

Settings = TypeVar("Settings", bound="FrameSettings")


@dataclass(frozen=True)
class FrameSettings:
    """Frames of sound, and mel filters over the frequencies of each.

    Parameters
    ----------
    rate : int
        Samples a second, in Hz.
    window, hop : int
        Samples of a frame, and from the start of one frame to the start of the next.
    channels : int
        Mel filters.
    low, high : float
        Where the lowest filter begins and the highest one ends, in Hz.
    shape : str
        The window: "hann" or "hamming".

    Raises
    ------
    ThumbnetError
        If these do not fit together.
    """

    rate: int = 16_000
    window: int = 480
    hop: int = 160
    channels: int = 40
    low: float = 125.0
    high: float = 7500.0
    shape: str = "hann"

    def __post_init__(self) -> None:
        if self.shape not in WINDOWS:
            raise unknown("window", self.shape, WINDOWS)
        if not 1 <= self.rate <= _MOST_RATE:
            raise ThumbnetError(f"sound at {self.rate} Hz: give a rate from 1 to {_MOST_RATE}")
        longest = FFT_SIZES[-1]
        if not 2 <= self.window <= longest:
            raise ThumbnetError(f"frames of {self.window} samples: give 2 to {longest}")
        if not SHORTEST_HOP <= self.hop <= self.window:
            raise ThumbnetError(
                f"a frame of {self.window} samples every {self.hop}: the hop is at least "
                f"{SHORTEST_HOP} and not longer than a frame"
            )
        if not 1 <= self.channels <= MOST_CHANNELS:
            raise ThumbnetError(f"{self.channels} mel filters: give 1 to {MOST_CHANNELS}")
        if not 0 <= self.low < self.high <= self.rate / 2:
            raise ThumbnetError(
                f"mel filters from {self.low:g} to {self.high:g} Hz at a rate of {self.rate} Hz: "
                f"they lie between 0 and {self.rate / 2:g}, the lower limit first"
            )

    @property
    def fft(self) -> int:
        """Samples of the Fourier transform: frames are filled up with zeros."""
        return next(size for size in FFT_SIZES if size >= self.window)

    def get_config(self) -> dict[str, Any]:
        """Return the fields as JSON types; `from_config` of the class reads them back."""
        return asdict(self)

    @classmethod
    def from_config(cls: type[Settings], config: dict[str, Any]) -> Settings:
        """Return the settings that `get_config` described.

        Parameters
        ----------
        config : dict
            JSON types.

        Returns
        -------
        FrameSettings
            Of this class.

        Raises
        ------
        ThumbnetError
            If something is missing, unknown or wrong.
        """
        try:
            return construct(cls, config, "sound")
        except WrongType as error:
            raise ThumbnetError(
                f"the settings of the sound front end are not understood ({error}): export again"
            ) from error
