"""The command line's entry. Exit codes: 0 done, 1 failed, 2 bad usage.

Progress goes to stderr, results to stdout.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import typer

from bridge.errors import RequestError, SidecrateError
from daemon.cli.app import app
from daemon.cli.asked import with_asked_alone
from daemon.cli.several import odd_names_told
from daemon.cli.verbs import add_verbs
from daemon.errors import ConfigError, PromptError, ServiceError
from daemon.home.places import HOME_VARIABLE, Places
from daemon.misfit import misfit_text

#: What keeps files from being written that is the machine's matter, and no fault of ours.
_UNWRITABLE = frozenset(
    {
        errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR,
        # drives that are gone, and paths that no file system takes
        errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ENODEV, errno.ENXIO, errno.ELOOP,
        errno.ENAMETOOLONG,
    }
)  # fmt: skip

#: The exit code after Ctrl-C, as shells have it: 128 and the signal's number.
_STOPPED = 130


def main() -> None:
    """The entry point. Our own errors become one line a fault and an exit code, no traceback."""
    take_any_sign()
    _take_home(sys.argv)
    add_verbs(app, sys.argv[1:])
    try:
        with odd_names_told():
            asked = with_asked_alone(app, sys.argv[1:])
            code = asked(standalone_mode=False) or 0
            if code == _STOPPED:
                # the option parser swallows Ctrl-C, and returns its code instead
                raise KeyboardInterrupt
            raise SystemExit(code)
    except (RequestError, PromptError, ConfigError) as error:
        _fail(error, 2)
    except SidecrateError as error:
        _fail(error, 2 if error.code in ("bad_request", "unknown_engine") else 1)
    except (KeyboardInterrupt, typer.Abort):
        print("stopped", file=sys.stderr)
        raise SystemExit(_STOPPED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        if (text := _of_file(error)) is None:
            raise
        _fail(ServiceError(text, "disk"), 1)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        print(_misuse(error), file=sys.stderr)
        raise SystemExit(2) from None


def _misuse(error: Any) -> str:
    """What to say of a line that the option parser refuses, and where the right ones stand."""
    used, context = "", getattr(error, "ctx", None)
    while context is not None and context.parent is not None:
        used, context = f" {context.info_name}{used}", context.parent
    hint = f"`sidecrate{used} --help` lists {'its' if used else 'the commands and'} options."
    if hasattr(error.__cause__, "errors") and getattr(error, "param", None):
        # a value of the wrong size or sort, of which the parser says neither itself nor the option
        option = (*error.param.opts, error.param.name)[0]
        said = "; ".join(misfit_text(option, fault) for fault in error.__cause__.errors())
        return f"{said}. {hint}"
    if file := next(
        (word for word in sys.argv[1:] if word[:1] == "-" and Path(word).is_file()), ""
    ):
        hint = f"{file} is a file: write it as ./{file}. {hint}"
    if getattr(error, "option_name", None) in ("--bpm", "--key", "--downbeat"):
        option = error.option_name
        hint = f"What a sound has is said by `sidecrate correct FILE {option} X`. {hint}"
    return f"{error.format_message().rstrip('.')}. {hint}"


def take_any_sign() -> None:
    """Have the terminal's streams replace what their encoding has no sign for.

    Windows' consoles and redirected output may be cp1252 or ASCII; prompts and names are not.
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a program that calls `main` may have read a line of its input already
            with contextlib.suppress(io.UnsupportedOperation):
                stream.reconfigure(errors="replace")


def _of_file(error: OSError) -> str | None:
    """A sentence on a file or folder of ours that cannot be written; None for other errors."""
    if error.filename is None:
        return None
    place = os.fsdecode(error.filename)
    # a home that cannot be made: a drive that is not there, or a place that takes no folders
    state = Places.find().state
    is_nowhere = error.errno == errno.ENOENT and Path(place) in (state, *state.parents)
    if error.errno not in _UNWRITABLE and not is_nowhere:
        return None
    return (
        f"{place} cannot be written ({error.strerror}); make it writable, free some space, or keep"
        " Sidecrate's files elsewhere: sidecrate --home FOLDER"
    )


def _fail(error: SidecrateError, code: int) -> None:
    if "--json" in sys.argv:
        print(json.dumps({"error": error.code, "text": error.text}))
    print(error.text, file=sys.stderr)
    raise SystemExit(code) from None


def _take_home(arguments: list[str]) -> None:
    """Take --home out of the arguments: it may stand before or after the command."""
    for index, argument in enumerate(arguments[1:], 1):
        if argument == "--":
            return
        if argument == "--home" and index + 1 < len(arguments):
            os.environ[HOME_VARIABLE] = arguments[index + 1]
            del arguments[index : index + 2]
            return
        if argument.startswith("--home="):
            os.environ[HOME_VARIABLE] = argument.removeprefix("--home=")
            del arguments[index]
            return


if __name__ == "__main__":
    main()
