"""From the e-mail of an invitation to a sensitive act, by an agent and their telephone."""

import re
from datetime import timedelta

import pyotp
import pytest

from portal.sealing import Sealer
from tests.staff.agents import PASSWORD as PASSWORD_OF_ADMIN
from tests.staff.agents import code_at, signer

PASSWORD = "porte bleue lampe ouverte"


@pytest.fixture
def admin(world, settings):
    """Ada, who invites: a password and a telephone."""
    world.departement()
    world.place()
    return signer(world, Sealer(settings.secret_key), "admin", email="ada.essai@exemple.fr", given_name="Ada").agent


def sign_in(visitor, email, password):
    visitor.go("/agents/connexion")
    visitor.fill("Adresse e-mail professionnelle", email)
    visitor.fill("Mot de passe", password)
    visitor.press("Me connecter")


def give_code(visitor, code, button="Continuer", label="Code à 6 chiffres"):
    visitor.fill(label, code)
    visitor.press(button)


def invite_zoe(ada, clock):
    """An admin signs in, and invites somebody who will be one."""
    sign_in(ada, "ada.essai@exemple.fr", PASSWORD_OF_ADMIN)
    give_code(ada, code_at(clock.now))
    ada.follow("Les comptes des agents")
    ada.follow("Inviter une personne")
    ada.press("Envoyer l'invitation")
    ada.reads("Écrivez le prénom.")
    for label, text in {"Prénom": "Zoé", "Nom": "Essai", "Métier": "assistante sociale"}.items():
        ada.page.get_by_label(f"{label} (obligatoire)", exact=True).fill(text)
    ada.page.locator("#email").fill("zoe.essai@exemple.fr")
    ada.page.locator("#organisation").select_option(label="Le Département")
    ada.tick("Admin")
    ada.page.locator("#where").select_option("partout")
    ada.press("Envoyer l'invitation")
    ada.reads("L'invitation part.")


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_invitation_to_a_sensitive_act(visit, worker, gateways, clock, scripts):
    invite_zoe(visit(), clock)
    worker()
    path = re.search(r"/agents/invitation/[\w-]+", str(gateways.mail.sent[-1]))[0]

    zoe = visit(phone=True, scripts=scripts)
    zoe.go(path)
    for text, refusal in (("court", "trop court"), ("motdepasse123", "trop courant")):
        zoe.page.locator("#password").fill(text)
        zoe.page.locator("#again").fill(text)
        zoe.press("Continuer")
        zoe.reads(refusal)
    zoe.page.locator("#password").fill(PASSWORD)
    zoe.page.locator("#again").fill(PASSWORD)
    zoe.press("Continuer")
    secret = zoe.page.locator(".key").inner_text().replace(" ", "").replace("\n", "")
    give_code(zoe, "000 000", "Relier ce téléphone")
    zoe.reads("Ce code n'est pas le bon.")
    give_code(zoe, pyotp.TOTP(secret).at(clock.now), "Relier ce téléphone")
    zoe.reads("Gardez vos codes de secours")
    codes = zoe.page.locator(".recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    zoe.press("J'ai gardé mes codes")
    zoe.reads("Bonjour Zoé")
    zoe.go("/agents/lieu")
    zoe.go("/agents/compte")
    zoe.press("Quitter")

    sign_in(zoe, "zoe.essai@exemple.fr", PASSWORD)
    zoe.follow("Je n'ai pas mon téléphone")
    give_code(zoe, codes[4].lower(), label="Code de secours")
    zoe.reads("Bonjour Zoé")
    zoe.follow("Les comptes des agents")
    zoe.follow("Essai")
    clock.forward(timedelta(minutes=11))
    zoe.go("/agents/reglages/comptes/nouveau")
    zoe.reads("Confirmez que c'est vous")
    give_code(zoe, pyotp.TOTP(secret).at(clock.now), "Confirmer")
    zoe.reads("Inviter une personne")
    zoe.go("/agents/compte/mot-de-passe")
    zoe.go("/agents/compte/telephone")
    zoe.go(path)
    zoe.reads("Cette invitation ne sert plus")


def test_an_admin_looks_after_an_account(visit, admin, world, settings, clock):
    nour = signer(world, Sealer(settings.secret_key), "accueil", place=world.place()).agent
    world.assignment(nour, "courrier")
    ada = visit(phone=True)
    sign_in(ada, admin.email, PASSWORD_OF_ADMIN)
    give_code(ada, code_at(clock.now))
    ada.follow("Les comptes des agents")
    ada.fill("Nom, métier ou e-mail", "nour")
    ada.press("Chercher")
    ada.follow("Essai")
    ada.follow("Donner un rôle")
    ada.press("Donner ce rôle")
    ada.reads("Choisissez un rôle.")
    ada.tick("Encadrant")
    ada.page.locator("#where").select_option("partout")
    ada.tick("Social")
    ada.press("Donner ce rôle")
    ada.reads("Le rôle est donné.")
    ada.follow("Finir ce rôle")
    ada.press("Finir ce rôle")
    ada.reads("Le rôle est fini")
    ada.follow("Modifier : Dernier jour du compte")
    ada.page.locator("#last_day-day").fill("31")
    ada.page.locator("#last_day-month").fill("12")
    ada.page.locator("#last_day-year").fill("2026")
    ada.press("Enregistrer")
    ada.reads("jeudi 31 décembre 2026")
    ada.follow("Débloquer")
    ada.press("Débloquer le compte")
    ada.reads("Vérifiez d'abord l'identité")
    ada.tick("J'ai vérifié l'identité")
    ada.press("Débloquer le compte")
    ada.press("Suspendre le compte")
    ada.reads("Le compte est suspendu.")
    ada.press("Rouvrir le compte")
    ada.reads("Le compte est ouvert de nouveau.")
