"""One purchase: bought once, awaited, its takes downloaded at once and stored.

How money is kept safe: `daemon.engines.replicate.buying`. The daemon stores what it is told.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.brief import Brief
from daemon.children.many_inside import Cancelled, Talk, must_talk
from daemon.engines.contract import Take
from daemon.engines.replicate.buying import MOST_PAUSE_S, PAUSE_S, Buying, client_of
from daemon.engines.replicate.client import ApiError, explained
from daemon.engines.replicate.inputs import fill, known_values, outputs_of
from daemon.engines.segments_of import (
    SEED_STEP,
    first_missing,
    is_long,
    segment_brief,
    segment_folder,
    segments_beside,
)
from daemon.engines.take_files import SEED_STRIDE, next_take, save_take
from daemon.errors import AudioError, EngineError
from daemon.verbs.tell import TellStage

#: Downloads of a broken output before giving up.
_DOWNLOADS = 5


def make(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """Buy and store the takes of one purchase.

    {purchase: {takes, intent, intended, remote, others}, spec, brief, clips: [{folder, number}]} ->
    {state, cost_usd, text, missing: {index in `clips`: why}}. The takes are in the clips' folders.

    EngineError where nothing was bought, code `unknown` where that cannot be known.
    """
    talk = must_talk(tell)
    run = _Run(task, talk)
    try:
        return run.go()
    except Cancelled:
        return run.cancel("cancelled", "cancelled as asked")


def stop(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{remote, spec, takes}: cancel a prediction that no job waits for -> as `make`."""
    run = _Run({**task, "purchase": task}, must_talk(tell))
    return run.cancel("cancelled", "its job was cancelled")


