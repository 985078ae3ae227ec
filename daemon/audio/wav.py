"""Writing a clip as WAV: the samples, and chunks of metadata for a DAW, a sampler or Sidecrate.

Layouts as libsndfile, ffprobe, sox and wavinfo read them back. `acid` follows libsndfile, whose
issue 190 disputes the order of the meter's two numbers. The `data` chunk depends on the samples
alone: same samples, same bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from datetime import datetime
from os import PathLike
from pathlib import Path

import numpy as np

from bridge.files.whole import beside
from bridge.music import Key, Meter
from daemon.audio.scratch import release
from daemon.audio.tags import ARTIST, created, facts_of, id3_tag
from daemon.audio.wav_record import RECORD_CHUNK
from daemon.errors import DISK_ERRORS, AudioError
from daemon.record import ClipRecord

SUBTYPES = ("PCM_16", "PCM_24", "FLOAT")
#: MIDI number; a key's root note is given in the octave above it.
_MIDDLE_C = 60
#: Frames encoded at once: a long piece in float64 would need hundreds of megabytes.
_BLOCK_FRAMES = 2**18
#: Quarters that a length may be off a whole number of them: half a frame, and a rounded tempo.
_WHOLE = 0.01
#: Flags of the `acid` chunk.
_ACID_ROOT_SET = 2
_ACID_STRETCH = 4
_ACID_DISK = 8
_ACID_HIGH_OCTAVE = 0x10
#: Format codes of the `fmt ` chunk.
_PCM = 1
_IEEE_FLOAT = 3


def write_clip(
    path: str | PathLike[str],
    audio: np.ndarray,
    sample_rate: int,
    record: ClipRecord,
    subtype: str = "PCM_24",
) -> None:
    """Write float32 (frames, channels) with the chunks of its kind; `record` is the clip's JSON.

    Read from the record where present: kind, bpm, key, meter, bars, note, prompt, engine,
    model, seed, license, genre, created (ISO 8601 or seconds since 1970), cues [{frame, name}],
    report.after. Written beside it, flushed, then renamed. AudioError if the folder cannot be
    written or the clip is too long for a WAV.
    """
    target = Path(path)
    frames, channels = audio.shape
    before, after = wav_pieces(record, frames, channels, sample_rate, subtype)
    if len(before[0]) != 12:
        raise AudioError(
            f"{target.name} would be larger than the 4 GB that a WAV can hold: make it shorter"
        )
    padding = b"\0" * (frames * channels * _format_of(subtype)[1] // 8 % 2)
    try:
        with beside(target) as part, part.open("xb") as file:
            file.write(b"".join(before))
            for samples in encoded(audio, subtype):
                file.write(samples)
                release(audio)
            file.write(padding + b"".join(after))
    except OSError as fault:
        why = "disk" if fault.errno in DISK_ERRORS else None
        raise AudioError(
            f"{target} cannot be written: {fault.strerror or fault}; free some disk space", why
        ) from None


def wav_pieces(
    record: ClipRecord, frames: int, channels: int, sample_rate: int, subtype: str
) -> tuple[list[bytes], list[bytes]]:
    """A WAV's pieces before and after its samples: head, chunks and the samples' own header.

    The head is empty where all would be larger than a WAV can be.
    """
    code, bits = _format_of(subtype)
    frame_bytes = channels * bits // 8
    layout = struct.pack(
        "<HHIIHH", code, channels, sample_rate, sample_rate * frame_bytes, frame_bytes, bits
    )
    before = [chunk(b"fmt ", layout if code == _PCM else layout + b"\0\0")]
    if code == _IEEE_FLOAT:
        before.append(chunk(b"fact", struct.pack("<I", frames)))
    data_bytes = frames * frame_bytes
    before += _kind_chunks(record, frames, sample_rate)
    after = list(_said_chunks(record))
    size = 4 + sum(map(len, before)) + 8 + data_bytes + data_bytes % 2 + sum(map(len, after))
    if size >= 2**32:
        return [b""], after
    head = b"RIFF" + struct.pack("<I", size) + b"WAVE"
    return [head, *before, b"data" + struct.pack("<I", data_bytes)], after


def _format_of(subtype: str) -> tuple[int, int]:
    """(WAVE format code, bits) of a sample format."""
    formats = {"PCM_16": (_PCM, 16), "PCM_24": (_PCM, 24), "FLOAT": (_IEEE_FLOAT, 32)}
    if subtype not in formats:
        raise AudioError(
            f"{subtype!r} is no sample format of a clip: it takes {', '.join(SUBTYPES)}"
        )
    return formats[subtype]


def encoded(audio: np.ndarray, subtype: str) -> Iterator[bytes]:
    """Float32 (frames, channels) -> its samples' bytes, block by block.

    PCM clips at full scale; 16 bit is dithered with a fixed seed.
    """
    plus, minus = np.random.PCG64(0), np.random.PCG64(0).advance(audio.size)
    noises = np.random.Generator(plus), np.random.Generator(minus)
    for at in range(0, len(audio), _BLOCK_FRAMES):
        # a transposed array has its channels one after another, and bytes come frame by frame
        block = np.ascontiguousarray(audio[at : at + _BLOCK_FRAMES])
        if subtype == "FLOAT":
            yield block.astype("<f4").tobytes()
        elif subtype == "PCM_24":
            whole = np.clip(
                np.rint(block.astype(np.float64) * (2**23 - 1)), -(2**23), 2**23 - 1
            ).astype("<i4")
            yield whole.view("u1").reshape(-1, 4)[:, :3].tobytes()
        else:
            dither = noises[0].random(block.shape) - noises[1].random(block.shape)
            # Digital silence stays silent.
            dither[~block.any(axis=1)] = 0
            scaled = np.rint(block.astype(np.float64) * (2**15 - 1) + dither)
            yield np.clip(scaled, -(2**15), 2**15 - 1).astype("<i2").tobytes()


def chunk(name: bytes, payload: bytes) -> bytes:
    """One RIFF chunk, padded to even length."""
    return name + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)


def _kind_chunks(record: ClipRecord, frames: int, sample_rate: int) -> Iterable[bytes]:
    kind, note = record.get("kind"), record.get("note")
    bpm = record.get("bpm")
    beats = whole_quarters(record, frames / sample_rate)
    if kind == "loop" and bpm:
        if beats:
            yield _acid(record, float(bpm), beats, _ACID_STRETCH)
        yield _smpl(sample_rate, root_note(record), loop_end=frames - 1)
    elif kind == "oneshot":
        yield _smpl(sample_rate, _MIDDLE_C if note is None else int(note), loop_end=None)
    elif kind == "track":
        if bpm and beats:
            yield _acid(record, float(bpm), beats, _ACID_STRETCH | _ACID_DISK)
        if cues := record.get("cues"):
            yield _cue([int(point["frame"]) for point in cues])
            labels = b"".join(
                chunk(b"labl", struct.pack("<I", n) + _text(str(c["name"])))
                for n, c in enumerate(cues, 1)
            )
            yield chunk(b"LIST", b"adtl" + labels)


def whole_quarters(record: ClipRecord, length_s: float) -> int:
    """The quarters that a clip lasts; 0 where they are not whole, or no tempo is known.

    Programs that stretch by this count would play 10.5 quarters, or a track with its tail, out of
    time: they are told no count.
    """
    quarters = length_s * float(record.get("bpm") or 0) / 60
    return round(quarters) if abs(quarters - round(quarters)) < _WHOLE else 0


def _acid(record: ClipRecord, bpm: float, quarters: int, flags: int) -> bytes:
    meter = Meter.parse(str(record.get("meter") or "4/4"))
    root = root_note(record)
    if record.get("key"):
        flags |= _ACID_ROOT_SET
    flags |= _ACID_HIGH_OCTAVE
    values = (
        flags,
        root,
        0x8000,
        0.0,
        quarters,
        meter.denominator,
        meter.numerator,
        bpm,
    )
    return chunk(b"acid", struct.pack("<IHHfIHHf", *values))


def root_note(record: ClipRecord) -> int:
    """The key's tonic in the octave from middle C."""
    key = record.get("key")
    return _MIDDLE_C + (Key.parse(key).tonic if key else 0)


