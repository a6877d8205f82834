"""Automatic differentiation: tensors, the tape, and the operations it can follow."""
