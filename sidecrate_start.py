"""The command's entry. Alone in its file: it must run where another package took our names.

The package python-daemon is called `daemon` too. Where both are installed, one lies over the other.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

#: Our packages, and a file of each that no other package has.
_OURS = {"bridge": "verbs.py", "daemon": "cli/main.py"}
#: A file of python-daemon's that we have not.
_THEIRS = "daemon.py"
_MEND = "give Sidecrate an environment of its own, as `uv tool install` and `pipx install` do"


def collision() -> tuple[str, bool]:
    """What is wrong with our packages' names, in a sentence, and whether we can go on all the same.

    The sentence is empty where nothing is.
    """
    for name, own_file in _OURS.items():
        spec = importlib.util.find_spec(name)
        places = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
        where = f" in {places[0]}" if places else ""
        text = f"another package is called {name!r} too{where}, as python-daemon is; {_MEND}"
        if not any((place / own_file).is_file() for place in places):
            return text, False
        if any((place / _THEIRS).is_file() for place in places):
            try:
                importlib.import_module(name)
            except ImportError:
                return text, False
            return text, True
    return "", True


def main() -> None:
    """Run the command. Ctrl-C ends it in a line and code 130, also while it is still loading."""
    try:
        _run()
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        raise SystemExit(130) from None


def _run() -> None:
    """Say a collision, and run the command where that is possible."""
    text, can_go_on = collision()
    if text:
        print(text, file=sys.stderr)
    if not can_go_on:
        raise SystemExit(1)
    from daemon.cli.main import main as run_command

    run_command()
