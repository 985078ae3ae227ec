"""The packages under examples/, installed by pip into a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def install_example(name: str, folder: Path) -> str:
    """Install a package as a user would; the PYTHONPATH by which a program finds it and us."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    # what it is built with is here already, and no test needs the network
    how = ("--no-deps", "--no-index", "--no-build-isolation", "--target", str(folder))
    done = subprocess.run(
        [*pip, *how, str(EXAMPLES / name)], capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stderr
    return os.pathsep.join([str(folder), str(ROOT)])
