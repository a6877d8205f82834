"""What training minimizes and how: losses, metrics, optimizers and target values."""
