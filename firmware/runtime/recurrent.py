"""A recurrent layer: rows like those of the forward pass, run once for each step in time."""


# p: steps, x_at, x_step (from one step's inputs to the next), y_at, y_step (from state to state).
def recurrent(x, w, y, p):
    """Run the rows of w for every step of x.

    w: rows of kernel, x, w, y and p. The first copies the inputs of a step to where the second
    reads them, the second and third multiply them and the state by weights, the fourth makes the
    new state; a fifth copies that to y.
    """
    steps, x_at, x_step, y_at, y_step = p
    load = w[0][4]
    load[1] = x_at
    store = w[4][4] if len(w) > 4 else load
    if len(w) > 4:
        store[2] = y_at
    # A new sequence: the cell sets its state to zero.
    kernel, sums, tables, state, cell = w[3]
    cell[2] = 1
    kernel(sums, tables, state, cell)
    cell[2] = 0
    for _ in range(steps):
        for kernel, source, weights, target, q in w:
            kernel(source, weights, target, q)
        load[1] += x_step
        if len(w) > 4:
            store[2] += y_step
