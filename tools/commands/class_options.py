"""What the outputs of an imported network mean: --names and --task."""

from __future__ import annotations

import click

from thumbnet.importers import TASKS

from .options import Command


def class_options(function: Command) -> Command:
    """Add --names and --task, for networks that were trained elsewhere."""
    for option in (
        click.option(
            "--task",
            type=click.Choice(TASKS),
            help="What a network from elsewhere answers with: the class of its largest output, or "
            "its outputs as numbers; a class if it ends with a softmax or has --names.",
        ),
        click.option(
            "--names",
            metavar="A,B,C|FILE.txt",
            help="Names of the classes of a network from elsewhere, in the order of its outputs, "
            "or a file with one on each line.",
        ),
    ):
        function = option(function)
    return function
