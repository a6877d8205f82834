"""The first check on a micro:bit v1 of an input with columns of texts."""

# Literals of an example network; the exporter puts the network's own in their place.
# how many inputs the network has; how many columns the table has; the texts, and the column of each
INPUTS = 3
COLUMNS = 2
TEXTS = ("red", "white")
TEXT_COLUMNS = (1, 1)


def as_sequence(values):
    """Return values, COLUMNS readings and texts or INPUTS numbers, as INPUTS numbers."""
    if len(values) == INPUTS:
        return values
    if len(values) != COLUMNS:
        raise ValueError("expected %d readings, got %d" % (COLUMNS, len(values)))
    numbers = []
    for i in range(COLUMNS):
        known = i not in TEXT_COLUMNS
        if known:
            numbers.append(values[i])
        # A loop: the stack is too small for the function of a comprehension.
        for j in range(len(TEXTS)):
            if TEXT_COLUMNS[j] == i:
                numbers.append(int(TEXTS[j] == values[i]))
                known = known or numbers[-1]
        if not known:
            raise ValueError("input %d is %r, not one of TEXTS" % (i, values[i]))
    return numbers
