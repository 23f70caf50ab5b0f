"""Several who act at the same instant, each in a thread of their own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from portal.refusal import Refused


def at_once(*acts: Callable[[], object]) -> Counter[object]:
    """What each of several acts, started together, comes to: "done", or why it was refused."""
    together = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        together.wait()
        try:
            act()
        except Refused as refused:
            return refused.reason
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))
