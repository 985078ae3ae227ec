"""Secrets from the environment and from a keyring: a real one of the keyring library, whose store is a file."""

import sys
import textwrap

import pytest

from daemon.errors import SecretError
from daemon.home import keys
from tests.helpers.daemon_process import wait_until

NAME = "REPLICATE_API_TOKEN"
BACKEND = """
    import json, pathlib, time
    import keyring.backend, keyring.errors
    HERE = pathlib.Path(__file__).parent

    class Filed(keyring.backend.KeyringBackend):
        priority = 1

        def _read(self):
            time.sleep(float((HERE / "slow").read_text()))
            return json.loads((HERE / "store").read_text())

        def get_password(self, service, name):
            return self._read().get(f"{service} {name}")

        def set_password(self, service, name, value):
            (HERE / "store").write_text(json.dumps({**self._read(), f"{service} {name}": value}))

        def delete_password(self, service, name):
            held = self._read()
            if f"{service} {name}" not in held:
                raise keyring.errors.PasswordDeleteError("no such password")
            del held[f"{service} {name}"]
            (HERE / "store").write_text(json.dumps(held))
"""


@pytest.fixture
def ring(tmp_path, monkeypatch):
    (tmp_path / "filed_ring.py").write_text(textwrap.dedent(BACKEND))
    (tmp_path / "store").write_text("{}")
    (tmp_path / "slow").write_text("0")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "filed_ring.Filed")
    monkeypatch.delenv(NAME, raising=False)
    monkeypatch.setattr(keys, "_answers", {})
    monkeypatch.setattr(keys, "_asking", {})
    monkeypatch.delitem(sys.modules, "filed_ring", raising=False)
    import keyring.core

    keyring.core.init_backend()
    yield tmp_path
    monkeypatch.undo()
    keyring.core.init_backend()


def test_a_secret_is_kept_found_and_forgotten(ring, monkeypatch):
    assert keys.find_secret(NAME) is None and not keys.has_secret(NAME)
    keys.keep_secret(NAME, "r8_kept")
    assert keys.find_secret(NAME) == "r8_kept"
    assert not keys.has_secret(NAME), "the answer of a moment ago still counts"
    monkeypatch.setattr(keys, "_FRESH_S", 0.0)
    assert keys.has_secret(NAME)
    keys.forget_secret(NAME)
    assert keys.find_secret(NAME) is None
    with pytest.raises(SecretError, match="does not hold"):
        keys.forget_secret(NAME)


def test_the_environment_goes_before_the_keyring(ring, monkeypatch):
    keys.keep_secret(NAME, "r8_kept")
    monkeypatch.setenv(NAME, "r8_named")
    assert keys.find_secret(NAME) == "r8_named" and keys.has_secret(NAME)


def test_a_keyring_that_waits_for_its_user_holds_nobody_up(ring, monkeypatch):
    keys.keep_secret(NAME, "r8_kept")
    (ring / "slow").write_text("2.5")
    monkeypatch.setattr(keys, "_PATIENCE_S", 0.1)
    assert not keys.has_secret(NAME), "who waits for the keyring hears its yes"
    wait_until(lambda: keys.has_secret(NAME), 20, "the keyring's yes")
