"""Probabilities on a micro:bit v1: code loaded at first use, as its heap is small."""


def probabilities(values):
    """Return each class's probability in Q15, integers: 32768 is 1.0."""
    import probabilities

    return probabilities.probabilities(values)


def predict_proba(values):
    """Return each class's probability as a float."""
    p = probabilities(values)
    for i in range(len(p)):
        p[i] /= 32768
    return p
