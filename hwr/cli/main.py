"""`hwr`: the entry point, and how errors are told."""

from __future__ import annotations

import importlib
import io
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import click

from hwr.cli.tell import tell
from hwr.errors import HwrError, MissingExtraError
from hwr.version import __version__

COMMANDS = {
    "train": "Train a recognizer from an experiment file.",
    "eval": "Measure a recognizer: CER, WER, accuracy, with intervals.",
    "check": "Find every problem of a data set of lines.",
    "read": "Read pictures of lines or of single digits.",
    "export": "Write the model file of a checkpoint, with all of its heads or some.",
    "clean": "Write sheets of pictures before and after the classical steps of cleaning.",
    "synth": "Write composed lines of digits as pictures with their texts.",
}
"""Each is the function `command` of `hwr.cli.NAME`. Their help stands here, so that `hwr --help`
needs to import none of them; a command imports what it needs when it is called."""

USER_ERROR = 2
INTERRUPTED = 130


class LateGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = "evaluate" if cmd_name == "eval" else cmd_name
        command: click.Command = importlib.import_module(f"hwr.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hwr")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def hwr(debug: bool) -> None:
    """Reads lines of handwriting: digit strings first, any alphabet by the same road."""


def main() -> None:
    """Runs the command line. What a user did wrong is one line and exit status 2."""
    # Names of files need not be text, and not every encoding has what is read.
    if isinstance(sys.stdout, io.TextIOWrapper):
        encoding = _encoding(sys.stdout, sys.platform, os.environ)
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")
    arguments = sys.argv[1:]
    # Before or behind the subcommand, wherever one thinks of it.
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        status: Any = hwr(arguments, prog_name="hwr", standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(USER_ERROR)
    except HwrError as error:
        if debug:
            traceback.print_exc()
        _fail(str(error), getattr(error, "status", USER_ERROR))
    except ModuleNotFoundError as error:
        if debug or error.name is None or error.name.split(".")[0] == "hwr":
            raise
        _fail(str(MissingExtraError(f"hwr {' '.join(arguments[:1])}", error.name)), USER_ERROR)
    except click.ClickException as error:
        command = (
            error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "hwr"
        )
        _fail(f"{error.format_message()} (see  {command} --help)", USER_ERROR)
    except OSError as error:
        if debug or not _in_printing(error):
            raise
        # What is still to be written would be tried once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _fail(f"standard output: cannot be written ({error.strerror})", USER_ERROR)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", INTERRUPTED)


def _encoding(
    stream: io.TextIOWrapper, platform: str, environment: Mapping[str, str]
) -> str | None:
    """UTF-8 for a file or a pipe on Windows, whose own encoding there would lack most scripts, as
    long as nobody asks for another; else None, for what it is."""
    asked = {"PYTHONIOENCODING", "PYTHONUTF8"} & environment.keys()
    return "utf-8" if platform == "win32" and not asked and not stream.isatty() else None


def _in_printing(error: OSError) -> bool:
    """Whether it was raised where something was printed, here or by click."""
    where = traceback.extract_tb(error.__traceback__)[-1].filename
    return bool(sys.stdout) and where in (__file__, click.utils.__file__)


def _fail(message: str, status: int) -> None:
    tell(message)
    sys.exit(status)
