"""An LSTM of an imported network in plain bytecode: all time steps, with TFLite's arithmetic."""

from fixed_curves import sigmoid_16, tanh_16
from rescale_twice import rescale_twice
from row_sum import row_sum


# p: units, inputs, steps, x_at, y_at, gates, whole, cell_shift, clip, zero_point, then low, middle,
# high, places and left of each scale.
def lstm_tflite(x, w, y, p):
    """Write the state after each step into y, behind those that it has.

    y: the cell, 16-bit integers of which the lower bytes come first, and the state before the first
    step; then the state after each. w: for each unit and gate, the bias in 4 bytes and a row of
    weights + 128, for the inputs and for the state. Without an input gate, it is 1 - forget gate.
    The scales are those of both sums of each gate, and that of the state.
    """
    units = p[0]
    inputs = p[1]
    steps = p[2]
    x_at = p[3]
    y_at = p[4]
    gates = p[5]
    whole = p[6]
    cell_shift = p[7]
    clip = p[8]
    zero_point = p[9]
    h = y_at + 2 * units
    for _ in range(steps):
        at = 0
        for c in range(y_at, y_at + units):
            cell = (y[c] | (y[c + units] ^ 128) << 8) - 32768
            new = 0
            k = 10
            for gate in range(4 - gates, 4):
                acc = row_sum(x, x_at, inputs, w, at, p, k)
                at += 4 + inputs
                k += 5
                acc = -32768 if acc < -32768 else 32767 if acc > 32767 else acc
                acc += row_sum(y, h, units, w, at, p, k)
                at += 4 + units
                acc = -32768 if acc < -32768 else 32767 if acc > 32767 else acc
                k += 5
                if gate == 2:
                    new *= tanh_16(acc, 4)
                    # Half away from zero; adding the half first could leave 31 bits.
                    new -= new < 0
                    cell += (new >> cell_shift) + (new >> cell_shift - 1 & 1)
                    cell = -32768 if cell < -32768 else 32767 if cell > 32767 else cell
                    if clip:
                        cell = -clip if cell < -clip else clip if cell > clip else cell
                    continue
                acc = sigmoid_16(acc)
                if gate == 1:
                    if gates == 3:
                        new = 32767 - acc
                    cell *= acc
                    cell = cell + 16384 - (cell < 0) >> 15
                else:
                    # the input gate, or the output gate in the end
                    new = acc
            y[c] = cell & 0xFF
            y[c + units] = cell >> 8 & 0xFF
            new *= tanh_16(cell, whole)
            acc = rescale_twice(new >> 16, new & 0xFFFF, p, k) + zero_point
            y[h + units + c - y_at] = 0 if acc < 0 else 255 if acc > 255 else acc
        h += units
        x_at += inputs