def _smpl(sample_rate: int, unity_note: int, loop_end: int | None) -> bytes:
    loops = 0 if loop_end is None else 1
    head = struct.pack("<9I", 0, 0, round(1e9 / sample_rate), unity_note, 0, 0, 0, loops, 0)
    return chunk(
        b"smpl", head + (b"" if loop_end is None else struct.pack("<6I", 0, 0, 0, loop_end, 0, 0))
    )


def _cue(frames: list[int]) -> bytes:
    points = b"".join(
        struct.pack("<II4sIII", n, frame, b"data", 0, 0, frame) for n, frame in enumerate(frames, 1)
    )
    return chunk(b"cue ", struct.pack("<I", len(frames)) + points)


def _said_chunks(record: ClipRecord) -> Iterable[bytes]:
    """LIST INFO, bext and ID3 for people and players; the whole record for Sidecrate.

    No ISRC: other programs take it for the number under which a recording is sold.
    """
    made, facts = created(record), facts_of(record)
    keywords = [f"{facts['bpm']} bpm"] if "bpm" in facts else []
    keywords += [facts["key"]] if "key" in facts else []
    maker = " ".join(str(record[name]) for name in ("engine", "model") if record.get(name))
    source = f"{maker}, seed {record['seed']}" if record.get("seed") is not None else maker
    said = {
        "INAM": record.get("words") or record.get("id"),
        "ICMT": record.get("prompt"),
        "IGNR": record.get("genre"),
        "IART": ARTIST,
        "IBPM": facts.get("bpm"),
        # keywords, which programs show that read no ID3 in a WAV
        "IKEY": "; ".join(keywords),
        "ICOP": record.get("license"),
        "ICRD": made.strftime("%Y-%m-%d"),
        "ISFT": "Sidecrate",
    }
    info = b"".join(
        chunk(name.encode(), _text(str(value))) for name, value in said.items() if value
    )
    yield chunk(b"LIST", b"INFO" + info)
    yield _bext(record, made, source)
    yield chunk(b"id3 ", id3_tag(record))
    yield chunk(
        RECORD_CHUNK,
        json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8"),
    )


