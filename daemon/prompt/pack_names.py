"""Names of samples and packs (`XY_DrumLoop_174_Gm`, `Brand - 808 (C#)`): made readable."""

from __future__ import annotations

from daemon.prompt.patterns import pattern

#: Words that pack names write as one.
_GLUED = (
    r"(?<![^\W\d_])(drum|rim|snare|hat|hihat|perc|bass|synth|vocal|guitar|piano|vinyl|clap|top|"
    r"melody|chord|lead|pad|arp|kick|shaker|conga|fx)"
    r"(loops?|stop|fills?|shots?|hits?|breaks?)(?![^\W\d_])"
)


def is_pack_name(text: str) -> bool:
    """Whether a text is a sample's name: parts joined by `_`, or a few words with a dash."""
    said = text.strip()
    if pattern(r"[^\W_]_[^\W_]").search(said):
        return len(said.split()) <= 4
    if not pattern(r"\s").search(said):
        return bool(pattern(r"[^\W_]+-\d{2,3}(?:-|$)").match(said))
    if pattern(r"(?:[A-Z][\w&]*\s){1,3}(?:0\d{1,2}|[1-5]?\d)", 0).fullmatch(said):
        return True
    return bool(pattern(r"[\w&.']+(?:\s[\w&.']+){0,2}\s-\s[^,;.]{1,50}").fullmatch(said))


def readable(text: str) -> str:
    """The name with blanks in place of `_`, `-` or a capital. A sentence stays as it is."""
    if not is_pack_name(text):
        return text
    said = pattern(r"_").sub(" ", text)
    said = pattern(r"(?<=[^\W_])-(?=\d{2,3}(?:\D|$))|(?<=\d)-(?=[^\W\d_])").sub(" ", said)
    said = pattern(r"(?<=[a-z])(?=[A-Z][a-z])", 0).sub(" ", said)
    said = pattern(_GLUED).sub(r"\1 \2", said)
    return pattern(r" {2,}").sub(" ", said)
