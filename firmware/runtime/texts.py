"""The first check of every input with columns of texts: each text becomes an input, 0 or 1."""

# Literals of an example network; the exporter puts the network's own in their place.
# how many inputs the network has; how many columns the table has; the texts, and the column of each
INPUTS = 3
COLUMNS = 2
TEXTS = ("red", "white")
TEXT_COLUMNS = (1, 1)


def as_sequence(values):
    """Return values, COLUMNS readings and texts or INPUTS numbers, as INPUTS numbers."""
    if hasattr(values, "tolist"):  # NumPy on the PC, ulab on a board
        values = values.tolist()
    try:
        n = len(values)
        # Numbers have no length, sets no index, and a dict may have a key 0.
        if n and isinstance(values, dict):
            raise TypeError
        n and values[0]
    except TypeError:
        raise ValueError("expected %d readings, got %r" % (COLUMNS, values))
    if n == INPUTS:
        return values
    if n != COLUMNS:
        raise ValueError("expected %d readings, got %d" % (COLUMNS, n))
    numbers = []
    for i in range(n):
        if i not in TEXT_COLUMNS:
            numbers.append(values[i])
            continue
        known = 0
        for j in range(len(TEXTS)):
            if TEXT_COLUMNS[j] == i:
                same = 1 if TEXTS[j] == values[i] else 0
                numbers.append(same)
                known += same
        if not known:
            raise ValueError("input %d is %r, which is not one of TEXTS" % (i, values[i]))
    return numbers
