"""What the views of settings share: the numbers of addresses."""

from portal.web.text import WIDEST

NUMBER = f"<int(max={WIDEST}):{{}}>"
