"""What the networks of microWakeWord cost on an emulated Cortex-M0: see `cortex_m0.py`."""

from __future__ import annotations

INSTRUCTIONS = {
    ("alexa", "thumb"): 311_600,
    ("hey_jarvis", "thumb"): 297_000,
    ("hey_mycroft", "thumb"): 341_700,
    ("okay_nabu", "thumb"): 468_900,
    ("alexa", "viper"): 1_369_000,
    ("okay_nabu", "viper"): 1_818_000,
    ("alexa", "plain"): 29_840_000,
}
"""Mean instructions of a step, by network and tier."""
