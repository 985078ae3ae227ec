"""`sidecrate midi ports` and the doctor say which ports are heard and lit, and why."""

from __future__ import annotations

import json

import pytest

from daemon.cli.app import app
from daemon.doctor.connections import check_midi
from daemon.settings.schema import Config
from tests.helpers.controller import controller, other_program

pytestmark = pytest.mark.alone


def run(*arguments: str) -> str:
    from typer.testing import CliRunner

    done = CliRunner().invoke(app, ["midi", "ports", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_each_port_is_told_with_its_use_and_the_reason(jack: str) -> None:
    with controller("launchpad"), other_program("ardour", "Track 1 ", "MTC "):
        lines = run().splitlines()
        places = [lines.index(title) for title in ("heard:", "not heard:", "lit:", "not lit:")]
        assert places == sorted(places)
        assert lines[places[0] + 1] == "  launchpad:out: it is a device"
        unheard = "\n".join(lines[places[1] : places[2]])
        assert "ardour:Track 1 out: it is a program's; name it in midi.inputs" in unheard
        assert "ardour:MTC out: it carries MTC or MMC, not notes" in unheard
        assert lines[places[2] + 1] == "  launchpad:in: it is a device that is heard"
        told = json.loads(run("--json"))
        assert [one["use"] for one in told["heard"] if "launchpad" in one["port"]] == ["notes"]
        (check,) = check_midi(Config(), None)
        assert check.verdict == "ok"
        assert check.text.startswith("hears launchpad:out (it is a device); does not hear ardour:")
