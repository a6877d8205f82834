"""MicroPython for the emulated Pico: one version, fetched once, known by its SHA-256."""

from __future__ import annotations

from pathlib import Path

from thumbnet.trainer import ThumbnetError

# The digest stands in firmware/micropython-v1.28.0.toml of github.com/tinyrange/renvo_emu, and the
# same in the provenance of the firmware that devolt's emulator is tested with. Replace all three
# lines together, with a digest that a second source confirms.
VERSION = "1.28.0"
FILE = "RPI_PICO-20260406-v1.28.0.uf2"
SHA256 = "00aedb8431ebea83b470ef909509f16432c5b1b43e8f6eaf015f6f9560bc8152"

FOLDER = "https://micropython.org/resources/firmware/"
GIVE_ONE = (
    f"download {FILE} from micropython.org/download/RPI_PICO yourself, and give it with --firmware "
    "or in THUMBNET_PICO_UF2"
)


def fetch_firmware() -> Path:
    """Return the pinned firmware, from the user's cache or downloaded into it.

    Raises
    ------
    ThumbnetError
        If it cannot be downloaded, or what came has another SHA-256; then nothing is kept.

    """
    import pooch  # slow to import, and seldom needed
    from requests import RequestException

    url = FOLDER + FILE
    pooch.get_logger().setLevel("WARNING")
    try:
        cache = Path(pooch.os_cache("thumbnet")) / "firmware"
        return Path(pooch.retrieve(url, f"sha256:{SHA256}", fname=FILE, path=cache))
    except ValueError:
        raise ThumbnetError(
            f"{url} is not the file that thumbnet knows (its SHA-256 differs from {SHA256}), and "
            f"was not started: {GIVE_ONE}, if you trust it"
        ) from None
    except (RequestException, OSError) as error:
        cause = getattr(error, "strerror", None) or type(error).__name__
        raise ThumbnetError(f"cannot download {url} ({cause}): {GIVE_ONE}") from None
