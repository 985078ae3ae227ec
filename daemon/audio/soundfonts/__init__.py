"""Sampled instruments in files: SoundFonts (SF2, SF3) and SFZ, read and played note by note."""
