"""Registered letters: marked before the post takes them, their number checked, their proofs kept and given back."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.letters.models import Letter, LetterProof, PrintRun, ReturnReason, RunState
from portal.letters.rules_post import LARGEST_PROOF, ProofFault, RegisterFault, proof_kind, tracking_number
from portal.letters.services_post import pull
from portal.letters.services_registered import add_proof, register
from portal.letters.services_runs import send_back
from portal.notifications.models import Message, Status
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from portal.refusal import Refused
from tests.desk.test_merge_races import until_somebody_waits
from tests.entering import enter
from tests.letters.runs import ROOM, made, queued

PDF = b"%PDF-1.7\n1 0 obj<</Length 9>>stream\n/JS /AA x\nendstream\nendobj\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0 picture \xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n picture IEND\xaeB`\x82"
BY = Actor.agent(1)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("rr 473 124 829 fr", "RR473124829FR"),  # the example of the UPU's own check: 47312482, 9
        ("RR473124828FR", None),
        ("RR000000005FR", "RR000000005FR"),  # a rest of 11 is written 5
        ("RR000040000FR", "RR000040000FR"),  # a rest of 10 is written 0
        ("1A 123 456 7890 1", "1A12345678901"),
        ("87001234567890D", "87001234567890D"),
        ("2C12345", None),
        ("bonjour", None),
    ],
)
def test_a_tracking_number_has_the_form_of_the_upu_or_of_la_poste(typed, known):
    assert tracking_number(typed) == known


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PDF, "application/pdf"),
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (b"", ProofFault.EMPTY),
        (b"%PDF-" + b" " * LARGEST_PROOF, ProofFault.TOO_BIG),
        (b"<html><script>alert(1)</script>", ProofFault.KIND),
        (b"GIF89a", ProofFault.KIND),
        (b" %PDF-1.7 %%EOF", ProofFault.KIND),
        (PDF[:40], ProofFault.BROKEN),
        (JPEG[:-2], ProofFault.BROKEN),
        (PNG[:-4], ProofFault.BROKEN),
        (b"%PDF-1.7 <</OpenAction 3 0 R>> %%EOF", ProofFault.ACTIVE),
        (b"%PDF-1.7 <</S/JavaScript/JS(x)>> %%EOF", ProofFault.ACTIVE),
        (b"%PDF-1.7 <</Encrypt 3 0 R>> %%EOF", ProofFault.ACTIVE),
        (PDF[:-6] + b"<</S/JavaScript>>stream\n%%EOF", ProofFault.ACTIVE),
        # Read once: a search anew from each beginning of a stream would take hours.
        pytest.param(b"%PDF-1.7 " + b"stream\n" * 700_000 + b"%%EOF", "application/pdf", id="streams without end"),
    ],
)
def test_a_proof_is_known_by_its_bytes_whatever_its_name(content, expected):
    assert proof_kind(content) == expected


def refusal(database, verb, **given):
    with pytest.raises(Refused) as refused, database.transaction() as session:
        verb(session, given.pop("now"), by=BY, **given)
    return refused.value.reason


def test_a_letter_is_marked_before_the_post_and_its_number_put_right_after(database, world):
    letter = queued(world)
    given = {"now": world.now, "reference": letter.reference}
    assert refusal(database, register, number="x", **given) is RegisterFault.NUMBER
    assert refusal(database, add_proof, content=PDF, **given) is ProofFault.ORDINARY
    for number in ("", "1A 123 456 7890 1", "1A12345678901"):
        with database.transaction() as session:
            register(session, world.now, reference=letter.reference, number=number, by=BY)
    for _twice in range(2):
        with database.transaction() as session:
            add_proof(session, world.now, reference=letter.reference, content=PDF, by=BY)
    assert refusal(database, add_proof, content=b"x", **given) is ProofFault.KIND
    with database.transaction() as session:
        session.get_one(Message, letter.message_id).status = Status.POSTED
    with database.transaction() as session:
        register(session, world.now, reference=letter.reference, number="RR473124829FR", by=BY)
    assert refusal(database, register, number="", is_registered=False, **given) is RegisterFault.LEFT
    with database.transaction() as session:
        assert session.get_one(Letter, letter.id).tracking_number == "RR473124829FR"
        assert len(session.scalars(select(LetterProof)).all()) == 1
        verbs = list(session.scalars(select(JournalLine.verb).order_by(JournalLine.id)))
        assert verbs == [*["letter.registered"] * 2, "letter.proof_added", "letter.registered"]
        session.get_one(Message, letter.message_id).status = Status.WITHDRAWN
    assert refusal(database, register, number="", is_registered=False, **given) is RegisterFault.STAYS
    nobody = given | {"reference": "C9999999Z"}
    assert refusal(database, register, number="", **nobody) is RegisterFault.UNKNOWN
    assert refusal(database, add_proof, content=PDF, **nobody) is RegisterFault.UNKNOWN


def test_no_two_letters_bear_one_number_even_typed_at_the_same_instant(database, world):
    held, other = (queued(world) for _ in range(2))

    def numbered(letter, number="RR473124829FR", **given):
        with database.transaction() as session:
            return register(session, world.now, reference=letter.reference, number=number, by=BY, **given)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            register(session, world.now, reference=held.reference, number="RR473124829FR", by=BY)
            typed_too = pool.submit(numbered, other)
            until_somebody_waits(database)
        with pytest.raises(Refused) as refused:
            typed_too.result()
    assert refused.value.reason is RegisterFault.TAKEN
    numbered(held, "")  # it may be taken away as long as the post has not had it
    numbered(other)
    assert numbered(other, "rr 473 124 829 fr", shown=[]).tracking_number == "RR473124829FR"  # said again: as it was


def test_a_page_left_open_erases_no_number_and_the_post_has_none_without(database, world):
    letter = queued(world)
    run, given = made(database, world.now), {"now": world.now, "reference": letter.reference}
    with database.transaction() as session:
        register(session, world.now, number="RR473124829FR", reference=letter.reference, by=BY, shown=[])
    for shown in ([], [""]):
        assert refusal(database, register, number="", shown=shown, **given) is RegisterFault.CHANGED
    with database.transaction() as session:
        session.get_one(Message, letter.message_id).status = Status.POSTED
        session.get_one(PrintRun, run.id).state = RunState.POSTED
    assert refusal(database, register, number="", shown=["RR473124829FR"], **given) is RegisterFault.NEEDED
    with database.transaction() as session:  # it came back, and its message waits anew: the sheet has left all the same
        row = session.get_one(Letter, letter.id)
        row.returned_at, row.return_reason = world.now, ReturnReason.REFUSED
        session.get_one(Message, letter.message_id).status = Status.QUEUED
    assert refusal(database, register, number="", is_registered=False, **given) is RegisterFault.LEFT
    assert refusal(database, register, number="", **given) is RegisterFault.NEEDED


def test_numbers_are_scanned_one_after_the_other_and_each_refusal_says_why(client, world, database):
    world.departement()
    letters = [queued(world) for _ in range(3)]
    run = made(database, world.now)
    for letter in letters[:2]:
        with database.transaction() as session:
            register(session, world.now, reference=letter.reference, number="", by=BY)
    enter(client, world.agent("courrier"))
    first, second, third = (f"/agents/courriers/recommandes/{letter.id}" for letter in letters)
    page = client.get(second).page  # from the last one, back to the first
    assert "2 recommandés de ce lot n'ont pas encore de numéro." in page.text()
    assert page.all("input", name="number")[0].get("autofocus") is not None
    stale, scanned = page.fields(0), {"number": "RR473124829FR"}
    answer = client.post(second, data=page.fields(0) | scanned)
    assert answer.location == f"{first}?fait=suivante&cle={letters[1].reference}"
    page = client.follow(answer).page
    assert f"{letters[1].reference} a son numéro. Voici le recommandé suivant." in page.text()
    refused = client.post(first, data=page.fields(0) | scanned).page  # the gun read the former sticker
    assert f"La lettre {letters[1].reference} a déjà ce numéro." in refused.text()
    assert refused.fields(0)["number"] == "RR473124829FR"
    done = client.post(first, data=page.fields(0) | {"number": "1A 123 456 7890 1"})
    page = client.follow(done).page
    assert "C'est noté. Tous les recommandés de ce lot ont leur numéro." in page.text()
    assert page.links()[f"Ouvrir le lot {run.id}"] == f"/agents/courriers/lots/{run.id}"
    old = client.post(second, data=stale).page
    assert "Son numéro est maintenant RR473124829FR. Vérifiez, puis enregistrez." in old.text()
    assert old.fields(0)["montre"] == "RR473124829FR"
    page = client.get(third).page
    assert page.all("input", name="number")[0].get("autofocus") is None
    client.post(third, data=page.fields(0) | {"number": "RR000000005FR"})  # a number says it: no box to tick
    old = client.post(third, data=page.fields(0)).page
    assert "Son numéro est maintenant RR000000005FR." in old.text()
    ordinary = old.fields(0) | {"number": ""}
    client.post(third, data={name: value for name, value in ordinary.items() if name != "is_registered"})
    stale = page.fields(0) | {"montre": "RR000000005FR", "is_registered": "y"}
    assert "Elle n'est plus en recommandé." in client.post(third, data=stale).page.text()
    client.post(third, data=page.fields(0) | {"is_registered": "y"})
    assert "Elle est en recommandé, sans numéro." in client.post(third, data=stale | scanned).page.text()


def parts(token, content, name):
    """What a browser sends of a file, and how it says so."""
    disposition = "--x\r\nContent-Disposition: form-data; name="
    head = f'{disposition}"csrf_token"\r\n\r\n{token}\r\n{disposition}"proof"; filename="{name}"\r\n\r\n'
    return {"data": head.encode() + content + b"\r\n--x--\r\n", "content_type": "multipart/form-data; boundary=x"}


def test_an_agent_marks_a_letter_and_gives_its_proof_which_comes_back_as_a_download(client, world, database):
    world.departement()
    letter = queued(world)
    enter(client, world.agent("courrier"))
    path = f"/agents/courriers/recommandes/{letter.id}"
    form = client.get(path).page.fields()
    refused = client.post(path, data=form | {"is_registered": "y", "number": "RR473124828FR"}).page
    assert "Ce numéro n'est pas un numéro de suivi" in refused.text()
    assert refused.fields(0)["number"] == "RR473124828FR"
    page = client.follow(client.post(path, data=form | {"is_registered": "y", "number": "RR473124829FR"})).page
    assert "C'est noté" in page.text()

    def sends(content, name="preuve.pdf"):
        token = client.get(path).page.fields()["csrf_token"]
        return client.post(f"{path}/preuves", **parts(token, content, name))

    for content, words in (
        (b"MZ\x90 a program", "ni un PDF"),
        (PDF + b"\n" * (LARGEST_PROOF + 200_000), "trop lourd"),
        (PDF + b"\n" * LARGEST_PROOF, "trop lourd"),
        (b"", "Choisissez un fichier"),
    ):
        assert words in sends(content).page.text()
    token = client.get(path).page.fields()["csrf_token"]
    words = client.post(f"{path}/preuves", data={"csrf_token": token, "proof": "no file"})
    assert "Choisissez un fichier" in words.page.text()
    big = PNG[:8] + b"p" * 4_000_000 + PNG[8:]
    page = client.follow(sends(big, "../../preuve.html")).page
    (link,) = (url for words, url in page.links().items() if re.match("Télécharger la preuve", words))
    answer = client.get(link)
    assert answer.data == big
    assert answer.mimetype == "image/png"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="preuve-{letter.reference}-1.png"'
    assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert client.get(f"{path}/preuves/99").status_code == 404
    with database.transaction() as session:
        verbs = set(session.scalars(select(JournalLine.verb)))
    assert {"letter.registered", "letter.proof_added", "letter.proof_opened"} <= verbs


@pytest.mark.parametrize("is_in_run", [True, False])
def test_a_registered_letter_whose_address_changes_is_drawn_anew_as_one(database, world, is_in_run):
    letter = queued(world)
    given = {"reference": letter.reference, "by": BY}
    with database.transaction() as session:
        register(session, world.now, number="RR473124829FR", **given)
        add_proof(session, world.now, content=PDF, **given)
    if is_in_run:
        made(database, world.now)
    with database.transaction() as session:
        session.get_one(Person, letter.message.person_id).address = ["", "", "9 rue Neuve", "", "62300 Lens"]
    with database.transaction() as session:
        if is_in_run:
            pull(session, world.now, reason=None, post=calendar_of(session), **given)
        else:
            assert send_back(session, world.now) == 1
    with database.transaction() as session:
        ROOM.draw(session, session.get_one(Message, letter.message_id), world.now)
        drawn = session.scalars(select(Letter).order_by(Letter.id)).all()
        assert [(one.is_registered, one.tracking_number) for one in drawn] == [(True, "RR473124829FR"), (True, None)]
        assert session.scalars(select(LetterProof.letter_id)).all() == [letter.id]
