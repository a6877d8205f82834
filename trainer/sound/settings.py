"""`SoundSettings`: what a sound front end computes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol

from ..errors import ThumbnetError, unknown
from ..files.json_types import WrongType, construct

FFT_SIZES = (256, 512, 1024)
WINDOWS = ("hann", "hamming")
MOST_CHANNELS = 128
SHORTEST_HOP = 16
MOST_FEATURE = 65535

_MOST_RATE = 192_000


class Frames(Protocol):
    """What the settings of all front ends have."""

    @property
    def rate(self) -> int:
        """Samples a second."""

    @property
    def window(self) -> int:
        """Samples of a frame."""

    @property
    def hop(self) -> int:
        """Samples from the start of one frame to the start of the next."""

    @property
    def channels(self) -> int:
        """Mel filters."""

    @property
    def low(self) -> float:
        """Where the lowest filter begins, in Hz."""

    @property
    def high(self) -> float:
        """Where the highest filter ends, in Hz."""


def check_frames(settings: Frames) -> None:
    """Check frames and the limits of mel filters.

    Parameters
    ----------
    settings : Frames
        The settings of a front end.

    Raises
    ------
    ThumbnetError
        If these do not fit together.
    """
    if not 1 <= settings.rate <= _MOST_RATE:
        raise ThumbnetError(f"sound at {settings.rate} Hz: give a rate from 1 to {_MOST_RATE}")
    longest = FFT_SIZES[-1]
    if not 2 <= settings.window <= longest:
        raise ThumbnetError(f"frames of {settings.window} samples: give 2 to {longest}")
    if not SHORTEST_HOP <= settings.hop <= settings.window:
        raise ThumbnetError(
            f"a frame of {settings.window} samples every {settings.hop}: the hop is at least "
            f"{SHORTEST_HOP} and not longer than a frame"
        )
    if not 1 <= settings.channels <= MOST_CHANNELS:
        raise ThumbnetError(f"{settings.channels} mel filters: give 1 to {MOST_CHANNELS}")
    if not 0 <= settings.low < settings.high <= settings.rate / 2:
        raise ThumbnetError(
            f"mel filters from {settings.low:g} to {settings.high:g} Hz at a rate of "
            f"{settings.rate} Hz: they lie between 0 and {settings.rate / 2:g}, the lower limit "
            "first"
        )


@dataclass(frozen=True)
class SoundSettings:
    """A front end in the manner of TensorFlow's "microfrontend", frame by frame.

    window, Fourier transform, energy, mel filters, square root, noise reduction, gain control,
    logarithm.

    Parameters
    ----------
    rate : int
        Samples a second, in Hz.
    window, hop : int
        Samples of a frame, and from the start of one frame to the start of the next.
    channels : int
        Mel filters: features of a frame.
    low, high : float
        Where the lowest filter begins and the highest one ends, in Hz.
    shape : str
        The window: "hann" or "hamming".
    smoothing_bits : int
        Bits after the point of the noise estimate.
    even, odd : float
        How much a new frame counts for the noise of even and of odd channels, from 0 to 1.
    floor : float
        The share of a signal that noise reduction leaves at least.
    strength, offset : float
        Gain control (PCAN): the exponent of the noise, and what is added to the noise before.
        A strength of 0 leaves gain control out.
    gain_bits : int
        Bits after the point of the gain.
    log_shift : int
        Features are natural logarithms in steps of 2**-log_shift.

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
    smoothing_bits: int = 10
    even: float = 0.025
    odd: float = 0.06
    floor: float = 0.05
    strength: float = 0.95
    offset: float = 80.0
    gain_bits: int = 21
    log_shift: int = 6

    def __post_init__(self) -> None:
        if self.shape not in WINDOWS:
            raise unknown("window", self.shape, WINDOWS)
        check_frames(self)
        shares = (self.even, self.odd, self.floor)
        if not all(0 <= share <= 1 for share in shares):
            raise ThumbnetError(f"even, odd and floor are shares from 0 to 1, not {shares}")
        if not 0 <= self.smoothing_bits <= 10 or not 0 <= self.log_shift <= 8:
            raise ThumbnetError(
                f"smoothing_bits {self.smoothing_bits}, log_shift {self.log_shift}: the first is "
                "from 0 to 10, the second from 0 to 8"
            )
        if not 0 <= self.strength <= 2 or not 0.01 <= self.offset <= 1e6:
            raise ThumbnetError(
                f"strength {self.strength:g}, offset {self.offset:g}: the first is from 0 to 2, "
                "the second from 0.01 to 1,000,000"
            )
        if self.has_gain and not 5 <= self.snr_shift <= 20:
            raise ThumbnetError(
                f"gain_bits {self.gain_bits}: give {self.gain_bits - self.snr_shift + 5} to "
                f"{self.gain_bits - self.snr_shift + 20} for frames of {self.window} samples"
            )

    @property
    def fft(self) -> int:
        """Samples of the Fourier transform: frames are filled up with zeros."""
        return next(size for size in FFT_SIZES if size >= self.window)

    @property
    def features(self) -> int:
        """Numbers of a frame: one for each mel filter."""
        return self.channels

    @property
    def unit(self) -> float:
        """What a feature of 1 stands for in TensorFlow's examples, and so in most networks."""
        return 10 / 256

    @property
    def has_gain(self) -> bool:
        """Whether there is gain control."""
        return self.strength > 0

    @property
    def correction_bits(self) -> int:
        """Bits that the transform divides by, less those that the filters multiply by."""
        return self.fft.bit_length() - 1 - 6

    @property
    def snr_shift(self) -> int:
        """Bits that the product of signal and gain loses."""
        return self.gain_bits - self.correction_bits - 12

    def get_config(self) -> dict[str, Any]:
        """Return the fields as JSON types; `SoundSettings.from_config` reads them back."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SoundSettings:
        """Return the settings that `get_config` described.

        Parameters
        ----------
        config : dict
            JSON types.

        Returns
        -------
        SoundSettings

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
