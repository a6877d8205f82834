"""Probabilities within a call: scores that are probabilities themselves, in 256ths."""


def shares(s):
    """Return each class's probability in Q15."""
    return [128 * a for a in s]
