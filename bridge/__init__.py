"""How a DAW talks to us: doors, their formats, and the words they share. Imports nothing from `daemon`."""
