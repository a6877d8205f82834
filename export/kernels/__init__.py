"""How a kernel of `firmware/` is called: its parameters, the order of its weights, the build."""
