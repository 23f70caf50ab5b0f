"""Real SMTP and Twilio's protocol, spoken to local servers."""

import ssl
import time

import pytest

from portal.notifications.gateways import Mail, PermanentFailure, TransientFailure
from portal.notifications.gateways.smtp import SmtpMail
from portal.notifications.gateways.twilio import TwilioSms, is_signed
from tests.notifications.conftest import CERTIFICATE, FakeTwilio

SENDER = "ne-pas-repondre@porte.exemple.fr"
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:Rendez-vous à Œuf\r\nEND:VCALENDAR\r\n"


def mail(**given: str) -> Mail:
    values = {
        "to": "essai@exemple.fr",
        "subject": "Rendez-vous confirmé\u00a0: mardi 24 novembre 2026",
        "text": "Bonjour,\n\nÀ bientôt.\n",
        "html": "<!doctype html><html lang='fr'><title>É</title><p>Bonjour</p></html>",
        "reference": "message-7",
    }
    return Mail(**values | given)


def trusting(url: str) -> SmtpMail:
    gateway = SmtpMail(url, SENDER)
    gateway.tls = ssl.create_default_context(cafile=CERTIFICATE)
    return gateway


def test_an_e_mail_arrives_as_text_page_and_calendar_with_an_id_that_stays(mail_server, mailbox):
    server = mail_server()
    gateway = SmtpMail(f"smtp://127.0.0.1:{server.port}", SENDER)

    first = gateway.send(mail(calendar=CALENDAR))
    again = gateway.send(mail(calendar=CALENDAR))

    assert first == again == "<message-7@porte.exemple.fr>"
    assert mailbox.envelopes == [(SENDER, ["essai@exemple.fr"])] * 2
    got = mailbox.mails[0]
    assert got["Subject"] == "Rendez-vous confirmé\u00a0: mardi 24 novembre 2026"
    assert got["Message-ID"] == first
    assert got["Auto-Submitted"] == "auto-generated"
    parts = [part for part in got.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert parts[0].get_content().splitlines() == ["Bonjour,", "", "À bientôt."]
    assert parts[2].get_param("method") == "CANCEL"
    assert parts[2].get_payload(decode=True).decode() == CALENDAR


def test_a_server_that_wants_tls_and_a_password_gets_both(mail_server, mailbox):
    server = mail_server(tls=True)

    trusting(f"smtp://portail:tres%20s%40cret@localhost:{server.port}").send(mail())

    assert mailbox.was_encrypted == [True]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # aiosmtpd does not see that TLS is on
def test_a_server_that_speaks_tls_from_the_first_byte_is_understood(mail_server, mailbox):
    server = mail_server(tls=True, implicit=True)

    trusting(f"smtps://portail:tres%20s%40cret@localhost:{server.port}").send(mail())

    assert mailbox.was_encrypted == [True]


def test_a_certificate_nobody_vouches_for_stops_everything_before_the_password(mail_server, mailbox):
    server = mail_server(tls=True)

    with pytest.raises(TransientFailure) as failure:
        SmtpMail(f"smtp://portail:secret@localhost:{server.port}", SENDER).send(mail())

    assert failure.value.code == "SSLCertVerificationError"
    assert mailbox.mails == []


def test_a_wrong_password_is_ours_to_mend_and_refuses_no_mailbox(mail_server, mailbox):
    server = mail_server(tls=True)

    with pytest.raises(TransientFailure) as failure:
        trusting(f"smtp://portail:faux@localhost:{server.port}").send(mail())

    assert failure.value.code == "smtp_535"
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("answer", "kind", "refused"),
    [
        ("550 5.1.1 no such mailbox", PermanentFailure, True),
        ("550 5.7.1 you may not relay", PermanentFailure, False),
        ("552 5.2.2 mailbox full", PermanentFailure, False),
        ("450 4.2.1 try later", TransientFailure, None),
    ],
)
def test_a_refused_mailbox_is_told_apart_from_a_server_that_asks_for_time(mail_server, mailbox, answer, kind, refused):
    server = mail_server()
    mailbox.refusals["essai@exemple.fr"] = answer

    with pytest.raises(kind) as failure:
        SmtpMail(f"smtp://127.0.0.1:{server.port}", SENDER).send(mail())

    assert failure.value.code == f"smtp_{answer[:3]}"
    assert getattr(failure.value, "refused", None) is refused
    assert mailbox.mails == []


