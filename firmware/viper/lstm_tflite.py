"""An LSTM of an imported network in viper: all time steps, with TFLite's arithmetic."""

import micropython


# p: units, inputs, steps, x_at, y_at, gates, whole, cell_shift, clip, zero_point, then low, middle,
# high, places and left of each scale.
# Only the first three locals live in registers: y is the sum of a row. Where int has 64 bits, the
# sign of that sum is restored.
@micropython.viper
def lstm_tflite(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write the state after each step into y, behind those that it has.

    x: uint8, from x_at on. y, from y_at on: the cell, 16-bit integers of which the lower bytes come
    first, and the state before the first step; then the state after each. w: for each unit and
    gate, the bias in 4 bytes and a row of weights + 128, for the inputs and for the state. Without
    an input gate, it is 1 - forget gate. The scales are those of both sums of each gate, and that
    of the state.
    """
    one = 1  # a literal of 2**30 or more would be an object
    sign = one << 31
    word = (sign << 1) - 1
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
    source = int(x) + x_at
    cells = int(y) + y_at
    state = cells + 2 * units
    weights = int(w)
    while steps:
        # sum((w + 128) * x) includes an excess of 128 * sum(x)
        x = ptr8(source)
        last = source + inputs
        y = ptr8(0)
        while int(x) != last:
            y = ptr8(x[0] + int(y))
            x = ptr8(int(x) + 1)
        excess = int(y) << 7
        x = ptr8(state)
        last = state + units
        y = ptr8(0)
        while int(x) != last:
            y = ptr8(x[0] + int(y))
            x = ptr8(int(x) + 1)
        state_excess = int(y) << 7
        w = ptr8(weights)
        unit = 0
        while unit < units:
            y = ptr8(cells + unit)
            cell = (int(y[0]) | (int(y[units]) ^ 128) << 8) - 32768
            new = 0
            scale = ptr32(int(p) + 40)
            # Behind the gates: 4 is tanh of the cell, 5 is the state.
            gate = 4 - gates
            while gate < 6:
                total = 0
                side = 0
                if gate == 4:
                    total = cell
                    side = 2
                elif gate == 5:
                    side = 1
                while side < 2:
                    acc = new
                    if gate < 4:
                        acc = int(w[0]) | int(w[1]) << 8 | int(w[2]) << 16
                        acc |= (int(w[3]) ^ 128) - 128 << 24
                        x = ptr8(source)
                        last = source + inputs
                        if side:
                            x = ptr8(state)
                            last = state + units
                            acc -= state_excess
                        else:
                            acc -= excess
                        w = ptr8(int(w) + 4)
                        y = ptr8(acc)
                        while int(x) != last:
                            y = ptr8(w[0] * x[0] + int(y))
                            x = ptr8(int(x) + 1)
                            w = ptr8(int(w) + 1)
                        acc = (int(y) + sign & word) - sign << scale[4]
                    # as in firmware/plain/rescale_twice.py
                    high = acc >> 16
                    low = acc & 0xFFFF
                    part = scale[0]
                    bottom = low * part
                    top = high * part + (bottom >> 16)
                    bottom = ((top & 0x7FF) << 16 | bottom & 0xFFFF) >> 11
                    part = scale[1]
                    bottom += low * part
                    top = (top >> 11) + high * part + (bottom >> 16)
                    bottom = ((top & 0x7FF) << 16 | bottom & 0xFFFF) >> 11
                    part = scale[2]
                    bottom += low * part + 256
                    top = (top >> 11) + high * part + (bottom >> 16)
                    acc = (top << 7) + ((bottom & 0xFFFF) >> 9)
                    part = scale[3]
                    if part:
                        if acc < 0:
                            acc -= 1
                        acc = (acc >> part - 1) + 1 >> 1
                    total += acc
                    if total < -32768:
                        total = -32768
                    elif total > 32767:
                        total = 32767
                    scale = ptr32(int(scale) + 20)
                    side += 1
                if gate == 5:
                    total += zero_point
                    if total < 0:
                        total = 0
                    elif total > 255:
                        total = 255
                    y = ptr8(state + units + unit)
                    y[0] = total
                else:
                    # as in firmware/plain/fixed_curves.py
                    bits = 3
                    if gate == 2:
                        bits = 4
                    elif gate == 4:
                        bits = whole
                    e = 32767
                    acc = total
                    if acc > 0:
                        acc = 0 - acc
                    if acc:
                        places = 15 - bits
                        quarter = one << places - 2
                        t = (acc & quarter - 1) - quarter
                        part = t - acc >> places - 2
                        t = (t << bits) + 4096
                        t2 = t * t + 16384 >> 15
                        t3 = t2 * t + 16384 >> 15
                        t4 = t2 * t2 + 16384 >> 15
                        t3 = (((t4 + 2 >> 2) + t3) * 10923 + 16384 >> 15) + t2
                        if t3 >= 0:
                            t3 += 1
                        t += t3 >> 1
                        e = 28918 + (28918 * t + 16384 >> 15)
                        if part & 1:
                            e = e * 25520 + 16384 >> 15
                        if part & 2:
                            e = e * 19875 + 16384 >> 15
                        if part & 4:
                            e = e * 12055 + 16384 >> 15
                        if part & 8:
                            e = e * 4435 + 16384 >> 15
                        if part & 16:
                            e = e * 600 + 16384 >> 15
                        if part & 32:
                            e = e * 11 + 16384 >> 15
                        if part & 64:
                            e = 0
                        if bits > 5 and acc < 0 - (one << places + 5):
                            e = 0
                    e = e + 32768 >> 1
                    t = 23130 + (e * -15420 + 16384 >> 15)
                    k = 3
                    while k:
                        t += (t * (8192 - (e * t + 16384 >> 15)) + 16384 >> 15) << 2
                        k -= 1
                    acc = t << 1
                    if gate == 2 or gate == 4:
                        acc = t - 8192 << 2
                    if acc > 32767:
                        acc = 32767
                    if gate == 2 or gate == 4:
                        if total < 0:
                            acc = 0 - acc
                        elif total == 0:
                            acc = 0
                        new = new * acc
                        if gate == 2:
                            if new < 0:
                                new -= 1
                            cell += (new >> cell_shift - 1) + 1 >> 1
                            if cell < -32768:
                                cell = -32768
                            elif cell > 32767:
                                cell = 32767
                            if clip:
                                if cell > clip:
                                    cell = clip
                                elif cell < 0 - clip:
                                    cell = 0 - clip
                            y = ptr8(cells + unit)
                            y[0] = cell
                            y[units] = cell >> 8
                    else:
                        if total < 0:
                            acc = 32767 - acc
                        elif total == 0:
                            acc = 16384
                        if gate == 1:
                            if gates == 3:
                                new = 32767 - acc
                            cell = cell * acc
                            if cell < 0:
                                cell -= 1
                            cell = (cell >> 14) + 1 >> 1
                        else:
                            # the input gate, or the output gate in the end
                            new = acc
                gate += 1
            unit += 1
        source += inputs
        state += units
        steps -= 1
