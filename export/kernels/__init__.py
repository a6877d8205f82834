"""How kernels of `firmware/` are called: their parameters, the order of the weights, the build."""
