"""Turns a Plan into notes timed in ticks, shared by the audio and the MIDI file."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cached_property

from bridge.music import Key
from daemon.engines.embedded.figures import FIGURES, in_turn, picked, ringing, unit_of, wave
from daemon.engines.embedded.fingers import fingering, two_hands
from daemon.engines.embedded.harmony import Chord, chords_of_bar, degree_note, nearest, voicing
from daemon.engines.embedded.kits import WOOD
from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER, Note
from daemon.engines.embedded.ornaments import adorned
from daemon.engines.embedded.plan import Bass, Chords, Drums, Lead, Plan, Section
from daemon.engines.embedded.rows import ROLLS, VELOCITY, fit_row, with_fill
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voicings import spread

#: Voices that choke an open hat.
_HATS = ("hat", "open hat")
#: What marks where each bar begins, by its name in `Feel.late_ms`.
_ON_ONE = ("kick", "hard kick")
#: Exponent of the velocity in a note's gain, between drums' and other voices'.
_ARC_DYNAMICS = 1.4
#: Renderings of a pitched note that take turns; before an amplifier, which shows what is alike.
_TURNS, _TURNS_DRIVEN = 2, 3
#: Renderings of a machine's drum, and of one that is struck by people.
_STROKES, _STROKES_BY_HAND = 3, 4
#: Velocity of a chord's notes, as a share: the lowest, those between, the highest.
_TOUCH = (0.9, 0.8, 1.0)
#: Grid of note lengths: notes of equal length share one rendering.
_LENGTH_TICKS = STEP // 4


@dataclass(frozen=True)
class Bar:
    """One bar: `index` in the piece, its section, `place` within it, and `start` in ticks."""

    index: int
    section: Section
    place: int
    start: int

    @property
    def last_of_section(self) -> bool:
        return self.place == self.section.bars - 1


class Score:
    """The notes of a plan, part by part; each part varies by its own seed."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.steps = plan.meter_.sixteenths_per_bar
        self.bar_ticks = self.steps * STEP
        self.key: Key = plan.key_
        sounds = plan.drums.sounds.values() if plan.drums else ()
        by_hand = plan.version >= 6 and any(sound.voice.startswith(WOOD) for sound in sounds)
        self.strokes = _STROKES_BY_HAND if by_hand else _STROKES
        #: How far each player strayed last, in standard deviations.
        self._off: dict[str, float] = {}

    @cached_property
    def bars(self) -> list[Bar]:
        found: list[Bar] = []
        for section in self.plan.sections:
            for place in range(section.bars):
                found.append(Bar(len(found), section, place, len(found) * self.bar_ticks))
        return found

    @property
    def ticks(self) -> int:
        return len(self.bars) * self.bar_ticks

    @property
    def markers(self) -> list[tuple[int, str]]:
        """(tick, name) at each change of section name; none in a piece of one section."""
        if len(self.plan.sections) < 2:
            return []
        return [
            (bar.start, bar.section.name)
            for bar in self.bars
            if bar.place == 0
            and (bar.index == 0 or self.bars[bar.index - 1].section.name != bar.section.name)
        ]

    def part(self, name: str) -> list[Note]:
        """The notes of one part over the whole piece, sorted by start."""
        if name == "fx":
            return sorted(self._effects(), key=lambda n: (n.start, n.pitch))
        what = getattr(self.plan, name, None)
        bars = [bar for bar in self.bars if name in bar.section.parts]
        if what is None or not bars:
            return []
        stream = self._random(name)
        if isinstance(what, Drums):
            notes = self._drums(what, bars, stream)
        elif isinstance(what, Bass):
            notes = self._bass(what, bars, stream)
        elif isinstance(what, Chords):
            notes = self._chords(what, bars, stream)
        elif isinstance(what, Lead):
            notes = self._lead(what, bars, stream)
        else:
            return []
        if self.plan.version >= 5 and not isinstance(what, (Drums, Bass)):
            notes = _taking_turns(notes, self._turns(what.sound.voice))
        return sorted(notes, key=lambda n: (n.start, n.pitch))

    def _turns(self, voice: str) -> int:
        known = VOICES.get(voice)
        driven = known is not None and known.amp is not None and self.plan.version >= 6
        return _TURNS_DRIVEN if driven else _TURNS

    def _random(self, part: str) -> random.Random:
        return random.Random(f"{self.plan.seeds.get(part, 0)}:{part}")

    # ------------------------------------------------------------------ time

    def _tick(self, step: float) -> int:
        """Tick of a step within its bar, with swing: each second unit of a pair is delayed."""
        unit = self.plan.swing_steps
        pair, within = divmod(step, 2 * unit)
        swing = self.plan.swing / 100
        share = (
            within / unit * swing if within < unit else swing + (within / unit - 1) * (1 - swing)
        )
        return round((pair + share) * 2 * unit * STEP)

    def _felt(self, tick: int, bar: Bar, part: str, stream: random.Random, exact: bool) -> int:
        """Tick of a note with microtiming: late or early, but never outside its own bar.

        `exact` notes stay on the grid, or near it where people play; the piece begins on it, and
        each bar's first kick is.
        """
        feel = self.plan.feel
        per_ms = TICKS_PER_QUARTER * self.plan.bpm / 60000
        spread_ms = feel.firsts_ms if exact else feel.spread_ms
        shift = 0.0
        on_one = tick == 0 and (bar.index == 0 or part in _ON_ONE)
        if not exact or (spread_ms and not on_one):
            shift = self._strays(part, spread_ms / 2, stream) + feel.late_ms.get(part, 0.0)
        moved = bar.start + tick + round(max(-2 * spread_ms, shift) * per_ms)
        return max(bar.start, min(moved, bar.start + self.bar_ticks - 1))

    def _strays(self, part: str, ms: float, stream: random.Random) -> float:
        """By how many ms a note is off: of standard deviation `ms`, near the player's last."""
        drift = self.plan.feel.drift
        off = drift * self._off.get(part, 0.0) + (1 - drift**2) ** 0.5 * stream.gauss(0, 1)
        self._off[part] = off
        return off * ms

    def _velocity(self, base: float, bar: Bar, stream: random.Random) -> float:
        strength = 0.82 + 0.26 * bar.section.energy
        if bar.section.arc_db:
            arc_db = bar.section.arc_db[bar.place % len(bar.section.arc_db)]
            strength *= 10 ** (arc_db / (20 * _ARC_DYNAMICS))
        return max(0.08, min(1.0, base * strength + stream.gauss(0, self.plan.feel.velocity)))

    # ------------------------------------------------------------------ drums

    def _drums(self, drums: Drums, bars: list[Bar], stream: random.Random) -> list[Note]:
        notes: list[Note] = []
        for bar in bars:
            rows = {
                voice: fit_row(lines[bar.index % len(lines)], self.steps)
                for voice, lines in drums.rows.items()
                if lines
            }
            rows = with_fill(rows, self._fill_of(drums, bar), self.steps)
            for voice, row in rows.items():
                if voice not in bar.section.mute:
                    notes += self._hits(voice, row, bar, stream)
            notes += self._roll(bar, stream)
        return self._choked(notes)

    def _roll(self, bar: Bar, stream: random.Random) -> list[Note]:
        """Snare roll over the last four bars of a section with exit `rise`.

        Quarters, then eighths, then sixteenths, with rising velocity.
        """
        left = bar.section.bars - bar.place
        if bar.section.exit != "rise" or left > 4:
            return []
        every = {4: 4, 3: 4, 2: 2, 1: 1}[left]
        notes = []
        for step in range(0, self.steps - (2 if left == 1 else 0), every):
            along = (4 - left + step / self.steps) / 4
            velocity = max(0.1, min(1.0, 0.3 + 0.6 * along + stream.gauss(0, 0.02)))
            notes.append(
                Note(
                    bar.start + self._tick(step),
                    STEP,
                    0,
                    velocity,
                    "snare",
                    None,
                    stream.randrange(self.strokes),
                )
            )
        return notes

    def _effects(self) -> list[Note]:
        """Transition effects: a riser before and an impact after a `rise`, else a sweep down."""
        notes: list[Note] = []
        for bar in self.bars:
            before = self.bars[bar.index - 1] if bar.index else None
            if bar.place == 0 and before is not None and before.section.exit == "rise":
                count = min(before.section.bars, 4)
                notes.append(
                    Note(
                        bar.start - count * self.bar_ticks, count * self.bar_ticks, 60, 0.8, "riser"
                    )
                )
                notes.append(Note(bar.start, self.bar_ticks, VOICES["impact"].home, 0.9, "impact"))
            elif bar.place == 0 and before is not None and before.section.name != bar.section.name:
                notes.append(Note(bar.start, 2 * self.bar_ticks, 60, 0.6, "sweep down"))
        return notes

    def _fill_of(self, drums: Drums, bar: Bar) -> dict[str, str]:
        """The rows laid over a bar: the fill, the turn half-way, or none."""
        place = bar.place % drums.fill_every
        if len(self.bars) < 2:
            return {}
        if place == drums.fill_every - 1 or (bar.last_of_section and bar.section.exit == "fill"):
            return drums.fill
        return drums.turn if place == drums.fill_every // 2 - 1 else {}

    def _hits(self, voice: str, row: str, bar: Bar, stream: random.Random) -> list[Note]:
        from_table = self.plan.drums.sounds.get(voice) if self.plan.drums else None
        pitch = 0 if from_table is None else from_table.octave
        notes = []
        for step, mark in enumerate(row):
            if mark in VELOCITY:
                exact = step == 0 or voice in ("kick", "hard kick")
                who = voice if voice in self.plan.feel.late_ms or exact else "drums"
                at = self._felt(self._tick(step), bar, who, stream, exact)
                velocity = self._velocity(VELOCITY[mark], bar, stream)
                notes.append(
                    Note(at, STEP, pitch, velocity, voice, None, stream.randrange(self.strokes))
                )
            elif mark in ROLLS:
                count = ROLLS[mark]
                for k in range(count):
                    at = bar.start + self._tick(step + k / count)
                    velocity = self._velocity(0.5 + 0.3 * k / count, bar, stream)
                    notes.append(
                        Note(at, STEP // count, pitch, velocity, voice, None, k % self.strokes)
                    )
        return notes

    def _choked(self, notes: list[Note]) -> list[Note]:
        """End open hats at the next stroke on the hats, across the loop's end as well."""
        strokes = sorted(note.start for note in notes if note.voice in _HATS)
        done = []
        for note in notes:
            if note.voice == "open hat":
                after = next((s for s in strokes if s > note.start), strokes[0] + self.ticks)
                note = Note(
                    note.start,
                    min(after - note.start, 8 * STEP),
                    note.pitch,
                    note.velocity,
                    note.voice,
                    None,
                    note.variation,
                )
            done.append(note)
        return done

    # ------------------------------------------------------------------ harmony

    def chord_at(self, bar: Bar, step: float) -> Chord:
        names = self.plan.chords_of
        chords = chords_of_bar(names[bar.index % len(names)], self.key)
        return chords[min(int(step * len(chords) / self.steps), len(chords) - 1)]

    def _next_chord(self, bar: Bar, step: float) -> Chord:
        here = self.chord_at(bar, step)
        for ahead in range(1, self.steps + 1):
            at = step + ahead
            chord = (
                self.chord_at(bar, at)
                if at < self.steps
                else self.chord_at(self.bars[(bar.index + 1) % len(self.bars)], 0)
            )
            if chord != here or at >= self.steps:
                return chord
        return here

    def _section_end(self, bar: Bar) -> int:
        """The tick at which a bar's section ends.

        A piece of one section is a loop: the result lies past its end.
        """
        if len(self.plan.sections) == 1:
            return 2 * self.ticks
        return bar.start + (bar.section.bars - bar.place) * self.bar_ticks

    # ------------------------------------------------------------------ bass

    def _bass(self, bass: Bass, bars: list[Bar], stream: random.Random) -> list[Note]:
        low = 28 + 12 * bass.sound.octave
        marks: list[tuple[Bar, int, str, int]] = []
        for bar in bars:
            row = fit_row(bass.rows[bar.index % len(bass.rows)], self.steps)
            for step, mark in enumerate(row):
                if mark == "-" and marks and marks[-1][0].index >= bar.index - 1:
                    marks[-1] = (*marks[-1][:3], marks[-1][3] + 1)
                elif mark not in ".-":
                    marks.append((bar, step, mark, 0))
        notes: list[Note] = []
        for k, (bar, step, mark, held) in enumerate(marks):
            start = self._felt(self._tick(step), bar, "bass", stream, step == 0)
            if k + 1 < len(marks):
                after = marks[k + 1][0].start + self._tick(marks[k + 1][1])
            else:
                after = self.ticks + (marks[0][0].start + self._tick(marks[0][1]))
            room = max(min(after, self._section_end(bar)) - bar.start - self._tick(step), STEP // 2)
            length = min(round(room * bass.hold), room, 4 * self.bar_ticks)
            if mark == "g":
                length = min(length, STEP // 2)
            elif held == 0 and bass.hold < 0.6:
                length = min(length, 2 * STEP)
            pitch, slide = self._bass_pitch(mark, bar, step, low, notes, stream)
            velocity = self._velocity(VELOCITY.get(mark, 0.8), bar, stream)
            notes.append(
                Note(
                    start,
                    whole_length(length),
                    pitch,
                    velocity,
                    bass.sound.voice,
                    slide,
                    self._wobble_speed(stream),
                )
            )
        return notes

    @staticmethod
    def _wobble_speed(stream: random.Random) -> int:
        return stream.randrange(4)

    def _bass_pitch(
        self, mark: str, bar: Bar, step: int, low: int, notes: list[Note], stream: random.Random
    ) -> tuple[int, int | None]:
        chord = self.chord_at(bar, step)
        root = low + (chord.root - low) % 12
        steps = chord.steps
        if mark == "5":
            fifth = root + next((s for s in steps if s in (6, 7, 8)), 7)
            return fifth if fifth <= low + 14 else fifth - 12, None
        if mark == "8":
            return root + 12, None
        if mark == "3":
            return root + next((s for s in steps if s in (2, 3, 4, 5)), 7), None
        if mark == "7":
            seventh = next((s for s in steps if s in (9, 10, 11)), None)
            return (root + seventh if seventh else nearest(root + 10, list(self.key.scale))), None
        if mark == "a":
            target = self._next_chord(bar, step).root
            goal = low + (target - low) % 12
            return nearest_step(goal, self.key, stream.random() < 0.5), None
        if chord.under is not None:
            root = low + (chord.under - low) % 12
        if mark == "~":
            before = notes[-1].pitch if notes else root
            goal = root + 12 if before % 12 == root % 12 and before < root + 12 else root
            return goal, before
        return root, None

    # ------------------------------------------------------------------ chords

    def _chords(self, part: Chords, bars: list[Bar], stream: random.Random) -> list[Note]:
        before: list[int] | None = None
        starts: list[tuple[Bar, int, str]] = []
        for bar in bars:
            row = fit_row(part.rows[bar.index % len(part.rows)], self.steps)
            starts += [
                (bar, step, mark)
                for step, mark in enumerate(row)
                if mark in VELOCITY or mark == "-"
            ]
        notes: list[Note] = []
        strikes = [s for s in starts if s[2] != "-"]
        for k, (bar, step, mark) in enumerate(strikes):
            chord = self.chord_at(bar, step)
            if part.style == "power":
                root = 40 + (chord.root - 40) % 12
                pitches = [
                    root,
                    root + next((s for s in chord.steps if s in (6, 7, 8)), 7),
                    root + 12,
                ]
            elif part.style in ("fingered", "picked"):
                pitches = fingering(chord)
            else:
                voices = 3 if part.style == "single" else 4
                pitches = voicing(chord, before, voices, self._centre(part, bar))
                before = pitches
                pitches = spread(pitches, part.voicing, chord)
                if part.style == "hands":
                    pitches = two_hands(chord, pitches)
            start = self._felt(self._tick(step), bar, "chords", stream, step == 0)
            if k + 1 < len(strikes):
                after = strikes[k + 1][0].start + self._tick(strikes[k + 1][1])
            else:
                after = self.ticks + strikes[0][0].start + self._tick(strikes[0][1])
            end = bar.start + self._tick(self._chord_ends(bar, step))
            after = min(after, self._section_end(bar))
            here = bar.start + self._tick(step)
            length = whole_length((min(after, max(end, here + STEP)) - here) * part.hold)
            velocity = self._velocity(VELOCITY[mark] * 0.95, bar, stream)
            if part.style in FIGURES:
                notes += self._broken(part, chord, pitches, start, length, velocity, bar)
            elif part.style in ("fingered", "hands"):
                notes += self._by_hand(part, pitches, start, length, velocity, step)
            elif part.voicing and part.style != "arp":
                notes += self._touched(part, pitches, start, length, velocity, stream)
            else:
                notes += self._strike(part, pitches, start, length, velocity)
        return notes

    def _broken(
        self,
        part: Chords,
        chord: Chord,
        pitches: list[int],
        start: int,
        length: int,
        velocity: float,
        bar: Bar,
    ) -> list[Note]:
        """A chord whose notes come one after the other and ring on.

        Without a bass player a broken chord has its root below. A harp's waves take turns.
        """
        unit = unit_of(part.style, self.plan.bpm)
        count = max(1, length // unit)
        voice = part.sound.voice
        below: list[Note] = []
        if part.style == "harped":
            order = wave(chord, count, falls=bar.index % 2 == 1)
        elif part.style == "picked":
            order = picked(pitches, count)
        else:
            order = in_turn(pitches, count)
            if self.plan.bass is None:
                low = two_hands(chord, pitches)[0] + 12 * part.sound.octave
                below = [Note(start, length, low, velocity, voice)]
        octave = 12 * part.sound.octave
        order = [pitch + octave for pitch in order]
        return below + ringing(order, start, length, unit, velocity, voice)

    def _centre(self, part: Chords, bar: Bar) -> float:
        """Where a bar's voicings lie: every other four bars by `Chords.lift` higher."""
        return part.centre + (part.lift if bar.index // 4 % 2 else 0.0)

    def _touched(
        self,
        part: Chords,
        pitches: list[int],
        start: int,
        length: int,
        velocity: float,
        stream: random.Random,
    ) -> list[Note]:
        """A chord whose notes have weights of their own, apart as far as the feel lets them."""
        per_ms = TICKS_PER_QUARTER * self.plan.bpm / 60000
        feel = self.plan.feel
        apart = 11.0 if part.style == "strum" else feel.apart_ms / max(1, len(pitches) - 1)
        low, between, high = _TOUCH
        notes = []
        for k, pitch in enumerate(pitches):
            weight = high if k == len(pitches) - 1 else low if k == 0 else between
            late = max(0.0, k * apart + stream.gauss(0, feel.apart_ms / 6))
            own = max(0.08, min(1.0, velocity * weight * (1 + stream.gauss(0, 0.03))))
            ticks = round(late * per_ms)
            notes.append(
                Note(
                    start + ticks,
                    max(length - ticks, 30),
                    pitch + 12 * part.sound.octave,
                    own,
                    part.sound.voice,
                )
            )
        return notes

    def _chord_ends(self, bar: Bar, step: int) -> int:
        """The step at which the chord at `step` ends, so that no note rings into the next chord."""
        count = len(
            chords_of_bar(self.plan.chords_of[bar.index % len(self.plan.chords_of)], self.key)
        )
        share = self.steps / count
        return round((int(step / share) + 1) * share)

    def _strike(
        self, part: Chords, pitches: list[int], start: int, length: int, velocity: float
    ) -> list[Note]:
        voice = part.sound.voice
        up = 12 * part.sound.octave
        if part.style == "arp":
            order = [*pitches, *pitches[-2:0:-1]]
            count = max(1, length // STEP)
            return [
                Note(
                    start + k * STEP,
                    STEP,
                    order[k % len(order)] + up,
                    velocity * (1 if k % 4 == 0 else 0.8),
                    voice,
                )
                for k in range(count)
            ]
        per_ms = TICKS_PER_QUARTER * self.plan.bpm / 60000
        apart = round(11 * per_ms) if part.style == "strum" else 0
        return [
            Note(start + k * apart, max(length - k * apart, 30), pitch + up, velocity, voice)
            for k, pitch in enumerate(pitches)
        ]

    def _by_hand(
        self, part: Chords, pitches: list[int], start: int, length: int, velocity: float, step: int
    ) -> list[Note]:
        """A chord as hands play it: strings one after the other, down or up; fingers not as one.

        An up-stroke begins at the top and takes four strings. A pianist's top note is the loudest.
        """
        per_ms = TICKS_PER_QUARTER * self.plan.bpm / 60000
        order = list(pitches)
        if part.style == "fingered":
            up = step % 2 == 1 or step % 4 == 2
            order = order[::-1][:4] if up else order
            apart = [round(k * (6 if up else 9) * per_ms) for k in range(len(order))]
            levels = [1.0 - 0.05 * (k % 3) - (0.12 if up else 0.0) for k in range(len(order))]
        else:
            apart = [round((start // 7 + 5 * k) % 9 * per_ms) for k in range(len(order))]
            levels = [0.95, *[0.8] * (len(order) - 2), 1.0]
        octave = 12 * part.sound.octave
        return [
            Note(
                start + late, max(length - late, 30), pitch + octave, velocity * level,
                part.sound.voice,
            )
            for pitch, late, level in zip(order, apart, levels, strict=True)
        ]  # fmt: skip

    # ------------------------------------------------------------------ lead

    def _lead(self, lead: Lead, bars: list[Bar], stream: random.Random) -> list[Note]:
        notes: list[Note] = []
        low = 64 + 12 * lead.sound.octave
        for bar in bars:
            letter = lead.form[bar.index % len(lead.form)]
            events = lead.bars.get(letter) or lead.bars.get(letter[0]) or []
            for step, degree, length in events:
                if step >= self.steps:
                    continue
                strong = step % 4 == 0 or length >= 4
                if lead.written:
                    notes.append(self._written(lead, bar, (step, degree, length), strong, stream))
                    continue
                pitch = degree_note(int(degree), self.key, low)
                chord = self.chord_at(bar, step)
                if strong:
                    pitch = nearest(pitch, chord.pitch_classes)
                elif self._clashes(pitch, chord):
                    pitch = nearest(
                        pitch,
                        [pc for pc in self.key.scale if not self._clashes(pc, chord)]
                        or chord.pitch_classes,
                    )
                start = self._felt(self._tick(step), bar, "lead", stream, step == 0)
                ticks = whole_length(min(length * STEP * 0.92, self.ticks))
                velocity = self._velocity(0.8 if strong else 0.66, bar, stream)
                notes.append(Note(start, ticks, pitch, velocity, lead.sound.voice))
        line = _one_at_a_time(notes)
        return adorned(line, lead.manner, self.key, stream) if lead.manner else line

    def _written(
        self,
        lead: Lead,
        bar: Bar,
        event: tuple[float, float, float],
        strong: bool,
        stream: random.Random,
    ) -> Note:
        """A note of a melody that is written out: on the grid, at its own pitch."""
        step, pitch, length = event
        return Note(
            bar.start + self._tick(step),
            whole_length(min(length * STEP * 0.96, self.ticks)),
            int(pitch) + 12 * lead.sound.octave,
            self._velocity(0.8 if strong else 0.7, bar, stream),
            lead.sound.voice,
        )

    @staticmethod
    def _clashes(pitch: int, chord: Chord) -> bool:
        """Whether a pitch is an avoid note: a semitone above a chord tone and no chord tone."""
        return pitch % 12 not in chord.pitch_classes and (pitch - 1) % 12 in chord.pitch_classes


def _taking_turns(notes: list[Note], turns: int) -> list[Note]:
    """Notes of which each is struck a little otherwise than the last of its pitch."""
    struck: dict[int, int] = {}
    done = []
    for note in sorted(notes, key=lambda n: (n.start, n.pitch)):
        count = struck.get(note.pitch, 0)
        struck[note.pitch] = count + 1
        done.append(replace(note, variation=count % turns))
    return done


def _one_at_a_time(notes: list[Note]) -> list[Note]:
    notes = sorted(notes, key=lambda n: n.start)
    done = []
    for k, note in enumerate(notes):
        room = notes[k + 1].start - note.start if k + 1 < len(notes) else note.length
        if room > 0:
            done.append(
                Note(
                    note.start,
                    min(note.length, room),
                    note.pitch,
                    note.velocity,
                    note.voice,
                    note.glide_from,
                    note.variation,
                )
            )
    return done


def nearest_step(goal: int, key: Key, from_above: bool) -> int:
    """An approach note: the scale's neighbour of `goal`, from above or below."""
    for distance in (1, 2) if not from_above else (-1, -2):
        if (goal - distance) % 12 in key.scale:
            return goal - distance
    return goal - 1


def whole_length(ticks: float) -> int:
    """A length in ticks rounded to a quarter of a sixteenth, and at least that."""
    return max(1, round(ticks / _LENGTH_TICKS)) * _LENGTH_TICKS
