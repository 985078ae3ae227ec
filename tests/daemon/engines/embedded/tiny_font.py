"""Writes a small SoundFont for tests: looped sines as a piano, a click as a kick and a snare."""

import struct

import numpy as np

RATE = 22050


def _chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _list(name, *chunks):
    return _chunk(b"LIST", name + b"".join(chunks))


def _record(name, *values):
    return name.encode().ljust(20, b"\0") + struct.pack(values[0], *values[1:])


def write_font(path, programs=(0,), root=60, loop=True):
    """A font whose instruments sound a sine of MIDI note `root` over a loop of 100 periods."""
    period = RATE / (440 * 2 ** ((root - 69) / 12))
    count = round(100 * period)
    sine = 0.5 * np.sin(2 * np.pi * np.arange(count + 8) * 100 / count)
    click = np.exp(-np.arange(4000) / 400) * np.sin(np.arange(4000) * 0.3) * 0.8
    silence = np.zeros(46)
    smpl = np.concatenate([sine, silence, click, silence])
    at = len(sine) + 46
    shdr = _record("sine", "<5IBbHH", 0, len(sine), 0, count, RATE, root, 0, 0, 1)
    shdr += _record("click", "<5IBbHH", at, at + 4000, at, at + 4000, RATE, 60, 0, 0, 1)
    shdr += _record("EOS", "<5IBbHH", 0, 0, 0, 0, 0, 0, 0, 0, 0)
    # generators: release .1 s, loop, sample; drums from key 35 to 81
    release = round(1200 * np.log2(0.1))
    igen = struct.pack("<HhHhHh", 38, release, 54, 1 if loop else 0, 53, 0)
    igen += struct.pack("<HBBHh", 43, 35, 81, 53, 1) + struct.pack("<Hh", 0, 0)
    ibag = struct.pack("<HHHHHH", 0, 0, 3, 0, 5, 0)
    inst = _record("sines", "<H", 0) + _record("clicks", "<H", 1) + _record("EOI", "<H", 2)
    presets = [(program, 0, 0) for program in programs] + [(0, 128, 1)]
    phdr = b"".join(
        _record(f"p{k}", "<3H3I", program, bank, k, 0, 0, 0)
        for k, (program, bank, _) in enumerate(presets)
    )
    phdr += _record("EOP", "<3H3I", 0, 0, len(presets), 0, 0, 0)
    pgen = b"".join(
        struct.pack("<Hh", 41, instrument) for _, _, instrument in presets
    ) + struct.pack("<Hh", 0, 0)
    pbag = b"".join(struct.pack("<HH", k, 0) for k in range(len(presets) + 1))
    mods = struct.pack("<HHhHH", 0, 0, 0, 0, 0)
    body = _list(
        b"INFO",
        _chunk(b"ifil", struct.pack("<HH", 2, 1)),
        _chunk(b"INAM", b"Tiny\0"),
        _chunk(b"ICOP", b"Public domain\0"),
    )
    body += _list(b"sdta", _chunk(b"smpl", (smpl * 32767).astype("<i2").tobytes()))
    body += _list(
        b"pdta", _chunk(b"phdr", phdr), _chunk(b"pbag", pbag), _chunk(b"pmod", mods), _chunk(b"pgen", pgen), _chunk(b"inst", inst),
        _chunk(b"ibag", ibag), _chunk(b"imod", mods), _chunk(b"igen", igen), _chunk(b"shdr", shdr),
    )  # fmt: skip
    path.write_bytes(_chunk(b"RIFF", b"sfbk" + body))
    return path