def check(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{spec}: check that the account can be used. EngineError with the service's reason."""
    try:
        client_of(task["spec"]).account()
    except ApiError as error:
        raise explained(error) from None
    return {}


@dataclass
class _Clip:
    folder: Path
    number: int


class _Run(Buying):
    def __init__(self, task: dict[str, Any], talk: Talk) -> None:
        super().__init__(task["purchase"], task["spec"], talk)
        self._brief = Brief.from_json(task["brief"]) if "brief" in task else None
        self._k = int(task.get("k", 0))
        self._name = str(task.get("engine", ""))
        self._max_s = float(self._spec.get("max_seconds") or 0)
        self._is_long = self._brief is not None and is_long(self._brief, self._max_s)
        self._clips = [_Clip(Path(one["folder"]), one["number"]) for one in task.get("clips", [])]

    def go(self) -> dict[str, Any]:
        if all(self._target(clip) is None for clip in self._clips):
            # A crash came after the last take was stored: only its price is missing.
            return self._done(self._look() if self._remote else {}, {})
        self._talk(0.02, "generating", "asking")
        self._acquire()
        try:
            prediction = self._await_end()
            if prediction["status"] != "succeeded":
                return self._not_made(prediction)
            return self._done(prediction, self._fetch(prediction))
        except EngineError as error:
            # It is bought: whatever the fault is now, the job resumes it.
            raise EngineError(
                f"{error.text} (prediction {self._remote})", error.code, again=True
            ) from None

    def _target(self, clip: _Clip) -> Path | None:
        """Where a clip's take goes; None where it is there.

        Of a piece that is longer than a take it is the segment that was bought, else the next one.
        """
        number = next_take(clip.folder)
        if number is None:
            return None
        take = clip.folder / f"take{number}"
        if not self._is_long:
            return take
        intent = self._bought["intent"] or {}
        segments = segments_beside(take)
        segment = segment_folder(segments, intent.get("segment", first_missing(segments)))
        return None if (segment / "take.json").exists() else segment

    # -- buying

    def _intend(self) -> dict[str, Any]:
        assert self._brief is not None
        brief, spec = self._brief, self._spec
        segment = 0
        if self._is_long:
            first = self._clips[0].folder
            segment = first_missing(segments_beside(first / f"take{next_take(first) or 0}"))
            brief = segment_brief(brief, self._max_s)
        lengths = spec.get("lengths", {}).get("lyrics")
        if lengths and not lengths[0] <= len(brief.lyrics) <= lengths[1]:
            text = (
                f"{self._name} takes lyrics of {lengths[0]} to {lengths[1]} characters, and there"
                f" are {len(brief.lyrics)}"
            )
            raise EngineError(f"{text}; give lyrics: of that length", "bad_request")
        url = None
        if brief.reference is not None:
            url = self._patiently(
                lambda: self._client.upload(self._reference()), "sending the reference"
            )
        seed = (
            brief.clip_seed(self._k)
            + SEED_STRIDE * (next_take(self._clips[0].folder) or 0)
            + SEED_STEP * segment
        ) % (2**31 - 1) or 1
        return {
            "model": spec["model"],
            "version": self._version(),
            "input": fill(spec["input"], known_values(brief, spec, self._takes, seed, url)),
            "seed": seed,
            "segment": segment,
        }

    def _reference(self) -> Path:
        """The requested part of the reference as a file of its own."""
        import soundfile

        from daemon.audio.files import read_audio

        brief = self._brief
        assert brief is not None and brief.reference is not None
        audio, rate = read_audio(brief.reference, brief.reference_start, brief.reference_end)
        folder = self._clips[0].folder
        folder.mkdir(parents=True, exist_ok=True)
        soundfile.write(folder / "reference.wav", audio, rate)
        return folder / "reference.wav"

    def cancel(self, state: str, text: str) -> dict[str, Any]:
        """Cancel the prediction at the service too. Its cost is read there, else estimated."""
        if not self._remote and self._may_be_bought:
            return {
                "state": "unknown",
                "cost_usd": None,
                "text": f"{text}; it may have been bought",
                "missing": {},
            }
        if not self._remote:
            return {"state": "dropped", "cost_usd": 0.0, "text": text, "missing": {}}
        prediction = self._cancelled()
        return {"state": state, "cost_usd": self._cost(prediction), "text": text, "missing": {}}

    def _not_made(self, prediction: dict[str, Any]) -> dict[str, Any]:
        status = prediction["status"]
        why = str(
            prediction.get("error")
            or {"aborted": "the service ended it before it began"}.get(status, "")
        ).strip()
        how = "failed" if status == "failed" else "was ended"
        text = f"{self._name} at Replicate {how}: {why[-300:] or status}"
        cost_usd = 0.0 if status == "aborted" else self._cost(prediction)
        missing = {str(place): text for place in range(len(self._clips))}
        return {
            "state": "aborted" if status == "aborted" else "failed",
            "cost_usd": cost_usd,
            "text": text,
            "missing": missing,
        }

    # -- fetching

    def _fetch(self, prediction: dict[str, Any]) -> dict[str, str]:
        """Store each clip's take. Returns the reasons for those that have none."""
        addresses = outputs_of(prediction.get("output"))
        missing = {}
        each_usd = (self._cost(prediction) or self._price.estimate_usd(self._takes)) / max(
            self._takes, 1
        )
        for place, clip in enumerate(self._clips):
            target = self._target(clip)
            if target is None:
                continue
            self._talk(0.86 + 0.1 * place / len(self._clips), "generating", "fetching")
            address = addresses[clip.number] if clip.number < len(addresses) else None
            if address is None:
                gone = (
                    prediction.get("data_removed")
                    and "its output was deleted: Replicate keeps it for an hour"
                )
                missing[str(place)] = (
                    gone or f"{self._name} gave {sum(map(bool, addresses))} of {self._takes} takes"
                )
                continue
            try:
                audio, rate = self._download(address, clip.folder)
            except EngineError as error:
                if error.code == "unavailable":
                    # The paid take exists: it is fetched when the service answers again.
                    raise
                missing[str(place)] = error.text
                continue
            save_take(self._take(audio, rate, each_usd), target, stems=False)
        return missing

    def _download(self, address: str, folder: Path) -> tuple[Any, int]:
        from daemon.audio.files import read_audio

        folder.mkdir(parents=True, exist_ok=True)
        raw = folder / "download"
        why = ""
        broken = attempt = 0
        while broken < _DOWNLOADS:
            try:
                kind = self._client.download(address, raw)
                if kind.startswith(("text/", "application/json")):
                    raise AudioError(f"it is {kind.partition(';')[0]}, no audio")
                _must_be_whole(raw)
                return read_audio(raw)
            except ApiError as error:
                why = error.text
                if error.status in (403, 404, 410):
                    why = (
                        f"the output is gone (HTTP {error.status}): Replicate keeps it for an hour"
                    )
                    break
                if not error.passes:
                    break
                self._within_deadline(0.0, why)
            except AudioError as error:
                broken, why = broken + 1, f"the output is broken ({error.text})"
            finally:
                if raw.is_dir():
                    shutil.rmtree(raw, ignore_errors=True)
                else:
                    raw.unlink(missing_ok=True)
            self._talk.wait(min(PAUSE_S * 2**attempt, MOST_PAUSE_S))
            attempt += 1
        raise EngineError(why, "output")

    def _take(self, audio: Any, rate: int, cost_usd: float) -> Take:
        intent = self._bought["intent"] or {}
        seed = intent.get("seed", self._brief.clip_seed(self._k) if self._brief else 0)
        prompt = next(
            (
                str(intent["input"][name])
                for name in ("prompt", "tags")
                if name in intent.get("input", {})
            ),
            "",
        )
        return Take(
            audio,
            rate,
            seed,
            self._name,
            self._spec["model"],
            self._spec["license"],
            cost_usd=round(cost_usd, 6),
            version=intent.get("version", "") or self._spec["version"],
            said=(f"asked of the model: {prompt}",) if prompt else (),
        )

    # -- money

    def _done(self, prediction: dict[str, Any], missing: dict[str, str]) -> dict[str, Any]:
        return {"state": "done", "cost_usd": self._cost(prediction), "text": "", "missing": missing}


def _must_be_whole(path: Path) -> None:
    """AudioError for a WAV that is shorter than its own header says."""
    with path.open("rb") as file:
        head = file.read(8)
    size = int.from_bytes(head[4:8], "little")
    if head[:4] == b"RIFF" and size < 0xFFFFFF00 and path.stat().st_size + 1 < size + 8:
        raise AudioError("it breaks off before its end")
