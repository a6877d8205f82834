"""`SoundSettings`: what a sound front end computes."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ThumbnetError
from .frame_settings import FrameSettings

MOST_FEATURE = 65535


@dataclass(frozen=True)
class SoundSettings(FrameSettings):
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

    smoothing_bits: int = 10
    even: float = 0.025
    odd: float = 0.06
    floor: float = 0.05
    strength: float = 0.95
    offset: float = 80.0
    gain_bits: int = 21
    log_shift: int = 6

    def __post_init__(self) -> None:
        super().__post_init__()
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
