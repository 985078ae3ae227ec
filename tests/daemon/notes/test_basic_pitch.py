"""basic-pitch's windows on our columns, and the words where it is not here."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from daemon.brief import Brief
from daemon.errors import ConformError, ModelError
from daemon.hearing.log_spectra import HOP, RATE
from daemon.models import store
from daemon.models.table import find_model
from daemon.notes import basic_pitch, listeners
from daemon.notes.transcribe import transcribe


class Clicks:
    """A net that hears a note of pitch 60 begin at each click, in the window's own columns."""

    def run(self, names, inputs):
        assert names == ["StatefulPartitionedCall:2", "StatefulPartitionedCall:1"]
        (windows,) = inputs.values()
        assert windows.shape[1:] == (43844, 1)
        onsets = np.zeros((len(windows), 172, 88), np.float32)
        for n, window in enumerate(windows[:, :, 0]):
            for at in np.flatnonzero(window > 0.5):
                column = round(at / HOP)
                if column < 172:
                    onsets[n, column, 60 - 21] = 0.9
        return [onsets, np.zeros_like(onsets)]


def test_every_window_lies_on_its_place_to_the_end():
    mono = np.zeros(round(7.3 * RATE), np.float32)
    clicks_s = [0.02, 1.0, 1.7, 2.5, 3.33, 4.9, 6.6, 7.25]
    mono[[round(at * RATE) for at in clicks_s]] = 1
    odds = basic_pitch.odds_of(mono, Clicks())
    assert odds.shape == (len(mono) // HOP + 1, 88, 2)
    columns = np.flatnonzero(odds[:, 60 - 21, 0] > 0.5)
    found_s = columns * HOP / RATE
    # two windows may both hear a click where they meet, a column apart
    assert max(min(abs(found_s - at)) for at in clicks_s) < 0.013
    assert max(min(abs(np.array(clicks_s) - at)) for at in found_s) < 0.013


def sound(folder):
    path = folder / "tone.wav"
    t = np.arange(22050) / 22050
    soundfile.write(path, (0.3 * np.sin(2 * np.pi * 220 * t)).astype(np.float32), 22050)
    return path


def ask(path, **request):
    brief = Brief("", "", do="transcribe", reference=str(path))
    return list(transcribe(brief, request, path.parent, lambda share, words="": None))


def test_without_its_net_it_is_refused_in_one_line_that_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(listeners, "find_spec", lambda name: object())
    monkeypatch.setattr(listeners, "is_here", lambda name: False)
    with pytest.raises(ConformError, match="sidecrate models get basic-pitch") as refused:
        ask(sound(tmp_path), **{"with": "basic-pitch"})
    assert "\n" not in refused.value.text


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(listeners, "find_spec", lambda name: None)
    for name in ("basic-pitch", "swift-f0"):
        with pytest.raises(ConformError, match=r"pip install 'sidecrate\[transcribe\]'"):
            ask(sound(tmp_path), **{"with": name})


def test_a_net_that_was_cut_short_is_not_run(tmp_path, monkeypatch):
    monkeypatch.setattr(listeners, "find_spec", lambda name: object())
    monkeypatch.setattr(store, "folder_of", lambda model: tmp_path / "net")
    listeners._basic_pitch_net.cache_clear()
    for name in find_model("basic-pitch").kept:
        file = tmp_path / "net" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"half of it")
    (tmp_path / "net" / store.ABOUT).write_text("{}")
    with pytest.raises(ModelError, match="cut short or not the file") as refused:
        ask(sound(tmp_path), **{"with": "basic-pitch"})
    assert "models get basic-pitch" in refused.value.text
