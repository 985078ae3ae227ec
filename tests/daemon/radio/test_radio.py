"""A set goes on without a gap, in keys that are neighbours, and new words are heard within a phrase."""

import asyncio
import base64
import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from pythonosc.osc_message import OscMessage

from bridge.music import Key
from daemon.audio.loudness import integrated_lufs
from daemon.cli.radio import _followed, preset_words
from daemon.engines.embedded.render import Track
from daemon.errors import ServiceError, WorkerError
from daemon.home.places import Places
from daemon.radio import device
from daemon.radio.course import Course, glide, neighbour
from daemon.radio.device import OscNote
from daemon.radio.encoder import Encoder
from daemon.radio.filler import Filler
from daemon.radio.icecast import IcecastSource, Target
from daemon.radio.leveller import Leveller
from daemon.radio.listeners import Hub, Listener, icy_note
from daemon.radio.phrase import RATE, Phrase
from daemon.radio.pieces import Desk, phrases, planned
from daemon.radio.server import RadioServer
from daemon.radio.station import BLOCK, Licences, Mixer, Recorder
from daemon.radio.woven import Loop, fitting, loop_phrases
from daemon.radio.writer import ChildSource, Offers, Writer


def phrase(words: str, number: int, turn: int, level: float = 0.25, frames: int = RATE) -> Phrase:
    """A phrase of a steady level, that rings on at a tenth of it for half a second."""
    audio = np.full((frames + RATE // 2, 2), level, np.float32)
    audio[frames:] = level / 10
    return Phrase(audio, frames, words, "hook", "Am", 120.0, "4/4", 4, number, turn, place=number)


def test_keys_go_round_the_circle_of_fifths_and_tempi_by_small_steps():
    course = Course("lo-fi, slow", 3)
    plans = [planned(course)[1] for _ in range(6)]
    course.say("techno 132 bpm")
    later = [planned(course)[1] for _ in range(12)]
    keys = [Key.parse(plan.key) for plan in (*plans, *later)]
    for a, b in pairwise(keys):
        # a fifth up or down, the same, or those of the relative key
        places = [(one.tonic + (3 if one.is_minor else 0)) * 7 % 12 for one in (a, b)]
        assert min((places[0] - places[1]) % 12, (places[1] - places[0]) % 12) <= 1
    for a, b in pairwise([plan.bpm for plan in (*plans, *later)]):
        assert min(abs(b / (a * by) - 1) for by in (0.5, 1, 2)) <= 0.0501
    assert later[-1].bpm == 132
    assert all(section.bars <= 4 for plan in plans for section in plan.sections)
    assert glide(70, 132) == pytest.approx(133, abs=0.5) and glide(None, 90) == 90
    assert neighbour("A minor", 1) == "E minor" and neighbour("C major", 0) == "A minor"


def test_passages_that_are_soft_loud_and_bare_come_together_over_phrases():
    t = np.arange(8 * RATE) / RATE
    tone = np.sin(2 * np.pi * 330 * t)
    # soft then loud; strokes that are far apart; silence; loud with a burst
    bare = tone * (t % 1.0 < 0.1) * 0.3
    rows = [
        tone * np.where(t < 4, 0.06, 0.3), bare, tone * 0.0, tone * 0.1,
        tone * np.where(t % 4 < 0.2, 0.4, 0.08),
    ]  # fmt: skip
    leveller = Leveller()
    made = [
        leveller.level(np.stack([row, row], axis=1).astype(np.float32), len(row), energy)
        for row, energy in zip(rows, (1.0, 0.2, 0.5, 0.5, 1.0), strict=True)
    ]
    assert np.abs(made[2]).max() == 0 and max(np.abs(part).max() for part in made) < 1
    for heard in (np.concatenate(made[:2]), np.concatenate(made[3:])):
        width = 3 * RATE
        levels = [
            integrated_lufs(heard[at : at + width], RATE)
            for at in range(0, len(heard) - width, width // 2)
        ]
        assert max(abs(b - a) for a, b in pairwise(levels)) < 3


def test_a_loop_comes_in_at_the_tempo_and_in_the_key_of_the_set(tmp_path):
    loop = np.zeros((round(4 * 60 / 92 * 4 * 44100), 1), np.float32)
    for beat in range(16):
        loop[round(beat * 60 / 92 * 44100)] = 0.9
    soundfile.write(tmp_path / "kept.wav", loop, 44100, "FLOAT")
    kept = Loop(str(tmp_path / "kept.wav"), "kept", 92.0, "4/4", 4, "Am", "CC-BY-4.0")
    far = replace(kept, bpm=130.0)
    gone = replace(kept, path=str(tmp_path / "gone.wav"))
    assert fitting([far, gone, kept], 88, "4/4", "C major", set()) == kept
    assert fitting([kept], 88, "4/4", "Eb major", set()) is None
    assert fitting([kept], 176, "4/4", "A minor", set()) == kept
    assert fitting([kept], 88, "4/4", "A minor", {kept.path}) is None
    fresh = replace(kept, path=shutil.copy(kept.path, tmp_path / "fresh.wav"), fresh=True)
    assert fitting([kept, fresh], 88, "4/4", "A minor", set()) == fresh
    made = list(loop_phrases(kept, 88.0, "A minor", 5, 2))
    assert [(one.bars, one.section, one.license, one.round) for one in made] == [
        (4, "clip", "CC-BY-4.0", 2)
    ] * 2
    assert all(abs(one.frames - 16 * 60 / 88 * RATE) <= 1 for one in made)
    # strokes lie on the beats of the set
    audio = np.abs(made[0].audio[: made[0].frames]).max(axis=1)
    for beat in range(1, 16):
        at = round(beat * 60 / 88 * RATE)
        near = audio[at - 2000 : at + 2000]
        assert abs(int(near.argmax()) - 2000) < 0.01 * RATE
    # a set begins with one where it fits: it is there before the musician has rehearsed
    first = next(phrases(Course("lo-fi, 92 bpm, Am", 1), 0, Desk(loops=[kept])))
    assert (first.section, first.bars, first.place) == ("clip", 4, 1)
    heard = Licences()
    for one in (phrase("a", 0, 0), made[0]):
        heard.now(one)
        heard.put(np.zeros((BLOCK, 2), np.float32))
    assert heard.last(BLOCK) == "CC-BY-4.0" and heard.last(2 * BLOCK) == "CC0-1.0 and CC-BY-4.0"


@pytest.mark.parametrize("bars", [1, 2, 3])
def test_a_loop_of_odd_bars_is_woven_in_at_half_its_tempo_on_the_beat(tmp_path, bars):
    """Half of one or three bars is no whole number: it was stretched to one, or to two."""
    beats = 4 * bars
    loop = np.zeros((round(beats * 60 / 170 * 44100), 1), np.float32)
    for beat in range(beats):
        loop[round(beat * 60 / 170 * 44100)] = 0.9
    soundfile.write(tmp_path / "fast.wav", loop, 44100, "FLOAT")
    fast = Loop(str(tmp_path / "fast.wav"), "fast", 170.0, "4/4", bars, "Am", "CC0-1.0")
    made = next(loop_phrases(fast, 85.0, "A minor", 0, 0))
    audio = np.abs(made.audio[: made.frames]).max(axis=1)
    for beat in range(1, 32):
        # a beat of the loop is half of one of the set
        at = round(beat * 30 / 85 * RATE)
        near = audio[at - 2000 : at + 2000]
        assert near.max() > 0.3 and abs(int(near.argmax()) - 2000) < 0.01 * RATE


def test_what_plays_is_told_by_osc_and_a_device_plays_at_its_own_clock(monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(5)
        note = OscNote("127.0.0.1", ear.getsockname()[1])
        note.now(phrase("rain", 0, 0))
        message = OscMessage(ear.recv(2048))
    assert message.address == "/sidecrate/radio"
    assert message.params == ["rain", "hook", "Am", 120.0, 4]

    class Stream:
        def __init__(self, **wanted):
            self.wanted = wanted

        def start(self):
            return None

        close = start

    there = SimpleNamespace(OutputStream=Stream, PortAudioError=RuntimeError)
    monkeypatch.setitem(sys.modules, "sounddevice", there)
    monkeypatch.setattr(device, "find_device", lambda *_: (3, {"name": "speakers"}))
    speaker = device.Device()
    wanted = speaker._stream.wanted
    assert (wanted["device"], wanted["samplerate"], wanted["channels"]) == (3, RATE, 2)
    for k in range(25):
        speaker.put(np.full((BLOCK, 2), k, np.float32))
    out = np.zeros((BLOCK + 100, 2), np.float32)
    wanted["callback"](out, len(out), None, None)
    # of what it has no room for the oldest is let go, and what it was given comes in order
    assert (out[:BLOCK] == 5).all() and (out[BLOCK:] == 6).all()
    for _ in range(30):
        wanted["callback"](out, len(out), None, None)
    assert not out.any()
    speaker.end()


def test_presets_are_words_of_a_set():
    preset = {"prompt": "dusty", "genre": "lo-fi", "key": "Am", "bpm": 80, "bars": 4}
    assert preset_words(preset) == "dusty, lo-fi, Am, 80 bpm"


def test_the_same_seed_plays_the_same_set():
    one, other = (planned(Course("jazz", 9))[1].to_json() for _ in range(2))
    assert one == other


def test_a_course_that_another_takes_up_goes_the_same_way():
    def pieces(taken_up: bool):
        course = Course("lo-fi", 5, ("lo-fi", "house"))
        for k in range(11):
            if k == 6:
                course.say("lo-fi")
            if taken_up:
                memory = json.loads(json.dumps(course.memory()))
                course = Course("", 5, ("lo-fi", "house"))
                course.remember(memory)
            piece = course.formed(course.next(), "song", 80.0 + 4 * k, k % 2 == 0)
            course.played(replace(piece, key=piece.key or "A minor"))
            yield piece

    assert list(pieces(True)) == list(pieces(False))


def test_a_set_comes_back_to_the_same_words_and_goes_on_after_them(tmp_path):
    lines = ("lo-fi", "house", "lo-fi", "techno")
    (tmp_path / "set.txt").write_text("# mine\n" + "\n".join(lines))
    assert _followed(str(tmp_path / "set.txt")) == lines
    course, words = Course("lo-fi", 5, lines), []
    for _ in range(10):
        memory = json.loads(json.dumps(course.memory()))
        course = Course("", 5, lines)
        course.remember(memory)
        words.append(course.next(each=1).words)
    assert words == [*lines, *lines, "lo-fi", "house"]


class Ready:
    """A writer whose phrases are there from the start; then the last is heard again."""

    def __init__(self, *phrases: Phrase) -> None:
        self.left = list(phrases)
        self.last: Phrase | None = None

    def take(self) -> Phrase | None:
        self.last = self.left.pop(0) if self.left else self.last
        return self.last


def test_a_phrase_rings_on_over_the_next_without_a_gap():
    mixer = Mixer(Ready(phrase("a", 0, 0), phrase("b", 1, 0, 0.5)))
    blocks = [mixer.block() for _ in range(30)]
    heard = np.concatenate([block for block, _ in blocks])[:, 0]
    assert [(k, one.words) for k, (_, one) in enumerate(blocks) if one] == [
        (0, "a"), (10, "b"), (20, "b"),
    ]  # fmt: skip
    assert np.allclose(heard[:RATE], 0.25)
    assert np.allclose(heard[RATE : RATE + RATE // 2], 0.5 + 0.025)
    assert np.allclose(heard[RATE + RATE // 2 : 2 * RATE], 0.5)
    # where the next is late the last is heard again, over its own ringing, levelled anew
    assert heard[2 * RATE :].min() > 0.1


def test_a_phrase_that_is_heard_again_or_out_of_turn_is_levelled_after_what_was_heard():
    t = np.arange(8 * RATE) / RATE
    # soft at its start, as one that began over what rang on; then at the set's loudness
    row = np.sin(2 * np.pi * 330 * t) * np.where(t < 3, 0.05, 0.25)
    one = replace(
        phrase("a", 0, 0), audio=np.stack([row, row], axis=1).astype(np.float32), frames=len(row)
    )
    # heard twice, for the next is late; then two of those that were ready are left out
    mixer = Mixer(Ready(one, one, replace(one, words="b", place=3)))
    heard = np.concatenate([mixer.block()[0] for _ in range(240)])[len(row) - 3 * RATE :]
    width = 3 * RATE
    levels = [
        integrated_lufs(heard[at : at + width], RATE)
        for at in range(0, len(heard) - width, width // 2)
    ]
    assert len(levels) > 8 and max(abs(b - a) for a, b in pairwise(levels)) < 3


def test_what_an_engine_made_is_heard_only_while_the_set_is_of_its_words(tmp_path):
    record = {"kind": "loop", "path": "a.wav", "words": "rain", "bpm": 120, "bars": 8, "key": None}
    now, offers = {"words": "rain"}, Offers()
    filler = Filler("slow", Places.find(tmp_path), offers, lambda: now)
    # it does not rest between two orders
    filler.end()
    filler._take([record, {**record, "kind": "track"}], "rain")
    assert [loop["path"] for loop in offers.since(0)] == ["a.wav"] and offers.since(0)[0]["fresh"]
    now["words"] = "techno"
    filler._take([record], "rain")
    assert len(offers.since(0)) == 1 and "words before was left out" in filler.state


class Gated:
    """A source that makes a phrase whenever it is let."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(3)

    def next(self, words: str, turn: int) -> Phrase:
        self.gate.acquire()
        return phrase(words, 0, turn, frames=BLOCK)

    def end(self) -> None:
        self.gate.release(100)


def test_new_words_take_the_place_of_what_was_ready_of_the_old():
    source = Gated()
    writer = Writer("old", lambda: source)
    writer.start()
    try:
        _until(lambda: len(writer._ready) == 3)
        assert writer.take().words == "old"
        writer.say("new")
        # what is ready is heard until the first of the new words is written
        assert writer.take().words == "old"
        source.gate.release(3)
        _until(lambda: writer._ready and writer._ready[0].words == "new")
        assert writer.take().words == "new"
        assert writer.repeats == 0
    finally:
        writer.end()


@pytest.mark.timeout(400)
def test_the_child_writes_phrases_at_one_level_and_is_started_again_where_it_ends():
    source = ChildSource(4)
    try:
        one = source.next("ambient drone 90 bpm", 1)
        assert one.frames == round(one.bars * 4 * 60 / 90 * RATE) and one.number == 0
        assert len(one.audio) > one.frames and 0.01 < np.abs(one.audio).max() < 1
        assert source._process is not None
        source._process.kill()
        with pytest.raises(WorkerError, match="started again"):
            source.next("ambient drone 90 bpm", 1)
        # it goes on with the set's next piece, and does not begin it anew
        assert source.next("ambient drone 90 bpm", 1).number == 1
        assert source.next("ambient drone 90 bpm", 2).round == 2
    finally:
        source.end()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_reaches_the_child_too_and_is_left_to_the_radio(capfd):
    source = ChildSource(4)
    try:
        source.next("ambient drone 90 bpm", 1)
        assert source._process is not None
        source._process.send_signal(signal.SIGINT)
        assert source.next("ambient drone 90 bpm", 2).round == 2
    finally:
        source.end()
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.timeout(400)
def test_a_child_that_has_written_its_pieces_makes_way_and_the_set_goes_on(monkeypatch):
    # the faster, the shorter its bars are
    words, kept = "ambient drone 300 bpm", {"words": "kept", "meter": "4/4", "bars": 4, "key": None}
    loop = {**kept, "path": "gone.wav", "bpm": 300.0, "license": "CC0-1.0"}
    source, children, made = ChildSource(4, offers=Offers([loop]), most_pieces=1), [], []
    whole = phrases(Course(words, 4), 0, Desk())
    try:
        while not made or made[-1].number < 2:
            made.append(source.next(words, 0))
            children.append(source._process.pid)
    finally:
        source.end()
    # no error, another child for each piece, and the phrases of a set that one child writes
    assert [
        len({pid for pid, one in zip(children, made, strict=True) if one.number == k})
        for k in range(3)
    ] == [1] * 3
    assert len(set(children)) == 3
    about = [(one.number, one.words, one.section, one.key, one.bpm, one.frames) for one in made]
    # what it is compared with is composed and not played
    monkeypatch.setattr(
        Track, "blocks_played",
        lambda track, _: (
            (one.section, one.frames, np.zeros((one.frames, 2), np.float32)) for one in track.blocks
        ),
    )  # fmt: skip
    again = [next(whole) for _ in made]
    assert about == [
        (one.number, one.words, one.section, one.key, one.bpm, one.frames) for one in again
    ]
    # the station levels the first phrase of a child anew, and no other
    anew = [b.number for a, b in pairwise(made) if b.place != a.place + 1]
    assert anew == [1, 2]


def test_the_last_minutes_are_kept_in_a_file_of_one_size():
    recorder = Recorder(2 / 60)
    for k in range(33):
        recorder.put(np.full((BLOCK, 2), k / 64, np.float32))
    last = recorder.last(1 / 60)
    assert len(last) == RATE
    assert np.allclose(last[::BLOCK, 0], np.arange(23, 33) / 64, atol=1e-4)
    assert len(recorder.last(60)) == 2 * RATE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_ends_the_remembering_alone(caplog):
    recorder = Recorder(1)
    with open("/dev/full", "wb+", buffering=0) as recorder._file:
        for _ in range(5):
            recorder.put(np.zeros((BLOCK, 2), np.float32))
    assert "No space left" in recorder.fault and len(recorder.last(1)) == 0
    assert len(caplog.records) == 1


def test_icy_notes_stand_at_their_places():
    listener = Listener(icy=True)
    listener.title = "it's on"
    out = listener.framed(b"x" * 20000) + listener.framed(b"x" * 20000)
    assert out[16000:][: 1 + out[16000] * 16] == icy_note("it's on")
    second = 16000 + 1 + out[16000] * 16 + 16000
    assert out[second] == 0
    assert out.count(b"x") == 40000


@pytest.mark.parametrize("kind", ["mp3", "opus"])
def test_the_stream_is_read_from_any_place(kind, tmp_path):
    encoder = Encoder(kind)
    t = np.arange(BLOCK) / RATE
    parts = []
    for k in range(60):
        wave = 0.3 * np.sin(2 * np.pi * 440 * (t + k / 10))
        parts.append(encoder.encode(np.stack([wave, wave], axis=1).astype(np.float32)))
    whole = b"".join(parts)
    assert len(whole) > 20000
    if shutil.which("ffmpeg"):
        half = encoder.header + b"".join(parts[30:])
        file = tmp_path / f"half.{kind}"
        file.write_bytes(half)
        told = subprocess.run(["ffmpeg", "-v", "error", "-i", file, "-f", "f32le", "-"], capture_output=True)  # fmt: skip
        assert len(told.stdout) > 4 * RATE


def test_the_server_streams_to_its_own_address_and_takes_words_with_the_token_alone():
    async def run() -> None:
        hub = Hub(Encoder("mp3"), asyncio.get_running_loop())
        said: list[tuple[str, dict]] = []
        server = RadioServer(
            hub, "secret", lambda: {"title": "it plays"},
            lambda path, values: said.append((path, values)) or {"text": "yes"},
        )  # fmt: skip
        await server.start("127.0.0.1", 0)

        def ask(method, path, body=None, **headers):
            line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            line.request(method, path, body, headers)
            answer = line.getresponse()
            data = answer.read(30 if path == "/radio" else None)
            line.close()
            return answer.status, data, answer

        def stream() -> None:
            for _ in range(30):
                hub.put(np.zeros((BLOCK, 2), np.float32))

        stream()
        await asyncio.sleep(0)
        status, data, answer = await asyncio.to_thread(
            ask, "GET", "/radio", **{"Icy-MetaData": "1"}
        )
        assert (status, answer.getheader("Content-Type")) == (200, "audio/mpeg")
        assert answer.getheader("icy-metaint") == "16000" and len(data) == 30
        status, data, _ = await asyncio.to_thread(ask, "GET", "/now")
        assert json.loads(data) == {"title": "it plays"}
        assert (await asyncio.to_thread(ask, "GET", "/now", Host="evil.example"))[0] == 403
        assert (await asyncio.to_thread(ask, "POST", "/say", "{}"))[0] == 403
        held = {"Authorization": "Bearer secret"}
        status, _, _ = await asyncio.to_thread(ask, "POST", "/say", '{"words": "x"}', **held)
        assert status == 200 and said == [("/say", {"words": "x"})]
        assert (await asyncio.to_thread(ask, "POST", "/say", "[1]", **held))[0] == 400
        assert (await asyncio.to_thread(ask, "GET", "/etc/passwd"))[0] == 404
        # one that still listens when it ends is no fault
        faults = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: faults.append(told))
        late = socket.create_connection(("127.0.0.1", server.port))
        late.sendall(b"GET /radio HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % server.port)
        await asyncio.to_thread(late.recv, 15)
        await server.end()
        here = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for task in here:
            task.cancel()
        await asyncio.gather(*here, return_exceptions=True)
        await asyncio.sleep(0)
        assert here and not faults
        late.close()

    asyncio.run(run())


def test_an_address_of_icecast_is_checked():
    target = Target.of("icecast://me@host:8001/radio.mp3", "p w")
    assert (target.host, target.port, target.mount, target.user) == (
        "host",
        8001,
        "/radio.mp3",
        "me",
    )
    assert base64.b64decode(target.authorization[6:]) == b"me:p w"
    for bad in ("ftp://x/y", "icecast://host", "icecast://host:port/m"):
        with pytest.raises(ServiceError, match="no address of a mount"):
            Target.of(bad, "x")
    with pytest.raises(ServiceError, match="password is missing"):
        Target.of("host/mount", None)


_ICECAST = """<icecast><limits><sources>2</sources></limits><authentication>
<source-password>hush</source-password><admin-user>admin</admin-user>
<admin-password>hush2</admin-password></authentication><hostname>localhost</hostname>
<listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><logdir>{folder}</logdir><webroot>/usr/share/icecast2/web</webroot>
<adminroot>/usr/share/icecast2/admin</adminroot></paths>
<security><chroot>0</chroot><changeowner><user>nobody</user><group>nogroup</group></changeowner>
</security></icecast>"""


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("icecast2"), reason="Icecast is not installed")
def test_a_real_icecast_is_fed_refuses_and_is_tried_again():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # it gives up root's rights, and pytest's folders are for their owner alone
    folder = Path(tempfile.mkdtemp(prefix="icecast-"))
    folder.chmod(0o777)
    config = folder / "icecast.xml"
    config.write_text(_ICECAST.format(port=port, folder=folder))
    source = IcecastSource(Target.of(f"icecast://127.0.0.1:{port}/r.mp3", "hush"), "mp3")
    wrong = IcecastSource(Target.of(f"icecast://127.0.0.1:{port}/w.mp3", "no"), "mp3")
    source.start()
    ended = threading.Event()

    def play() -> None:
        source.now(phrase("rain", 0, 0))
        while not ended.wait(0.05):
            source.put(np.zeros((BLOCK, 2), np.float32))

    thread = threading.Thread(target=play)
    thread.start()
    server = None
    try:
        _until(lambda: "tried again" in source.state)
        server = subprocess.Popen(["icecast2", "-c", config], stdout=-3, stderr=-3)
        _until(lambda: source.state == "sends")
        wrong.start()
        _until(lambda: "password is wrong" in wrong.state)
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        line.request("GET", "/r.mp3", headers={"Icy-MetaData": "1"})
        data = line.getresponse().read(60000)
        line.close()
        assert b"StreamTitle='rain (hook, Am, 120 bpm)'" in data
    finally:
        ended.set()
        thread.join()
        source.end()
        wrong.end()
        if server:
            server.kill()
            server.wait()
        shutil.rmtree(folder)


def _until(is_so) -> None:
    until = time.monotonic() + 40
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)
