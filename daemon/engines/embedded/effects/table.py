"""The table of effects: who makes each, its family, its room, and how it is made in a few words."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.engines.embedded.effects import (
    calls,
    electronic,
    impacts,
    life,
    machines,
    small,
    transitions,
    weather,
)
from daemon.engines.embedded.effects.parts import Make


@dataclass(frozen=True)
class Effect:
    """An effect. `room_s` and `room` are the length and the level of the room round it."""

    family: str
    make: Make
    room_s: float
    room: float
    how: str


#: Effect -> how it is made. Names, languages and lengths are in `daemon/prompt/effect_names.py`.
TABLE: dict[str, Effect] = {
    "impact": Effect("hits", impacts.impact, 3.0, 0.4, "falling sub, membrane modes, air"),
    "boom": Effect("hits", impacts.boom, 3.0, 0.25, "driven sub, low rumble"),
    "explosion": Effect("hits", impacts.explosion, 2.5, 0.3, "three noises, sub, debris"),
    "gunshot": Effect("hits", impacts.gunshot, 1.6, 0.25, "shock, muzzle blast, reflections"),
    "thud": Effect("hits", impacts.thud, 0.5, 0.2, "low modes, dull noise"),
    "punch": Effect("hits", impacts.punch, 0.3, 0.15, "slap, short body"),
    "slam": Effect("doors", impacts.slam, 1.0, 0.3, "panel modes, air, latch"),
    "knock": Effect("doors", impacts.knock, 0.5, 0.25, "panel modes, two to five times"),
    "creak": Effect("doors", impacts.creak, 0.9, 0.25, "stick and slip through wood"),
    "sliding door": Effect("doors", impacts.sliding_door, 0.9, 0.2, "lock, air, motor, stop"),
    "glass": Effect("things", impacts.glass, 0.6, 0.15, "crack, falling modal shards"),
    "metal": Effect("things", impacts.metal, 1.6, 0.25, "plate modes"),
    "sword": Effect("things", impacts.sword, 1.2, 0.2, "scrape upwards, free bar"),
    "crack": Effect("things", impacts.crack, 0.5, 0.15, "short modes, one after another"),
    "whip": Effect("things", impacts.whip, 0.8, 0.15, "rush of air, crack"),
    "footsteps": Effect("things", small.footsteps, 0.6, 0.15, "heel and toe: modes, or crunching"),
    "coins": Effect("things", small.coins, 0.5, 0.15, "disc modes that bounce"),
    "keys": Effect("things", small.keys, 0.4, 0.1, "random strokes of small modes"),
    "dice": Effect("things", small.dice, 0.4, 0.15, "random strokes that die out"),
    "pop": Effect("things", small.pop, 0.4, 0.1, "resonance that jumps up"),
    "zipper": Effect("things", small.zipper, 0.3, 0.05, "teeth, faster in the middle"),
    "paper": Effect("things", small.paper, 0.3, 0.08, "crackles of all sizes"),
    "typing": Effect("things", small.typing, 0.4, 0.1, "keys down and up"),
    "click": Effect("signals", small.click, 0.2, 0.0, "three short modes"),
    "switch": Effect("things", small.switch, 0.3, 0.08, "two clicks"),
    "camera": Effect("things", small.camera, 0.3, 0.08, "mirror, curtain, mirror"),
    "clock": Effect("things", small.clock, 0.5, 0.12, "escapement in a case"),
    "heartbeat": Effect("life", small.heartbeat, 0.3, 0.05, "two valves"),
    "slot machine": Effect("machines", small.slot_machine, 0.6, 0.15, "reels, coins in a tray"),
    "breath": Effect("life", small.breath, 0.4, 0.05, "moving noise band"),
    "rain": Effect("weather", weather.rain, 0.4, 0.05, "bed, drops, what they fall on"),
    "thunder": Effect("weather", weather.thunder, 3.0, 0.3, "crack, rolls"),
    "wind": Effect("weather", weather.wind, 1.0, 0.1, "gusts move two noise bands"),
    "sea": Effect("water", weather.sea, 1.0, 0.08, "waves, foam"),
    "stream": Effect("water", weather.stream_of_water, 0.5, 0.08, "hundreds of bubbles"),
    "drips": Effect("water", weather.drips, 2.0, 0.35, "single bubbles in a cave"),
    "bubbles": Effect("water", weather.bubbles, 0.4, 0.08, "rising bubbles"),
    "splash": Effect("water", weather.splash, 0.6, 0.15, "slap, spray, bubbles"),
    "fire": Effect("weather", weather.fire, 0.4, 0.05, "roar, hiss, crackle"),
    "vinyl crackle": Effect("noise", weather.noise_bed, 0.2, 0.0, "noise, clicks"),
    "tape hiss": Effect("noise", weather.noise_bed, 0.2, 0.0, "high noise"),
    "room tone": Effect("noise", weather.noise_bed, 0.2, 0.0, "low noise"),
    "air": Effect("noise", weather.noise_bed, 0.2, 0.0, "soft noise that sways"),
    "machine": Effect("machines", machines.machine, 1.5, 0.2, "clank, steam, gears"),
    "motor": Effect("machines", machines.motor, 0.6, 0.08, "pulses of four cylinders"),
    "car": Effect("machines", machines.car, 0.8, 0.08, "engine, tyres, Doppler shift"),
    "helicopter": Effect("machines", machines.helicopter, 1.0, 0.1, "blades, turbine"),
    "train": Effect("machines", machines.train, 1.0, 0.12, "rail joints, rumble"),
    "aeroplane": Effect("machines", machines.aeroplane, 2.0, 0.15, "roar, whine, shift"),
    "hum": Effect("machines", machines.hum, 0.4, 0.05, "mains harmonics"),
    "fan": Effect("machines", machines.fan, 0.4, 0.05, "beating air"),
    "drill": Effect("machines", machines.drill, 0.6, 0.12, "motor, gears, grit"),
    "rocket": Effect("machines", machines.rocket, 2.5, 0.2, "broad noise that flutters"),
    "spaceship": Effect("machines", machines.spaceship, 2.0, 0.2, "drifting harmonics, air"),
    "alarm": Effect("signals", machines.alarm, 0.8, 0.12, "hard tones in turn"),
    "siren": Effect("signals", machines.siren, 1.5, 0.2, "wail, or two tones"),
    "horn": Effect("signals", machines.horn, 1.2, 0.2, "two reeds"),
    "bell": Effect("signals", machines.bell, 2.5, 0.2, "church-bell partials"),
    "doorbell": Effect("signals", machines.doorbell, 0.8, 0.15, "two bars"),
    "telephone": Effect("signals", machines.telephone, 0.5, 0.1, "two gongs, or a trill"),
    "radio": Effect("noise", machines.radio, 0.2, 0.0, "static, sliding whistles"),
    "fireworks": Effect("hits", machines.fireworks, 2.5, 0.25, "whistle, burst, crackle"),
    "notification": Effect("signals", electronic.notification, 0.8, 0.15, "FM bells"),
    "error": Effect("signals", electronic.error, 0.2, 0.0, "two low squares"),
    "beep": Effect("signals", electronic.beep, 0.3, 0.05, "plain tones"),
    "success": Effect("signals", electronic.success, 0.6, 0.12, "pulse waves up a chord"),
    "game coin": Effect("signals", electronic.game_coin, 0.3, 0.05, "two squares"),
    "jump": Effect("signals", electronic.jump, 0.2, 0.0, "square that slides up"),
    "laser": Effect("electronic", electronic.laser, 0.9, 0.15, "tones that fall four octaves"),
    "zap": Effect("electronic", electronic.zap, 0.5, 0.08, "buzz torn by crackle"),
    "power up": Effect("electronic", electronic.power_up, 1.2, 0.2, "saws that climb"),
    "power down": Effect("electronic", electronic.power_down, 1.2, 0.2, "saws that sink"),
    "teleport": Effect("electronic", electronic.teleport, 2.0, 0.3, "shimmer, rush"),
    "magic": Effect("electronic", electronic.magic, 2.5, 0.35, "small bells upwards"),
    "robot": Effect("electronic", electronic.robot, 0.4, 0.08, "FM tones that leap"),
    "sonar": Effect("electronic", electronic.sonar, 3.0, 0.35, "ping, echo, water"),
    "glitch": Effect("electronic", electronic.glitch, 0.3, 0.03, "repeated crushed slices"),
    "whoosh": Effect("transitions", transitions.whoosh, 1.0, 0.15, "passing noise band"),
    "riser": Effect("transitions", transitions.riser, 3.0, 0.35, "noise and tone that climb"),
    "sweep down": Effect("transitions", transitions.sweep_down, 3.0, 0.35, "noise that sinks"),
    "sub drop": Effect("transitions", transitions.sub_drop, 1.0, 0.05, "sinking sine"),
    "swell": Effect("transitions", transitions.swell, 0.6, 0.05, "reversed cymbal"),
    "drone": Effect("transitions", transitions.drone, 4.0, 0.35, "pads, choir, sub, air"),
    "braam": Effect("transitions", transitions.braam, 3.5, 0.35, "driven saws that open"),
    "tape stop": Effect("transitions", transitions.tape_stop, 0.4, 0.05, "a chord that slows"),
    "scratch": Effect("transitions", transitions.scratch, 0.2, 0.03, "a groove read to and fro"),
    "falling": Effect("transitions", transitions.fall_of_pitch, 1.0, 0.12, "sinking whistle"),
    "birds": Effect("life", life.birds, 1.5, 0.15, "motifs of bent syllables"),
    "crickets": Effect("life", life.crickets, 0.8, 0.08, "pulsed tones"),
    "frogs": Effect("life", life.frogs, 1.0, 0.15, "pulse trains"),
    "bees": Effect("life", life.bees, 0.4, 0.05, "wing strokes, near and far"),
    "owl": Effect("life", life.owl, 2.5, 0.3, "soft hoots"),
    "applause": Effect("life", life.applause, 1.2, 0.2, "many pairs of hands"),
    "crowd": Effect("life", life.crowd, 1.5, 0.2, "many voices without words"),
    **{
        name: Effect("life", calls.caller(name), 1.0, 0.12, "pulses through a moving throat")
        for name in calls.CALLS
    },
}
