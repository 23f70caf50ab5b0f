"""The fields of a form that is drawn already: what is written on paper can be typed and ticked on a screen too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from io import BytesIO
from itertools import groupby

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

_PRINTED = 4  # annotation flag: on the paper as on the screen
_SEVERAL_LINES = 1 << 12
_RADIO = 1 << 15
_ON, _OFF = Name("/Oui"), Name("/Off")
_TICK = (0.18, 0.52, 0.42, 0.25, 0.84, 0.78)  # x and y of its three points, for a box of side 1


class FieldKind(Enum):
    """What a reader does with a field."""

    TEXT = auto()
    SEVERAL_LINES = auto()
    CHECK = auto()
    RADIO = auto()


@dataclass(frozen=True)
class Field:
    """A place to type or to tick, in points from the bottom left of its page.

    `label`: what a screen reader says. Radios of one `name` follow each other; `value` tells them apart, `question` is
    what they answer together. `size`: of the letters typed, in points.
    """

    page: int
    rect: tuple[float, float, float, float]  # left, bottom, right, top
    kind: FieldKind
    name: str
    label: str
    size: float
    value: str = ""
    question: str = ""
    is_ticked: bool = False


def with_fields(pdf: bytes, fields: Sequence[Field]) -> bytes:
    """The same pages with their fields; the same fields make the same bytes.

    The key Tab goes from field to field as the page is read. What is typed is shown in a standard font, for a reader's
    program writes it.
    """
    with Pdf.open(BytesIO(pdf)) as document:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        font = document.make_indirect(font)
        on_pages: dict[int, list[Object]] = {}
        roots = []
        for _name, alike in groupby(fields, key=lambda field: (field.kind is FieldKind.RADIO, field.name)):
            root, widgets = _written(document, list(alike))
            roots.append(root)
            for page, widget in widgets:
                on_pages.setdefault(page, []).append(widget)
        for number, sheet in enumerate(document.pages):
            sheet.obj.Annots = Array(on_pages.get(number, []))
            sheet.obj.Tabs = Name.R
        document.Root.AcroForm = Dictionary(
            Fields=Array(roots),
            DA=String("/Helv 12 Tf 0 g"),
            DR=Dictionary(Font=Dictionary(Helv=font)),
        )
        written = BytesIO()
        document.save(written, deterministic_id=True)
    return written.getvalue()


def _written(document: Pdf, fields: list[Field]) -> tuple[Object, Iterable[tuple[int, Object]]]:
    """The field of the form, and its widget on each page."""
    first = fields[0]
    if first.kind is not FieldKind.RADIO:
        widget = document.make_indirect(_widget(document, first))
        return widget, [(first.page, widget)]
    chosen = next((Name(f"/{field.value}") for field in fields if field.is_ticked), _OFF)
    group = document.make_indirect(
        Dictionary(FT=Name.Btn, Ff=_RADIO, T=String(first.name), TU=String(first.question), V=chosen)
    )
    widgets = []
    for field in fields:
        widget = document.make_indirect(_ticked(document, field, Name(f"/{field.value}")))
        widget.Parent = group
        widgets.append((field.page, widget))
    group.Kids = Array([widget for _page, widget in widgets])
    return group, widgets


def _widget(document: Pdf, field: Field) -> Dictionary:
    if field.kind is FieldKind.CHECK:
        widget = _ticked(document, field, _ON)
        widget.FT, widget.T = Name.Btn, String(field.name)
        widget.V = _ON if field.is_ticked else _OFF
        return widget
    widget = _on_page(field)
    widget.FT, widget.T, widget.V = Name.Tx, String(field.name), String("")
    widget.DA = String(f"/Helv {field.size:g} Tf 0 g")
    if field.kind is FieldKind.SEVERAL_LINES:
        widget.Ff = _SEVERAL_LINES
    widget.AP = Dictionary(N=_shape(document, field, b"/Tx BMC EMC"))
    return widget


def _ticked(document: Pdf, field: Field, on: Name) -> Dictionary:
    left, _bottom, right, _top = field.rect
    points = [f"{at * (right - left):.3f}" for at in _TICK]
    tick = f"q 0 G {0.11 * (right - left):.3f} w 1 J 1 j {' '.join(points[:2])} m {' '.join(points[2:4])} l "
    tick += f"{' '.join(points[4:])} l S Q"
    widget = _on_page(field)
    shapes = Dictionary()
    shapes[on] = _shape(document, field, tick.encode())
    shapes[_OFF] = _shape(document, field, b"")
    widget.AP, widget.AS = Dictionary(N=shapes), on if field.is_ticked else _OFF
    return widget


def _on_page(field: Field) -> Dictionary:
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        Rect=Array([round(at, 3) for at in field.rect]),
        F=_PRINTED,
        TU=String(field.label),
    )


def _shape(document: Pdf, field: Field, drawing: bytes) -> pikepdf.Stream:
    left, bottom, right, top = field.rect
    return document.make_stream(
        drawing,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, round(right - left, 3), round(top - bottom, 3)]),
    )
