"""An embedding: a row of a table for each level, in plain bytecode."""


# p: n, width, x_at, y_at.
def embedding(x, w, y, p):
    """Write the row of each of the n levels of x (uint8, from x_at on) into y, from y_at on.

    w: the row of each of 256 levels, then the rows, of width bytes each.
    """
    n = p[0]
    width = p[1]
    source = p[2]
    target = p[3]
    for _ in range(n):
        k = 256 + w[x[source]] * width
        source += 1
        for _ in range(width):
            y[target] = w[k]
            target += 1
            k += 1
