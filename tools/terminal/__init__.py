"""What people read on a terminal: tables, progress bars, character graphics, readable units."""
