"""The command line and the targets."""
