"""Addresses of static files that change with their content, so that browsers may keep them for a year."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask


def install(app: Flask) -> None:
    """Gives templates `static_url('portal.css')`."""
    folder = Path(str(app.static_folder))

    @cache
    def version(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:10]

    def static_url(name: str) -> str:
        return f"{app.static_url_path}/{name}?v={version(name)}"

    app.jinja_env.globals["static_url"] = static_url
