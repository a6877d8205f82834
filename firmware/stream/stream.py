"""From samples to decisions: a ring buffer, a network, and a vote."""

from array import array

from classify import answer
from enter import enter
from features import features
from one_at_a_time import leave
from sample import store

# Literals of an example network; the exporter puts the network's own in their place.
LABELS = ("rest", "move")
# Number of counts in a window, and their array type; samples between decisions, and before the
# first.
RING = 8
COUNT = "h"
HOP = 2
WINDOW = 4
# Votes that a label needs, and how many of the last votes are kept.
VOTE = (1, 3)


class Stream:
    """Takes samples one by one; after every HOP, classifies the last WINDOW.

    label: the name of the last decision, None before the first.
    """

    def __init__(self):
        self._ring = array(COUNT, [0] * RING)
        self._votes = bytearray(VOTE[1])
        self._counts = bytearray(len(LABELS))
        self.reset()

    def reset(self):
        """Forget all samples and votes, for example after a pause in sampling."""
        self.label = None
        self._at = 0
        self._left = WINDOW
        self._vote = 0
        self._voted = 0
        for k in range(len(LABELS)):
            self._counts[k] = 0

    def push(self, sample):
        """Take one sample: a list, tuple or array of one number per channel.

        Returns the class index if there is a decision, else None; LABELS names it. The
        numbers are in the units of the training data. ValueError says what does not fit;
        RuntimeError if another call of the module still runs.
        """
        enter()
        try:
            ring = self._ring
            at = self._at
            store(sample, ring, at)
            at += len(sample)
            if at == len(ring):
                at = 0
            self._at = at
            self._left -= 1
            if self._left:
                return None
            self._left = HOP
            return self._decide(answer(features(ring, at)))
        finally:
            leave()

    def _decide(self, index):
        """Return the index of the label with the most votes, None if it has too few."""
        needed, kept = VOTE
        votes = self._votes
        counts = self._counts
        at = self._vote
        if self._voted == kept:
            counts[votes[at]] -= 1
        else:
            self._voted += 1
        votes[at] = index
        counts[index] += 1
        self._vote = at + 1 if at + 1 < kept else 0
        most = max(counts)
        if most < needed:
            return None
        # If labels have equally many votes, the one with the latest vote wins.
        while counts[votes[at]] < most:
            at = at - 1 if at else kept - 1
        index = votes[at]
        self.label = LABELS[index]
        return index
