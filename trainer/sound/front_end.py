"""The integers of a sound front end, exactly, on the PC."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import ThumbnetError
from .fourier import transform
from .front_ends import FrontEndSettings
from .log_mel import log_mel_features
from .log_mel_settings import LogMelSettings
from .settings import MOST_FEATURE, SoundSettings
from .tables import (
    LOG_COEFFICIENT,
    LOG_SEGMENTS,
    SHARE_BITS,
    WINDOW_BITS,
    Ints,
    MelBank,
    gain_table,
    log_table,
    mel_bank,
    share,
    window_table,
)

AT_ONCE = 256
"""Frames that are computed at once: bounds the memory."""


class SoundFrontEnd:
    """Takes PCM in pieces of any length, and returns the features of every full frame.

    Parameters
    ----------
    settings : SoundSettings or LogMelSettings
        What to compute.
    """

    def __init__(self, settings: FrontEndSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget all samples and the noise."""
        self._samples = np.zeros(0, np.int64)
        self._noise = np.zeros((1, self.settings.channels), np.int64)

    def push(self, pcm: npt.ArrayLike) -> Ints:
        """Take samples; return the features of the frames that they complete.

        Parameters
        ----------
        pcm : array of int
            Samples from -32768 to 32767.

        Returns
        -------
        ndarray, shape (frames, features)
            Logarithms or coefficients in steps of 2**-log_shift. Those of `SoundSettings` are from
            0 to 65535, the others may be negative.

        Raises
        ------
        ThumbnetError
            If these are not samples.
        """
        settings = self.settings
        samples = np.concatenate([self._samples, _samples(pcm)])
        frames = max(0, (len(samples) - settings.window) // settings.hop + 1)
        self._samples = samples[frames * settings.hop :]
        found = np.zeros((frames, settings.features), np.int64)
        for at in range(0, frames, AT_ONCE):
            rows = _frames(samples[None], settings, at, min(at + AT_ONCE, frames))
            features, self._noise = _features(rows, settings, self._noise)
            found[at : at + AT_ONCE] = features[:, 0]
        return found


def features_of_clips(clips: Ints, settings: FrontEndSettings) -> Ints:
    """Compute the features of sounds of one length, each as `SoundFrontEnd` does from its start.

    Parameters
    ----------
    clips : ndarray, shape (n, samples)
        Samples of 16 bits.
    settings : SoundSettings or LogMelSettings
        What to compute.

    Returns
    -------
    ndarray, shape (n, frames, features)
    """
    frames = max(0, (clips.shape[1] - settings.window) // settings.hop + 1)
    found = np.zeros((len(clips), frames, settings.features), np.int64)
    together = max(1, AT_ONCE // max(1, frames))
    for at in range(0, len(clips) if frames else 0, together):
        rows = _frames(clips[at : at + together].astype(np.int64), settings, 0, frames)
        noise = np.zeros((rows.shape[1], settings.channels), np.int64)
        features, _ = _features(rows, settings, noise)
        found[at : at + together] = features.swapaxes(0, 1)
    return found


def _frames(clips: Ints, settings: FrontEndSettings, first: int, end: int) -> Ints:
    """Return frames of clips, (frames, clips, window)."""
    places = np.arange(first, end)[:, None] * settings.hop + np.arange(settings.window)
    return clips[:, places].swapaxes(0, 1)


def _features(frames: Ints, settings: FrontEndSettings, noise: Ints) -> tuple[Ints, Ints]:
    """Return the features of frames (frames, clips, window), and the noise after the last one."""
    rows, before = frames.reshape(-1, settings.window), frames.shape[:-1]
    if isinstance(settings, LogMelSettings):
        return log_mel_features(rows, settings).reshape(*before, -1), noise
    signal = mel_signal(rows, settings).reshape(*before, -1)
    noises = _noises(signal << settings.smoothing_bits, settings, noise)
    cleaned = _without_noise(signal, noises, settings)
    if settings.has_gain:
        cleaned = _controlled(cleaned, noises, settings)
    features = logarithm(cleaned << settings.correction_bits, settings.log_shift)
    return features, noises[-1]


def _noises(fine: Ints, settings: SoundSettings, noise: Ints) -> Ints:
    """Return the noise in each frame, estimated from it and from those before."""
    weight = np.where(np.arange(fine.shape[-1]) % 2, share(settings.odd), share(settings.even))
    rest, new = (1 << SHARE_BITS) - weight, fine * weight
    found = np.empty_like(fine)
    for k, one in enumerate(new):
        noise = found[k] = (one + noise * rest) >> SHARE_BITS
    return found


def _without_noise(signal: Ints, noises: Ints, settings: SoundSettings) -> Ints:
    fine = signal << settings.smoothing_bits
    least = (signal * share(settings.floor)) >> SHARE_BITS
    cleaned: Ints = np.maximum((fine - np.minimum(noises, fine)) >> settings.smoothing_bits, least)
    return cleaned


def mel_signal(frames: Ints, settings: SoundSettings) -> Ints:
    """Compute the square root of the energy in each mel filter.

    Parameters
    ----------
    frames : ndarray, shape (n, window)
        Samples.
    settings : SoundSettings
        The front end.

    Returns
    -------
    ndarray, shape (n, channels)
    """
    bank = mel_bank(settings)
    windowed = (frames * window_table(settings)) >> WINDOW_BITS
    # -32768 has no positive counterpart in 16 bits, and so does not count.
    largest = np.where(windowed == -32768, 0, np.abs(windowed)).max(axis=1, initial=0)
    up = 15 - _bits(largest)
    padded = np.zeros((len(frames), settings.fft), np.int64)
    padded[:, : settings.window] = (windowed << up[:, None]).astype(np.int16)
    re, im = transform(padded)
    energy = (re * re + im * im)[:, bank.begin : bank.end]
    rising = _sums(energy * np.array(bank.weights, np.int64), bank)
    falling = _sums(energy * np.array(bank.others, np.int64), bank)
    return _roots(falling[:, :-1] + rising[:, 1:]) >> up[:, None]


def logarithm(values: Ints, shift: int) -> Ints:
    """Compute natural logarithms in steps of 2**-shift; 0 for 0 and 1.

    Parameters
    ----------
    values : ndarray
        From 0 to 2**32 - 1.
    shift : int
        Bits after the point.

    Returns
    -------
    ndarray
        At most 65535.
    """
    table = log_table()
    whole = np.maximum(_bits(values) - 1, 0)
    fraction = values - (np.int64(1) << whole)
    fraction = np.where(
        whole < 16, fraction << np.maximum(16 - whole, 0), fraction >> np.maximum(whole - 16, 0)
    )
    segment = fraction >> 9
    segment = np.clip(segment, 0, LOG_SEGMENTS - 1)
    low, high = table[segment], table[segment + 1]
    bend = ((high - low) * (fraction - (segment << 9))) >> 16
    log2 = (whole << 16) + fraction + low + bend
    natural = (LOG_COEFFICIENT * log2 + 32768) >> 16
    scaled = ((natural << shift) + 32768) >> 16
    return np.where(values > 1, np.minimum(scaled, MOST_FEATURE), 0)


def _samples(pcm: npt.ArrayLike) -> Ints:
    samples = np.asarray(pcm)
    if samples.ndim != 1 or (samples.size and samples.dtype.kind not in "iu"):
        raise ThumbnetError("sound is a row of whole samples from -32768 to 32767")
    samples = samples.astype(np.int64)
    if samples.size and (samples.min() < -32768 or samples.max() > 32767):
        raise ThumbnetError(
            f"samples from {samples.min()} to {samples.max()}: sound has 16 bits, so scale it to "
            "-32768 ... 32767"
        )
    return samples


def _sums(products: Ints, bank: MelBank) -> Ints:
    """Return the sums of each side of the filters."""
    ends = np.cumsum((0, *bank.widths))
    total = np.concatenate(
        [np.zeros((len(products), 1), np.int64), products.cumsum(axis=1)], axis=1
    )
    sums: Ints = total[:, ends[1:]] - total[:, ends[:-1]]
    return sums


def _bits(values: Ints) -> Ints:
    """Return how many bits each of some numbers below 2**53 has."""
    return np.frexp(values.astype(np.float64))[1].astype(np.int64)


def _roots(values: Ints) -> Ints:
    """Return square roots, rounded; the root of what 32 bits hold stays within 16."""
    root: Ints = np.sqrt(values.astype(np.float64)).astype(np.int64)
    root -= root * root > values
    root += (root + 1) * (root + 1) <= values
    root += (values - root * root > root) & (root != 65535)
    return root


def _controlled(signal: Ints, noise: Ints, settings: SoundSettings) -> Ints:
    """Return the signal by the noise, in the manner of PCAN."""
    gains, bits = gain_table(settings), _bits(noise)
    start, slope, curve = np.moveaxis(gains[bits], -1, 0)
    place = (
        np.where(bits < 11, noise << np.maximum(11 - bits, 0), noise >> np.maximum(bits - 11, 0))
        & 1023
    )
    gain = start + ((((curve * place >> 5) + (slope << 5)) * place + 16384) >> 15)
    gain = np.where(noise > 2, gain, gains[np.minimum(noise, 2), 0])
    ratio = (signal * gain) >> settings.snr_shift
    return np.where(ratio < 8192, (ratio * ratio) >> 20, (ratio >> 6) - 64)
