"""Time training against PyTorch: `python -m thumbnet.trainer.benchmark`."""
