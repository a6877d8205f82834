"""From sound to decisions: frames, their features, and a network after some of them."""

from array import array

from enter import enter
from hearing import Hearing
from one_at_a_time import leave
from reset import restore
from sound_features import sound_features
from sound_levels import add_features
from sound_pieces import count_samples
from sound_samples import store_samples

# Literals of an example network; the exporter puts the network's own in their place.
SAMPLES = array("h", [0] * 8)
NOISE = array("i", [0] * 2)
# Samples from one frame to the next; frames before the first inference, and from one to the next.
HOP = 4
FRAMES = 3
STEP = 3


class Stream(Hearing):
    """Takes sound as it comes; decides each time that the network has read enough frames.

    Its last decisions are attributes: see Hearing.
    """

    def __init__(self):
        Hearing.__init__(self)
        self.reset()

    def reset(self):
        """Begin anew: forget all sound, the noise, and what the network remembers."""
        enter()
        try:
            restore()
            for k in range(len(NOISE)):
                NOISE[k] = 0
            self._forget()
            self._at = 0
            self._missing = len(SAMPLES)
            self._frames = FRAMES
        finally:
            leave()

    def push(self, pcm):
        """Take samples of 16 bits: bytes, the low one first, or an array or list of integers.

        Returns None if nothing was decided; else what Hearing decides, of all inferences in this
        piece of sound. ValueError says what does not fit; RuntimeError if another call of the
        module still runs.
        """
        enter()
        try:
            n = count_samples(pcm)
            begin = 0
            found = None
            while n - begin >= self._missing:
                end = begin + self._missing
                self._at = store_samples(pcm, begin, end, self._at)
                begin = end
                self._missing = HOP
                sound_features(self._at)
                add_features()
                self._frames -= 1
                if not self._frames:
                    self._frames = STEP
                    found = self._hear(found)
            self._missing -= n - begin
            self._at = store_samples(pcm, begin, n, self._at)
            return found
        finally:
            leave()
