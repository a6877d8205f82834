"""The verbs of the command line, one a file; each gives its click command as `command`."""
