"""Agents who sign in: a password, a telephone that a test computes the codes of, and the forms they fill in."""

from dataclasses import dataclass
from functools import cache

import pyotp
from sqlalchemy import select

from portal.people.models import Agent
from portal.sealing import Sealer
from portal.staff.services import hashed
from portal.staff.services_proofs import renew_codes

PASSWORD = "quatre mots sans rapport"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EMAIL = "nour.essai@exemple.fr"


kept_of = cache(hashed)  # slow by design: once for all the accounts of the tests


@dataclass
class Signer:
    """An agent with both proofs, and the recovery codes they were given."""

    agent: Agent
    codes: list[str]


def signer(world, sealer: Sealer, role: str = "accueil", *, email: str = EMAIL, place=None, **given) -> Signer:
    """Someone whose account is complete."""
    agent = world.agent(
        role,
        place=place,
        **{
            "email": email,
            "given_name": "Nour",
            "password_hash": kept_of(PASSWORD),
            "totp_secret": sealer.seal(SECRET),
        }
        | given,
    )
    with world.database.transaction() as session:
        codes = renew_codes(session, world.now, agent_id=agent.id, sealer=sealer)
    return Signer(agent, codes)


def code_at(now, secret: str = SECRET, steps: int = 0) -> str:
    """What the telephone shows."""
    return pyotp.TOTP(secret).at(now, counter_offset=steps)


def post(client, path: str, *, form: int = 0, **fields):
    """Fills in a form of a page and sends it there."""
    page = client.get(path).page
    return client.post(path, data=page.fields(form) | fields)


def give_password(client, email: str = EMAIL, password: str = PASSWORD, suite: str = ""):
    """The first proof."""
    return post(client, f"/agents/connexion{suite}", email=email, password=password)


NEW = "/agents/reglages/comptes/nouveau"


def agent_of(database, email=EMAIL):
    with database.transaction() as session:
        return session.scalars(select(Agent).where(Agent.email == email)).one()


def act(client, agent, what):
    """Presses a button of an account's page."""
    page = client.get(f"/agents/reglages/comptes/{agent.id}").page
    return client.post(f"/agents/reglages/comptes/{agent.id}/{what}", data=page.fields())
