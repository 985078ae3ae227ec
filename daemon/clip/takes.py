"""The take of a clip: made by its engine, read from its file, or left on disk by a crashed run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.inbox.names import user_name
from daemon.brief import Brief
from daemon.children.inside import find_function
from daemon.children.many_inside import must_talk
from daemon.engines.contract import Progress, Take
from daemon.engines.segments_of import is_long, segments_beside
from daemon.engines.take_files import SEED_STRIDE, load_take, next_take, save_take
from daemon.errors import AudioError, EngineError
from daemon.verbs.tell import TellStage

#: Code of an error: the engine runs in another child, which has to make another take.
TAKE_WANTED = "take_wanted"


def bring_take(
    task: dict[str, Any], brief: Brief, folder: Path, seed: int, tell: TellStage
) -> tuple[Take, bool]:
    """The take of a clip, made by its engine where `folder` has none; and whether to try another.

    A fitted file is its own take: it is read each time, never copied. EngineError TAKE_WANTED where
    the engine runs in another child.
    """
    if brief.do == "fit":
        return file_take(brief), False
    may_try_another = bool(task.get("more_takes", True))
    if (folder / "take.json").exists():
        return load_take(folder), may_try_another
    if task.get("elsewhere"):
        return _joined(task, brief, folder, seed, tell), False
    tell(0.0, "generating", "")
    take = _made(task, brief, seed, folder, tell)
    save_take(take, folder, stems=brief.stems)
    return take, may_try_another


def _joined(
    task: Mapping[str, Any], brief: Brief, folder: Path, seed: int, tell: TellStage
) -> Take:
    """The take of a paid engine whose segments are all there. TAKE_WANTED where one is missing."""

    def wanted(own: Brief, own_seed: int, progress: Progress) -> Take:
        raise EngineError("another take is wanted", TAKE_WANTED)

    max_s = float(task.get("max_seconds") or 0)
    if not max_s or not is_long(brief, max_s):
        raise EngineError("another take is wanted", TAKE_WANTED)
    from daemon.clip.segments import Engine, make_long

    take = make_long(
        brief, seed, Engine(max_s, False), segments_beside(folder), wanted,
        lambda value, words: tell(0.6 * value, "generating", words),
    )  # fmt: skip
    save_take(take, folder, stems=False)
    return take


def make_take(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """Make a clip's next take in its folder, in the child of a local model.

    task: {brief, k, folder, maker, spec}. Returns {}.
    """
    brief = Brief.from_json(task["brief"])
    folder = Path(task["folder"])
    number = next_take(folder)
    if number is not None:
        seed = brief.clip_seed(task["k"]) + number * SEED_STRIDE
        take = _made(task, brief, seed, folder / f"take{number}", tell)
        save_take(take, folder / f"take{number}", stems=brief.stems)
    return {}


def make_take_beside_others(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """The same in the child of servers, where a cancel comes by the task's own channel."""
    talk = must_talk(tell)

    def heed(value: float, stage: str, words: str = "") -> None:
        talk.wait(0.0)
        talk(value, stage, words)

    return make_take(task, heed)


def _made(task: Mapping[str, Any], brief: Brief, seed: int, folder: Path, tell: TellStage) -> Take:
    """A take by the task's maker, which reads its engine's name first in the Brief.

    A track that is longer than the maker's takes is joined from segments, which stay beside the
    take's folder. Its progress ends at 0.6.
    """
    make = find_function(task["maker"])
    brief = brief.amended(engines=(brief.clip_engine(task["k"]),))
    described = {"spec": task["spec"]} if task["spec"] else {}

    def progress(value: float, words: str = "") -> None:
        tell(0.6 * value, "generating", words)

    max_s = float(task.get("max_seconds") or 0)
    if max_s and is_long(brief, max_s):
        # imported only here: most takes are of one piece
        from daemon.clip.segments import Engine, make_long

        engine = Engine(max_s, bool(task.get("continues")) and brief.reference is None)

        def make_one(own: Brief, own_seed: int, own_progress: Progress) -> Take:
            one: Take = make(own, own_seed, own_progress, **described)
            return one

        return make_long(brief, seed, engine, segments_beside(folder), make_one, progress)
    take: Take = make(brief, seed, progress, **described)
    return take


def file_take(brief: Brief) -> Take:
    """The user's own file as a take. AudioError where it cannot be read."""
    from daemon.audio.files import read_sound
    from daemon.correction import Correction
    from daemon.witness.witnesses import read_witnesses

    assert brief.reference is not None
    path = Path(brief.reference)
    try:
        sound = read_sound(path, brief.reference_start, brief.reference_end)
    except AudioError as error:
        # a claim's name would mean nothing to the user who dropped the file
        raise AudioError(error.text.replace(path.name, user_name(path)), error.code) from None
    whole = not brief.reference_start and brief.reference_end is None
    said = Correction.from_json(brief.corrected).later_by(-brief.reference_start)
    return Take(
        sound.audio,
        sound.sample_rate,
        seed=brief.seed,
        engine="file",
        model="",
        license=brief.source_licence or "the file's own",
        said=sound.notes,
        witnesses=read_witnesses(path, len(sound.audio) / sound.sample_rate, said, whole=whole),
    )
