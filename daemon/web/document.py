"""The API's document (OpenAPI 3.1): names, typed answers, errors, the way in, and the address.

FastAPI describes what goes in. This adds what comes out, so that a client can be generated.
"""

from __future__ import annotations

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bridge.verbs import VERBS
from daemon.web import answers as a
from daemon.web.access import COOKIE

_SCHEMAS = "#/components/schemas/"
#: Shapes of refusals that are never sent: `Refused` stands for them.
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")
#: Each operation's name in generated clients, and the shape of its answer.
OPERATIONS: dict[str, tuple[str, type[BaseModel] | None]] = {
    "GET /clips": ("search_clips", a.Clips),
    "GET /facets": ("list_facets", a.Facets),
    "GET /clips/{clip}": ("get_clip", a.Clip),
    "PATCH /clips/{clip}": ("mark_clip", a.Clip),
    "DELETE /clips/{clip}": ("trash_clip", a.Told),
    "GET /clips/{clip}/audio": ("get_clip_audio", None),
    "GET /clips/{clip}/peaks": ("get_clip_peaks", a.Peaks),
    "GET /clips/{clip}/picture": ("get_clip_picture", None),
    "GET /clips/{clip}/notes": ("get_clip_notes", a.ClipNotes),
    "GET /clips/{clip}/chords": ("get_clip_chords", a.ClipChords),
    "PUT /clips/{clip}/notes": ("change_clip_notes", a.NotesChanged),
    "GET /clips/{clip}/family": ("get_family", a.Family),
    "GET /clips/{clip}/stems": ("list_stems", a.Names),
    "GET /clips/{clip}/stems/{part}": ("get_stem", None),
    "GET /map": ("map_clips", a.SoundMap),
    "POST /best": ("choose_best", a.Best),
    "GET /taste": ("get_taste", a.Tastes),
    "GET /tunable": ("list_tunable", a.TunableModels),
    "GET /taught": ("list_taught", a.TaughtEngines),
    "GET /taught/{engine}/preview": ("hear_taught", None),
    "GET /pads": ("get_pads", a.Pads),
    "PUT /pads": ("set_pads", a.Pads),
    "POST /performances": ("publish_performance", a.Clip),
    "PUT /clips/{clip}/correction": ("correct_clip", a.Clip),
    "DELETE /clips/{clip}/correction": ("forget_correction", a.Clip),
    "POST /clips/{clip}/keep": ("keep_clip", a.Told),
    "POST /clips/{clip}/again": ("make_clip_again", a.Accepted),
    "GET /steps": ("list_steps", a.StepKinds),
    "GET /plugins": ("list_plugins", a.PluginNames),
    "GET /plugins/{plugin}": ("get_plugin", a.Plugin),
    "POST /clips/{clip}/edits": ("edit_clip", a.Edited),
    "PATCH /clips/{clip}/edits/{step}": ("change_edit", a.Edited),
    "DELETE /clips/{clip}/edits/{step}": ("remove_edit", a.Edited),
    "POST /clips/{clip}/render": ("render_clip", a.Rendered),
    "POST /clips/{clip}/publish": ("publish_clip", a.Clip),
    "POST /clips/{clip}/instruments": ("add_instrument", a.Accepted),
    "POST /clips/{clip}/undo": ("undo_edit", a.Edited),
    "POST /clips/{clip}/redo": ("redo_edit", a.Edited),
    "POST /clips/{clip}/exports": ("export_clip", a.Exported),
    "POST /collections/{name}/exports": ("export_collection", a.Exported),
    "GET /exports/{export}": ("get_export", None),
    "GET /formats": ("list_formats", a.Names),
    "GET /collections": ("list_collections", a.Collections),
    "PATCH /collections/{name}": ("rename_collection", a.Collections),
    "DELETE /collections/{name}": ("delete_collection", a.Deleted),
    "PUT /collections/{name}/{clip}": ("collect_clip", a.Added),
    "DELETE /collections/{name}/{clip}": ("uncollect_clip", a.Removed),
    "GET /shares": ("list_shares", a.Shares),
    "POST /shares": ("share", a.Share),
    "DELETE /shares/{share}": ("revoke_share", a.Revoked),
    "POST /uploads": ("upload_file", a.Brought),
    "GET /profile": ("get_profile", a.Person),
    "POST /login": ("log_in", a.Person),
    "POST /logout": ("log_out", a.Person),
    "POST /profiles": ("add_profile", a.Person),
    "PUT /profile/password": ("change_password", a.Person),
    "GET /preferences": ("get_preferences", a.Preferred),
    "PUT /preferences": ("set_preferences", a.Preferred),
    "POST /requests": ("request_clips", a.Accepted),
    "POST /explain": ("explain_prompt", a.Explained),
    "GET /jobs": ("list_jobs", a.Jobs),
    "GET /jobs/{job}": ("get_job", a.Job),
    "DELETE /jobs/{job}": ("cancel_job", a.Told),
    "POST /jobs/{job}/answer": ("answer_proposal", a.Told),
    "GET /events": ("follow_events", None),
    "GET /session": ("get_session", a.Session),
    "PUT /session": ("pin_session", a.Pinned),
    "GET /engines": ("list_engines", a.Engines),
    "GET /spend": ("get_spend", a.Spend),
    "GET /settings": ("get_settings", a.SettingsInEffect),
    "GET /fields": ("list_fields", a.FieldRows),
    "GET /status": ("get_status", a.Status),
    "GET /daws": ("list_daws", a.Daws),
    "POST /daws/{daw}": ("install_for_daw", a.InstalledFiles),
    "GET /radio": ("get_radio", a.RadioNow),
    "POST /radio": ("begin_radio", a.RadioNow),
    "DELETE /radio": ("end_radio", a.RadioTold),
    "GET /radio/stream": ("get_radio_stream", None),
    "POST /radio/words": ("say_to_radio", a.RadioTold),
    "POST /radio/kept": ("keep_of_radio", a.RadioTold),
    "GET /films": ("list_films", a.Films),
    "GET /films/{film}/video": ("get_film", None),
    "GET /films/{film}/poster": ("get_film_poster", None),
    "GET /verbs": ("list_verbs", a.VerbRows),
    "GET /projects": ("list_projects", a.Projects),
    "POST /projects": ("begin_project", a.Project),
    "GET /projects/{project}": ("get_project", a.Project),
    "PUT /projects/{project}": ("change_project", a.Project),
    "POST /projects/{project}/run": ("run_project", a.Project),
    "DELETE /projects/{project}/run": ("stop_project", a.Project),
    "GET /projects/{project}/{step}/{piece}": ("get_piece", None),
    "DELETE /projects/{project}/{step}/{piece}": ("throw_piece_out", a.Project),
}
#: Answers that are no JSON.
_FILES: dict[str, tuple[str, ...]] = {
    "GET /clips/{clip}/audio": ("audio/wav", "audio/midi"),
    "GET /clips/{clip}/picture": ("image/png",),
    "GET /clips/{clip}/stems/{part}": ("audio/wav",),
    "GET /radio/stream": ("audio/mpeg", "audio/ogg"),
    "GET /taught/{engine}/preview": ("audio/wav",),
    "GET /films/{film}/video": ("video/mp4",),
    "GET /films/{film}/poster": ("image/png",),
    "GET /projects/{project}/{step}/{piece}": ("audio/wav", "image/png", "video/mp4"),
    "GET /exports/{export}": (
        "audio/wav", "audio/flac", "audio/mpeg", "audio/ogg", "audio/aiff", "audio/midi",
        "application/zip",
    ),
}  # fmt: skip
#: Refusals of every operation.
_ALWAYS = {
    400: "What was asked cannot be; `text` says what is allowed.",
    401: "No token, no cookie of a session, or no profile logged in.",
    403: "Another site's page asked, or what was asked is switched off.",
    421: "Another host's name.",
    500: "A fault of Sidecrate's own.",
    503: "The daemon did not answer.",
    504: "It took too long.",
}
#: Of those that take something; of those that name something, and of those that send something.
_TAKEN = {422: "A value is missing, misspelt or out of its range; `text` names it."}
_NAMED = {404: "There is nothing of that name.", 409: "It has ended.", 410: "Its file is gone."}
_SENT = {413: "Too large.", 415: "Of another type than this takes.", 429: "Too many."}


