"""The words of each form, in the language of whoever fills it in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from json import dumps, loads
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from portal.booking.rules_waiting import HALVES as HALF_NAMES
from portal.booking.rules_waiting import WEEKDAYS
from portal.codes import shown
from portal.letters.paper_form import FormPaper, draw_form
from portal.letters.paper_items import Beside, Choose, Grid, Item, Option, Part, Say, Sign, Write
from portal.mandates.forms_words import PROCEDURES
from portal.paper.forms_words import DAYS, HALVES
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import BLANK_CODES, PLACE_OF_WISH, SUBJECT_OF_WISH, reference_of
from portal.web.i18n import LANGUAGES
from portal.words import capital, day_words, phone_words

Known = Mapping[str, Any]


def sheet_of(kind: FormKind, known: Known, *, number: int | None = None, code: str | None = None) -> bytes:
    """The form as a PDF, in the language of `known`; a blank one without `number` and `code`."""
    with force_locale(str(known["language"])):
        return draw_form(paper_of(kind, known, number=number, code=code or BLANK_CODES[kind]))


def posted_words(form: PaperForm, known: Known) -> FormPaper:
    """All the words of a form that is sent by post, of what is known, in its reader's language."""
    with force_locale(str(known["language"])):
        return paper_of(form.kind, known, number=form.id, code=form.code)


def blank_of(kind: FormKind, known: Known) -> bytes:
    """A form at nobody's name, as `sheet_of`: drawn once, and kept while others are not asked for more."""
    return _drawn_once(kind, dumps(known, sort_keys=True))


@lru_cache(maxsize=64)  # some 60 kB each
def _drawn_once(kind: FormKind, known: str) -> bytes:
    return sheet_of(kind, loads(known))


def paper_of(kind: FormKind, known: Known, *, number: int | None, code: str) -> FormPaper:
    """All its words."""
    title, lead, next_words, parts = _PAPERS[kind](known)
    return FormPaper(
        title=title,
        author=known["departement"],
        lead=lead,
        reference=(_("Référence :"), reference_of(kind, number)),
        code=(_("Code du formulaire :"), shown(code)),
        parts=[Part(f"{at}. {part.title}", part.items) for at, part in enumerate(parts, start=1)],
        return_to=_return_to(known),
        blocks=[
            (_("Et après ?"), next_words),
            (_("Besoin d'aide ?"), _help(known)),
        ],
        footer=_("page {page} sur {pages}"),
        language=str(known["language"]),
        large_print=bool(known["large_print"]),
    )


def _return_to(known: Known) -> tuple[str, Sequence[str], str]:
    if not known["return_address"]:
        return _("À rendre"), [], _("Donnez ce papier à un accueil.")
    return _("À renvoyer à"), known["return_address"], _("Ou donnez ce papier à un accueil.")


def _help(known: Known) -> list[str]:
    if not known["phone"]:
        return [_("Venez nous voir, sans rendez-vous.")]
    hours = [f"{capital(known['phone_hours'])}."] if known["phone_hours"] else []
    called = _("Appelez le %(phone)s.", phone=phone_words(known["phone"]))
    return [called, *hours, _("Une personne peut vous aider.")]


def _who(known: Known, *more: Item) -> Part:
    if "name" in known:
        born = day_words(date.fromisoformat(known["birth_date"]), str(known["language"]))
        lines: list[Item] = [
            Beside([Write("nom", _("Nom :"), known["name"]), Write("naissance", _("Date de naissance :"), born)])
        ]
    else:
        lines = [
            Beside([Write("nom", _("Nom de famille")), Write("prenom", _("Prénom"))]),
            Beside([
                Write("naissance", _("Date de naissance (jour, mois, année)")),
                Write("telephone", _("Téléphone")),
            ]),
        ]  # fmt: skip
    return Part(_("Vous"), [*lines, *more])


def _phone(known: Known) -> list[Item]:
    if "name" not in known:
        return []
    numbers = ", ".join(map(phone_words, known["phones"]))
    return [Write("telephone", _("Votre téléphone :") if numbers else _("Votre téléphone"), numbers)]


def _address_lines(prefix: str = "") -> list[Item]:
    return [
        Beside([
            Write(f"{prefix}etage", _("Appartement, étage, ou « chez »")),
            Write(f"{prefix}batiment", _("Bâtiment, résidence")),
        ]),
        Write(f"{prefix}rue", _("Numéro et rue")),
        Beside([
            Write(f"{prefix}code-postal", _("Code postal")),
            Write(f"{prefix}ville", _("Ville")),
        ]),
    ]  # fmt: skip


def _where(known: Known) -> list[Item]:
    """The address that is known; else lines to write it on, for what we answer by post has to go somewhere."""
    if any(known.get("address", ())):
        return [Write("adresse", _("Votre adresse :"), ", ".join(line for line in known["address"] if line))]
    if not known.get("asks_address", "name" not in known):
        return []
    return [
        Beside([
            Write("rue", _("Adresse : numéro et rue")),
            Write("ville", _("Code postal et ville")),
        ]),
        Write("etage", _("Appartement, étage, bâtiment, ou « chez »")),
        Write("signature", _("Date et signature, si vous écrivez une adresse")),
    ]  # fmt: skip


_Words = tuple[str, str, Sequence[str], list[Part]]


