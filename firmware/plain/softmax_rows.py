"""A softmax within the network, in plain bytecode."""


# p: rows, columns, x_at, y_at, halvings (of the largest result, from 1 on).
def softmax_rows(x, w, y, p):
    """Write the softmax of each row of x (uint8, from x_at on) into y, in 255 steps, from y_at on.

    w: the exponential of each distance from the largest value: 256 low bytes, 256 high bytes.
    """
    rows = p[0]
    columns = p[1]
    source = p[2]
    target = p[3]
    halvings = p[4]
    for _ in range(rows):
        largest = 0
        i = source
        for _ in range(columns):
            if x[i] > largest:
                largest = x[i]
            i += 1
        total = 0
        i = source
        for _ in range(columns):
            d = largest - x[i]
            total += w[d] + (w[d + 256] << 8)
            i += 1
        drop = 13 - halvings
        while total >= 0x8000:
            total >>= 1
            drop += 1
        reciprocal = 0x1FE00000 // total
        half = 1 << drop - 1
        for _ in range(columns):
            d = largest - x[source]
            q = ((w[d] + (w[d + 256] << 8)) * reciprocal >> 8) + half >> drop
            if q > 255:
                q = 255
            y[target] = q
            source += 1
            target += 1
