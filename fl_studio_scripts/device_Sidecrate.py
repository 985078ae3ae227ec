# name=Sidecrate
# supportedDevices=Sidecrate FL,Sidecrate to FL
# supportedHardwareIds=7D 53 43
# receiveFrom=Sidecrate
"""Sidecrate's MIDI controller script for FL Studio.

It tells the daemon about the project, hands it pads and knobs, and shows hints. It talks by MIDI
SysEx alone, since FL's Python may not open sockets or files. The frames are those of
docs/fl_studio.md. One file, ASCII and Python 3.9: FL reads nothing else. An instance that is chosen
for a pad controller hands its pads over to the one that the daemon talks to.
"""
import base64
import json
import math
import time

import channels
import device
import general
import mixer
import patterns
import transport
import ui

VERSION = 1          # of the frames
MAGIC = b"\xf0\x7d\x53\x43"  # SysEx of the manufacturer id for non-commercial use, then "SC"

TO_FL = 1            # directions
TO_DAEMON = 2
BETWEEN = 3          # from one instance of this script to another

PING = 1             # kinds
ACK = 2
DATA = 3

MAX_FRAME = 256      # bytes of a frame
MAX_PAYLOAD = 245    # bytes of a message's part in it
MAX_PARTS = 64       # frames of a message

LOOK_S = 0.1         # polling interval of the project
RESEND_S = 0.7       # timeout of an acknowledgement, before a frame is sent again
MOST_TRIES = 6       # tries of a frame
SILENCE_S = 6.0      # timeout of the daemon's heartbeat
NO_OUTPUT_S = 2.0    # backoff of a port that could not be sent to
IDLE_S = 2.0         # OnIdle counts as dead when FL has not called it within this
HINT_S = 2.5         # FL overwrites hints: one is set again for this long,
HINT_AGAIN_S = 0.1   # as often as this
STALE_S = 15.0       # timeout of a message whose frames are not all there
MOST_WAITING = 48    # queue limit for touches and orders
MOST_NAME = 200      # characters of a name

NOTE_OFF = 0x80      # MIDI status bytes
NOTE_ON = 0x90
CONTROLLER = 0xB0
PROGRAM = 0xC0
LOAD_START = 0       # midi.PL_Start


def frame_bytes(direction, kind, number, seq=0, total=1, payload=b""):
    return MAGIC + bytes((VERSION, direction, kind, number, seq, total)) + payload + b"\xf7"


def split_message(message, number, direction):
    """The frames of a message; none at all when it is too long."""
    text = base64.b64encode(json.dumps(message, separators=(",", ":")).encode("utf-8"))
    parts = [text[k:k + MAX_PAYLOAD] for k in range(0, len(text), MAX_PAYLOAD)]
    if len(parts) > MAX_PARTS:
        return []
    total = len(parts)
    return [frame_bytes(direction, DATA, number, k, total, part) for k, part in enumerate(parts)]


class Reassembly:
    """Messages from frames that may be lost, repeated or out of order."""

    def __init__(self):
        self.partial = {}   # id -> [total, begun, {seq: payload}]
        self.finished = []

    def add(self, number, seq, total, payload, now):
        for old in [n for n, one in self.partial.items() if now - one[1] > STALE_S]:
            del self.partial[old]
        one = self.partial.get(number)
        if one is None or one[0] != total or one[2].get(seq, payload) != payload:
            while len(self.partial) >= 4:
                del self.partial[next(iter(self.partial))]
            one = self.partial[number] = [total, now, {}]
        one[2][seq] = payload
        if len(one[2]) < total:
            return None
        del self.partial[number]
        text = b"".join(one[2][k] for k in range(total))
        if (number, text) in self.finished:
            return None
        self.finished = self.finished[-31:] + [(number, text)]
        try:
            message = json.loads(base64.b64decode(text, validate=True).decode("utf-8"))
        except Exception:
            return None
        return message if isinstance(message, dict) else None


