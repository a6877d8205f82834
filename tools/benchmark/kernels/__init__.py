"""Single kernels and whole convolutional networks: instruction counts and races."""
