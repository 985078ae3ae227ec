"""The tools, resources and prompts as a server of the Model Context Protocol."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import jsonschema
from mcp import types
from mcp.server import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from bridge.errors import SidecrateError
from daemon.mcp.calls import Calls, Told
from daemon.mcp.context import PROMPTS, RESOURCES, SCHEME, TEMPLATES, Prompt, read_resource
from daemon.mcp.house import House
from daemon.mcp.shapes import clip_line
from daemon.mcp.tools import INSTRUCTIONS, Tool, tool_table
from daemon.version import __version__

log = logging.getLogger(__name__)

Context = ServerRequestContext[Any, Any]
_MIME = {".wav": "audio/wav", ".mid": "audio/midi", ".flac": "audio/flac", ".mp3": "audio/mpeg",
         ".ogg": "audio/ogg", ".aiff": "audio/aiff", ".zip": "application/zip"}  # fmt: skip
#: The newest clips listed as resources.
_MOST_LISTED = 10


def make_server(house: House) -> Server[Any]:
    """A server over a house, for any transport."""
    calls = Calls(house)

    async def list_tools(ctx: Context, params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(one) for one in tool_table().values()])

    async def call_tool(ctx: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await _called(calls, ctx, params.name, params.arguments or {})

    async def list_resources(ctx: Context, params: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=_resources(house))

    async def list_templates(ctx: Context, params: Any) -> types.ListResourceTemplatesResult:
        templates = [
            types.ResourceTemplate(
                uri_template=SCHEME + address,
                name=name,
                description=about,
                mime_type="application/json",
            )
            for address, name, about in TEMPLATES
        ]
        return types.ListResourceTemplatesResult(resource_templates=templates)

    async def read(
        ctx: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(params.uri)
        try:
            text = await read_resource(house, uri)
        except SidecrateError as error:
            raise MCPError(code=types.INVALID_PARAMS, message=error.text) from None
        content = types.TextResourceContents(uri=uri, mime_type="application/json", text=text)
        return types.ReadResourceResult(contents=[content])

    async def list_prompts(ctx: Context, params: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[_prompt(one) for one in PROMPTS.values()])

    async def get_prompt(ctx: Context, params: types.GetPromptRequestParams) -> Any:
        return _prompted(params.name, params.arguments or {})

    return Server(
        "sidecrate",
        version=__version__,
        title="Sidecrate",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
    )


def _tool(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        description=tool.about,
        input_schema=tool.schema,
        annotations=types.ToolAnnotations(
            read_only_hint=tool.read_only,
            destructive_hint=tool.destructive,
            open_world_hint=tool.costs_money,
        ),
        **({"_meta": {"sidecrate/costsMoney": True}} if tool.costs_money else {}),
    )


def _unknown_text(tool: Tool, name: str) -> str:
    """What is said of an argument that a tool does not have, and where the name belongs."""
    holders = [
        holder
        for holder, schema in tool.properties.items()
        if name in schema.get("items", {}).get("properties", {})
    ]
    inside = f"; {name} belongs into each of {holders[0]}" if holders else ""
    takes = ", ".join(tool.properties) or "nothing"
    return f"{tool.name} has no argument {name}; it takes {takes}{inside}"


async def _called(
    calls: Calls, ctx: Context, name: str, given: Mapping[str, Any]
) -> types.CallToolResult:
    async def tell(done: float, of: float, words: str) -> None:
        await ctx.session.report_progress(done, of, words)

    tool = tool_table().get(name)
    if tool is None:
        return _wrong(f"there is no tool {name}; there are {', '.join(tool_table())}")
    if unknown := [one for one in given if one not in tool.properties]:
        return _wrong(_unknown_text(tool, unknown[0]))
    try:
        jsonschema.validate(dict(given), tool.schema)
        return _told(await calls.call(name, given, tell))
    except jsonschema.ValidationError as error:
        where = ".".join(str(one) for one in error.absolute_path)
        return _wrong(f"{where}: {error.message}" if where else error.message)
    except SidecrateError as error:
        return _wrong(error.text, error.code)
    except Exception as error:
        # without this a host shows `internal server error`, and nobody knows what to do
        log.exception("tool %s", name)
        what = f"{type(error).__name__}: {error}"
        return _wrong(f"{name} hit a fault of Sidecrate's own ({what}); try otherwise", "internal")


def _told(told: Told) -> types.CallToolResult:
    """The answer as data, and in short text with links for hosts that show no data."""
    shapes = told.values.get("clips", [])
    rest = {name: value for name, value in told.values.items() if name != "clips"}
    lines = [clip_line(one) for one in shapes]
    if rest:
        lines.append(json.dumps(rest, ensure_ascii=False))
    content: list[Any] = [types.TextContent(text="\n".join(lines) or "nothing found")]
    content += [
        types.ResourceLink(
            uri=path.as_uri(),
            name=path.name,
            mime_type=_MIME.get(path.suffix.lower(), "application/octet-stream"),
        )
        for path in told.files
    ]
    return types.CallToolResult(content=content, structured_content=told.values)


def _wrong(text: str, code: str = "bad_request") -> types.CallToolResult:
    """A refusal that a model can read and mend."""
    return types.CallToolResult(
        content=[types.TextContent(text=text)], structured_content={"code": code}, is_error=True
    )


def _resources(house: House) -> list[types.Resource]:
    fixed = [
        types.Resource(uri=SCHEME + address, name=name, description=about, mime_type=_JSON)
        for address, name, about in RESOURCES
    ]
    if not house.places.library.exists():
        return fixed
    from daemon.library.filters import Filters

    rows = house.library.search(Filters(limit=_MOST_LISTED)).clips
    return fixed + [
        types.Resource(uri=f"{SCHEME}clip/{row['id']}", name=row["name"], mime_type=_JSON)
        for row in rows
    ]


_JSON = "application/json"


def _prompt(prompt: Prompt) -> types.Prompt:
    first = next(iter(prompt.arguments))
    return types.Prompt(
        name=prompt.name,
        description=prompt.about,
        arguments=[
            types.PromptArgument(name=name, description=about, required=name == first)
            for name, about in prompt.arguments.items()
        ],
    )


def _prompted(name: str, given: Mapping[str, str]) -> types.GetPromptResult:
    prompt = PROMPTS.get(name)
    if prompt is None:
        text = f"there is no prompt {name}; there are {', '.join(PROMPTS)}"
        raise MCPError(code=types.INVALID_PARAMS, message=text)
    first = next(iter(prompt.arguments))
    if not given.get(first):
        text = f"{name} needs {first}: {prompt.arguments[first]}"
        raise MCPError(code=types.INVALID_PARAMS, message=text)
    message = types.PromptMessage(role="user", content=types.TextContent(text=prompt.text(given)))
    return types.GetPromptResult(description=prompt.about, messages=[message])