@pytest.mark.parametrize(("answer", "kind"), [("554 no", PermanentFailure), ("451 later", TransientFailure)])
def test_refused_words_do_not_condemn_the_mailbox(mail_server, mailbox, answer, kind):
    server = mail_server()
    mailbox.data_refusal = answer

    with pytest.raises(kind) as failure:
        SmtpMail(f"smtp://127.0.0.1:{server.port}", SENDER).send(mail())

    assert not getattr(failure.value, "refused", False)


def test_a_dead_mail_server_is_transient():
    with pytest.raises(TransientFailure) as failure:
        SmtpMail("smtp://127.0.0.1:1", SENDER).send(mail())

    assert failure.value.code == "ConnectionRefusedError"


def test_a_mail_server_that_says_nothing_is_left_at_the_limit(twilio):
    twilio.silence.set()  # an HTTP server never greets first: it stands for a server that hangs
    begun = time.monotonic()

    with pytest.raises(TransientFailure):
        SmtpMail(f"smtp://127.0.0.1:{twilio.server_address[1]}", SENDER, limit=0.3).send(mail())

    assert time.monotonic() - begun < 8  # seconds: the gateway's own limit is 10


# Twilio


def sms(twilio: FakeTwilio, **given: object) -> TwilioSms:
    values = {
        "account_sid": twilio.account,
        "auth_token": twilio.token,
        "sender": "+33939980000",
        "base_url": "https://porte.exemple.fr",
        "api_url": twilio.url,
    }
    return TwilioSms(**values | given)


def test_a_text_message_leaves_with_its_callback_and_gives_its_id(twilio):
    sid = sms(twilio).send("+33639980012", "Rendez-vous à 10 h 30", "7")

    assert sid == f"SM{1:032x}"
    assert twilio.taken == [
        {
            "To": "+33639980012",
            "From": "+33939980000",
            "Body": "Rendez-vous à 10 h 30",
            "StatusCallback": "https://porte.exemple.fr/hooks/twilio/status?message=7",
        }
    ]


def test_a_messaging_service_is_named_as_such(twilio):
    sms(twilio, sender="MG0123").send("+33639980012", "Bonjour", "7")

    assert twilio.taken[0]["MessagingServiceSid"] == "MG0123"
    assert "From" not in twilio.taken[0]


def test_outside_the_list_of_allowed_numbers_nothing_leaves_and_no_number_is_condemned(twilio):
    gateway = sms(twilio, allowlist=frozenset({"+33639980001"}))

    with pytest.raises(PermanentFailure) as failure:
        gateway.send("+33639980012", "Bonjour", "7")
    gateway.send("+33639980001", "Bonjour", "8")

    assert failure.value.refused is False
    assert [fields["To"] for fields in twilio.taken] == ["+33639980001"]


@pytest.mark.parametrize("code", [21211, 21610, 21614])
def test_a_number_that_twilio_refuses_is_refused(twilio, code):
    twilio.failures.append((400, {"code": code, "message": "To +33639980012 …", "status": 400}))

    with pytest.raises(PermanentFailure) as failure:
        sms(twilio).send("+33639980012", "Bonjour", "7")

    assert failure.value.refused
    assert str(failure.value) == f"twilio_{code}"


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (429, {"code": 20429, "message": "Too many", "status": 429}),
        (500, {"code": 20500, "message": "Oops", "status": 500}),
        (503, b"<html>down</html>"),
        (401, {"code": 20003, "message": "Authenticate", "status": 401}),
        (201, b"not json"),
        (201, {}),
    ],
)
def test_what_may_work_later_is_transient(twilio, status, answer):
    twilio.failures.append((status, answer))

    with pytest.raises(TransientFailure):
        sms(twilio).send("+33639980012", "Bonjour", "7")


def test_a_message_that_twilio_will_never_take_is_permanent_and_the_number_is_not_to_blame(twilio):
    twilio.failures.append((400, {"code": 21408, "message": "Region", "status": 400}))

    with pytest.raises(PermanentFailure) as failure:
        sms(twilio).send("+33639980012", "Bonjour", "7")

    assert failure.value.refused is False


def test_a_twilio_that_does_not_answer_is_left_at_the_limit(twilio):
    twilio.silence.set()
    begun = time.monotonic()

    with pytest.raises(TransientFailure):
        sms(twilio, limit=0.3).send("+33639980012", "Bonjour", "7")

    assert time.monotonic() - begun < 8


def test_the_example_signature_of_twilios_documentation_is_right_and_another_is_not():
    url = "https://example.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }

    assert is_signed("12345", url, form, "L/OH5YylLD5NRKLltdqwSvS0BnU=")
    assert not is_signed("12345", url, form | {"Digits": "1235"}, "L/OH5YylLD5NRKLltdqwSvS0BnU=")
