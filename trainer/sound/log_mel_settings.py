"""`LogMelSettings`: logarithms of mel filters, or the coefficients of their cosine transform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import ThumbnetError, unknown
from .frame_settings import FrameSettings

MEL_SCALES = ("htk", "slaney")
LOGARITHMS = ("natural", "decibel")


@dataclass(frozen=True)
class LogMelSettings(FrameSettings):
    """A front end of plain formulas, in a frame at a time: no noise reduction, no gain control.

    window, Fourier transform, magnitude or energy, mel filters, logarithm, cosine transform.
    Samples count from -1 to 1.

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
        The window: "hann" or "hamming", periodic.
    scale : str
        "htk": triangles on the scale of HTK, of height 1, as in `tf.signal`. "slaney": triangles in
        Hz on the scale of Slaney, of equal area, as in librosa.
    power : int
        The filters add 1, magnitudes, or 2, energies.
    floor : float
        What is added before the logarithm.
    logarithm : str
        "natural", or "decibel" of the energy.
    coefficients : int
        Coefficients of the cosine transform (MFCC, as in `tf.signal`); 0 for the logarithms
        themselves.
    log_shift : int
        Features are in steps of 2**-log_shift.

    Raises
    ------
    ThumbnetError
        If these do not fit together.
    """

    hop: int = 320
    low: float = 20.0
    high: float = 4000.0
    scale: str = "htk"
    power: int = 1
    floor: float = 1e-6
    logarithm: str = "natural"
    coefficients: int = 0
    log_shift: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        for what, name, names in (
            ("mel scale", self.scale, MEL_SCALES),
            ("logarithm", self.logarithm, LOGARITHMS),
        ):
            if name not in names:
                raise unknown(what, name, names)
        if self.power not in (1, 2):
            raise ThumbnetError(f"power {self.power}: give 1 for magnitudes or 2 for energies")
        if not 1e-20 <= self.floor <= 1e-3:
            raise ThumbnetError(
                f"a floor of {self.floor:g} under the logarithm: give 1e-20 to 1e-3"
            )
        if not 0 <= self.coefficients <= self.channels:
            raise ThumbnetError(
                f"{self.coefficients} coefficients of {self.channels} mel filters: give 0 for the "
                f"logarithms themselves, or 1 to {self.channels}"
            )
        if not 0 <= self.log_shift <= 8:
            raise ThumbnetError(f"log_shift {self.log_shift}: give 0 to 8")

    @property
    def features(self) -> int:
        """Numbers of a frame."""
        return self.coefficients or self.channels

    @property
    def unit(self) -> float:
        """What a feature of 1 stands for."""
        return 2.0**-self.log_shift

    @staticmethod
    def describes(config: dict[str, Any]) -> bool:
        """Return whether a configuration is of these settings, and not of `SoundSettings`.

        Parameters
        ----------
        config : dict
            JSON types.

        Returns
        -------
        bool
        """
        return "coefficients" in config
