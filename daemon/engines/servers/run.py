"""One take by a server: ordered, watched until it is there, fetched; given up on a cancel."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from daemon.engines.contract import Progress, Take
from daemon.engines.replicate.inputs import seconds_asked, words_for
from daemon.engines.servers.ace_cpp import AceCpp
from daemon.engines.servers.ace_step import AceStep
from daemon.engines.servers.comfyui import ComfyUi
from daemon.engines.servers.family import Asked, Family, Fetched
from daemon.engines.servers.probe import Found, ask
from daemon.engines.servers.sa3 import Sa3
from daemon.engines.servers.table import SECRETS
from daemon.engines.servers.wire import ServerError, Wire
from daemon.engines.servers.workflow import places_in, read_workflow
from daemon.errors import EngineError
from daemon.home.addresses import is_this_machine
from daemon.home.keys import find_secret

if TYPE_CHECKING:
    import numpy as np

    from daemon.brief import Brief
    from daemon.verbs.tell import TellStage

_FAMILIES: dict[str, type[Family]] = {
    "sa3": Sa3,
    "acestep-cpp": AceCpp,
    "ace-step-server": AceStep,
    "comfyui": ComfyUi,
}
#: Interval between two looks at a take.
_LOOK_S = 0.5
#: How long a server may be silent between two looks before its take counts as lost.
_SILENT_S = 30.0
#: Share of the progress for a take whose server says none.
_UNKNOWN = 0.1
#: The kinds that have a tempo.
_MUSICAL = ("loop", "track", "vocal")
#: A take with a smaller share of its length broke off on the way.
_LEAST_SHARE = 0.5
#: Seconds of a reference's end that a continuation hears.
_HEARD_S = 30.0


def make(brief: Brief, seed: int, progress: Progress, *, spec: Mapping[str, Any]) -> Take:
    """A take by the server of `spec`, from `table.describe`. EngineError: what, why and how."""
    found = _found(spec)
    key = find_secret(SECRETS[spec["family"]]) if spec["family"] in SECRETS else None
    wire = Wire(found.address, key or "")
    try:
        with _asked(brief, seed, spec) as asked:
            fetched = _fetched(
                _FAMILIES[spec["family"]](), wire, asked, progress, spec["timeout_s"]
            )
    finally:
        wire.close()
    audio, sample_rate = _decoded(fetched.audio, spec["name"])
    _check_length(len(audio) / sample_rate, asked, spec)
    said = [*fetched.said, *_whereabouts(found, brief)]
    named = (spec["name"], found.model or spec["family"], _licence(spec))
    return Take(audio, sample_rate, seed, *named, version=found.version, said=tuple(said))


def check(task: Mapping[str, Any], tell: TellStage) -> dict[str, Any]:
    """The full check, in a child: {address, version, model}, or EngineError."""
    found = _found(task["spec"])
    return {"address": found.address, "version": found.version, "model": found.model}


def _found(spec: Mapping[str, Any]) -> Found:
    found = ask(spec)
    if found is None:
        raise EngineError(
            f"{spec['name']}: its server does not answer; start it", "server", again=True
        )
    if found.fault:
        raise EngineError(f"{spec['name']}: {found.fault}", "engine_not_ready")
    return found


def _licence(spec: Mapping[str, Any]) -> str:
    return spec["license"] or "not stated: see the workflow's models"


def _whereabouts(found: Found, brief: Brief) -> list[str]:
    """What left this machine, where the server is another one."""
    if is_this_machine(found.address):
        return []
    sent = "the words and the reference" if brief.reference else "the words"
    return [f"{sent} went to {urlsplit(found.address).netloc}, which made the take"]


@contextmanager
def _asked(brief: Brief, seed: int, spec: Mapping[str, Any]) -> Iterator[Asked]:
    """A brief in a server's terms. Its reference is a file of its own until the take is there."""
    seconds = seconds_asked(brief, {"least": spec["least_s"], "most": spec["max_seconds"]})
    assert seconds is not None
    musical = brief.kind in _MUSICAL
    with tempfile.TemporaryDirectory(prefix="sidecrate-") as folder:
        reference, reference_s = None, 0.0
        if brief.reference:
            reference, reference_s = _reference(brief, Path(folder))
        yield Asked(
            words=words_for(brief),
            seconds=float(seconds),
            seed=seed,
            kind=brief.kind,
            negative=brief.negative,
            lyrics=brief.lyrics,
            bpm=brief.bpm if musical else None,
            key=str(brief.key) if musical and brief.key_name else None,
            meter=brief.meter_name,
            bars=brief.bars,
            reference=reference,
            reference_s=reference_s,
            use=brief.use if brief.reference else "",
            strength=brief.strength,
            options=spec["options"],
            workflow=spec["workflow"],
        )


