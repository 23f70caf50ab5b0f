"""What people say in their own words, and the questions it leads to. Pure."""

from portal.directory.search_key import search_key
from portal.eligibility.rules_rights import Book, Entry

LONGEST = 200  # characters that are read
MOST = 4  # ways offered


def entries_for(book: Book, said: str) -> list[Entry]:
    """The entries that somebody's words call for, the best first; what is urgent before everything. Perhaps none.

    Words count whatever their accents, case and endings: a file gives their beginnings.
    """
    words = search_key(said[:LONGEST]).split()
    found = [(entry, weight) for entry in book.entries.values() if (weight := _weight(entry, words))]
    found.sort(key=lambda one: (one[0].urgency is None, -one[1]))  # stable: the order of the files between equals
    return [entry for entry, _ in found[:MOST]]


def _weight(entry: Entry, words: list[str]) -> int:
    """How much of what was said an entry names: the words of all its groups that are whole there."""
    return sum(
        len(group) for group in entry.words if all(any(word.startswith(part) for word in words) for part in group)
    )