class Project:
    """The project as FL reports it. Values that FL does not give, or that fail, are left out."""

    def look(self):
        found = {}
        for name, read in (
            ("bpm", self.bpm), ("meter", self.meter), ("playing", self.playing),
            ("project", self.project), ("channel", self.channel), ("pattern", self.pattern),
        ):
            try:
                value = read()
            except Exception:
                value = None
            if value is not None:
                found[name] = value
        return found

    def bpm(self):
        raw = float(mixer.getCurrentTempo())
        bpm = raw / 1000 if raw > 1000 else raw   # FL says 128500 or 128.5, by version
        return round(bpm, 3) if math.isfinite(bpm) and 10 <= bpm <= 999 else None

    def meter(self):
        quarters = general.getRecPPB() / general.getRecPPQ()
        for unit in (4, 8, 16):
            beats = quarters * unit / 4
            if beats == int(beats) and 2 <= beats <= 15:
                return "%d/%d" % (beats, unit)
        return None

    def playing(self):
        return 1 if transport.isPlaying() else 0

    def project(self):
        read = getattr(general, "getProjectTitle", None)
        title = plain(read()) if read is not None else ""
        if not title:
            title = plain(ui.getProgTitle()).split(" - FL Studio")[0]
            title = "" if title.startswith("FL Studio") else title
        return title[:-4] if title.lower().endswith(".flp") else title

    def channel(self):
        return plain(channels.getChannelName(channels.selectedChannel()))

    def pattern(self):
        return plain(patterns.getPatternName(patterns.patternNumber()))


def plain(text):
    return "".join(c for c in str(text) if c >= " ").strip()[:MOST_NAME].strip()


class PromptNames:
    """Finds orders in names: a selected channel or pattern that is renamed to >> and a prompt."""

    def __init__(self):
        self.places = {}
        self.made = []

    def forget(self):
        self.places = {}

    def look(self):
        found = []
        for place, read in (("channel", self.channel), ("pattern", self.pattern)):
            try:
                index, count, name = read()
            except Exception:
                continue
            before = self.places.get(place)
            self.places[place] = (index, count, name)
            # not one that was only selected now, or that moved here as another was deleted
            named = before is not None and before[:2] == (index, count) and before[2] != name
            prompt = name[2:].strip() if name.startswith(">>") else ""
            if prompt and named and prompt not in self.made:
                found.append(prompt)
            if prompt:
                self.made = [one for one in self.made if one != prompt][-63:] + [prompt]
        return found

    def channel(self):
        index = channels.selectedChannel()
        return index, channels.channelCount(), plain(channels.getChannelName(index))

    def pattern(self):
        index = patterns.patternNumber()
        return index, patterns.patternCount(), plain(patterns.getPatternName(index))


