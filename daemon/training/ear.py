"""The role of a one-shot by ear: that of the nearest of the musician's own, by their shapes."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.engines.mine.shape import shape_of, spectrum_of
from daemon.engines.mine.sounds import Sound, prepared, whole

#: The roles that are told apart, and what the musician is asked for.
_ASKED = {
    "kick": ("punchy kick", "acoustic kick", "deep kick"), "808": ("808",),
    "snare": ("snare", "acoustic snare", "trap snare"), "clap": ("clap",), "rim": ("rim shot",),
    "hat": ("closed hat", "acoustic hat"), "open hat": ("open hat",), "crash": ("crash cymbal",),
    "ride": ("ride cymbal",), "tom": ("low tom", "high tom"), "shaker": ("shaker",),
    "percussion": ("conga", "bongo"), "cowbell": ("cowbell",), "bass": ("bass note",),
    "lead": ("pluck", "lead synth"), "keys": ("piano note", "electric piano note"),
}  # fmt: skip
#: Seeds of each.
_SEEDS = (1, 2, 3)
#: The nearest so many vote.
_VOTES = 3


class Ear:
    """Made when it is first asked; files mostly say their role."""

    @cached_property
    def _known(self) -> tuple[list[str], np.ndarray]:
        names, shapes = [], []
        for role, prompts in _ASKED.items():
            for prompt in prompts:
                for seed in _SEEDS:
                    sound = _played(prompt, seed)
                    if sound is not None:
                        names.append(role)
                        shapes.append(_shape(sound))
        return names, np.stack(shapes)

    def role_of(self, sound: Sound) -> str:
        names, shapes = self._known
        far = np.sqrt(((shapes - _shape(sound)) ** 2).mean(1))
        nearest = [names[at] for at in np.argsort(far)[:_VOTES]]
        # of equally many, the nearest
        return str(max(nearest, key=lambda name: (nearest.count(name), -nearest.index(name))))


def _shape(sound: Sound) -> np.ndarray:
    return shape_of(spectrum_of(whole(sound.audio))).ravel()


def _played(prompt: str, seed: int) -> Sound | None:
    brief = Brief(prompt, prompt, kind="oneshot", bpm=None, bars=None, seconds=1.0)
    take = make(brief, seed, lambda share, words: None)
    return None if take.audio is None else prepared(take.audio, take.sample_rate)
