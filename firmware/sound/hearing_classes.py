"""Several outputs: the class whose mean probability was the highest, if it was high enough."""

from array import array

from forward import forward
from shares import shares

# Literals of an example network; the exporter puts the network's own in their place.
LABELS = ("no", "yes")
VALUES = bytearray(6)
# How many of the last inferences count, and what the sum of their probabilities must exceed.
MEAN_OF = 3
MORE_THAN = 68812
# The class of a sound that is none of the others; -1 if there is none.
BACKGROUND = 0


class Hearing:
    """Decides for a class index, BACKGROUND if no other class is probable enough.

    label: the name of the last decision, None before the first. score: the sum of the last MEAN_OF
    probabilities, 32768 each at most, of the most probable class.
    """

    def __init__(self):
        self._shares = array("H", [0] * (MEAN_OF * len(LABELS)))
        self._sums = array("i", [0] * len(LABELS))

    def _forget(self):
        for k in range(len(self._shares)):
            self._shares[k] = 0
        for c in range(len(LABELS)):
            self._sums[c] = 0
        self._kept = 0
        self.score = 0
        self.label = None

    def _hear(self, found):
        """Run the network; return its decision, or `found` of the same piece if it says more."""
        kept = self._kept
        sums = self._sums
        at = kept % MEAN_OF * len(LABELS)
        best = 0
        for p in shares(forward(VALUES)):
            c = at % len(LABELS)
            sums[c] += p - self._shares[at]
            self._shares[at] = p
            if sums[c] > sums[best]:
                best = c
            at += 1
        self.score = sums[best]
        kept += 1
        # Full after MEAN_OF inferences; it stays below twice as many.
        self._kept = kept if kept < 2 * MEAN_OF else MEAN_OF
        if kept < MEAN_OF:
            return found
        if self.score <= MORE_THAN:
            best = BACKGROUND
        if best < 0 or found is not None and best == BACKGROUND:
            return found
        self.label = LABELS[best]
        return best
