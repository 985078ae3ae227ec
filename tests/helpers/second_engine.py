"""The embedded engine under another name, where two engines are needed that may be offered to others."""

from dataclasses import replace

from daemon.engines.embedded import INFO as EMBEDDED

INFO = replace(EMBEDDED, name="second")
