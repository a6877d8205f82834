"""The part of an image that one output pixel of a convolution sees."""


def gather(x, p, top, start):
    """Return the patch, as bytes: runs of x, and pad where they leave the image.

    top: the first row, start: the first byte of a row; both may be negative. p: the kernel's.
    """
    rows, row, k_h, run = p[7:11]
    pad = bytes((p[18],))
    first = max(start, 0)
    last = min(start + run, row)
    before = pad * (first - start)
    behind = pad * (start + run - last)
    parts = []
    for iy in range(top, top + k_h):
        if not 0 <= iy < rows:
            parts.append(pad * run)
            continue
        iy *= row
        parts += (before, bytes(x[iy + first : iy + last]), behind)
    return b"".join(parts)
