"""The hosted models as data: what each makes, takes, costs and allows.

A new one is an entry here, or in the config under `replicate.models`. In `input`, a value `{name}`
stands for a value of the brief. An input without a value is left out. The names:

words            the prompt without tempo and key
prompt           the prompt with key and tempo in words
seconds          the length with room for choosing bars
seed             31 bits, never 0
reference_url    of a reference
continues        whether the reference is to be continued
lyrics_or_inst   the lyrics, or the mark for none
negative, bpm, takes, lyrics

Prices are from memory of Replicate's price list, by the hardware each model runs on. The config
can set others.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from daemon.engines.contract import EngineInfo, Price
from daemon.home.addresses import may_have_secret
from daemon.home.keys import has_secret

TOKEN = "REPLICATE_API_TOKEN"
#: Replicate's own variable for its address, where the config has none.
URL_VARIABLE = "REPLICATE_BASE_URL"
URL = "https://api.replicate.com"

#: USD per second of the machines that the models run on.
_A100_USD = 0.0014
_L40S_USD = 0.000975
_T4_USD = 0.000225
#: Licences of several models, by their SPDX identifiers.
_NC = "CC-BY-NC-4.0"
_SA_NC = "CC-BY-NC-SA-4.0"

MODELS: dict[str, dict[str, Any]] = {
    "musicgen-looper": {
        "model": "andreasjansson/musicgen-looper",
        "version": "f8140d0457c2b39ad8728a80736fea9a67a0ec0cd37b35f40b68cce507db2366",
        "title": "MusicGen, made to loop at a tempo",
        "kinds": ["loop"],
        "license": _NC,
        "commercial": False,
        "max_seconds": 20.0,
        "channels": 1,
        "conditioning": ["tempo"],
        "takes_at_once": 20,
        "price": {"per_second_usd": _A100_USD, "usual_s": 15.0, "usual_take_s": 12.0},
        "seconds": {"least": 2, "most": 20, "whole": True},
        "input": {
            "prompt": "{words}", "bpm": "{bpm}", "variations": "{takes}", "max_duration": "{seconds}", "seed": "{seed}",
            "model_version": "large", "output_format": "wav",
        },
    },
    "flux-music": {
        "model": "zsxkib/flux-music",
        "version": "eebfed4a1749bb1172f005f71fac5a1e0377502ec149c9d02b56ac1de3aa9f07",
        "title": "FluxMusic, short instrumental pieces",
        "kinds": ["track"],
        "license": _SA_NC,
        "commercial": False,
        "max_seconds": 600.0,
        "channels": 1,
        "conditioning": [],
        "price": {"per_second_usd": _L40S_USD, "usual_s": 40.0},
        "input": {"prompt": "{prompt}", "negative_prompt": "{negative}", "seed": "{seed}", "save_spectrogram": False},
    },
    "stable-audio-open": {
        "model": "stackadoc/stable-audio-open-1.0",
        "version": "9aff84a639f96d0f7e6081cdea002d15133d0043727f849c40abdd166b7c75a8",
        "title": "Stable Audio Open, one-shots, effects and loops",
        "kinds": ["oneshot", "sfx", "loop"],
        "license": "Stability AI Community License",
        "commercial": False,
        "max_seconds": 45.0,
        "channels": 2,
        "conditioning": [],
        "price": {"per_second_usd": _A100_USD, "usual_s": 20.0},
        "seconds": {"least": 1, "most": 47, "whole": True},
        "input": {
            "prompt": "{prompt}", "negative_prompt": "{negative}", "seconds_total": "{seconds}", "seed": "{seed}",
            "batch_size": 1,
        },
    },
    "musicgen": {
        "model": "meta/musicgen",
        "version": "671ac645ce5e552cc63a54a2bbff63fcf798043055d2dac5fc9e36a837eedcfb",
        "title": "MusicGen, after a melody or going on from a clip",
        "kinds": ["loop", "track"],
        "license": _NC,
        "commercial": False,
        "max_seconds": 30.0,
        "channels": 2,
        "conditioning": ["melody", "continuation"],
        "price": {"per_second_usd": _A100_USD, "usual_s": 55.0},
        "seconds": {"least": 2, "most": 30, "whole": True},
        "input": {
            "prompt": "{prompt}", "duration": "{seconds}", "seed": "{seed}", "model_version": "stereo-melody-large",
            "input_audio": "{reference_url}", "continuation": "{continues}", "output_format": "wav",
            "normalization_strategy": "loudness",
        },
    },
    "audiogen": {
        "model": "sepal/audiogen",
        "version": "",
        "title": "AudioGen, effects",
        "kinds": ["sfx", "oneshot"],
        "license": _NC,
        "commercial": False,
        "max_seconds": 10.0,
        "channels": 1,
        "conditioning": [],
        "price": {"per_second_usd": _T4_USD, "usual_s": 30.0},
        "seconds": {"least": 1, "most": 10, "whole": True},
        "input": {"prompt": "{words}", "duration": "{seconds}", "output_format": "wav"},
    },
    "ace-step": {
        "model": "lucataco/ace-step",
        "version": "280fc4f9ee507577f880a167f639c02622421d8fecf492454320311217b688f1",
        "title": "ACE-Step, songs with or without words",
        "kinds": ["vocal", "track"],
        "license": "Apache-2.0",
        "commercial": True,
        "max_seconds": 240.0,
        "channels": 2,
        "conditioning": ["lyrics"],
        "price": {"per_second_usd": _L40S_USD, "usual_s": 30.0},
        "seconds": {"least": 1, "most": 240, "whole": True},
        "input": {"tags": "{prompt}", "lyrics": "{lyrics_or_inst}", "duration": "{seconds}", "seed": "{seed}"},
    },
    "music-1.5": {
        "model": "minimax/music-1.5",
        "version": "",
        "official": True,
        "title": "MiniMax Music 1.5, songs with sung words",
        "kinds": ["vocal"],
        "license": "MiniMax terms of service",
        "commercial": True,
        "max_seconds": 240.0,
        "channels": 2,
        "conditioning": ["lyrics"],
        "price": {"per_take_usd": 0.03},
        "lengths": {"prompt": [10, 300], "lyrics": [10, 600]},
        "input": {
            "prompt": "{prompt}", "lyrics": "{lyrics}", "audio_format": "mp3", "sample_rate": 44100, "bitrate": 256000,
        },
    },
    "lyria-2": {
        "model": "google/lyria-2",
        "version": "",
        "official": True,
        "title": "Lyria 2, instrumental pieces of 30 s",
        "kinds": ["track", "loop"],
        "license": "Google terms of service",
        "commercial": True,
        "max_seconds": 30.0,
        "channels": 2,
        "conditioning": [],
        "price": {"per_take_usd": 0.06},
        "input": {"prompt": "{prompt}", "negative_prompt": "{negative}", "seed": "{seed}"},
    },
}  # fmt: skip


def find_url(configured: str | None) -> str:
    """The address of the service, by the rules of Replicate's own client."""
    return configured or os.environ.get(URL_VARIABLE, "").strip() or URL


