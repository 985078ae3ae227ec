"""The sections of those who do the work: engines, services, servers, boxes, own workers."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from daemon.engines.local import models as local_models
from daemon.engines.remote import boxes
from daemon.engines.replicate import painters as replicate_painters
from daemon.engines.replicate.models import merged
from daemon.engines.servers import table as servers
from daemon.home.addresses import may_be_asked, may_have_secret
from daemon.settings.section import Section


class EnginesSettings(Section):
    order: tuple[str, ...] = Field(
        ("embedded", "local"),
        description="Preference of `auto`: the first that is ready and can serves;"
        " local: all that run here.",
    )
    allow: Literal["any", "commercial"] = Field(
        "any", description="commercial: only engines whose licence lets you sell what they make."
    )


class SpendSettings(Section):
    per_day_usd: Annotated[float, Field(ge=0, le=10000)] = Field(
        2.0, description="Daily cap of hosted engines."
    )
    per_request_usd: Annotated[float, Field(ge=0, le=10000)] = Field(
        1.0, description="A request that would cost more is refused."
    )
    auto: bool = Field(
        False, description="Let `auto` take engines that cost money; else they must be named."
    )
    retry: bool = Field(
        False,
        description="Buy another take where one was refused as silent,"
        " cut short or without a beat.",
    )


class ReplicateSettings(Section):
    base_url: str | None = Field(
        None,
        description="Its address. Empty: as REPLICATE_BASE_URL in the environment says, else"
        " https://api.replicate.com. The token is never in here: see docs/hosted.md.",
    )
    at_once: Annotated[int, Field(ge=1, le=50)] = Field(
        4, description="Predictions under way at once."
    )
    deadline_s: Annotated[float, Field(ge=5, le=1800)] = Field(
        900.0, description="Timeout of a prediction in seconds."
    )
    models: dict[str, dict[str, Any]] = Field(
        {}, description="Models of yours, or changes to ours, by engine name: see docs/hosted.md."
    )
    painters: dict[str, dict[str, Any]] = Field(
        {}, description="Models that paint, yours or changes to ours, by name: see docs/video.md."
    )

    @field_validator("base_url")
    @classmethod
    def is_safe(cls, url: str | None) -> str | None:
        if url and not may_have_secret(url):
            raise ValueError(
                "give an https:// address, since the token goes there;"
                " http:// is for this machine alone"
            )
        return url

    @field_validator("models")
    @classmethod
    def models_are_whole(cls, models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: merged(name, entry) for name, entry in models.items()}

    @field_validator("painters")
    @classmethod
    def painters_are_whole(cls, painters: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: replicate_painters.merged(name, entry) for name, entry in painters.items()}


class LocalSettings(Section):
    folder: str | None = Field(
        None,
        description="The folder of your own models, a folder each."
        " Empty: `models` in the state folder. See docs/local.md.",
    )
    device: Literal["auto", "cuda", "mps", "cpu"] = Field(
        "auto", description="What they run on. auto: a graphics card if there."
    )
    half: Literal["auto", "on", "off"] = Field(
        "auto", description="Weights in 16 bits: auto does so on a CUDA card."
    )
    idle_s: Annotated[float, Field(ge=1, le=86400)] = Field(
        600.0, description="Idle timeout in seconds, after which a model is unloaded."
    )
    models: dict[str, dict[str, Any]] = Field(
        {}, description="Models of yours, or changes to ours, by engine name: see docs/local.md."
    )

    @field_validator("models")
    @classmethod
    def models_are_whole(cls, models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: local_models.merged(name, entry) for name, entry in models.items()}


class ServersSettings(Section):
    timeout_s: Annotated[float, Field(ge=5, le=86400)] = Field(
        1800.0, description="Timeout of a take in seconds: the first one loads gigabytes."
    )
    engines: dict[str, dict[str, Any]] = Field(
        {},
        description="Servers of yours, or changes to ours, by engine name: see docs/servers.md.",
    )

    @field_validator("engines")
    @classmethod
    def entries_are_whole(cls, engines: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: servers.merged(name, entry) for name, entry in engines.items()}


class SplitSettings(Section):
    separator: Literal["auto", "demucs-ft", "demucs", "demucs-onnx", "spleeter", "own"] = Field(
        "auto",
        description="Who takes a mix apart where a request does not say: the best that is here,"
        " or one by name; see docs/apart.md.",
    )


class ImproveSettings(Section):
    prompts: Literal["off", "on", "ask"] = Field(
        "off",
        description="Have a language model improve every prompt; ask: shown first."
        " A request's own `improve` wins.",
    )
    base_url: str | None = Field(
        None,
        description="OpenAI, or a server with its API, as http://127.0.0.1:11434/v1 for Ollama."
        " Empty: as OPENAI_BASE_URL in the environment says, else OpenAI."
        " The key is never in here.",
    )
    speaks: Literal["openai", "replicate"] = Field(
        "openai",
        description="replicate: a model of Replicate's, such as openai/gpt-4o;"
        " base_url is then Replicate's.",
    )
    model: str = Field("gpt-4o", description="The model's name there.")
    timeout_s: Annotated[float, Field(ge=1, le=600)] = Field(
        40.0, description="Timeout in seconds; then the rules serve instead."
    )
    price: (
        tuple[Annotated[float, Field(ge=0, le=1000)], Annotated[float, Field(ge=0, le=1000)]] | None
    ) = Field(
        None,
        description="USD for a million tokens, input and output, as [2.5, 10]."
        " Empty: as known; near servers: nothing.",
    )

    @field_validator("prompts", mode="before")
    @classmethod
    def yaml_words(cls, said: Any) -> Any:
        return {True: "on", False: "off"}.get(said, said) if isinstance(said, bool) else said

    @field_validator("base_url")
    @classmethod
    def is_safe(cls, url: str | None) -> str | None:
        if url and not may_be_asked(url):
            raise ValueError(
                "give an https:// address; http:// is for this machine and its own network"
            )
        return url


class RemoteSettings(Section):
    name: str = Field(description="As `sidecrate boxes pair` called it.")
    address: str | None = Field(
        None, description="host:port, where the box has moved since it was paired."
    )
    verbs: tuple[Literal["split", "transcribe", "master"], ...] = Field(
        (), description="What it does beside takes: split, transcribe, master."
    )

    @field_validator("name")
    @classmethod
    def is_a_name(cls, name: str) -> str:
        return boxes.check_name(name)

    @field_validator("address")
    @classmethod
    def names_a_port(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(r"[^\s/@]{1,253}:\d{1,5}", address):
            raise ValueError("give host:port, as in 192.168.1.20:9143")
        return address


class WorkersSettings(Section):
    count: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Clips made at once. More than 2 is for a server: each takes a core."
    )
    idle_s: Annotated[float, Field(ge=1, le=3600)] = Field(
        120.0, description="Idle timeout in seconds, after which a worker process ends."
    )
    deadline_s: Annotated[float, Field(ge=5, le=7200)] = Field(
        300.0, description="Timeout of one clip in seconds."
    )
    tries: Annotated[int, Field(ge=1, le=10)] = Field(
        3, description="How often a clip is tried when a worker dies."
    )
    remote: tuple[RemoteSettings, ...] = Field(
        (),
        description="Boxes that may be used unasked, the nearest first: a name, or"
        " {name: studio-pc, address: 192.168.1.20:9143, verbs: [split]}; see docs/worker.md.",
    )

    @field_validator("remote", mode="before")
    @classmethod
    def names_alone(cls, said: Any) -> Any:
        if not isinstance(said, list | tuple):
            return said
        return [{"name": one} if isinstance(one, str) else one for one in said]
