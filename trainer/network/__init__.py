"""A network of layers: topology, weights, shapes and the forward pass."""
