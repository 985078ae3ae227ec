"""Boxes: other machines that run `sidecrate worker`, and make takes for this one."""
