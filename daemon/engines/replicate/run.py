"""One purchase: bought once, awaited, its takes downloaded at once and stored.

The order of the steps keeps money safe. The intent is stored by the daemon before it is sent; the
service's id is stored before it is awaited. After a crash, a timeout or a dropped connection a
purchase may or may not exist. Then the account's own list is searched for exactly this input
before anything is sent again. Where that cannot decide, nothing is sent.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from daemon.brief import Brief
from daemon.children.inside import Tell
from daemon.children.many_inside import Cancelled, Talk, must_talk
from daemon.engines.contract import Price, Take
from daemon.engines.replicate.client import ApiError, Client, Gate, explained, parse_time
from daemon.engines.replicate.inputs import fill, known_values, outputs_of, progress_in
from daemon.engines.replicate.models import TOKEN, address_fault, find_url
from daemon.engines.take_files import SEED_STRIDE, next_take, save_take
from daemon.errors import AudioError, EngineError
from daemon.home.keys import can_be_sent, find_secret

T = TypeVar("T")

#: First and longest interval between two polls of a prediction.
_POLL_S = 0.5
_MOST_POLL_S = 3.0
#: Backoff of a call that may succeed later: doubled each time, up to the second.
_PAUSE_S = 0.5
_MOST_PAUSE_S = 30.0
#: Downloads of a broken output before giving up.
_DOWNLOADS = 5
#: Searches for a prediction, which may not be listed yet.
_SEARCHES = 3
#: How far the service's clock may be behind ours.
_CLOCKS_S = 900.0
_ENDED = ("succeeded", "failed", "canceled", "aborted")

_gate = Gate()


def make(task: dict[str, Any], tell: Tell) -> dict[str, Any]:
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


def stop(task: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """{remote, spec, takes}: cancel a prediction that no job waits for -> as `make`."""
    run = _Run({**task, "purchase": task}, must_talk(tell))
    return run.cancel("cancelled", "its job was cancelled")


def check(task: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """{spec}: check that the account can be used. EngineError with the service's reason."""
    try:
        _client(_base_url(task["spec"])).account()
    except ApiError as error:
        raise explained(error) from None
    return {}


@cache
def _client(base_url: str) -> Client:
    if fault := address_fault(base_url):
        raise EngineError(fault, "bad_address")
    token = find_secret(TOKEN)
    if not token:
        raise EngineError(
            f"{TOKEN} is not set; set it in the environment, or by: sidecrate secret set {TOKEN}",
            "no_token",
        )
    if not can_be_sent(token):
        text = (
            f"{TOKEN} holds a character that no token has; set it anew by:"
            f" sidecrate secret set {TOKEN}"
        )
        raise EngineError(text, "no_token")
    return Client(base_url, token)


def _base_url(spec: Mapping[str, Any]) -> str:
    return find_url(spec.get("service", {}).get("base_url"))


@dataclass
class _Clip:
    folder: Path
    number: int


