"""Bytes that change their place, in plain bytecode."""


# p: x_at, y_at, n1, n2, n3, n4, y_step1, y_step2, y_step3, y_step4, run, x_step, y_step, fill,
# mapped, then offset of each index.
def move(x, w, y, p):
    """Write a box of five axes: bytes of x, w[q] for each q of x if mapped, or fill.

    Along the first four axes, an offset of each index says where its bytes are in x, and -1 that
    they are fill. y may not alias x.
    """
    x_at, y_at, n1, n2, n3, n4, y_step1, y_step2, y_step3, y_step4 = p[:10]
    run, x_step, y_step, fill, mapped = p[10:15]
    offsets = p[15:]
    list1 = offsets[:n1]
    list2 = offsets[n1 : n1 + n2]
    list3 = offsets[n1 + n2 : n1 + n2 + n3]
    list4 = offsets[n1 + n2 + n3 :]
    for from1 in list1:
        at1 = y_at
        y_at += y_step1
        for from2 in list2:
            at2 = at1
            at1 += y_step2
            for from3 in list3:
                at3 = at2
                at2 += y_step3
                for from4 in list4:
                    at = at3
                    at3 += y_step4
                    if from1 < 0 or from2 < 0 or from3 < 0 or from4 < 0:
                        for _ in range(run):
                            y[at] = fill
                            at += y_step
                        continue
                    source = x_at + from1 + from2 + from3 + from4
                    for _ in range(run):
                        q = x[source]
                        y[at] = w[q] if mapped else q
                        source += x_step
                        at += y_step
