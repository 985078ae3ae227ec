"""Runs a VST3 or Audio Unit effect on a clip, by Spotify's pedalboard.

A plugin may crash or hang, so it runs in a child process of its own.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import numpy as np

from daemon.audio import seam
from daemon.audio.sound import Sound
from daemon.errors import LibraryError
from daemon.library.effects import without_silent_end
from daemon.library.plugins import HOW_TO_INSTALL, PLUGIN_WORD, read_parameters
from daemon.library.treatments import closed
from daemon.verbs.tell import TellStage

#: Pre-roll of a loop: reverb and echoes have come round before the part that is kept.
_BEFORE_S = 8.0
#: Room for the tail of clips that are no loops.
_AFTER_S = 10.0
#: Timeout of loading a plugin.
_LOAD_S = 20.0
#: Two rounds of a loop whose difference lies this far under the peak are the same.
_SAME_DB = -80.0
#: Parameters listed of a plugin: a synth can have thousands.
_MOST_PARAMETERS = 400
#: Parameters that the host sets, not the user.
_HOSTS = frozenset({"buffer_size_frames", "sample_rate_frames", "bypass"})
_WORDS = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def load(file: str, name: str = "") -> Any:
    """Load a plugin with pedalboard.

    LibraryError code `no_plugins` without pedalboard, `plugin` where the file cannot be used.
    """
    try:
        import pedalboard
    except ImportError:
        raise LibraryError(HOW_TO_INSTALL, "no_plugins") from None
    title = Path(file).stem
    try:
        made = pedalboard.load_plugin(
            file, plugin_name=name or None, initialization_timeout=_LOAD_S
        )
    except ValueError as error:
        raise LibraryError(
            f"{title} holds several plugins; say which by name: {_last_line(error)}", "plugin"
        ) from None
    except (ImportError, RuntimeError) as error:
        raise LibraryError(
            f"{title} cannot be loaded ({_last_line(error)}); see that it is a plugin for this"
            " system, and that the libraries it needs are installed",
            "plugin",
        ) from None
    if not made.is_effect:
        raise LibraryError(
            f"{title} is an instrument, and a step takes an effect; choose one that treats sound",
            "plugin",
        )
    return made


def _last_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1].strip()[:300]


def describe(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{file, name} -> {name, maker, parameters}, as the plugin itself says.

    A parameter is {name, value, range, choices, unit}.
    """
    tell(0.0, "editing", f"{PLUGIN_WORD}{Path(task['file']).stem}")
    plugin = load(task["file"], task["name"])
    rows = [_row(name, one) for name, one in plugin.parameters.items() if name not in _HOSTS]
    return {
        "name": plugin.name,
        "maker": plugin.manufacturer_name,
        "parameters": rows[:_MOST_PARAMETERS],
    }


def _row(name: str, parameter: Any) -> dict[str, Any]:
    unit = (parameter.label or "").strip()
    low, high, _ = parameter.range
    if parameter.type is bool:
        choices = ["off", "on"]
        value = "on" if parameter.raw_value > 0.5 else "off"
    else:
        choices = [str(one) for one in parameter.valid_values] if parameter.type is str else []
        value = str(parameter.string_value).strip()
    span = ""
    if choices:
        span = f"one of {', '.join(choices[:12])}"
    elif low is not None:
        span = f"{low:g} to {high:g}"
    return {"name": name, "value": value, "range": span, "choices": choices[:200], "unit": unit}


def set_up(plugin: Any, preset: str, parameters: str) -> None:
    """Load a preset, then set parameters over it. LibraryError where the plugin rejects one."""
    if preset:
        try:
            plugin.load_preset(preset)
        except (RuntimeError, ValueError, AttributeError) as error:
            raise LibraryError(
                f"{plugin.name} does not take the preset {Path(preset).name} ({_last_line(error)})",
                "plugin",
            ) from None
    known = plugin.parameters
    for said, value in read_parameters(parameters).items():
        name = said.lower().replace(" ", "_")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or list(known)[:12]
            raise LibraryError(
                f"{plugin.name} has no parameter {said!r:.60}; it has {', '.join(near)}",
                "bad_request",
            )
        try:
            setattr(plugin, name, _value(known[name], value))
        except (ValueError, TypeError, RuntimeError) as error:
            row = _row(name, known[name])
            allowed = row["range"] or _last_line(error)
            raise LibraryError(
                f"{plugin.name}: {name} cannot be {value!r:.40}: {allowed}", "bad_request"
            ) from None


def _value(parameter: Any, said: str) -> Any:
    if parameter.type is bool:
        return _WORDS[said.lower()] if said.lower() in _WORDS else bool(float(said))
    return said if parameter.type is str else float(said)


def treated(sound: Sound, step: dict[str, Any], use: dict[str, Any], *, loops: bool) -> Sound:
    """A clip and its stems through a plugin.

    A loop keeps its length and its seam; anything else grows by its tail.
    """
    plugin = load(use["file"], step["name"])
    set_up(plugin, use["preset"], step["parameters"])
    rate = sound.sample_rate
    frames = sound.frames
    if not loops:
        after = round(_AFTER_S * rate)
        mix = without_silent_end(
            _through(plugin, np.pad(sound.audio, ((0, after), (0, 0))), rate), frames
        )
        stems = {
            name: _through(plugin, np.pad(stem, ((0, after), (0, 0))), rate)[: len(mix)]
            for name, stem in sound.stems.items()
        }
        return Sound(mix, rate, stems)
    roll = min(round(seam.ROLL_S * rate), frames // 2)
    before = -(-round(_BEFORE_S * rate) // frames) * frames
    where = np.arange(-before, frames + roll)
    rolled = sound.shaped(
        lambda x: _through(plugin, np.take(x, where, axis=0, mode="wrap"), rate)[before - roll :]
    )
    lead, end = rolled.audio[roll : 2 * roll], rolled.audio[roll + frames :]
    least = np.abs(rolled.audio).max(initial=0.0) * 10 ** (_SAME_DB / 20)
    if np.abs(lead - end).max(initial=0.0) <= least:
        return rolled.linear(lambda x: x[roll : roll + frames].copy())
    return closed(rolled, roll)


def _through(plugin: Any, audio: np.ndarray, rate: int) -> np.ndarray:
    """Float32 (frames, channels) in and out, same length.

    A plugin for one channel gets each channel by itself.
    """
    if not audio.any():
        return audio
    ways = [audio.T] if audio.shape[1] == 2 else [audio.T, np.repeat(audio.T, 2, axis=0)]
    for one in ways:
        try:
            return _sane(plugin, plugin.process(np.ascontiguousarray(one), rate).T, len(audio))
        except ValueError as error:
            why = _last_line(error)
    try:
        each = [plugin.process(np.ascontiguousarray(channel)[None], rate)[0] for channel in audio.T]
    except ValueError:
        raise LibraryError(
            f"{plugin.name} takes neither one channel nor two ({why})", "plugin"
        ) from None
    return _sane(plugin, np.stack(each, axis=1), len(audio))


def _sane(plugin: Any, audio: np.ndarray, frames: int) -> np.ndarray:
    if not np.isfinite(audio).all():
        raise LibraryError(
            f"{plugin.name} gives no sound with these settings (it is not finite); take others",
            "plugin",
        )
    missing = frames - len(audio)
    return np.ascontiguousarray(
        np.pad(audio, ((0, missing), (0, 0))) if missing > 0 else audio[:frames]
    ).astype(np.float32)
