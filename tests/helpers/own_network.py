"""A network of the test's own, in which this machine has an address that is not loopback: a second machine stands behind it.

It is a network namespace of Linux, held by the thread that asked for it and by all that it starts; nothing sent in it gets out.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.conftest import require, skip_or_fail

#: Of the block that is kept for examples.
ADDRESS = "203.0.113.7"
_CLONE_NEWNET = 0x40000000
_SET_UP = (
    "link set lo up",
    f"address add {ADDRESS}/24 dev lo",
    f"route add default dev lo src {ADDRESS}",
)


@pytest.fixture
def own_address() -> Iterator[str]:
    """This machine's address in its network, for as long as the test lasts."""
    if sys.platform != "linux":
        pytest.skip("networks of one's own are made as Linux does it")
    program = require("ip", "iproute2")
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if libc.unshare(_CLONE_NEWNET):
        os.close(before)
        skip_or_fail(f"a network of one's own needs root ({os.strerror(ctypes.get_errno())})")
    try:
        for command in _SET_UP:
            subprocess.run([program, *command.split()], check=True)
        yield ADDRESS
    finally:
        assert libc.setns(before, _CLONE_NEWNET) == 0
        os.close(before)
