"""Rules that choose integers for real numbers: output scales, weights, counts of readings."""
