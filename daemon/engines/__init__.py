"""Engines, which make takes. Descriptions are light; heavy imports happen in a child process."""