def _reference(brief: Brief, folder: Path) -> tuple[Path, float]:
    """The reference as a WAV file under a name of ours, and its seconds.

    A server learns no path of this machine, and reads any user's file as plain WAV.
    """
    import soundfile

    from daemon.audio.files import read_audio

    audio, rate = read_audio(Path(str(brief.reference)), brief.reference_start, brief.reference_end)
    if brief.use == "continue":
        audio = audio[-round(_HEARD_S * rate) :]
    path = folder / "reference.wav"
    soundfile.write(path, audio, rate, subtype="PCM_24")
    return path, len(audio) / rate


def _fetched(
    family: Family, wire: Wire, asked: Asked, progress: Progress, timeout_s: float
) -> Fetched:
    """Order a take, watch it and fetch it; whatever ends the wait gives it up there too."""
    progress(0.0, f"ordered at {wire.name}")
    take = family.start(wire, asked)
    try:
        fetched = family.fetch(wire, take, _watched(family, wire, take, progress, timeout_s))
    except BaseException:
        # a cancel is no Exception
        with suppress(EngineError):
            family.drop(wire, take)
        raise
    if asked.use == "continue":
        return _new_part(fetched, asked.reference_s)
    return fetched


def _watched(family: Family, wire: Wire, take: str, progress: Progress, timeout_s: float) -> Any:
    """Look until the take is there; its handle. Progress never goes back."""
    begun_s = answered_s = time.monotonic()
    share = 0.0
    while True:
        now_s = time.monotonic()
        try:
            look = family.look(wire, take)
            answered_s = now_s
        except ServerError as error:
            if not error.again or now_s - answered_s > _SILENT_S:
                raise
            progress(share, f"{wire.name} does not answer; it is waited for")
        else:
            if look.ended:
                return look.handle
            share = max(share, _UNKNOWN if look.share is None else 0.95 * look.share)
            progress(share, f"{look.words}, {now_s - begun_s:.0f} s so far")
        if now_s - begun_s > timeout_s:
            raise EngineError(
                f"{wire.name} made no take within {timeout_s:g} s; ask for less, or raise"
                " servers.timeout_s",
                "deadline",
            )
        time.sleep(_LOOK_S)


def _check_length(length_s: float, asked: Asked, spec: Mapping[str, Any]) -> None:
    """EngineError where a take broke off. A workflow may have a length of its own."""
    own = spec["workflow"] and "seconds" not in places_in(read_workflow(spec["workflow"]))
    if not own and length_s < _LEAST_SHARE * asked.seconds:
        text = (
            f"{spec['name']} sent {length_s:.1f} s of {asked.seconds:.1f} s: its answer broke off;"
            " it is asked for again"
        )
        raise EngineError(text, "bad_audio", again=True)


def _new_part(fetched: Fetched, heard_s: float) -> Fetched:
    """A continuation without what it continues, which its server sends along."""
    import soundfile

    audio, rate = _decoded(fetched.audio, "the server")
    rest = audio[round(heard_s * rate) :]
    if not len(rest):
        text = "the server sent back what it was given and nothing after it"
        raise EngineError(text, "bad_audio", again=True)
    file = io.BytesIO()
    soundfile.write(file, rest, rate, format="WAV", subtype="FLOAT")
    return Fetched(file.getvalue(), fetched.said)


def _decoded(audio: bytes, name: str) -> tuple[np.ndarray, int]:
    """Bytes of a WAV, FLAC, MP3 or Ogg file -> float32 (frames, channels <= 2), and the rate."""
    import numpy as np
    import soundfile

    try:
        sound, rate = soundfile.read(io.BytesIO(audio), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        text = f"{name} sent what is no sound ({error.error_string}); it is asked for again"
        raise EngineError(text, "bad_audio", again=True) from None
    if not len(sound) or not np.isfinite(sound).all():
        raise EngineError(f"{name} sent an empty or broken sound", "bad_audio", again=True)
    return sound[:, :2], int(rate)
