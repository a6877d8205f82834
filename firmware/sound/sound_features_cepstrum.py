"""From a frame of sound to the cosine transform of the logarithms of its mel filters (MFCC)."""

from sound_cosines import cosines
from sound_fourier_wide import transform
from sound_frame_wide import load_frame
from sound_log_wide import logarithms
from sound_mel_wide import mel


# Defaults are made once. A name of the module is looked up at each use, which takes long.
def sound_features(
    at,
    load_frame=load_frame,
    transform=transform,
    mel=mel,
    logarithms=logarithms,
    cosines=cosines,
):
    """Write the features of the frame in the ring buffer, from sample `at` on, to FEATURES."""
    up = load_frame(at)
    transform()
    mel(up)
    logarithms()
    cosines()
