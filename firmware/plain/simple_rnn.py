"""One time step of a simple recurrent layer, after its two matrix products."""


# p: units, y_at, reset (1: write the initial state only), shift, state_zero, center.
def simple_rnn(x, w, y, p):
    """Write the new state into y, from y_at on.

    x: words, the input's sum for each unit, then the state's. w: the 256-entry table of the
    activation.
    """
    units, at, reset, shift, state_zero, center = p
    half = 1 << shift - 1
    for i in range(units):
        if reset:
            q = state_zero
        else:
            q = (x[i] + x[units + i] + half >> shift) + center
            q = w[0 if q < 0 else 255 if q > 255 else q]
        y[at + i] = q
