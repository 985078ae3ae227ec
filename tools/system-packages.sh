#!/bin/sh
# The system's packages that the tests and the demo use. Installed with apt-get as root or with
# sudo; elsewhere named. Sidecrate itself needs none of them: its Python packages bring their own
# libraries.
set -eu

missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need rubberband rubberband-cli
need oscsend liblo-tools
need jackd jackd2
need jack_midi_clock jack-midi-clock
need ffprobe ffmpeg
need sox sox
need mediainfo mediainfo
need flac flac
need lame lame
need ogginfo vorbis-tools
need fluidsynth fluidsynth
[ "$(uname)" != Linux ] || need cc "gcc libc6-dev"
[ "$(uname)" != Linux ] || need ip iproute2
need lua5.4 lua5.4
need ardour7-lua ardour
need Xvfb xvfb
need xdotool xdotool
need lmms lmms
need pd puredata-core
need sclang supercollider-language
need node nodejs
need npm npm
need chromium chromium
need firefox-esr firefox-esr
if [ "$(uname)" = Linux ] && ! ldconfig -p 2>/dev/null | grep -q libportaudio.so.2; then
    missing="$missing libportaudio2"
fi
if [ "$(uname)" = Linux ] && [ ! -d /usr/lib/sonic-pi/app/server/ruby ]; then
    missing="$missing sonic-pi-server"
fi
if [ "$(uname)" = Linux ] && [ ! -e /usr/share/sounds/sf2/TimGM6mb.sf2 ]; then
    missing="$missing timgm6mb-soundfont"
fi
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        as_root="none"
    fi
    if [ "$as_root" != none ]; then
        $as_root apt-get update -qq >/dev/null
        export DEBIAN_FRONTEND=noninteractive
        # shellcheck disable=SC2086
        if $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
            exit 0
        fi
    fi
fi
echo "Some tests will be skipped, and the demo may miss a door, without:$missing" >&2
