"""Sounds taken apart: true parts of our own clips, estimated ones of others, and what they add up to."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from daemon.audio.loudness import true_peak_db
from daemon.brief import Brief
from daemon.clip.make import write_files
from daemon.clip.record import make_record
from daemon.conform.conform import conform
from daemon.engines.embedded.engine import make, player_of
from daemon.engines.embedded.plan import read_plan
from daemon.engines.embedded.render import play_lines
from daemon.engines.embedded.score import Score
from daemon.errors import AudioError, ConformError
from daemon.hearing.pitch import find_note
from daemon.parts import kit, own
from daemon.parts.kit import cut_kit
from daemon.parts.single_notes import single_notes
from daemon.parts.split import split

RATE = 44100


def quiet(share, words=""):
    pass


def clip(folder, genre="house", bpm=124.0, seed=7, **more):
    """A clip of the musician in the folder: its path and its parts."""
    brief = Brief(genre, genre, genre=genre, bpm=bpm, bars=2, seed=seed, stems=True, **more)
    take = make(brief, seed, quiet)
    finished = conform(take, brief, quiet)
    task = {"clip": "abcd", "job": "j", "k": 0, "request": {}, "created": 0.0}
    record = make_record(task, brief, take, finished, [])
    folder.mkdir(exist_ok=True)
    write_files(folder, finished, {**record, "path": str(folder / "clip.wav")}, brief)
    return folder / "clip.wav", finished


def foreign(folder, **more):
    """The same sound as a file of somebody else: no record stands in it."""
    _, finished = clip(folder, **more)
    soundfile.write(folder / "loop.wav", finished.audio, RATE, "FLOAT")
    return folder / "loop.wav", finished


def taken_apart(path, **request):
    brief = Brief("", "", do="split", reference=str(path))
    return list(split(brief, request, path.parent, quiet))


def gained_db(true, mix, estimate):
    def si_sdr(sound):
        a, b = true.ravel().astype(float), sound.ravel().astype(float)
        target = a * (a @ b) / (a @ a)
        return 10 * np.log10((target**2).sum() / ((b - target) ** 2).sum())

    return si_sdr(estimate) - si_sdr(mix)


def test_a_clip_of_our_own_comes_apart_exactly(tmp_path):
    path, finished = clip(tmp_path)
    results = taken_apart(path)
    assert {one.part for one in results} >= {"drums", "bass"}
    assert np.abs(sum(one.audio for one in results) - finished.audio).max() < 1e-6
    for one in results:
        assert (one.kind, one.bpm, one.bars) == ("loop", 124.0, 2)
        assert one.report["did"]["exact"] and one.model == "its own plan"
        true = finished.stems[one.part]
        gain = float((one.audio * true).sum() / (true**2).sum())
        assert np.abs(one.audio - gain * true).max() < 1e-3


def test_a_foreign_loop_comes_apart_on_its_grid_and_says_that_it_is_estimated(tmp_path):
    path, finished = foreign(tmp_path)
    results = taken_apart(path)
    assert [one.part for one in results] == ["drums", "bass", "other"]
    frames = loop_frames(2, Meter.parse("4/4"), 124.0, RATE)
    for one in results:
        assert one.kind == "loop" and len(one.audio) == frames and one.bars == 2
        assert one.bpm == pytest.approx(124, abs=0.001)
        assert not one.report["did"]["exact"] and "estimated" in one.report["said"][-1]
    rest = sum(one.audio for one in results) - finished.audio
    assert np.abs(rest).max() < 1e-5


@pytest.mark.parametrize("genre", ["techno", "funk", "reggae", "pop"])
def test_its_parts_are_nearer_to_the_true_ones_than_the_mix_is(tmp_path, genre):
    brief = Brief(genre, genre, genre=genre, bpm=110.0, bars=2, seed=5_000_001, stems=True)
    stems = make(brief, 5_000_001, quiet).stems
    true = {name: stems[name] for name in ("drums", "bass") if name in stems}
    true["other"] = sum(stem for name, stem in stems.items() if name not in true)
    mix = sum(true.values())
    found = own.separate("mix", mix, RATE, is_loop=True)
    for name, stem in true.items():
        if np.mean(stem**2) > 1e-3 * np.mean(mix**2):
            assert gained_db(stem, mix, found[name]) > 4, name


@pytest.mark.parametrize(
    ("rate", "channels"), list(itertools.product((8000, 48000, 96000), (1, 2)))
)
def test_any_rate_and_number_of_channels_adds_up(rate, channels):
    rng = np.random.default_rng(rate)
    sound = (0.1 * rng.standard_normal((rate, channels))).astype(np.float32)
    parts = own.separate("mix", sound, rate, is_loop=False)
    assert {part.shape for part in parts.values()} == {sound.shape}
    assert np.abs(sum(parts.values()) - sound).max() < 1e-5


def test_a_long_sound_goes_through_in_pieces_without_a_seam(monkeypatch):
    rng = np.random.default_rng(1)
    t = np.arange(9 * RATE) / RATE
    sound = np.sin(2 * np.pi * 55 * t) * 0.2 + 0.2 * rng.standard_normal(len(t)) * (t % 0.5 < 0.05)
    sound = sound.astype(np.float32)[:, None]
    whole = own.separate("mix", sound, RATE, is_loop=False)
    # each piece has strokes enough to know them by one another, as one of half a minute has
    monkeypatch.setattr(own, "_PIECE_S", 4.0)
    pieces = own.separate("mix", sound, RATE, is_loop=False)
    for name, part in whole.items():
        assert np.abs(part - pieces[name]).max() < 0.02, name
    for joint in range(4 * RATE, len(sound), 4 * RATE):
        around = pieces["bass"][joint - RATE // 10 : joint + RATE // 10, 0]
        assert np.abs(np.diff(around, 2)).max() < 1e-3, "it does not click"
    assert np.abs(sum(pieces.values()) - sound).max() < 1e-5


def test_parts_are_silent_where_the_sound_has_not_begun_or_is_over():
    sound = np.zeros((3 * RATE, 2), np.float32)
    sound[RATE : 2 * RATE] = 0.1 * np.random.default_rng(2).standard_normal((RATE, 2))
    parts = own.separate("mix", sound, RATE, is_loop=False)
    for name, part in parts.items():
        assert not part[: RATE - 2048].any() and not part[2 * RATE :].any(), name
    silent = own.separate("mix", np.zeros_like(sound), RATE, is_loop=False)
    assert not any(part.any() for part in silent.values())


def test_a_loops_parts_loop_too(tmp_path):
    _, finished = foreign(tmp_path, seed=8)
    rolled = np.roll(finished.audio, len(finished.audio) // 3, axis=0)
    straight = own.separate("mix", finished.audio, RATE, is_loop=True)
    turned = own.separate("mix", rolled, RATE, is_loop=True)
    for name, part in straight.items():
        there = np.roll(part, len(part) // 3, axis=0)
        assert np.sqrt(np.mean((there - turned[name]) ** 2)) < 0.05 * np.sqrt(np.mean(there**2))


def test_its_kit_is_cut_into_sounds_with_roles(tmp_path):
    path, _ = clip(tmp_path, genre="house", instruments=("drums",), only=True)
    shots = taken_apart(path, into="kit")
    roles = {one.role for one in shots}
    assert {"kick", "hat"} <= roles <= {"kick", "snare", "hat", "tom", "cymbal"}
    names = [one.words for one in shots]
    assert len(set(names)) == len(names), "several of a role are told apart: kick, kick 2"
    assert all(name.split()[0] == one.role for name, one in zip(names, shots, strict=True))
    for one in shots:
        assert one.kind == "oneshot" and one.more == {"collection": "clip kit"}
        assert true_peak_db(one.audio) == pytest.approx(-1, abs=0.1)
        assert np.abs(one.audio[-1]).max() < 1e-3, "it ends faded"
        peak = np.abs(one.audio).max()
        assert np.abs(one.audio[0]).max() < 0.05 * peak, "it begins at a zero"
    kick = next(one for one in shots if one.role == "kick")
    spectrum = np.abs(np.fft.rfft(kick.audio.mean(axis=1), RATE))
    assert spectrum[:200].sum() > spectrum[2000:].mean() * 200, "a kick is low"
    assert kick.report["found"]["hits"] >= 4, "four to the floor, counted"


@pytest.mark.parametrize(
    ("sound", "request_", "said"),
    [
        (np.zeros((RATE, 2)), {}, "silent"),
        (np.full((100, 1), 0.5), {}, "0.002 s long"),
        (
            np.random.default_rng(0).normal(0, 0.1, (RATE, 1)),
            {"parts": ["vocals"]},
            "vocals cannot",
        ),
        (
            np.random.default_rng(0).normal(0, 0.1, (RATE, 1)),
            {"parts": ["Voice"]},
            "vocals cannot be told apart here.*knows no voices; .*sidecrate models get spleeter",
        ),
        (
            np.random.default_rng(0).normal(0, 0.1, (RATE, 1)),
            {"parts": ["tuba"]},
            "there are drums",
        ),
    ],
)
def test_what_cannot_be_taken_apart_is_said_in_one_line(tmp_path, sound, request_, said):
    soundfile.write(tmp_path / "a.wav", sound, RATE)
    with pytest.raises(ConformError, match=said) as error:
        taken_apart(tmp_path / "a.wav", **request_)
    assert "\n" not in error.value.text


def test_a_bass_alone_has_no_kit(tmp_path):
    t = np.arange(2 * RATE) / RATE
    soundfile.write(tmp_path / "a.wav", 0.3 * np.sin(2 * np.pi * 55 * t), RATE)
    with pytest.raises(ConformError, match="no drums"):
        taken_apart(tmp_path / "a.wav", into="kit")


def test_the_attacks_of_plucked_chords_are_no_drums_and_stay_with_them(tmp_path):
    sound = np.zeros(4 * RATE)
    for n, pitch in enumerate((57, 53, 60, 55) * 4):
        t = np.arange(RATE // 4) / RATE
        for above in (0, 4, 7):
            hz = 440 * 2 ** ((pitch + above - 69) / 12)
            wave = sum(np.sin(2 * np.pi * k * hz * t) / k for k in range(1, 16))
            sound[n * RATE // 4 : (n + 1) * RATE // 4] += 0.08 * wave * np.exp(-t / 0.08)
    soundfile.write(tmp_path / "a.wav", sound, RATE, "FLOAT")
    parts = {one.part: one for one in taken_apart(tmp_path / "a.wav")}
    assert "drums" not in parts
    told = [note for one in parts.values() for note in one.report["said"]]
    assert len(parts) == 2 and told.count("the source holds no drums") == 1
    added = sum(one.audio for one in parts.values())
    assert np.abs(added.mean(axis=1) - sound).max() < 1e-3 * np.abs(sound).max()


@pytest.mark.parametrize(("genre", "seed"), [("house", 1), ("boom bap", 2)])
def test_the_first_hit_of_a_break_is_drums(tmp_path, genre, seed):
    path, finished = foreign(tmp_path, genre=genre, seed=seed, instruments=("drums",), only=True)
    soundfile.write(path, finished.audio[: RATE // 5], RATE, "FLOAT")
    assert "drums" in {one.part for one in taken_apart(path)}


def test_the_first_note_of_a_line_is_no_drum(tmp_path):
    path, finished = foreign(tmp_path, genre="house", instruments=("pluck",), only=True)
    first = int(np.flatnonzero(np.abs(finished.audio).max(axis=1) > 0.05)[0])
    soundfile.write(path, finished.audio[first : first + RATE // 5], RATE, "FLOAT")
    assert "drums" not in {one.part for one in taken_apart(path)}


def test_the_pieces_of_our_own_drums_are_exact(tmp_path):
    path, finished = clip(tmp_path, genre="boom bap", bpm=90.0, instruments=("drums",), only=True)
    results = taken_apart(path, parts=["kick", "snare", "hats"])
    pieces = {one.part: one.audio for one in results}
    assert all(one.report["did"]["exact"] for one in results)
    assert not any("estimated" in note for one in results for note in one.report["said"])
    low = {}
    for name, audio in pieces.items():
        power = np.abs(np.fft.rfft(audio.sum(axis=1))) ** 2
        low[name] = power[np.fft.rfftfreq(len(audio), 1 / RATE) < 120].sum()
    assert low["kick"] > 5 * max(low["snare"], low["hats"])
    whole = own_pieces_sum(path, finished)
    assert np.abs(whole - finished.audio).max() < 1e-6


def test_lines_through_the_clipper_add_up_and_bear_their_own_notes_alone():
    brief = Brief("house", "house", genre="house", bpm=124.0, bars=1, seed=7, stems=True)
    take = make(brief, 7, quiet)
    plan = read_plan(take.plan)
    player = player_of(RATE, None)
    notes = {part: Score(plan).part(part) for part in plan.parts}
    kicks = [note for note in notes["drums"] if note.voice == "kick"]
    others = [note for note in notes["drums"] if note.voice != "kick"]
    lines = play_lines(plan, notes, player, {"kick": kicks, "rest": others}, quiet)
    total = lines["kick"] + lines["rest"]
    drums = take.stems["drums"]
    gain = float((total * drums).sum() / (total**2).sum())
    assert np.abs(gain * total - drums).max() < 1e-6
    # between its strokes the kick's line has died away, whatever the others play there
    beat = round(RATE * 60 / 124)
    quiet_part = lines["kick"][round(0.9 * beat) : round(0.97 * beat)]
    assert np.abs(quiet_part).max() < 0.05 * np.abs(lines["kick"]).max()


def own_pieces_sum(path, finished):
    names = ["kick", "snare", "hats", "toms", "cymbals"]
    found = {one.part: one.audio for one in taken_apart(path, parts=names)}
    silent = np.zeros_like(finished.audio)
    return sum((found.get(name, silent) for name in names), silent)


def test_parts_over_full_scale_are_turned_down_alike(tmp_path):
    _, finished = clip(tmp_path)
    loud = finished.audio * (3 / np.abs(finished.audio).max())
    soundfile.write(tmp_path / "loud.wav", loud, RATE, "FLOAT")
    results = taken_apart(tmp_path / "loud.wav")
    total = sum(one.audio for one in results)
    gain = float((total * loud).sum() / (loud**2).sum())
    assert gain < 0.5 and np.abs(total - gain * loud).max() < 1e-4
    assert "alike" in " ".join(results[0].report["said"])


def test_one_hit_has_no_tempo(tmp_path):
    path, _ = clip(tmp_path, instruments=("drums",), only=True)
    kick = next(one for one in taken_apart(path, into="kit") if one.role == "kick")
    soundfile.write(tmp_path / "kick.wav", kick.audio, RATE)
    for one in taken_apart(tmp_path / "kick.wav"):
        assert (one.kind, one.bpm, one.bars) == ("oneshot", None, None)


def test_a_sound_without_a_beat_comes_apart_as_tracks_without_a_tempo(tmp_path):
    rng = np.random.default_rng(4)
    t = np.arange(5 * RATE) / RATE
    swell = np.sin(np.pi * t / 5) ** 2
    bed = (
        0.2 * swell * sum(np.sin(2 * np.pi * hz * t + rng.uniform(0, 6)) for hz in (110, 165, 330))
    )
    soundfile.write(tmp_path / "bed.wav", bed, RATE)
    results = taken_apart(tmp_path / "bed.wav")
    assert "drums" not in {one.part for one in results}
    for one in results:
        assert (one.kind, one.bars) == ("track", None) and len(one.audio) == len(bed)
        assert "drums" in one.report["found"]["empty"]


def test_a_file_that_is_gone_or_far_too_long_is_told_in_one_line(tmp_path):
    with pytest.raises(AudioError, match="is not there") as error:
        taken_apart(tmp_path / "gone.wav")
    assert "\n" not in error.value.text
    soundfile.write(tmp_path / "hour.wav", np.zeros(3600 * 8000, np.int16), 8000, "PCM_U8")
    with pytest.raises(AudioError, match="60 minutes long: at most 20") as error:
        taken_apart(tmp_path / "hour.wav")
    assert "\n" not in error.value.text


def test_a_file_that_vanishes_after_it_was_read_is_not_missed(tmp_path, monkeypatch):
    path, _ = foreign(tmp_path)
    separate = own.mix

    def gone(*given):
        path.unlink(missing_ok=True)
        return separate(*given)

    monkeypatch.setattr(own, "mix", gone)
    assert len(taken_apart(path)) == 3 and not path.exists()


def test_its_single_notes_are_cut_tuned_and_named(tmp_path):
    rate, shots = RATE, []
    for note, cents in ((45, 20), (57, -15), (64, 0), (45, 0)):
        hertz = 440 * 2 ** ((note + cents / 100 - 69) / 12)
        t = np.arange(round(0.6 * rate)) / rate
        tone = sum(np.sin(2 * np.pi * k * hertz * t) / k for k in range(1, 6))
        shots.append(0.2 * tone * np.exp(-3 * t) * np.minimum(1, t / 0.003))
    soundfile.write(tmp_path / "line.wav", np.concatenate(shots), rate, "FLOAT")
    found = [one for one in taken_apart(tmp_path / "line.wav", into="oneshots") if one.part]
    notes = {one.note for one in found}
    assert {57, 64} <= notes <= {45, 57, 64}
    for one in found:
        assert one.kind == "oneshot" and one.more == {"collection": "line notes"}
        assert true_peak_db(one.audio) == pytest.approx(-1, abs=0.1)
        assert find_note(one.audio, rate) == pytest.approx(one.note, abs=0.06), "in tune"
        assert abs(one.report["did"]["cents"]) <= 50


@pytest.mark.parametrize("seed", range(3))
def test_low_notes_that_ring_are_cut_whole(seed):
    rng = np.random.default_rng(seed)
    t = np.arange(RATE) / RATE
    line = []
    for note in (28, 31, 33, 26):
        hertz = 440 * 2 ** ((note - 69) / 12)
        partials = (
            np.sin(2 * np.pi * hertz * k * t + rng.uniform(0, 6)) / k**1.5 for k in range(1, 9)
        )
        line.append(0.4 * sum(partials) * np.exp(-t / 0.35) * np.minimum(1, t / 0.003))
    found = single_notes(np.concatenate(line).astype(np.float32)[:, None], RATE)
    assert [one.note for one in found] == [26, 28, 31, 33]
    for one, start_s in zip(found, (3, 0, 1, 2), strict=True):
        assert one.at_s == pytest.approx(start_s, abs=0.003)
        assert len(one.audio) > 0.9 * RATE, "not a piece of its tail"


def test_a_drum_has_a_note_only_where_its_pitch_settles():
    t = np.arange(RATE // 2) / RATE
    settled = np.sin(2 * np.pi * 110 * t) * np.exp(-6 * t)
    falling = np.sin(2 * np.pi * np.cumsum(200 * 2 ** (-4 * t)) / RATE) * np.exp(-6 * t)
    assert kit._note(settled.astype(np.float32)[:, None], RATE) == 45
    assert kit._note(falling.astype(np.float32)[:, None], RATE) is None


def test_a_kit_without_a_snare_says_so(tmp_path):
    rng = np.random.default_rng(2)
    sound = np.zeros(4 * RATE, np.float32)
    t = np.arange(round(0.25 * RATE)) / RATE
    kick = np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-40 * t)))) * np.exp(-12 * t)
    hat = np.diff(rng.standard_normal(3001)) * np.exp(-np.arange(3000) / 500) * 0.15
    for n in range(8):
        at = n * RATE // 2
        sound[at : at + len(kick)] += 0.8 * kick
        sound[at + RATE // 4 : at + RATE // 4 + len(hat)] += hat
    soundfile.write(tmp_path / "beat.wav", sound, RATE)
    shots = taken_apart(tmp_path / "beat.wav", into="kit")
    assert "snare" not in {one.role for one in shots}
    assert "the kit has no snare" in " ".join(shots[0].report["said"])
    assert all("said" not in one.report for one in shots[1:]), "once for the whole kit"


def on_its_own(sound, folder, rate=RATE, name="loop.wav"):
    soundfile.write(folder / name, sound, rate, "FLOAT")
    return folder / name


def corrected(path, **word):
    brief = Brief("", "", do="split", reference=str(path), corrected=word)
    return list(split(brief, {"parts": ("drums",)}, path.parent, quiet))


def steady(beats=8, beat_s=0.5, shift_s=0.0):
    """Clicks of noise on each eighth, as float (frames, 1)."""
    rng = np.random.default_rng(3)
    sound = np.zeros((round(beats * beat_s * RATE), 1), np.float32)
    hit = rng.normal(0, 1, (2000, 1)) * np.exp(-np.arange(2000)[:, None] / 300)
    for n in range(2 * beats):
        at = round(n * beat_s / 2 * RATE)
        sound[at : at + 2000] += (0.5 if n % 4 == 0 else 0.2) * hit[: len(sound) - at]
    return sound


def test_the_users_word_on_a_file_is_its_grid(tmp_path):
    path = on_its_own(np.pad(steady(), ((0, round(0.17 * RATE)), (0, 0))), tmp_path)
    (heard,) = taken_apart(path, parts=("drums",))
    assert heard.kind == "track"
    fits = 8 * 60 * RATE / len(heard.audio)
    assert f"2 of them would have {fits:.2f} bpm" in " ".join(heard.report["said"])
    (said,) = corrected(path, bpm=round(fits, 2), key="Em")
    assert (said.kind, said.bars, said.report["found"]["grid"]) == ("loop", 2, "your word")
    assert loop_frames(2, Meter(), said.bpm, RATE) == len(said.audio)


def test_a_tempo_in_the_files_name_counts(tmp_path):
    tone = np.sin(2 * np.pi * 110 * np.arange(4 * RATE) / RATE)[:, None] * 0.3
    path = on_its_own(tone, tmp_path, name="drone_120bpm.wav")
    kinds = {(one.kind, one.bpm, one.bars) for one in taken_apart(path)}
    assert kinds == {("loop", 120.0, 2)}


@pytest.mark.parametrize("short_s", [0.02, 0.11])
def test_a_short_loop_that_was_cut_a_little_off_is_still_a_loop(tmp_path, short_s):
    cut = steady()[: -round(short_s * RATE)]
    for one in taken_apart(on_its_own(cut, tmp_path)):
        assert (one.kind, one.bars) == ("loop", 2)
        assert loop_frames(2, Meter(), one.bpm, RATE) == len(one.audio) == len(cut)


def test_what_comes_out_adds_up_also_where_parts_are_left_out(tmp_path):
    # a wash of noise: hardly struck, and yet all there is
    noise = np.random.default_rng(1).normal(0, 0.1, (2 * RATE, 2)).astype(np.float32)
    results = taken_apart(on_its_own(noise, tmp_path))
    assert results, "what sounds has a part"
    rest = sum(one.audio for one in results) - noise
    assert np.abs(rest).max() < 1e-4


def test_a_snare_that_never_stands_alone_is_cut_from_its_piece_and_said():
    rng = np.random.default_rng(3)
    starts = np.arange(4) * RATE // 2
    pieces = {name: np.zeros((2 * RATE, 1), np.float32) for name in ("kick", "snare", "hats")}
    for piece, level in (("snare", 0.25), ("hats", 0.4)):
        for start in starts:
            burst = rng.standard_normal(4000) * np.exp(-np.arange(4000) / 900) * level
            pieces[piece][start : start + 4000, 0] += burst.astype(np.float32)
    shots = cut_kit(sum(pieces.values()), pieces, RATE)
    by_role = {shot.role: shot for shot in shots}
    assert "kick" not in by_role, "none is made of nothing"
    assert by_role["snare"].from_piece == "snare" and not by_role["hat"].from_piece
    assert np.abs(by_role["snare"].audio).max() > 0.8


def test_a_low_kick_that_rings_is_one_sound_to_its_end():
    t = np.arange(RATE) / RATE
    kick = np.sin(2 * np.pi * (38 * t + 6 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.25)
    click = np.random.default_rng(5).standard_normal(RATE) * np.exp(-t / 0.002) * 0.2
    pieces = {"kick": np.tile((0.6 * kick + click).astype(np.float32), 3)[:, None]}
    shots = cut_kit(pieces["kick"], pieces, RATE)
    assert [shot.role for shot in shots] == ["kick"] and shots[0].hits == 3
    assert len(shots[0].audio) > 0.95 * RATE
    loud = np.abs(shots[0].audio[:, 0])
    assert np.argmax(loud > 0.1 * loud.max()) <= 0.003 * RATE, "a pad answers at once"
