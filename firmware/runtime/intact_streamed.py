"""What a check covers if weights are streamed."""

from forward_streamed import _FILE
from literals_intact import literals_intact
from weights_file import check_file, weights_name


def intact():
    """Check the module and its file."""
    literals_intact()
    _FILE.seek(0)
    check_file(weights_name(), _FILE)
