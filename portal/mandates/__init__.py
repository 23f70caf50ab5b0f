"""Acting for someone: asked, agreed, shown on each page, checked at each write, ended at once."""
