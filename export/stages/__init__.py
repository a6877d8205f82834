"""The passes over a graph, `lower` to `fuse`, the checks between them, and the reference executor."""
