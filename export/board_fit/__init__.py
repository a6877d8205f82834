"""Does a network fit a board, how is it built for it, and what would fit instead."""
