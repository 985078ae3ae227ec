"""What FL asks of the script's source, and whether the fakes here are like FL's modules."""

from __future__ import annotations

import ast
import importlib
import inspect

import pytest

from bridge.fl.link import ACK, BETWEEN, DATA, MAGIC, MAX_FRAME, MAX_PARTS, MAX_PAYLOAD, PING, TO_DAEMON, TO_FL, VERSION
from bridge.fl.piano_roll import page
from tests.fl_studio_scripts.fl_studio import ALLOWED, FL_MODULES, SCRIPT, Fl

SOURCE = SCRIPT.read_bytes()
TREE = ast.parse(SOURCE, feature_version=(3, 9))
PIANO_ROLL = SCRIPT.with_name("Sidecrate.pyscript")


def test_the_source_is_ascii_and_of_python_3_9():
    for path in (SCRIPT, PIANO_ROLL):
        path.read_bytes().decode("ascii")
        ast.parse(path.read_bytes(), feature_version=(3, 9))
        assert b"\t" not in path.read_bytes() and b"\r" not in path.read_bytes()


def test_the_header_is_the_one_that_fl_looks_for():
    lines = SOURCE.decode().splitlines()
    assert lines[0] == "# name=Sidecrate"
    assert "# supportedHardwareIds=7D 53 43" in lines[:6] and "# receiveFrom=Sidecrate" in lines[:6]


def test_only_what_fl_has_is_imported_and_no_file_or_path_is_touched():
    imported = {alias.name for node in ast.walk(TREE) if isinstance(node, ast.Import) for alias in node.names}
    assert not [node for node in ast.walk(TREE) if isinstance(node, ast.ImportFrom)]
    assert imported <= ALLOWED | FL_MODULES
    names = {node.id for node in ast.walk(TREE) if isinstance(node, ast.Name)}
    assert not names & {"__file__", "open", "print", "exec", "eval", "__import__"}


def test_what_crashes_fl_is_not_called():
    called = {node.attr for node in ast.walk(TREE) if isinstance(node, ast.Attribute)}
    assert not called & {"isMidiOutAssigned", "showNotification", "midiId"}


def test_script_and_daemon_hold_the_same_frame():
    space = Fl().globals
    ours = {
        "VERSION": VERSION, "MAGIC": MAGIC, "TO_FL": TO_FL, "TO_DAEMON": TO_DAEMON, "BETWEEN": BETWEEN, "PING": PING, "ACK": ACK,
        "DATA": DATA, "MAX_FRAME": MAX_FRAME, "MAX_PAYLOAD": MAX_PAYLOAD, "MAX_PARTS": MAX_PARTS,
    }  # fmt: skip
    assert {name: space[name] for name in ours} == ours


def test_the_piano_roll_script_is_current():
    assert PIANO_ROLL.read_text(encoding="ascii") == page([])


def test_the_fakes_are_called_as_fl_is():
    pytest.importorskip("flpianoroll", reason="fl-studio-api-stubs is not installed")
    fl = Fl()
    for name, module in fl.modules().items():
        real = importlib.import_module(name)
        for function in (one for one in vars(module) if not one.startswith("_")):
            if (name, function) == ("general", "getProjectTitle"):
                continue  # there in FL, not in the stubs
            ours, theirs = inspect.signature(getattr(module, function)), inspect.signature(getattr(real, function))
            plain = [(p.name, p.kind, p.default) for p in ours.parameters.values()]
            assert plain == [(p.name, p.kind, p.default) for p in theirs.parameters.values()], f"{name}.{function}"


def test_every_callback_has_fls_arguments():
    callbacks = pytest.importorskip(
        "build_lib.midi_controller_scripting.callbacks", reason="fl-studio-api-stubs is not installed"
    )
    ours = {
        node.name: [a.arg for a in node.args.args]
        for node in TREE.body
        if isinstance(node, ast.FunctionDef) and node.name[:2] == "On"
    }
    for name, arguments in ours.items():
        theirs = list(inspect.signature(getattr(callbacks, name)).parameters)
        assert arguments[: len(theirs)] == theirs, name
