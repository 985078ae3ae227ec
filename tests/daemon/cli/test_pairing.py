"""The command's side of pairing, against the door itself, from an address that is not loopback."""

import pytest

from bridge.osc.answers import Greeting
from bridge.osc.door import OscDoor
from daemon.cli.pairing import own_addresses, pair
from daemon.client.connection import DaemonClient
from daemon.settings.load import load_config
from tests.helpers.osc_client import Tablet


@pytest.fixture
def door():
    door = OscDoor(lambda order: None, port=0, greeting=Greeting("0", "/crate", "boot"), presets={})
    door.start()
    yield door
    door.stop()


class Person:
    """Reads what is shown; the tablet does something once the code is there; answers as told."""

    def __init__(self, door, config_file, answer):
        self.shown, self.asked = [], []
        self._answer = answer
        self._link = DaemonClient(door.port)
        self._config_file = config_file

    def pair(self, then, wait_s=30.0):
        def show(line):
            self.shown.append(line)
            if "/sidecrate/pair " in line:
                then(line.split("/sidecrate/pair ")[1].split(",")[0])

        def ask(knock):
            self.asked.append(knock.address)
            return self._answer

        try:
            return pair(self._link, self._config_file, wait_s=wait_s, ask=ask, show=show)
        finally:
            self._link.close()


def test_the_code_needs_no_answer(own_address, door, tmp_path):
    assert own_addresses() == [own_address]
    person = Person(door, tmp_path / "config.yaml", answer=False)
    tablet = Tablet(own_address, door.port)
    assert person.pair(lambda code: tablet.send("/sidecrate/pair", float(code))) == own_address
    assert (
        person.asked == [] and own_address in person.shown[0] and str(door.port) in person.shown[0]
    )
    assert load_config(tmp_path / "config.yaml").osc.allow == (own_address,)
    tablet.send("/sidecrate/hello", "tablet", 0, "n")
    assert tablet.receive().address == "/sidecrate/welcome"
    tablet.socket.close()


@pytest.mark.parametrize(("answer", "allowed"), [(True, 1), (False, 0)])
def test_without_it_a_person_is_asked_once(own_address, door, tmp_path, answer, allowed):
    person = Person(door, tmp_path / "config.yaml", answer)
    tablet = Tablet(own_address, door.port)

    def knock(code):
        for _ in range(3):
            tablet.send("/sidecrate/surface", 9000)

    found = person.pair(knock, wait_s=1.0)
    assert person.asked == [own_address] and found == (own_address if answer else None)
    assert len(load_config(tmp_path / "config.yaml").osc.allow) == allowed
    tablet.send("/sidecrate/hello", "tablet", 0, "n")
    assert (tablet.receive(0.5) is not None) == answer
    tablet.socket.close()
