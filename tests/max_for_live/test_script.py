"""The device's script in Node, with a stand-in for Max and Live."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import require

JS = Path(__file__).parent / "js"


@pytest.mark.parametrize("name", ["clips", "conversation", "device"])
def test_the_script(name):
    node = require("node", "nodejs")
    done = subprocess.run(
        [node, "--test", str(JS / f"{name}.test.js")], capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_script_is_read_by_an_engine_of_its_age():
    dukpy = pytest.importorskip("dukpy", reason="dukpy (an ECMAScript 5 engine) is not installed")
    from max_for_live.build import script

    dukpy.evaljs(["function outside() {", script().decode(), "}", "1"])
