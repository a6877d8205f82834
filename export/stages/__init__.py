"""The passes over a graph, from `lower` to `fuse`, the checks, and the reference executor."""
