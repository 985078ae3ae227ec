"""Tokens and keys: from the environment or the system's keyring, never from the config, and never in anything that is written.

The keyring is asked in a process of its own (`python -m daemon.secrets NAME`): its libraries are heavy, and it may wait for
the user to unlock it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from daemon.errors import SecretError

#: What Sidecrate knows to use, and what for.
NAMES = {
    "REPLICATE_API_TOKEN": "the hosted engines (replicate.com, account, API tokens)",
    "OPENAI_API_KEY": "prompts improved by OpenAI",
}
SERVICE = "sidecrate"
_ASK_WAIT_S = 10.0
#: How long an answer of the keyring counts.
_FRESH_S = 60.0

_answers: dict[str, tuple[float, bool]] = {}


def find_secret(name: str) -> str | None:
    """A secret's value: for processes that use it, never for the daemon."""
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
    """Whether a secret is there; cheap where the environment has it, else the keyring is asked once a minute."""
    if os.environ.get(name, "").strip():
        return True
    asked, found = _answers.get(name, (-_FRESH_S, False))
    if time.monotonic() - asked >= _FRESH_S:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "daemon.secrets", name], capture_output=True, stdin=subprocess.DEVNULL, timeout=_ASK_WAIT_S
            )
            found = done.returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            found = False
        _answers[name] = time.monotonic(), found
    return found


def keep_secret(name: str, value: str) -> None:
    """Put a secret into the system's keyring. SecretError where there is none."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, name, value)
    except (KeyringError, RuntimeError) as error:
        text = f"the system's keyring cannot keep {name} ({type(error).__name__}); set the environment variable {name} instead"
        raise SecretError(text) from None


def forget_secret(name: str) -> None:
    """Take a secret out of the system's keyring. SecretError where it is not in it."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.delete_password(SERVICE, name)
    except (KeyringError, RuntimeError) as error:
        raise SecretError(f"the system's keyring does not hold {name} ({type(error).__name__}); there is nothing to do") from None


def mask(text: str, *values: str | None) -> str:
    """A text in which no secret stands."""
    for value in values:
        if value:
            text = text.replace(value, "***")
    return text


if __name__ == "__main__":
    raise SystemExit(0 if find_secret(sys.argv[1]) else 1)
