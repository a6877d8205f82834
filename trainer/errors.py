"""The one error class that users meet."""


class ThumbnetError(Exception):
    """Something the user can mend: one line that says what is wrong, where, and the mend."""
