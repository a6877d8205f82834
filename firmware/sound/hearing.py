"""One output, the probability of a word: the mean of the last ones decides."""

from array import array

from forward import forward

# Literals of an example network; the exporter puts the network's own in their place.
VALUES = bytearray(6)
# How many of the last scores count, and what their sum must exceed.
MEAN_OF = 5
MORE_THAN = 100


class Hearing:
    """Decides whether the word was heard: True or False.

    score: the sum of the last MEAN_OF scores, from which MORE_THAN decides.
    """

    def __init__(self):
        self._scores = array("i", [0] * MEAN_OF)

    def _forget(self):
        for k in range(MEAN_OF):
            self._scores[k] = 0
        self._kept = 0
        self.score = 0

    def _hear(self, found):
        """Run the network; return whether it or `found`, of the same piece, is a detection."""
        kept = self._kept
        scores = self._scores
        k = kept % MEAN_OF
        score = forward(VALUES)[0]
        self.score += score - scores[k]
        scores[k] = score
        kept += 1
        # Full after MEAN_OF scores; it stays below twice as many.
        self._kept = kept if kept < 2 * MEAN_OF else MEAN_OF
        return kept >= MEAN_OF and self.score > MORE_THAN or bool(found)
