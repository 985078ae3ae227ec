"""Singers and speakers in a prompt's words, in several languages."""

from __future__ import annotations

from daemon.prompt.marked_text import MarkedText
from daemon.prompt.patterns import pattern

_SINGER = (
    r"(?<!\w)(?:vocal(?:s|ist|ists)?|vox|voices?|singers?|singing|"
    r"sings?|sung|sang|rapp(?:er|ers|ing|ed)"
    r"|raps?\b(?=\s+(?:about|over|on|verses?|vocals?|hook))|lyrics?|soprano|baritone|tenor(?!\s+sax)|crooner|crooning|"
    r"a\s?cap+ellas?|acc?apellas?|hum(?:s|med|ming)|ad-?\s?libs?|"
    r"beatbox(?:ing|er)?|chant(?:s|ing|ed)?|"
    r"yodel\w*|screaming|growls?|growling|"
    r"gesang|sänger(?:in)?|stimmen?|cantantes?|cantado|cantada|voz|voces|"
    r"vozes|cantora?|vocais|"
    r"chant(?:eur|euse|é|ée)|voix|voce|voci|canzone\s+cantata|вокал\w*|певец|певица|голос\w*)"
    r"(?!\w|-like)|ボーカル|歌声|歌手|歌詞"
)
_NOT_A_SINGER = (
    r"(?:vocal|vox)\s+(?:trance|chops?\b)|"
    r"growl(?:s|ing)?\s+(?:bas\w*|synths?|808)|screaming\s+(?:leads?|guitars?|synths?)|"
    r"voices?\s+(?:leading|synth|polyphon)|vocaloid|lyrics?\s*:?\s*none"
)
_DENIED = (
    r"(?:\b(?:no|not|non|without|without\s+any|w/o|minus|zero|sans|sin|sem|senza|ohne|keine?|never)"
    r"(?:\s+(?:the|any|a|lead|female|male|main|human|de|la))?|\d)[\s-]*$"
)


#: Where these are named, a growl is a bass.
_BASSES = (
    r"\b(?:dub\s?ste[pb]|riddim|brostep|neuro\w*|tearout|bass music|drum (?:and|&|n) bass|dnb)\b"
)


def find_singer(text: MarkedText, without: list[tuple[str, int, int]]) -> str:
    """The first word that asks for a human voice, as it was written; empty where none does."""
    for match in pattern(_SINGER).finditer(text.text):
        start = match.start()
        if any(begin <= start < end for _, begin, end in without):
            continue
        if pattern(_NOT_A_SINGER).match(text.text, start):
            continue
        if match[0].lower().startswith("growl") and pattern(_BASSES).search(text.text):
            continue
        if not pattern(_DENIED).search(text.text[max(0, start - 40) : start]):
            return match[0]
    return ""