class _Run:
    def __init__(self, task: dict[str, Any], talk: Talk) -> None:
        self._talk = talk
        self._spec = task["spec"]
        self._bought = task["purchase"]
        self._remote = str(self._bought["remote"])
        self._takes = int(self._bought["takes"])
        self._client = _client(_base_url(self._spec))
        self._deadline_s = time.monotonic() + float(
            self._spec.get("service", {}).get("deadline_s", 900.0)
        )
        self._brief = Brief.from_json(task["brief"]) if "brief" in task else None
        self._k = int(task.get("k", 0))
        self._name = str(task.get("engine", ""))
        self._clips = [_Clip(Path(one["folder"]), one["number"]) for one in task.get("clips", [])]
        self._price = Price(**self._spec["price"])
        self._may_be_bought = False

    def go(self) -> dict[str, Any]:
        if all(next_take(clip.folder) is None for clip in self._clips):
            # A crash came after the last take was stored: only its price is missing.
            return self._done(self._look() if self._remote else {}, {})
        self._talk(0.02, "generating", "asking")
        if not self._remote:
            self._remote = self._adopt_or_buy()
            self._talk.store({"remote": self._remote})
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

    # -- buying

    def _adopt_or_buy(self) -> str:
        intent = self._bought["intent"]
        if intent is not None:
            found = self._search(intent, float(self._bought["intended"]))
            if found:
                return found
        else:
            intent = self._intend()
            self._talk.store({"intent": intent})
            self._bought["intent"] = intent
        return self._buy(intent)

    def _intend(self) -> dict[str, Any]:
        assert self._brief is not None
        brief, spec = self._brief, self._spec
        lengths = spec.get("lengths", {}).get("lyrics")
        if lengths and not lengths[0] <= len(brief.lyrics) <= lengths[1]:
            text = (
                f"{self._name} takes lyrics of {lengths[0]} to {lengths[1]} characters, and there"
                f" are {len(brief.lyrics)}"
            )
            raise EngineError(f"{text}; give lyrics: of that length", "bad_request")
        version = spec["version"]
        if not version and not spec.get("official"):
            version = self._patiently(
                lambda: self._client.latest_version(spec["model"]), "asking for the model's version"
            )
        url = None
        if brief.reference is not None:
            url = self._patiently(
                lambda: self._client.upload(self._reference()), "sending the reference"
            )
        seed = (
            brief.clip_seed(self._k) + SEED_STRIDE * (next_take(self._clips[0].folder) or 0)
        ) % (2**31 - 1) or 1
        return {
            "model": spec["model"],
            "version": version,
            "input": fill(spec["input"], known_values(brief, spec, self._takes, seed, url)),
            "seed": seed,
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

    def _buy(self, intent: dict[str, Any]) -> str:
        """Buy the prediction exactly once, and return its id.

        Before a retry the account's list is searched for the last attempt.
        """
        began = time.time()
        pause_s = _PAUSE_S
        while True:
            self._within_deadline(_gate.wait_s, "it lets only so many in")
            self._talk.wait(_gate.wait_s)
            try:
                left_s = self._deadline_s - time.monotonic()
                return str(
                    self._client.create(
                        intent["model"], intent["version"], intent["input"], left_s
                    )["id"]
                )
            except ApiError as error:
                if error.sent:
                    self._may_be_bought = True
                    found = self._search(intent, began)
                    if found:
                        return found
                if not error.passes:
                    raise explained(error) from None
                pause_s = self._pause(error, pause_s, "waiting to be let in")
            except KeyError:
                found = self._search(intent, began)
                if found:
                    return found
                raise EngineError(
                    "the service accepted the request but gave no id", "unknown"
                ) from None

    def _search(self, intent: dict[str, Any], since: float) -> str | None:
        """The prediction of exactly this input in the account's list; None when surely not made.

        EngineError `unknown` where that cannot be decided.
        """
        others = set(self._bought["others"])
        for attempt in range(_SEARCHES):
            hidden = False
            try:
                for one in self._client.predictions():
                    created = parse_time(one.get("created_at"))
                    if created is not None and created < since - _CLOCKS_S:
                        break
                    if one.get("id") in others or not _same_version(one, intent):
                        continue
                    if one.get("input") == intent["input"]:
                        return str(one["id"])
                    hidden = hidden or bool(one.get("data_removed")) or not one.get("input")
            except ApiError as error:
                if attempt == _SEARCHES - 1 or not error.passes:
                    raise _unknown(
                        f"the account's list of predictions cannot be read ({error.text})"
                    ) from None
            else:
                if attempt == _SEARCHES - 1:
                    if hidden:
                        raise _unknown(
                            "the account's list no longer says what its predictions were asked"
                        )
                    return None
            # It may not be listed yet.
            self._talk.wait(_PAUSE_S * 2**attempt)
        return None

    # -- waiting

    def _look(self) -> dict[str, Any]:
        return self._patiently(lambda: self._client.get(self._remote), "looking how it goes")

    def _await_end(self) -> dict[str, Any]:
        poll_s = _POLL_S
        while True:
            prediction = self._look()
            status = prediction.get("status")
            if status in _ENDED:
                return prediction
            if time.monotonic() > self._deadline_s:
                return {**self._cancelled(), "status": "canceled", "error": "it took too long"}
            done = progress_in(str(prediction.get("logs") or ""))
            self._talk(
                0.05 + 0.8 * (done or 0.0),
                "generating",
                "starting" if status == "starting" else "at work",
            )
            self._talk.wait(poll_s)
            poll_s = min(poll_s * 1.3, _MOST_POLL_S)

    def _cancelled(self) -> dict[str, Any]:
        try:
            return self._client.cancel(self._remote)
        except ApiError:
            try:
                return self._client.get(self._remote)
            except ApiError:
                return {}

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
            number = next_take(clip.folder)
            if number is None:
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
            save_take(self._take(audio, rate, each_usd), clip.folder / f"take{number}", stems=False)
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
            self._talk.wait(min(_PAUSE_S * 2**attempt, _MOST_PAUSE_S))
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

    def _cost(self, prediction: Mapping[str, Any]) -> float | None:
        """USD, by the service's own measurement; None where there is none."""
        worked = (prediction.get("metrics") or {}).get("predict_time")
        if not isinstance(worked, int | float):
            return None
        return self._price.cost_usd(
            float(worked), self._takes if prediction.get("status") == "succeeded" else 0
        )

    # -- backoff

    def _pause(self, error: ApiError, pause_s: float, words: str) -> float:
        """Wait before a retry, and return the pause before the next. EngineError at the timeout."""
        wait_s = error.retry_after_s if error.retry_after_s is not None else pause_s
        if error.status == 429:
            _gate.close(wait_s)
        self._within_deadline(wait_s, error.text)
        self._talk(0.02, "generating", f"{words}: {error.text}"[:120])
        self._talk.wait(wait_s)
        return min(pause_s * 2, _MOST_PAUSE_S)

    def _within_deadline(self, wait_s: float, why: str) -> None:
        if time.monotonic() + wait_s > self._deadline_s:
            raise EngineError(
                f"Replicate is unavailable ({why}); try again later", "unavailable"
            ) from None

    def _patiently(self, call: Callable[[], T], words: str) -> T:
        """A free call, retried until the timeout while a retry may help."""
        pause_s = _PAUSE_S
        while True:
            try:
                return call()
            except ApiError as error:
                if not error.passes:
                    raise explained(error) from None
                pause_s = self._pause(error, pause_s, words)


def _same_version(one: Mapping[str, Any], intent: Mapping[str, Any]) -> bool:
    name = "version" if intent["version"] else "model"
    return bool(one.get(name) == intent[name])


def _must_be_whole(path: Path) -> None:
    """AudioError for a WAV that is shorter than its own header says."""
    with path.open("rb") as file:
        head = file.read(8)
    size = int.from_bytes(head[4:8], "little")
    if head[:4] == b"RIFF" and size < 0xFFFFFF00 and path.stat().st_size + 1 < size + 8:
        raise AudioError("it breaks off before its end")


def _unknown(why: str) -> EngineError:
    text = (
        f"it is not known whether this was bought, since {why}; nothing more was sent. Look at"
        " replicate.com/predictions,"
    )
    return EngineError(f"{text} and ask again to buy it anew", "unknown")
