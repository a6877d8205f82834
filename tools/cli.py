"""The command line: the table of verbs, and one place that turns every failure into one line."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress

import click

from thumbnet.trainer import ThumbnetError, proposal

from .json_lines import print_json
from .terminal.stdout import Output
from .terminal.wording import printable

VERBS = {
    "demo": "Train, export and verify a network: digits, mnist or motions.",
    "collect": "Record a sensor: what a board prints, or reads for it.",
    "train": "Train a network on a file, on recordings, or on a data set.",
    "import": "Read a network that was trained elsewhere, such as a .tflite.",
    "predict": "Show what a network answers to rows or recordings, on the PC.",
    "report": "Write a page about a network: its mistakes, its layers, its boards.",
    "compare": "Compare ways to quantize a network, side by side.",
    "export": "Turn a trained network into one MicroPython module.",
    "verify": "Prove that a target computes exactly the integers of the PC.",
    "bench": "Measure the time and memory of a module on a target.",
    "deploy": "Put a module on a board, tested before it replaces another.",
    "watch": "Show live what a module on a board decides, and prove it.",
    "replay": "Prove the decisions of a log again.",
    "boards": "List the boards that a network can be exported for.",
    "doctor": "Check what is installed, what is missing, and how to get it.",
}
"""Each verb and its line in `thumbnet --help`; the verb itself is commands/<verb>.py."""

FILES = {"import": "import_network"}
"""The file of a verb whose name Python does not allow."""

INTERRUPTED, BROKEN_PIPE = 130, 141


class Verbs(click.Group):
    """Loads a verb only when it is used: `thumbnet boards` need not load all the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all verbs, in the order of use."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a verb."""
        if name not in VERBS:
            return None
        module = importlib.import_module(f".commands.{FILES.get(name, name)}", __package__)
        command: click.Command = module.command
        command.name = name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="thumbnet", prog_name="thumbnet")
def cli() -> None:
    """Small neural networks for MicroPython boards: train, export, verify, deploy.

    Start with `thumbnet demo digits`.
    """


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; return the exit code: 0 ok, 1 failed, 2 wrong usage, 130 Ctrl-C."""
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    if sys.stdout is None:  # `thumbnet boards >&-`
        return _fail("cannot write the output: it is closed", None, [])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a C locale cannot print every file name
            stream.reconfigure(errors="replace")
    output = Output(sys.stdout)
    with redirect_stdout(output):
        code = _run(arguments)
    output.settle()
    return code


def _run(arguments: list[str]) -> int:
    try:
        with cli.make_context("thumbnet", list(arguments), obj=arguments) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx is not None else "thumbnet"
        return _fail(f"{_wrong_usage(error)} (see {command} --help)", error, arguments, code=2)
    except click.ClickException as error:
        return _fail(error.format_message(), error, arguments)
    except ThumbnetError as error:
        return _fail(str(error), error, arguments)
    except KeyboardInterrupt as error:
        text = str(error)
        return _fail(f"interrupted{': ' if text else ''}{text}", error, arguments, INTERRUPTED)
    except BrokenPipeError:  # `thumbnet boards | head -1`
        return BROKEN_PIPE
    except OSError as error:  # of a folder that cannot be listed, a name that is too long ...
        where = f"{error.filename}: " if error.filename else ""
        return _fail(
            f"{where}{error.strerror or error}: check the name, and who may use it",
            error,
            arguments,
        )
    except Exception as error:
        return _fail(
            f"internal error: {type(error).__name__}: {error} (--debug shows where)",
            error,
            arguments,
        )
    return 0


def _wrong_usage(error: click.UsageError) -> str:
    """Return what is wrong with a command line; for an unknown name, one that is like it."""
    found: str | None = None
    text = error.format_message()
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        text = error.message  # click proposes what is not like it
        names = [name for one in error.ctx.command.params for name in one.opts]
        found = proposal(error.option_name, names)
    elif error.message.startswith("No such command"):
        found = proposal(error.message.partition("'")[2].partition("'")[0], VERBS)
    text = " ".join(text.split()).rstrip(".")
    return text if found is None else f"{text}: did you mean {found!r}?"


def _fail(text: str, error: BaseException | None, arguments: list[str], code: int = 1) -> int:
    """Print one line on stderr, and with --json one object on stdout, if they can be written."""
    line = printable(" ".join(text.split()))
    with suppress(OSError):
        if "--debug" in arguments:
            traceback.print_exception(error)
        print(f"thumbnet: {line}", file=sys.stderr)
    if "--json" in arguments:
        with suppress(OSError, ThumbnetError):
            print_json({**getattr(error, "data", {}), "error": line})
    return code


if __name__ == "__main__":
    sys.exit(main())
