"""Rules that choose integers for real numbers: scales, zero points, weights, counts of readings."""
