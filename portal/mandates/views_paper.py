"""The mandate to print and sign: a sheet, and the same words as a page."""

from flask import Response, g, render_template, url_for
from flask_babel import gettext as _

from portal.codes import shown
from portal.letters.paper_mandate import PaperMandate, draw_mandate
from portal.mandates import queries
from portal.mandates.forms_words import PROCEDURES
from portal.mandates.rules import holder_name, told_until
from portal.mandates.services import Voice
from portal.mandates.views_shared import HELPERS, bp, mandate_at_desk, mandate_or_404, voice
from portal.mandates.views_space import MINE
from portal.mandates.views_waiting import MANDATE
from portal.people.models_mandates import Mandate
from portal.web.access import Role, allow
from portal.web.i18n import language
from portal.web.request import transaction
from portal.words import day_words, phone_words


@bp.get("/mandats/modele.pdf")
@allow(Role.EVERYONE)
def model() -> Response:
    """A blank mandate, to fill in by hand."""
    with transaction() as database:
        paper = _paper(None, voice(database))
    return _pdf(paper, "mandat.pdf")


@bp.get(MANDATE)
@allow(*HELPERS)
def paper(mandate_id: int) -> str:
    """A mandate to sign, as a page."""
    with transaction() as database:
        mandate = mandate_at_desk(database, mandate_id)
        words = _paper(mandate, voice(database))
    back = url_for("mandates.of_person", person_id=mandate.person_id)
    pdf = url_for("mandates.paper_pdf", mandate_id=mandate_id)
    return render_template("mandates/paper.html", paper=words, pdf=pdf, back=back, layout="base_agents.html")


@bp.get(f"{MANDATE}.pdf")
@allow(*HELPERS)
def paper_pdf(mandate_id: int) -> Response:
    """A mandate to sign, as a sheet."""
    with transaction() as database:
        words = _paper(mandate_at_desk(database, mandate_id), voice(database))
    return _pdf(words, f"mandat-{words.reference[1]}.pdf")


@bp.get(f"{MINE}/<int(max=9223372036854775807):mandate_id>.pdf")
@allow(Role.REACHABLE)
def mine_pdf(mandate_id: int) -> Response:
    """What I have given, as a sheet; 404 for another's."""
    with transaction() as database:
        mandate = mandate_or_404(queries.mandate_of_person(database, g.person.id, mandate_id))
        words = _paper(mandate, voice(database))
    return _pdf(words, f"mandat-{words.reference[1]}.pdf")


@bp.get(f"{MINE}/<int(max=9223372036854775807):mandate_id>/papier")
@allow(Role.REACHABLE)
def mine_paper(mandate_id: int) -> str:
    """What I have given, as a page to print; 404 for another's."""
    with transaction() as database:
        mandate = mandate_or_404(queries.mandate_of_person(database, g.person.id, mandate_id))
        words = _paper(mandate, voice(database))
    back = url_for("mandates.mine")
    pdf = url_for("mandates.mine_pdf", mandate_id=mandate_id)
    return render_template("mandates/paper.html", paper=words, pdf=pdf, back=back, layout="base.html")


def _paper(mandate: Mandate | None, voice: Voice) -> PaperMandate:
    named = set(mandate.procedures) if mandate else set()
    who = mandate.person if mandate else None
    until = day_words(told_until(mandate), language()) if mandate else ""
    phone = phone_words(voice.departement.phone) if voice.departement.phone else _("numéro du Département")
    return PaperMandate(
        title=_("Mandat : une personne agit pour moi"),
        author=voice.departement.author,
        reference=(_("Référence :"), shown(mandate.reference) if mandate else ""),
        rows=[
            (_("Moi (prénom, nom) :"), f"{who.given_names} {who.family_name}" if who else ""),
            (_("Né ou née le :"), day_words(who.birth_date, language()) if who else ""),
            (_("Je donne mandat à :"), holder_name(mandate) if mandate else ""),
            (_("Jusqu'au (12 mois au plus) :"), until),
        ],
        boxes_title=_("Cette personne peut faire pour moi :"),
        boxes=[(str(words), key in named) for key, words in PROCEDURES.items()],
        words=[
            _("Ce qui n'est pas coché reste fermé. Je peux faire ces démarches moi-même aussi."),
            _(
                "Je peux arrêter à tout moment : dans mon espace, au %(phone)s, par lettre, ou par SMS avec les mots "
                "STOP MANDAT.",
                phone=phone,
            ),
        ],
        signatures=[
            _("Ma signature, le jour et le lieu"),
            _("La signature de celui qui agit pour moi"),
        ],
        language=language(),
    )


def _pdf(paper: PaperMandate, name: str) -> Response:
    answer = Response(draw_mandate(paper), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
