"""Bytes that change their place, in viper."""

import micropython


# p: x_at, y_at, n1, n2, n3, n4, y_step1, y_step2, y_step3, y_step4, run, x_step, y_step, fill,
# mapped, then offset of each index.
# Only the first three locals live in registers: x, w, and y.
@micropython.viper
def move(x: ptr8, w: ptr8, y: ptr8, p: ptr32):
    """Write a box of five axes: bytes of x, w[q] for each q of x if mapped, or fill.

    x, y: uint8, from x_at and y_at on. Along the first four axes, an offset of each index says
    where its bytes are in x, and -1 that they are fill. y may not alias x.
    """
    one = 1  # a literal shifted by 31 bits would be an object
    up = 0
    if one << 31 > 0:
        up = 32
    x_at = p[0]
    y_at = p[1]
    n1 = p[2]
    n2 = p[3]
    n3 = p[4]
    n4 = p[5]
    y_step1 = p[6]
    y_step2 = p[7]
    y_step3 = p[8]
    y_step4 = p[9]
    run = p[10]
    x_step = p[11]
    y_step = p[12]
    fill = p[13]
    mapped = p[14]
    image = int(x) + x_at
    at0 = int(y) + y_at
    list0 = ptr32(int(p) + 60)
    list1 = ptr32(int(list0) + (n1 << 2))
    list2 = ptr32(int(list1) + (n2 << 2))
    list3 = ptr32(int(list2) + (n3 << 2))
    i0 = 0
    while i0 < n1:
        from0 = list0[i0] << up >> up
        at1 = at0
        i1 = 0
        while i1 < n2:
            from1 = list1[i1] << up >> up
            at2 = at1
            i2 = 0
            while i2 < n3:
                from2 = list2[i2] << up >> up
                at3 = at2
                i3 = 0
                while i3 < n4:
                    from3 = list3[i3] << up >> up
                    y = ptr8(at3)
                    k = run
                    if from0 < 0 or from1 < 0 or from2 < 0 or from3 < 0:
                        while k:
                            y[0] = fill
                            y = ptr8(int(y) + y_step)
                            k -= 1
                    else:
                        x = ptr8(image + from0 + from1 + from2 + from3)
                        if mapped:
                            while k:
                                y[0] = w[x[0]]
                                x = ptr8(int(x) + x_step)
                                y = ptr8(int(y) + y_step)
                                k -= 1
                        else:
                            while k:
                                y[0] = x[0]
                                x = ptr8(int(x) + x_step)
                                y = ptr8(int(y) + y_step)
                                k -= 1
                    at3 += y_step4
                    i3 += 1
                at2 += y_step3
                i2 += 1
            at1 += y_step2
            i1 += 1
        at0 += y_step1
        i0 += 1
