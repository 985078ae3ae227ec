"""The daemon's errors: one subclass of `SidecrateError` per layer. Each text says what, why and what to do."""

import errno

from bridge.errors import SidecrateError

#: What an OSError's errno is when the disk, and not the work, is to blame: full, over quota, read-only, gone.
DISK_ERRORS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO, errno.ENODEV, errno.ESTALE}
)


class ConfigError(SidecrateError):
    """config.yaml cannot be used; the text has one line per fault."""

    code = "config"


class PromptError(SidecrateError):
    """The words and fields of a request cannot be made into a Brief."""

    code = "bad_request"


class QueueError(SidecrateError):
    """The job table cannot be read or written, or a job is not there."""

    code = "queue"


class EngineError(SidecrateError):
    """An engine cannot make this. `again` says whether the same work may succeed when it is tried again."""

    code = "engine"

    def __init__(self, text: str, code: str | None = None, *, again: bool = False) -> None:
        super().__init__(text, code)
        self.again = again


class VerbError(SidecrateError):
    """Nobody here does the work of a verb."""

    code = "unknown_verb"


class SecretError(SidecrateError):
    """The system's keyring cannot keep or give a secret."""

    code = "secret"


class AudioError(SidecrateError):
    """An audio file cannot be read or written."""

    code = "audio"


class ConformError(SidecrateError):
    """A take was refused at the gate: silent, clipped, too short, without a beat."""

    code = "refused"


class CrateError(SidecrateError):
    """A clip cannot be published, found, kept or thrown away."""

    code = "crate"


class LibraryError(SidecrateError):
    """A clip, collection, edit or export is not there or cannot be done as asked."""

    code = "library"


class WorkerError(SidecrateError):
    """A child process died, hung or could not start."""

    code = "worker"


class ServiceError(SidecrateError):
    """The daemon cannot start or be reached."""

    code = "service"


class RequestRefused(ServiceError):
    """The daemon did not take a request; the text is the daemon's own."""