class Script:
    """The script's state. `pump` does a bounded piece of work, and sends at most one frame."""

    def __init__(self):
        now = time.monotonic()
        self.nonce = "%x" % (int(time.time() * 1000) & 0xFFFFFFFF)
        self.project = Project()
        self.names = PromptNames()
        self.reassembly = {TO_FL: Reassembly(), BETWEEN: Reassembly()}
        self.loading = False
        self.boot = None            # of the daemon that welcomed us
        self.map = []               # mapped pads: [status without channel, number, channel or -1]
        self.told = {}              # the project as the daemon knows it
        self.acks = []
        self.waiting = []           # messages
        self.parts = []             # frames of the message that is being sent
        self.on_its_way = None      # [frame, when sent, tries]
        self.number = 0
        self.count = 0
        self.hint = None            # [text, until, when set]
        self.started_s = now
        self.heard_s = None
        self.idle_s = None
        self.looked_s = now - LOOK_S
        self.output_s = now         # the output is not tried before this
        self.asked_s = now - SILENCE_S
        self.map_s = now - SILENCE_S
        self.wrong_s = now - SILENCE_S

    # What FL calls

    def pump(self):
        now = time.monotonic()
        if self.loading:
            return
        self.show_hint(now)
        if self.boot is not None and self.heard_s is not None and now - self.heard_s > SILENCE_S:
            self.part_from_daemon()
        if self.boot is not None and now - self.looked_s >= LOOK_S:
            self.looked_s = now
            self.look(now)
        self.send_one(now)

    def on_idle(self):
        self.idle_s = time.monotonic()
        self.pump()

    def on_load(self, status):
        self.loading = status == LOAD_START
        self.names.forget()
        self.pump()

    def on_sysex(self, event):
        data = bytes(event.sysex or b"")
        if data[:4] == MAGIC:
            event.handled = True
            self.heard(data, time.monotonic())
        self.pump()

    def on_midi(self, event):
        kind, channel = event.status & 0xF0, event.status & 0x0F
        if kind in (NOTE_OFF, NOTE_ON, CONTROLLER, PROGRAM):
            trigger = NOTE_ON if kind == NOTE_OFF else kind
            mapped = self.is_mapped(trigger, event.data1, channel)
            release = kind == NOTE_OFF or (kind == NOTE_ON and event.data2 == 0)
            if self.loading:
                pass                # touches while a project loads are no orders
            elif self.boot is not None and mapped and not release:
                self.touch([event.status, event.data1, event.data2])
            elif self.boot is None and not release and (mapped or not self.map):
                self.hand_over([event.status, event.data1, event.data2])
            if mapped:
                event.handled = True
        self.pump()

    def on_end(self):
        if self.boot is not None and not self.loading:
            for frame in split_message({"do": "bye"}, self.next_number(), TO_DAEMON):
                self.send(frame, time.monotonic())

    # From the daemon

    def heard(self, data, now):
        if not 11 <= len(data) <= MAX_FRAME or data[-1] != 0xF7 or max(data[4:-1]) > 127:
            return
        version, direction, kind, number, seq, total = data[4:10]
        if direction == BETWEEN and version == VERSION and kind == DATA:
            message = self.reassembly[BETWEEN].add(number, seq, total, data[10:-1], now)
            if message is not None:
                self.heard_between(message, now)
        elif direction == TO_FL and version != VERSION:
            self.say_version(kind, number, now)
        elif direction == TO_FL:
            self.heard_s = now
            self.heard_daemon(kind, number, seq, total, data[10:-1], now)

    def heard_daemon(self, kind, number, seq, total, payload, now):
        if kind == ACK:
            way = self.on_its_way
            if way is not None and (way[0][7], way[0][8]) == (number, seq):
                self.on_its_way = None
            return
        if kind not in (PING, DATA) or not (1 <= total <= MAX_PARTS and seq < total):
            return
        self.acks = self.acks[-15:] + [(number, seq)]
        if kind == PING:
            if self.boot is None and now - self.asked_s >= 1.0:
                self.asked_s = now
                self.say_hello()
            return
        message = self.reassembly[TO_FL].add(number, seq, total, payload, now)
        if message is None:
            return
        if message.get("do") == "welcome":
            self.welcomed(message)
        elif message.get("do") == "hint":
            self.set_hint(str(message.get("text", "")), now)

    def welcomed(self, message):
        known, self.boot = self.boot, message.get("boot")
        entries = message.get("map", [])
        self.map = [one for one in entries if isinstance(one, list) and len(one) == 3]
        if known is not None and known != self.boot:
            self.say_hello()
        if known != self.boot:
            self.told = {}
        self.looked_s -= LOOK_S

    def say_hello(self):
        version = ""
        try:
            version = plain(ui.getVersion())
        except Exception:
            pass
        self.put({"do": "hello", "nonce": self.nonce, "fl": version})

    def say_version(self, kind, number, now):
        """The daemon has another version: answer, so that it can report it, and tell the user."""
        if kind == PING and now - self.wrong_s >= 1.0:
            self.wrong_s = now
            self.acks = [(number, 0)]
            text = "this script is of another version; run: sidecrate install fl-studio"
            self.set_hint("^eSidecrate: " + text, now)

    def part_from_daemon(self):
        self.boot = None
        self.told = {}
        self.waiting = []
        self.parts = []
        self.on_its_way = None

    # From one instance to another

    def hand_over(self, touch):
        """Dispatch a touch of a pad controller to the instances that may reach the daemon."""
        self.dispatch({"do": "touch", "midi": touch})

    def heard_between(self, message, now):
        if message.get("do") == "map" and self.boot is None:
            self.map = message.get("map", [])
        elif message.get("do") == "touch" and self.boot is not None:
            status, number, position = message["midi"]
            if self.is_mapped(status & 0xF0, number, status & 0x0F):
                self.touch([status, number, position])
            if now - self.map_s >= SILENCE_S:
                self.map_s = now
                self.dispatch({"do": "map", "map": self.map})

    def dispatch(self, message):
        try:
            receivers = device.dispatchReceiverCount()
            if receivers > 0:
                frames = split_message(message, self.next_number(), BETWEEN)
                for k in range(min(receivers, 8)):
                    for frame in frames:
                        device.dispatch(k, 0xF0, frame)
        except Exception:
            pass

    # To the daemon

    def is_mapped(self, trigger, number, channel):
        return any(
            one[0] == trigger and one[1] == number and one[2] in (-1, channel) for one in self.map
        )

    def touch(self, midi):
        if midi[0] & 0xF0 == CONTROLLER:
            for message in self.waiting:
                # only a knob's newest position counts
                if message.get("do") == "touch" and message["midi"][:2] == midi[:2]:
                    message["midi"] = midi
                    return
        self.put({"do": "touch", "midi": midi})

    def look(self, now):
        found = self.project.look()
        if self.idle_s is not None or now - self.started_s > IDLE_S:
            found["idle"] = 1 if self.idle_s is not None and now - self.idle_s < IDLE_S else 0
        changed = {name: value for name, value in found.items() if self.told.get(name) != value}
        for name in self.told:
            if name not in found:
                changed[name] = None
        if changed:
            self.told = found
            self.tell_context(changed)
        for prompt in self.names.look():
            self.put({"do": "make", "prompt": prompt})

    def tell_context(self, changed):
        for message in self.waiting:
            if message.get("do") == "context":
                message.update(changed)
                return
        self.put(dict(changed, do="context"))

    def put(self, message):
        if message["do"] in ("touch", "make"):
            if len(self.waiting) >= MOST_WAITING:
                return
            self.count += 1
            message.update(n=self.count, nonce=self.nonce)
        self.waiting.append(message)

    def next_number(self):
        self.number = self.number % 127 + 1
        return self.number

    def send_one(self, now):
        """Send one frame: an acknowledgement, else a repeat, else the next one."""
        if now < self.output_s:
            return
        if self.acks:
            number, seq = self.acks[0]
            more = min(len(self.acks) - 1 + len(self.parts) + len(self.waiting), 127)
            if self.send(frame_bytes(TO_DAEMON, ACK, number, seq, more), now):
                self.acks.pop(0)
            return
        if self.heard_s is None or now - self.heard_s > SILENCE_S:
            return
        way = self.on_its_way
        if way is not None:
            if now - way[1] < RESEND_S:
                return
            if way[2] < MOST_TRIES:
                way[1] = now
                way[2] += 1
                self.send(way[0], now)
                return
            self.on_its_way = None
            self.parts = []
            self.told = {}          # the daemon may have missed it: send everything again
        if not self.parts and self.waiting:
            self.parts = split_message(self.waiting.pop(0), self.next_number(), TO_DAEMON)
        if self.parts:
            self.on_its_way = [self.parts.pop(0), now, 1]
            self.send(self.on_its_way[0], now)

    def send(self, frame, now):
        try:
            device.midiOutSysex(frame)
            return True
        except Exception:
            # no output is linked to this port number (TypeError), or the port has gone
            self.output_s = now + NO_OUTPUT_S
            return False

    # To the user

    def set_hint(self, text, now):
        self.hint = [text[:200], now + HINT_S, now - HINT_AGAIN_S]

    def show_hint(self, now):
        if self.hint is not None and now - self.hint[2] >= HINT_AGAIN_S:
            text, until, _ = self.hint
            self.hint = [text, until, now] if now < until else None
            try:
                ui.setHintMsg(text)
            except Exception:
                self.hint = None


_script = None


def _safely(name, *arguments):
    """Call a method; no error leaves it, for FL disables a script that raises."""
    try:
        if _script is not None:
            getattr(_script, name)(*arguments)
    except Exception:
        pass


def OnInit():
    global _script
    try:
        _script = Script()
    except Exception:
        _script = None


def OnDeInit():
    _safely("on_end")


def OnIdle():
    _safely("on_idle")


def OnProjectLoad(status):
    _safely("on_load", status)


def OnMidiIn(msg):
    _safely("pump")


def OnMidiMsg(msg):
    _safely("on_midi", msg)


def OnSysEx(msg):
    _safely("on_sysex", msg)


def OnRefresh(flags):
    _safely("pump")


def OnUpdateBeatIndicator(value):
    _safely("pump")


def OnDirtyChannel(index, flag=0):
    _safely("pump")


def OnDirtyMixerTrack(index):
    _safely("pump")
