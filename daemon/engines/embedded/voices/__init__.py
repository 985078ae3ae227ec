"""The instruments: each voice turns one note into samples."""
