"""How many examples hypothesis tries: a test says how many a thorough run needs."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

EVERYDAY, THOROUGH = "everyday", "thorough"


def register_profiles() -> None:
    """A quarter of the examples every day; all of them with `--hypothesis-profile thorough`."""
    for name, percent in ((EVERYDAY, 25), (THOROUGH, 100)):
        settings.register_profile(
            name,
            deadline=None,
            max_examples=percent,
            suppress_health_check=[HealthCheck.too_slow],
        )
    settings.load_profile(EVERYDAY)


def examples(thorough: int, base: settings | None = None) -> settings:
    """Settings with so many examples in a thorough run, and with the profile's share of them."""
    share = max(1, -(-thorough * settings.default.max_examples // 100))
    return settings(base, max_examples=share, deadline=None)
