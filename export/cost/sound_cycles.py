"""The cycles of a push of sound, without the network: from samples to its levels.

An emulated Cortex-M0 logged every instruction of microWakeWord's front end (docs/sound.md); cycles
are those of Arm's manual, without wait states. `tests/firmware/test_thumb_sound.py` and
`test_thumb_sound_wide.py` compare `assembly_cycles` with those of front ends of other sizes.
"""

from __future__ import annotations

from thumbnet.trainer import FrontEndSettings, LogMelSettings, SoundSettings, SoundStream

from ..boards.processors import CPUS, Cpu

_BYTECODE = 49_000
_BYTECODE_AROUND_VIPER = 91_000
_BYTECODE_OF_PUSH = 67_000
"""What `push` and the functions that it calls take in bytecode: with assembly, with viper, and what
of the second is not between the steps of a frame."""


def push_cycles(sound: SoundStream, cpu: Cpu, assembly: bool) -> float:
    """Return the cycles of a push of one hop in which the network does not run.

    Parameters
    ----------
    sound
        The `Stream` of the module.
    cpu
        The processor.
    assembly
        The tier has assembly; else the front end is in viper.

    """
    settings = sound.front_end
    if not assembly:
        if isinstance(settings, LogMelSettings):
            return (_BYTECODE_OF_PUSH + _log_mel_cycles(settings)) * cpu.feature
        return (_BYTECODE_AROUND_VIPER + _viper_cycles(settings)) * cpu.feature
    features = settings.features
    each = 22 if isinstance(settings, LogMelSettings) else 12
    levels = each * features + (sound.frames - 1) * features * (8 if features % 4 else 2)
    slower = cpu.tiers["thumb"].mac / CPUS["cortex-m0plus"].tiers["thumb"].mac
    return _BYTECODE * cpu.feature + (assembly_cycles(settings) + levels) * slower


def assembly_cycles(settings: FrontEndSettings) -> float:
    """Return the cycles of the assembly of one frame on an RP2040."""
    if isinstance(settings, LogMelSettings):
        samples = 14 * settings.hop + 47 * settings.window + 4 * settings.fft
        # Magnitudes take a square root each.
        sums = _bins(settings) * (164 if settings.power == 1 else 44)
        channel = 270 + 11 * settings.coefficients
        return samples + 70 * _butterflies(settings) + sums + channel * settings.channels
    samples = 14 * settings.hop + 21 * settings.window + 24 * settings.fft
    channel = 430 if settings.has_gain else 360
    return (
        samples + 42 * _butterflies(settings) + 33 * _bins(settings) + channel * settings.channels
    )


def _viper_cycles(settings: SoundSettings) -> float:
    samples = 140 * settings.hop + 281 * settings.fft + 256 * _butterflies(settings)
    return samples + 200 * _bins(settings) + (1850 + 1330) * settings.channels


def _log_mel_cycles(settings: LogMelSettings) -> float:
    samples = 140 * settings.hop + 311 * settings.fft + 430 * _butterflies(settings)
    # Magnitudes take a square root each.
    sums = _bins(settings) * (1346 if settings.power == 1 else 415)
    return samples + sums + (1220 + 113 * settings.coefficients) * settings.channels


def _butterflies(settings: FrontEndSettings) -> float:
    """Return how many pairs of numbers the Fourier transform joins."""
    points = settings.fft // 2
    return points * (points.bit_length() - 1) / 2


def _bins(settings: FrontEndSettings) -> float:
    """Return how many frequencies the filters read."""
    return settings.fft * (settings.high - settings.low) / settings.rate
