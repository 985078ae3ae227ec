"""Who holds a port: named on Linux, and free ports are free."""

import os
import socket
import sys

import pytest

from bridge.errors import DoorError
from bridge.osc.udp import OscSocket
from bridge.port_holder import UNKNOWN, held_port, holder_of

OURS = f"(process {os.getpid()})" if sys.platform == "linux" else UNKNOWN


def test_the_holder_of_a_tcp_port_is_named_as_long_as_it_holds_it():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert OURS in held_port(port)
    assert held_port(port) == "" and held_port(0) == ""


def test_a_port_for_which_nobody_listens_has_no_holder():
    assert holder_of(1) == UNKNOWN


def test_the_osc_doors_error_names_who_holds_its_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(DoorError) as caught:
            OscSocket(other.getsockname()[1]).open(wide=False)
    assert f"{OURS} holds it; end that" in caught.value.text
