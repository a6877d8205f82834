"""From a frame of sound to its features."""

from sound_fourier import transform
from sound_frame import load_frame
from sound_gain import control_gain
from sound_log import logarithms
from sound_mel import mel
from sound_noise import reduce_noise


def sound_features(at):
    """Write the features of the frame in the ring buffer, the oldest sample at `at`, to SIGNAL."""
    up = load_frame(at)
    transform()
    mel(up)
    reduce_noise()
    control_gain()
    logarithms()