def _bext(record: ClipRecord, made: datetime, source: str) -> bytes:
    """Broadcast extension, version 2 (EBU Tech 3285).

    ASCII fields of fixed width, loudness in hundredths.
    """
    after = (record.get("report") or {}).get("after") or {}
    history = f"{source}; licence {record.get('license') or 'unknown'}\r\n"
    return chunk(
        b"bext",
        _ascii(str(record.get("prompt") or record.get("words") or ""), 256)
        + _ascii("Sidecrate", 32)
        + _ascii(str(record.get("id") or ""), 32)
        + made.strftime("%Y-%m-%d%H:%M:%S").encode()
        + struct.pack("<QH", 0, 2)
        + bytes(64)
        + struct.pack(
            "<5h",
            _hundredths(after.get("lufs")),
            0x7FFF,
            _hundredths(after.get("true_peak_db")),
            0x7FFF,
            0x7FFF,
        )
        + bytes(180)
        + history.encode("ascii", "replace"),
    )


def _hundredths(value: float | None) -> int:
    return 0x7FFF if value is None else max(-32767, min(32766, round(value * 100)))


def _ascii(text: str, width: int) -> bytes:
    return text.encode("ascii", "replace")[:width].ljust(width, b"\0")


def _text(text: str) -> bytes:
    return text.encode("utf-8") + b"\0"
