"""The hands of a visitor who has no pointer: Tab, Space, Enter, arrows, the keys of agents' pages, what is typed."""

from typing import Any

from playwright.sync_api import expect

LONGEST_WAY = 80  # presses of Tab: more than any page has stops
_HAS_FOCUS = "element => element === document.activeElement && element.matches(':focus-visible')"
_IS_AMONG = "({name, form}) => document.activeElement.name === name && document.activeElement.form === form"


class Keyboard:
    """A keyboard, and no mouse."""

    def __init__(self, visitor: Any) -> None:
        self.visitor = visitor
        self.keys = visitor.page.keyboard

    def go_to(self, name: str, role: str) -> None:
        """Presses Tab until this is reached; the focus must be seen."""
        wanted = self.visitor.page.get_by_role(role, name=name).first
        self._tab_to(wanted, name)

    def go_into(self, selector: str) -> None:
        """Presses Tab until this one is reached, where its name is not alone on the page."""
        self._tab_to(self.visitor.page.locator(selector), selector)

    def _tab_to(self, wanted: Any, name: str) -> None:
        self._press_until("Tab", wanted, _HAS_FOCUS, name)

    def _press_until(self, key: str, wanted: Any, is_there: str, name: str) -> None:
        for _press in range(LONGEST_WAY):
            self.keys.press(key)
            if wanted.evaluate(is_there):
                return
        raise AssertionError(f"{name} is not reached by {key}")

    def enter(self, name: str, role: str = "link") -> None:
        """Goes to a link or a button, and presses Enter."""
        self.go_to(name, role)
        self.send()

    def send(self, key: str = "Enter") -> None:
        """Presses Enter where the focus is, or a key of the page; another page comes."""
        with self.visitor.page.expect_navigation():
            self.keys.press(key)
        self.visitor.check()

    def choose(self, name: str) -> None:
        """Goes to the radios that this one is among, and on to it with the arrows; Space when it is the first met."""
        wanted = self.visitor.page.get_by_role("radio", name=name, exact=True).first
        self._press_until("Tab", wanted, _IS_AMONG, name)
        if wanted.evaluate(_HAS_FOCUS):
            self.keys.press("Space")
        else:
            self._press_until("ArrowDown", wanted, _HAS_FOCUS, name)

    def choose_below(self, words: str) -> None:
        """Presses the down arrow, among radios, until the chosen one says these words."""
        for _press in range(LONGEST_WAY):
            self.keys.press("ArrowDown")
            if words in self.visitor.page.evaluate("document.activeElement.labels[0].innerText"):
                return
        raise AssertionError(f"{words} is not reached by the arrows")

    def unfold(self, words: str) -> None:
        """Goes to what unfolds under these words, and presses Enter."""
        summary = self.visitor.page.locator("summary", has_text=words)
        self._tab_to(summary, words)
        self.keys.press("Enter")
        expect(summary.locator("..")).to_have_attribute("open", "")

    def type_on(self, *texts: str) -> None:
        """Types into the following fields, one Tab each."""
        for text in texts:
            self.keys.press("Tab")
            self.keys.type(text)