def _wish(known: Known) -> _Words:
    grid = Grid(
        "quand",
        _("Cochez 3 demi-journées, ou plus."),
        [(day, str(DAYS[day])) for day in WEEKDAYS],
        [(half, str(HALVES[half])) for half in HALF_NAMES],
    )
    where = _where(known)
    rows = 1 if where else 2
    about = Write("sujet", _("Exemples : mon budget, mon enfant, une aide."), rows=rows)
    if SUBJECT_OF_WISH in known:
        about = Write("sujet", _("Sujet :"), known[SUBJECT_OF_WISH])
    place = Write("lieu", _("Le lieu ou la ville qui vous va bien"))
    when: list[Item] = [grid, Write("pas-avant", _("Pas avant le (jour, mois, année), si besoin"))]
    if PLACE_OF_WISH in known:
        place = Write("lieu", _("Le lieu :"), known[PLACE_OF_WISH])
        grid = replace(grid, question=_("Si ces heures sont prises : cochez 3 demi-journées, ou plus."))
        when = [Write("heures", _("3 jours et heures de la liste, le meilleur d'abord"), rows=2), grid]
    parts = [
        _who(known, *_phone(known), *where),
        Part(_("Pour parler de quoi ?"), [about]),
        Part(_("Où ?"), [place]),
        Part(_("Quand ?"), when),
    ]
    said = [_("Nous cherchons un rendez-vous."), _("Nous vous écrivons par lettre, avec le jour et l'heure.")]
    return _("Je voudrais un rendez-vous"), _("Remplissez ce papier. Puis renvoyez-le."), said, parts


def _choices(known: Known) -> _Words:
    today = known.get("choices", {})
    questions: dict[str, str] = {
        "sms": _("Recevoir des SMS"),
        "emails": _("Recevoir des e-mails"),
        "paper": _("Tout recevoir par lettre (c'est la garantie papier)"),
        "large_print": _("Des lettres en gros caractères"),
    }
    yes_no = [Option("oui", _("oui")), Option("non", _("non"))]
    asked: list[Item] = [Say(_("Cochez seulement ce que vous voulez choisir ou changer."))]
    asked += [
        Choose(name, _now(question, today.get(name)), yes_no, is_one=True, columns=2, is_on_line=True)
        for name, question in questions.items()
    ]
    tongues = [Option(key, words) for key, words in LANGUAGES.items()]
    asked.append(Choose("langue", _("La langue de nos messages"), tongues, is_one=True, columns=2))
    address: list[Item] = (
        [Write("adresse", _("Nos lettres vont à :"), ", ".join(line for line in known["address"] if line))]
        if any(known.get("address", ()))
        else [Say(_("Pour recevoir des lettres, écrivez votre adresse.")), *_address_lines()]
    )
    parts = [
        _who(known),
        Part(_("Vos choix"), asked),
        Part(_("Votre adresse"), address),
        Part(_("Votre signature"), [Sign([_("Date et signature")])]),
    ]
    said = [_("Nous notons vos choix."), _("Vous recevez une lettre qui dit ce qui a changé.")]
    title, lead = _("Mes choix pour mes messages"), _("Vous décidez. Vous pouvez changer quand vous voulez.")
    return title, lead, said, parts


def _now(question: str, is_so: bool | None) -> str:  # noqa: FBT001 - what the file says
    if is_so is None:
        return question
    return str(_("%(question)s. Aujourd'hui : %(answer)s.", question=question, answer=_("oui") if is_so else _("non")))


def _address(known: Known) -> _Words:
    lines = ", ".join(line for line in known.get("address", ()) if line)
    old: list[Item] = [Write("ancienne", _("Votre adresse d'aujourd'hui :"), lines)] if lines else []
    parts = [
        _who(known, *old),
        Part(_("Votre nouvelle adresse"), [*_address_lines(), Write("lieu-dit", _("Lieu-dit, boîte postale"))]),
        Part(_("Votre signature"), [Sign([_("Date et signature")])]),
    ]
    said = [_("Nous changeons l'adresse."), _("Vous recevez une lettre à la nouvelle adresse.")]
    return _("Je change d'adresse"), _("Remplissez ce papier. Puis renvoyez-le."), said, parts


def _mandate(known: Known) -> _Words:
    boxes = [Option(key.value, str(words)) for key, words in PROCEDURES.items()]
    kinds = [Option("organisme", _("un organisme (CCAS, association)")), Option("proche", _("un proche"))]
    parts = [
        _who(known, *_where(known)[:1]),
        Part(
            _("Qui agit pour vous ?"),
            [
                Choose("qui", _("Je donne mandat à :"), kinds, is_one=True, columns=2),
                Write("holder", _("Nom de l'organisme, ou nom et prénom du proche")),
                Beside([
                    Write("holder-naissance", _("Date de naissance du proche")),
                    Write("jusqu-au", _("Jusqu'au (12 mois au plus)")),
                ]),
            ],
        ),
        Part(
            _("Pour quoi faire ?"),
            [
                Choose(
                    "demarches", _("Ce qui n'est pas coché reste fermé."), boxes, is_one=False, columns=2,
                    asked=_("Pour quoi faire ?"),
                ),
                Say(_("Je peux agir moi-même aussi. Je peux arrêter quand je veux.")),
            ],
        ),
        Part(_("Les signatures"), [
            Sign([_("Ma signature, le jour et le lieu"), _("La signature de celui qui agit pour moi")])
        ]),
    ]  # fmt: skip
    said = [_("Un agent vérifie les signatures."), _("Une lettre vous dit quand le mandat commence.")]
    return _("Mandat : une personne agit pour moi"), _("Remplissez ce papier avec elle."), said, parts


_PAPERS = {
    FormKind.WISH: _wish,
    FormKind.CHOICES: _choices,
    FormKind.ADDRESS: _address,
    FormKind.MANDATE: _mandate,
}
