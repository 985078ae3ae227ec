"""Secrets: from the environment or the system's keyring, never in the config or any written file.

The keyring is read in a process of its own (`python -m daemon.home.keys NAME`). Its libraries are
heavy, and it may wait for the user to unlock it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

from daemon.errors import SecretError

#: The secrets that Sidecrate uses, and their purpose.
NAMES = {
    "REPLICATE_API_TOKEN": "the hosted engines (replicate.com, account, API tokens)",
    "OPENAI_API_KEY": "prompts improved by OpenAI",
    "ACESTEP_API_KEY": "ACE-Step's own server, where it wants a key",
}
#: Name of our entries in the keyring.
SERVICE = "sidecrate"
#: Timeout of the keyring: its user may have to type a password.
_ASK_WAIT_S = 60.0
#: How long a caller waits for the keyring before the answer is no.
_PATIENCE_S = 2.0
#: TTL of the keyring's answer.
_FRESH_S = 60.0

_answers: dict[str, tuple[float, bool]] = {}
_asking: dict[str, threading.Thread] = {}


def find_secret(name: str) -> str | None:
    """A secret's value: for child processes that use it, never for the daemon."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, name)
    except (KeyringError, RuntimeError):
        return None


def has_secret(name: str) -> bool:
    """Whether a secret exists, by the environment or by the keyring, read once a minute.

    A locked keyring is not awaited for long: the answer is no until it has been unlocked.
    """
    if os.environ.get(name, "").strip():
        return True
    asked, found = _answers.get(name, (-_FRESH_S, False))
    if time.monotonic() - asked < _FRESH_S:
        return found
    asking = _asking.get(name)
    if asking is None or not asking.is_alive():
        asking = _asking[name] = threading.Thread(
            target=_ask, args=(name,), name="keyring", daemon=True
        )
        asking.start()
    if not found:
        asking.join(_PATIENCE_S)
    return _answers.get(name, (0.0, found))[1]


def _ask(name: str) -> None:
    command = [sys.executable, "-P", "-m", "daemon.home.keys", name]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_ASK_WAIT_S
        )
        _answers[name] = time.monotonic(), done.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        _answers[name] = time.monotonic(), False


def keep_secret(name: str, value: str) -> None:
    """Put a secret into the system's keyring. SecretError where there is none."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, name, value)
    except (KeyringError, RuntimeError) as error:
        text = (
            f"the system's keyring cannot keep {name} ({type(error).__name__}); set the"
            f" environment variable {name} instead"
        )
        raise SecretError(text) from None


def forget_secret(name: str) -> None:
    """Remove a secret from the system's keyring. SecretError where it is not in it."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.delete_password(SERVICE, name)
    except (KeyringError, RuntimeError) as error:
        raise SecretError(
            f"the system's keyring does not hold {name} ({type(error).__name__}); there is nothing"
            " to do"
        ) from None


def can_be_sent(secret: str) -> bool:
    """Whether a secret fits into an HTTP header: ASCII without line ends or control characters."""
    return secret.isascii() and secret.isprintable()


if __name__ == "__main__":
    raise SystemExit(0 if find_secret(sys.argv[1]) else 1)
