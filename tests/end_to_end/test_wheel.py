"""The wheel that users install, in an empty environment."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from daemon.engines.registry import MORE_VARIABLE
from tests.conftest import skip_or_fail

REPO = Path(__file__).parents[2]


@pytest.mark.timeout(400)
def test_the_built_wheel_makes_a_clip(tmp_path):
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path / "dist"),
        str(REPO),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("sidecrate-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    built = REPO / "daemon" / "web" / "built"
    page = {
        f"daemon/web/built/{path.relative_to(built).as_posix()}"
        for path in built.rglob("*")
        if path.is_file()
    }
    assert len(page) >= 4 and page <= names, "the built page is in the wheel"
    assert not any(name.startswith(("daemon/web/page", "tests", "benchmarks")) for name in names)
    assert "daemon/LICENSES.md" in names
    pages = {f"daemon/docs/{path.name}" for path in (REPO / "docs").glob("*.md")}
    assert len(pages) >= 10 and pages <= names, "the pages that error texts name are in the wheel"
    home = tmp_path / "environment"
    venv.create(home)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # by the pip that is here already, and without compiling ten thousand files of which a few are used
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-compile",
    ]
    install += ["--constraint", str(REPO / "constraints.txt"), str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode and (
        "No matching distribution" in done.stderr or "Connection" in done.stderr
    ):
        skip_or_fail("the package registry does not answer")
    assert done.returncode == 0, done.stderr
    command = python.with_name("sidecrate.exe" if os.name == "nt" else "sidecrate")
    environment = {**os.environ, "SIDECRATE_HOME": str(tmp_path / "home")}
    environment.pop("PYTHONPATH", None)
    environment.pop(MORE_VARIABLE, None)
    where = subprocess.run(
        [str(python), "-c", "import daemon.cli; print(daemon.cli.__file__)"],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert str(home) in where.stdout, "the wheel's own code runs, not the checkout"
    done = subprocess.run(
        [str(command), "make", "house loop 120 bpm", "--bars", "1", "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["frames"] == 88200
    ask = (
        "import sidecrate; print(sidecrate.make('house loop', bpm=120, bars=1)[0].audio()[0].shape)"
    )
    done = subprocess.run(
        [str(python), "-c", ask],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("(88200,"), "Python's door is in the wheel"
    done = subprocess.run(
        [str(command), "--version", "--licences"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pylibrb" in done.stdout and "GPL for the whole" in done.stdout
    every = subprocess.run(
        [str(command), "engines", "--all", "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    names = {json.loads(line)["name"] for line in every.stdout.splitlines()}
    assert "embedded" in names and "fake" not in names, "what breaks on purpose is not shipped"
    shown = subprocess.run(
        [str(command), "open", "docs/local.md"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(shown.stdout.strip()).read_text(encoding="utf-8").startswith("# Local models")
    library = tmp_path / "User Library"
    library.mkdir()
    subprocess.run(
        [str(command), "install", "ableton", "--user-data-dir", str(library)],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
    )
    assert list(library.rglob("Sidecrate.amxd")), "the wheel carries the device"
