"""The part of an image that one output pixel of a convolution sees."""


def gather(x, p, top, start):
    """Return the patch, a list: runs of x, and pad where they leave the image.

    top: the first row, start: the first byte of a row; both may be negative. p: the kernel's.
    """
    rows, row, k_h, run = p[7:11]
    pad = p[18]
    before = [pad] * -start
    behind = [pad] * (start + run - row)
    first = len(before) + start
    last = start + run - len(behind)
    patch = []
    for iy in range(top, top + k_h):
        if 0 <= iy < rows:
            patch += before
            patch += x[iy * row + first : iy * row + last]
            patch += behind
        else:
            patch += [pad] * run
    return patch
