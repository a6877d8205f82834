"""Data sets: digits, MNIST, and what is read from CSV, `.npz` and IDX files."""
