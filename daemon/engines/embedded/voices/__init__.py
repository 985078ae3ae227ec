"""Instruments: each voice renders one note to samples."""
