"""Training a compiled network: fit, evaluation, callbacks, saving and checkpoints."""
