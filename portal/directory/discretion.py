"""Words that tell too much: messages are read over shoulders and through envelopes. Pure."""

import re

_TELLING = re.compile(
    r"\b(pmi|rsa|cpef|mdph|ase|aah|apa|pch|fsl|ivg)\b"
    r"|vaccin|sant[ée]|social|budget|allait|grossesse|enfant|logement|expulsion|handicap|autonomie|insertion|emploi",
    re.IGNORECASE,
)


def telling_word(words: str) -> str | None:
    """The first word that names a service or a need, or None: what messages say instead of a motif has none."""
    found = _TELLING.search(words)
    return found[0] if found else None
