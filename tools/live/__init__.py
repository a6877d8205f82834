"""A board that sends readings or decisions while people watch."""
