"""From a frame of sound to its features, without gain control."""

from sound_fourier import transform
from sound_frame import load_frame
from sound_log import logarithms
from sound_mel import mel
from sound_noise import reduce_noise


# Defaults are made once. A name of the module is looked up at each use, which takes long.
def sound_features(
    at,
    load_frame=load_frame,
    transform=transform,
    mel=mel,
    reduce_noise=reduce_noise,
    logarithms=logarithms,
):
    """Write the features of the frame in the ring buffer, the oldest sample at `at`, to SIGNAL."""
    up = load_frame(at)
    transform()
    mel(up)
    reduce_noise()
    logarithms()
