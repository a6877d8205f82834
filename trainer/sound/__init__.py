"""Sound front ends: from PCM to features, in integers that a board computes too."""
