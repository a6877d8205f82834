"""A recurrent layer: rows like those of the forward pass, run once per time step."""

# Places in p of the rows: x_at and y_at of the copies, reset of the cell.
_X_AT = 1
_Y_AT = 2
_RESET = 2


# p: steps, x_at, x_step (between the inputs of two steps), y_at, y_step (between two states).
def recurrent(x, w, y, p):
    """Run the rows of w for every step of x.

    w: rows of kernel, x, w, y and p. The first copies a step's inputs to where the second reads
    them, the second and third multiply them and the state by weights, the fourth computes the new
    state; a fifth copies it to y.
    """
    steps, x_at, x_step, y_at, y_step = p
    load = w[0][4]
    load[_X_AT] = x_at
    store = w[4][4] if len(w) > 4 else load
    if len(w) > 4:
        store[_Y_AT] = y_at
    # A new sequence: the cell sets its state to zero.
    kernel, sums, tables, state, cell = w[3]
    cell[_RESET] = 1
    kernel(sums, tables, state, cell)
    cell[_RESET] = 0
    try:
        for _ in range(steps):
            for kernel, source, weights, target, q in w:
                kernel(source, weights, target, q)
            load[_X_AT] += x_step
            if len(w) > 4:
                store[_Y_AT] += y_step
    finally:
        # Between two calls, the parameters are what was exported.
        load[_X_AT] = x_at
        store[_Y_AT] = y_at if len(w) > 4 else store[_Y_AT]
