"""A test client that parses and checks every page that any test fetches."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.parsing import parse

SPACES_BEFORE = re.compile(r"(?<=[^\s:;?!»])[ ](?=[:;?!»](?:\s|$))|«[ ]")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
FIELDS = ("input", "select", "textarea")
UNLABELLED = {"hidden", "submit", "button", "image"}
UNSAID = frozenset({"script", "style", "svg", "template"})  # no words of theirs are read
VERBATIM = UNSAID | {"pre", "code", "textarea"}  # what is typed there is nobody's typography
NAMING = ("for", "aria-describedby", "aria-labelledby", "aria-controls")  # attributes that name identifiers


class Page:
    """A parsed page: what a person reads, and what a form holds."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.root: Element
        self.root, self.faults = parse(html)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of a tag with these attributes (class_ for class)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.root.iter(tag) if all(e.get(name) == value for name, value in wanted.items())]

    def text(self, element: Element | None = None) -> str:
        """The words, without the non-breaking kind of space that French typography asks for."""
        top = self.root.find("body") if element is None else element
        assert top is not None
        words = " ".join(_texts(top, UNSAID))
        return " ".join(words.replace("\u00a0", " ").replace("\u202f", " ").split())

    @property
    def title(self) -> str:
        """The title, with plain spaces."""
        return self.text(self.all("title")[0])

    @property
    def h1(self) -> str:
        """The one heading of the page."""
        return self.text(self.all("h1")[0])

    def links(self) -> dict[str, str]:
        """Words of each link and where it leads."""
        return {self.text(link): link.get("href", "") for link in self.all("a")}

    def fields(self, form: int = -1) -> dict[str, Any]:
        """What the form would send as it stands: text, ticked boxes, chosen radios, hidden values. Default: the last
        form of the page, the way out of agents' pages apart. A name that stands several times gives a list."""
        sent: dict[str, Any] = {}
        forms = [one for one in self.all("form") if one.get("id") != "quitter"] or self.all("form")
        for field in forms[form].iter():
            if field.tag not in FIELDS or not field.get("name") or field.get("type") in {"submit", "button"}:
                continue
            if field.get("type") in {"radio", "checkbox"} and field.get("checked") is None:
                continue
            value = (field.text or "") if field.tag == "textarea" else field.get("value", "")
            name = str(field.get("name"))
            if name in sent:
                sent[name] = [*(sent[name] if isinstance(sent[name], list) else [sent[name]]), value]
            else:
                sent[name] = value
        return sent

    def choices(self, name: str) -> list[str]:
        """The values of the radios of a name."""
        return [radio.get("value", "") for radio in self.all("input", type="radio", name=name)]


def _texts(element: Element, passed_over: frozenset[str]) -> Iterator[str]:
    if element.tag in passed_over:
        return
    if element.text:
        yield element.text
    for child in element:
        yield from _texts(child, passed_over)
        if child.tail:
            yield child.tail


def faults_of(page: Page) -> list[str]:
    """What is wrong with a page, whatever it shows."""
    return [
        *page.faults,
        *_structure(page),
        *_identifiers(page),
        *_labels(page),
        *_policy(page),
        *_forms(page),
        *_typography(page),
    ]


def _structure(page: Page) -> list[str]:
    faults = []
    html = page.all("html")[0]
    if not html.get("lang"):
        faults.append("no language")
    faults += [f"{len(page.all(tag))} {tag}" for tag in ("h1", "main", "title") if len(page.all(tag)) != 1]
    level = 0
    for element in page.root.iter():
        if element.tag in HEADINGS:
            here = HEADINGS.index(element.tag) + 1
            if here > level + 1:
                faults.append(f"heading level skipped at « {page.text(element)} »")
            level = here
            if not page.text(element):
                faults.append("empty heading")
    if "La Bonne Porte" not in page.title:
        faults.append(f"title without the site: {page.title}")
    faults += [f"link without words to {a.get('href')}" for a in page.all("a") if not _name(page, a)]
    faults += [f"button without words {b.attrib}" for b in page.all("button") if not _name(page, b)]
    faults += [f"image without alt {i.get('src')}" for i in page.all("img") if i.get("alt") is None]
    faults += ["table without caption" for t in page.all("table") if t.find("caption") is None]
    faults += ["th without scope" for t in page.all("th") if not t.get("scope")]
    faults += ["svg neither hidden nor named" for s in page.all("svg") if not (s.get("aria-hidden") or s.get("role"))]
    return faults


def _name(page: Page, element: Element) -> str:
    images = " ".join(image.get("alt", "") for image in element.iter("img"))
    return page.text(element) or element.get("aria-label", "") or images


def _identifiers(page: Page) -> list[str]:
    ids = Counter(element.get("id") for element in page.root.iter() if element.get("id"))
    faults = [f"id {name} twice" for name, count in ids.items() if count > 1]
    for element in page.root.iter():
        for attribute, value in element.attrib.items():
            if attribute in NAMING:
                faults += [f"{attribute} leads to no {name}" for name in value.split() if name not in ids]
            elif attribute == "href" and value.startswith("#") and value != "#" and value[1:] not in ids:
                faults.append(f"link to no {value}")
    return faults


def _labels(page: Page) -> list[str]:
    labelled = {label.get("for") for label in page.all("label")}
    wrapped = {id(field) for label in page.all("label") for field in label.iter() if field.tag in FIELDS}
    return [
        f"field {field.get('name')} without a label"
        for tag in FIELDS
        for field in page.all(tag)
        if field.get("type") not in UNLABELLED
        and field.get("id") not in labelled
        and id(field) not in wrapped
        and not field.get("aria-label")
        and not field.get("aria-labelledby")
    ]


def _policy(page: Page) -> list[str]:
    """Nothing that the content security policy would refuse."""
    faults = ["inline style on style" for _style in page.all("style")]
    faults += ["inline script" for script in page.all("script") if not script.get("src")]
    for element in page.root.iter():
        for attribute, value in element.attrib.items():
            if attribute == "style" or attribute.startswith("on"):
                faults.append(f"inline {attribute} on {element.tag}")
            elif attribute == "href" and value.startswith("javascript:"):
                faults.append("javascript: link")
    return faults


def _forms(page: Page) -> list[str]:
    return [
        f"form without a token to {form.get('action')}"
        for form in page.all("form")
        if form.get("method", "get").lower() == "post"
        and not any(field.get("name") == "csrf_token" for field in form.iter("input"))
    ]


def _typography(page: Page) -> list[str]:
    body = page.root.find("body")
    if page.all("html")[0].get("lang") != "fr" or body is None:
        return []
    return [
        f"plain space beside punctuation: « {text.strip()} »"
        for text in _texts(body, VERBATIM)
        if SPACES_BEFORE.search(text)
    ]


class CheckedClient(FlaskClient):
    """Fails a test that fetches a faulty page. `response.page` is the page, parsed."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        response = super().open(*arguments, **options)
        if response.mimetype == "text/html" and response.status_code not in range(300, 400):
            page = Page(response.get_data(as_text=True))
            faults = faults_of(page)
            assert not faults, f"{response.request.path}: {faults}"
            response.page = page  # type: ignore[attr-defined]
        return response

    def follow(self, response: TestResponse) -> TestResponse:
        """Goes where a redirect leads."""
        assert response.status_code in range(300, 400), response.status_code
        return self.get(response.headers["Location"])
