"""From sound to decisions: frames, their features, a network, and the mean of its last scores."""

from array import array

from enter import enter
from forward import forward
from one_at_a_time import leave
from reset import restore
from sound_features import sound_features
from sound_levels import add_features
from sound_pieces import count_samples
from sound_samples import store_samples

# Literals of an example network; the exporter puts the network's own in their place.
SAMPLES = array("h", [0] * 8)
NOISE = array("i", [0] * 2)
VALUES = bytearray(6)
# Samples from one frame to the next; frames before the first inference, and from one to the next.
HOP = 4
FRAMES = 3
STEP = 3
# How many of the last scores count, and what their sum must exceed.
MEAN_OF = 5
MORE_THAN = 100


class Stream:
    """Takes sound as it comes; decides each time that the network has read enough frames.

    score: the sum of the last MEAN_OF scores, from which MORE_THAN decides.
    """

    def __init__(self):
        self._scores = array("i", [0] * MEAN_OF)
        self.reset()

    def reset(self):
        """Begin anew: forget all sound, the noise, and what the network remembers."""
        enter()
        try:
            restore()
            for k in range(len(NOISE)):
                NOISE[k] = 0
            for k in range(MEAN_OF):
                self._scores[k] = 0
            self.score = 0
            self._at = 0
            self._missing = len(SAMPLES)
            self._frames = FRAMES
            self._kept = 0
        finally:
            leave()

    def push(self, pcm):
        """Take samples of 16 bits: bytes, the low one first, or an array or list of integers.

        Returns None if the network did not run; else whether it has detected something, at
        least once in this piece of sound. ValueError says what does not fit; RuntimeError if
        another call of the module still runs.
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
                    found = self._decide(forward(VALUES)[0]) or bool(found)
            self._missing -= n - begin
            self._at = store_samples(pcm, begin, n, self._at)
            return found
        finally:
            leave()

    def _decide(self, score):
        """Return whether the last scores are high enough; False before there are MEAN_OF."""
        kept = self._kept
        scores = self._scores
        k = kept % MEAN_OF
        self.score += score - scores[k]
        scores[k] = score
        kept += 1
        # Full after MEAN_OF scores; it stays below twice as many.
        self._kept = kept if kept < 2 * MEAN_OF else MEAN_OF
        return kept >= MEAN_OF and self.score > MORE_THAN