def describe(app: FastAPI, port: int) -> dict[str, Any]:
    """The document of an app whose routes lie under /api, served at `port` of this machine."""
    document = FastAPI.openapi(app)
    shapes = {shape.__name__: shape for _, shape in OPERATIONS.values() if shape}
    shapes |= {"Refused": a.Refused, "Accepted": a.Accepted}
    wanted: list[tuple[type[BaseModel], Literal["serialization"]]] = [
        (shapes[name], "serialization") for name in sorted(shapes)
    ]
    _, made = models_json_schema(wanted, ref_template=_SCHEMAS + "{model}")
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas.update(made["$defs"])
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    parts["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "The token in state/web/token, for scripts of this machine's user.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": COOKIE,
            "description": "The page's cookie, set by the link that `sidecrate open --page` gives.",
        },
    }
    document["security"] = [{"token": []}, {"session": []}]
    document["servers"] = [{"url": f"http://127.0.0.1:{port}", "description": "This machine"}]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _describe(f"{method.upper()} {path.removeprefix('/api')}", operation)
    return document


def _describe(name: str, operation: dict[str, Any]) -> None:
    method, path = name.split(" ", 1)
    verb = VERBS.get(path.removeprefix("/"))
    own = verb.name.replace("-", "_") if verb else ""
    operation_id, shape = OPERATIONS.get(name, (own, a.Accepted))
    operation["operationId"] = operation_id
    responses = operation["responses"]
    good = next(code for code in responses if code.startswith("2"))
    if name in _FILES:
        binary = {"schema": {"type": "string", "format": "binary"}}
        responses[good]["content"] = dict.fromkeys(_FILES[name], binary)
        part = {"description": "A part of it, asked for by Range"}
        responses["206"] = {**responses[good], **part}
    elif shape is None:
        responses[good]["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    else:
        schema = {"$ref": _SCHEMAS + shape.__name__}
        responses[good]["content"] = {"application/json": {"schema": schema}}
    refusals = dict(_ALWAYS)
    if "422" in responses:
        refusals |= _TAKEN
    if "{" in path or verb or "requestBody" in operation:
        refusals |= _NAMED
    if method != "GET":
        refusals |= _SENT
    for code, text in refusals.items():
        responses[str(code)] = {
            "description": text,
            "content": {"application/json": {"schema": {"$ref": f"{_SCHEMAS}Refused"}}},
        }
    operation["responses"] = dict(sorted(responses.items()))
