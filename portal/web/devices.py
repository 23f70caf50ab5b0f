"""A browser and its system, in the words of whoever looks for a session of theirs. Pure."""

# The first mark that stands in what a browser says of itself names it: most say that they are several others too.
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


def device_words(user_agent: str) -> str | None:
    """Names such as "Firefox, Android"; None when nothing is recognised. No version is kept."""
    named = [next((known[mark] for mark in known if mark in user_agent), None) for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, named)) or None
