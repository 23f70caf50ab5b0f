"""What many tests read: the rows of a table, the words of a PDF, why something is refused."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portal.database import Database
from portal.refusal import Refused


def all_of(database: Database, model: Any) -> list[Any]:
    """All rows of a table, by their number."""
    with database.transaction() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def refusal(act: Callable[..., object], *args: Any, **given: Any) -> object:
    """Why an act is refused."""
    with pytest.raises(Refused) as found:
        act(*args, **given)
    return found.value.reason


def texts(pdf: bytes) -> list[str]:
    """The words of each page, with plain spaces."""
    return [" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in PdfReader(BytesIO(pdf)).pages]
