"""The daemon's errors: one subclass of `SidecrateError` a layer. Each text gives the mend too."""

import errno
from pathlib import PurePath

from bridge.errors import SidecrateError

#: errno values that blame the disk, not the work: full, over quota, read-only, gone.
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
    """An engine cannot make this. `again`: whether a retry of the same work may succeed."""

    code = "engine"

    def __init__(self, text: str, code: str | None = None, *, again: bool = False) -> None:
        super().__init__(text, code)
        self.again = again


class VerbError(SidecrateError):
    """Nobody here does the work of a verb."""

    code = "unknown_verb"


class ModelError(SidecrateError):
    """A trained net is not on this machine, not whole, or could not be brought."""

    code = "model"


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
    """A clip, collection, edit or export does not exist or cannot be done as requested."""

    code = "library"


class WorkerError(SidecrateError):
    """A child process died, hung or could not start."""

    code = "worker"


class ServiceError(SidecrateError):
    """The daemon cannot start or be reached."""

    code = "service"


class RequestRefused(ServiceError):
    """The daemon refused a request; the text is the daemon's own."""


#: For a command that needs a clip in a crate without any.
NO_CLIP_YET = "the crate has no clip yet; `sidecrate make PROMPT` makes one"


def no_clip(what: str) -> str:
    """The text for a clip that is not there, code `unknown_clip`: of an id, a path or `last`."""
    if what in ("", "last"):
        return NO_CLIP_YET
    text = f"there is no clip {what!r}; `sidecrate clips` lists them"
    if PurePath(what).suffix:
        text += "; of a file, `sidecrate fit` makes a clip, and `swap` writes a part anew"
    return text
