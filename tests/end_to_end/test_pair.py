"""`sidecrate pair` with the real daemon, command line and UDP, from an address that is not loopback."""

import subprocess
import sys
import threading

from daemon.settings.load import load_config
from tests.helpers.daemon_process import wait_until
from tests.helpers.osc_client import Tablet


class Pairing:
    """The command, with what it says collected as it comes."""

    def __init__(self, daemon, *arguments):
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "daemon.cli", "pair", *arguments], env=daemon.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._reader = threading.Thread(
            target=lambda: self.lines.extend(iter(lambda: self.process.stderr.read(1), ""))
        )
        self._reader.start()

    @property
    def said(self):
        return "".join(self.lines)

    def await_words(self, *words):
        wait_until(lambda: all(word in self.said for word in words), what=str(words))

    def answer(self, text):
        """Type, and wait for the end: the exit code and what was printed."""
        self.process.stdin.write(text)
        self.process.stdin.flush()
        printed = self.process.stdout.read()
        code = self.process.wait(30)
        self._reader.join(10)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        return code, printed.strip()


def is_heard(daemon, address):
    tablet = Tablet(address, daemon.link.port)
    tablet.send("/sidecrate/hello", "tablet", 0, "n")
    try:
        return tablet.receive(0.5) is not None
    finally:
        tablet.socket.close()


def test_a_tablet_is_let_in_by_a_persons_word_and_still_is_after_a_restart(
    own_address, start_daemon
):
    daemon = start_daemon()
    assert not is_heard(daemon, own_address)
    pairing = Pairing(daemon)
    pairing.await_words(own_address, f"port {daemon.link.port}", "needs no answer")
    Tablet(own_address, daemon.link.port).send("/sidecrate/surface", 9000)
    pairing.await_words("[y/N]")
    assert not is_heard(daemon, own_address)
    assert pairing.answer("y\n") == (0, own_address)
    assert is_heard(daemon, own_address)
    assert load_config(daemon.places.config_file).osc.allow == (own_address,)
    daemon.stop()
    daemon.start()
    assert is_heard(daemon, own_address)

    # an address that is known already, with and without a daemon
    assert daemon.command("pair", "192.168.1.20").strip() == "192.168.1.20"
    daemon.stop()
    daemon.command("pair", code=1)
    daemon.command("pair", "tablet", code=2)
    assert load_config(daemon.places.config_file).osc.allow == (own_address, "192.168.1.20")
