"""Whether a network fits a board, how it is built for it, and what would fit instead."""
