"""Loaded by Python itself where this folder is on PYTHONPATH: kills the process at a named step, once.

SIDECRATE_DIE_AT is `module:function` or `module:Class.method`, with `:before`, `:after`, or `:hang` to stand still there for an
hour, as on a drive that does not answer; or `@file`, which holds that, or nothing yet. SIDECRATE_DIE_MARK is a file that says that
it has happened, or a folder for such files. SIDECRATE_DIE_IN is a word of the command lines that are meant; without it, all are.
"""

import functools
import importlib
import os
import signal
import sys
import time


def arm(step, mark):
    module_name, path, when = step.split(":")
    holder = importlib.import_module(module_name)
    *outer, name = path.split(".")
    for part in outer:
        holder = getattr(holder, part)
    real = getattr(holder, name)

    def die():
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        if when == "hang":
            time.sleep(3600)
        os.kill(os.getpid(), signal.SIGKILL)

    @functools.wraps(real)
    def dying(*args, **kwargs):
        if when != "after":
            die()
        result = real(*args, **kwargs)
        if when == "after":
            die()
        return result

    setattr(holder, name, dying)


def asked():
    """The step and its mark; None where there is nothing to do."""
    step, mark = os.environ.get("SIDECRATE_DIE_AT", ""), os.environ.get("SIDECRATE_DIE_MARK", "")
    if os.environ.get("SIDECRATE_DIE_IN", "") not in " ".join(sys.orig_argv):
        return None
    if step.startswith("@"):
        with open(step[1:]) as file:
            step = file.read()
        mark = os.path.join(mark, step)
    return (step, mark) if step and not os.path.exists(mark) else None


if found := asked():
    arm(*found)
