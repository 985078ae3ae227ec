"""What can be said of the image and the units without building them."""

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from daemon.cli.app import app
from daemon.engines.remote.protocol import PORT
from daemon.settings.load import load_config

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMMANDS = get_command(app).commands


def test_the_image_serves_the_ports_of_its_config_and_runs_as_nobody_special():
    config = load_config(ROOT / "deploy" / "image.yaml")
    assert config.web.enabled and not config.midi.enabled
    exposed = re.search(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)[1].split()
    assert exposed == [f"{config.osc.port}/udp", str(config.web.port), str(PORT)]
    assert DOCKERFILE.rindex("\nUSER sidecrate\n") < DOCKERFILE.index("\nENTRYPOINT")
    assert '"running": true' in DOCKERFILE and "status" in COMMANDS and "run" in COMMANDS


def test_what_compose_mounts_are_the_places_of_the_image():
    (service,) = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
    inside = [volume.split(":")[1] for volume in service["volumes"]]
    assert inside == re.findall(r'"(/data/\w+)"', DOCKERFILE)
    assert service["read_only"] and service["network_mode"] == "host"


@pytest.mark.parametrize("name", ["sidecrate.service", "sidecrate-worker.service"])
def test_a_unit_runs_a_command_that_there_is_and_not_as_root(name):
    text = (ROOT / "deploy" / name).read_text()
    command = re.search(r"^ExecStart=/opt/sidecrate/bin/sidecrate (\w+)", text, re.MULTILINE)[1]
    assert command in COMMANDS
    assert "\nUser=sidecrate\n" in text and "\nNoNewPrivileges=true\n" in text
