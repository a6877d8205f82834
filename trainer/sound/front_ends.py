"""`FRONT_ENDS`: the front ends with published parameters, by name."""

from __future__ import annotations

from .log_mel_settings import LogMelSettings
from .settings import SoundSettings

FrontEndSettings = SoundSettings | LogMelSettings
"""The settings of any front end."""

FRONT_ENDS: dict[str, FrontEndSettings] = {
    "microwakeword": SoundSettings(),
    "micro_speech": SoundSettings(hop=320),
    "mlperf_kws": LogMelSettings(coefficients=10),
    "mlperf_ad": LogMelSettings(
        window=1024,
        hop=512,
        channels=128,
        low=0.0,
        high=8000.0,
        scale="slaney",
        power=2,
        floor=2.0**-52,
        logarithm="decibel",
    ),
}
"""Front ends with published parameters, by name."""


def front_end_from_config(config: dict[str, object]) -> FrontEndSettings:
    """Return the settings that `get_config` of a front end described.

    Parameters
    ----------
    config : dict
        JSON types.

    Returns
    -------
    SoundSettings or LogMelSettings

    Raises
    ------
    ThumbnetError
        If something is missing, unknown or wrong.
    """
    if isinstance(config, dict) and LogMelSettings.describes(config):
        return LogMelSettings.from_config(config)
    return SoundSettings.from_config(config)
