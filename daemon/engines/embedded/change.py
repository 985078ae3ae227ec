"""Change one thing of a plan: the named part is rewritten, all others stay note for note."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from daemon.brief import Brief
from daemon.engines.embedded import accompanist, bassist, drummer, soloist, turns
from daemon.engines.embedded.likeness import DEFAULT_STYLE
from daemon.engines.embedded.named_players import DRUM_VOICES, PITCHED
from daemon.engines.embedded.plan import PARTS, Drums, Plan, Sound
from daemon.engines.embedded.rows import FAST_HATS, double_timed, half_timed, thinned_or_filled
from daemon.engines.embedded.styles import STYLES
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.tones import read_tone, slope_change, toned
from daemon.engines.embedded.wishes import Wishes, read_wishes
from daemon.prompt.vocabulary import sounds

#: Words that name a part -> the part.
_PARTS = {
    "drums": "drums", "beat": "drums", "bass": "bass", "bassline": "bass", "chords": "chords",
    "harmony": "chords", "lead": "lead", "melody": "lead",
}  # fmt: skip
#: Words that ask for more notes.
_MORE = r"\b(?:busier|more|fuller|denser)\b"
#: Words that ask for fewer notes.
_LESS = r"\b(?:less|fewer|sparser|simpler|thinner|calmer)\b"


def changed(plan: Plan, brief: Brief, seed: int) -> Plan:
    """The plan with `brief.change` applied.

    A change is a part's name, `sounds`, `fill`, or words such as darker, half-time, busier hats.
    """
    words = brief.change.lower().strip()
    style = STYLES.get(plan.genre, STYLES[DEFAULT_STYLE])
    wishes = read_wishes(brief)
    if words in _PARTS:
        return _rewritten(plan, _PARTS[words], style, wishes, seed)
    if words in ("sounds", "sound"):
        return _other_sounds(plan, style, wishes, seed)
    if words in ("fill", "fills"):
        return _other_fill(plan, style, wishes, seed)
    return _by_words(plan, words, style, wishes, seed)


def _rewritten(plan: Plan, part: str, style: Style, wishes: Wishes, seed: int) -> Plan:
    writers = {
        "drums": drummer.write_drums, "bass": bassist.write_bass,
        "chords": accompanist.write_chords, "lead": soloist.write_lead,
    }  # fmt: skip
    new = writers[part](style, wishes, plan, seed)
    if new is None:
        return plan
    sections = plan.sections
    if getattr(plan, part) is None:
        sections = [
            replace(section, parts=[p for p in PARTS if p in (*section.parts, part)])
            for section in sections
        ]
    return plan.with_(**{part: new}, sections=sections, seeds={**plan.seeds, part: seed})


def _other_sounds(plan: Plan, style: Style, wishes: Wishes, seed: int) -> Plan:
    """The same notes with other voices and timbres."""
    changes: dict[str, Any] = {}
    for part, writer in (
        ("bass", bassist.write_bass),
        ("chords", accompanist.write_chords),
        ("lead", soloist.write_lead),
    ):
        old = getattr(plan, part)
        if old is None:
            continue
        for k in range(6):
            new = writer(style, wishes, plan, seed + k)
            if new is not None and new.sound.voice != old.sound.voice:
                break
        if new is not None:
            changes[part] = replace(old, sound=replace(new.sound, octave=old.sound.octave))
    if plan.drums is not None:
        shades = drummer.drum_shades(seed)
        kit = {
            voice: replace(sound, tone=toned(sound.tone, shades))
            for voice, sound in plan.drums.sounds.items()
        }
        changes["drums"] = replace(plan.drums, sounds=kit)
    return plan.with_(**changes)


def _other_fill(plan: Plan, style: Style, wishes: Wishes, seed: int) -> Plan:
    if plan.drums is None:
        return plan
    fills = [fill for fill in style.fills if fill != plan.drums.fill] or list(style.fills)
    if not fills:
        return plan
    fill = dict(fills[seed % len(fills)])
    kit = {**drummer.drum_sounds(style, wishes, set(fill) - {"*"}), **plan.drums.sounds}
    return plan.with_(drums=replace(plan.drums, fill=fill, sounds=kit))


def _by_words(plan: Plan, words: str, style: Style, wishes: Wishes, seed: int) -> Plan:
    done = plan
    named = _named(words)
    tone = read_tone(words)
    if tone:
        done = _toned(done, tone, {part for part, _ in named} or set(PARTS))
    if done.drums is not None and re.search(r"half[- ]?time", words):
        done = done.with_(drums=replace(done.drums, rows=half_timed(done.drums.rows)))
    if done.drums is not None and wishes.double_time:
        rows = double_timed(done.drums.rows, FAST_HATS if wishes.fast_hats else None)
        done = done.with_(drums=replace(done.drums, rows=rows))
    if re.search(_MORE, words) or re.search(_LESS, words):
        return _denser(
            done, named or [("drums", None)], 0.95 if re.search(_MORE, words) else 0.1, seed
        )
    if re.search(r"\b(?:no|without|remove|drop|mute)\b", words) and named:
        return _without(done, named)
    if done is plan:
        for part, _ in named or [("drums", None)]:
            done = _rewritten(done, part, style, wishes, seed)
    return done


def _named(words: str) -> list[tuple[str, tuple[str, ...] | None]]:
    """(part, drum voices; None for the whole part) of each instrument named in the words."""
    found: list[tuple[str, tuple[str, ...] | None]] = []
    known = sounds()
    for word in re.findall(r"[a-z0-9-]+", words):
        if word in _PARTS:
            found.append((_PARTS[word], None))
            continue
        sound = known.get(word.replace("-", "")) or known.get(word.replace("-", "").rstrip("s"))
        if sound is None:
            continue
        if sound.name in DRUM_VOICES:
            found.append(("drums", DRUM_VOICES[sound.name]))
        elif sound.name in PITCHED:
            found.append((PITCHED[sound.name][0], None))
    return found


def _toned(plan: Plan, tone: dict[str, float], parts: set[str]) -> Plan:
    changes: dict[str, Any] = {}
    for part in PARTS:
        what = getattr(plan, part, None)
        if what is None or part not in parts:
            continue
        if isinstance(what, Sound):
            changes[part] = replace(
                what, tone=toned(what.tone, {n: v for n, v in tone.items() if n == "bright"})
            )
        elif isinstance(what, Drums):
            kit = {
                voice: replace(sound, tone=toned(sound.tone, tone))
                for voice, sound in what.sounds.items()
            }
            changes[part] = replace(what, sounds=kit)
        else:
            changes[part] = replace(
                what, sound=replace(what.sound, tone=toned(what.sound.tone, tone))
            )
    mix = replace(plan.mix, slope_db=round(plan.mix.slope_db + slope_change(tone), 2))
    return plan.with_(**changes, mix=mix)


def _denser(
    plan: Plan, named: list[tuple[str, tuple[str, ...] | None]], density: float, seed: int
) -> Plan:
    stream = turns.stream_for(seed, "denser")
    for part, voices in named:
        what = getattr(plan, part, None)
        if isinstance(what, Drums):
            rows = {
                voice: thinned_or_filled(voice, lines, density, stream)
                if voices is None or voice in voices
                else lines
                for voice, lines in what.rows.items()
            }
            plan = plan.with_(drums=replace(what, rows=rows))
        elif what is not None and hasattr(what, "rows"):
            plan = plan.with_(
                **{part: replace(what, rows=thinned_or_filled("bass", what.rows, density, stream))}
            )
    return plan


def _without(plan: Plan, named: list[tuple[str, tuple[str, ...] | None]]) -> Plan:
    for part, voices in named:
        if voices is not None and plan.drums is not None:
            rows = {voice: lines for voice, lines in plan.drums.rows.items() if voice not in voices}
            plan = plan.with_(drums=replace(plan.drums, rows=rows))
        elif voices is None:
            sections = [
                replace(section, parts=[p for p in section.parts if p != part])
                for section in plan.sections
            ]
            if any(section.parts for section in sections):
                plan = plan.with_(sections=sections)
    return plan