def address_fault(url: str) -> str | None:
    """Why the token may not be sent to an address, and the mend; None where it may."""
    if may_have_secret(url):
        return None
    where = f"replicate.base_url or, where that is empty, in the environment's {URL_VARIABLE}"
    return (
        f"Replicate's address {url.rpartition('@')[2]!r} is not allowed, since the token goes"
        " there; give an"
        f" https:// address in {where}; http:// is for this machine alone"
    )


def describe(
    name: str, entry: Mapping[str, Any], service: Mapping[str, Any] | None = None
) -> EngineInfo:
    """An entry as an engine. `service`: the config's section on Replicate itself, for the maker."""
    return EngineInfo(
        name=name,
        title=entry["title"],
        maker="daemon.engines.replicate.run:make",
        kinds=tuple(entry["kinds"]),
        license=entry["license"],
        commercial=bool(entry["commercial"]),
        model=entry["model"],
        version=entry["version"],
        max_seconds=float(entry["max_seconds"]),
        channels=int(entry["channels"]),
        conditioning=tuple(entry["conditioning"]),
        price=Price(**entry["price"]),
        runs="hosted",
        takes_at_once=int(entry.get("takes_at_once", 1)),
        spec={**entry, "service": dict(service or {})},
        deadline_s=float((service or {}).get("deadline_s", 900.0)),
        needs=_needs,
        check="daemon.engines.replicate.run:check",
    )


def _needs() -> str | None:
    if has_secret(TOKEN):
        return None
    return f"{TOKEN} is not set; set it in the environment, or by: sidecrate secret set {TOKEN}"


def merged(name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The table's entry with the config's changes, or an entry of the config's own.

    ValueError with the fault.
    """
    entry = {**MODELS.get(name, _NEW), **changes}
    unknown = sorted(set(changes) - set(_NEW) - {"official", "takes_at_once", "lengths"})
    if unknown:
        raise ValueError(
            f"{name}: {unknown[0]} is not known; a model takes {', '.join(sorted(_NEW))}"
        )
    missing = [field for field in ("model", "kinds", "license", "input") if not entry[field]]
    if missing:
        raise ValueError(f"{name}: {missing[0]} is missing; see the models in docs/hosted.md")
    if "/" not in entry["model"]:
        raise ValueError(f"{name}: model: {entry['model']!r} is no owner/name")
    if not entry["title"]:
        entry["title"] = entry["model"]
    try:
        describe(name, entry)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise ValueError(
            f"{name}: it cannot be read ({error}); see the models in docs/hosted.md"
        ) from None
    return entry


#: The defaults of an entry of the config's own.
_NEW: dict[str, Any] = {
    "model": "",
    "version": "",
    "title": "",
    "kinds": [],
    "license": "",
    "commercial": False,
    "max_seconds": 30.0,
    "channels": 2,
    "conditioning": [],
    "price": {"per_second_usd": _A100_USD, "usual_s": 60.0},
    "seconds": {},
    "input": {},
}
