"""Settings: complete and right, or one sentence that names the variable."""

import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.settings import TO_SERVE, Provider, Settings, SettingsError

COMPLETE = {
    "PORTAL_SECRET_KEY": "k" * 32,
    "PORTAL_BASE_URL": "https://portail.example.org/",
    "PORTAL_SMTP_URL": "smtp://user:word@mail.example.org:587",
    "PORTAL_MAIL_FROM": "ne-pas-repondre@example.org",
    "PORTAL_TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "PORTAL_TWILIO_AUTH_TOKEN": "token",
    "PORTAL_TWILIO_FROM": "+33939010000",
}


def test_complete_settings_are_read() -> None:
    settings = Settings.from_environment(COMPLETE | {"PORTAL_SMS_ALLOWLIST": "+33639980012, +33639980013"})
    assert settings.base_url == "https://portail.example.org"
    assert settings.sms_allowlist == {"+33639980012", "+33639980013"}
    assert settings.database_url is None
    assert not settings.demo


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_missing_setting_stops_the_start_and_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name} is missing: .*\.?$"):
        Settings.from_environment({key: value for key, value in COMPLETE.items() if key != name}, needed=TO_SERVE)


def test_an_empty_setting_counts_as_missing() -> None:
    with pytest.raises(SettingsError, match="PORTAL_SECRET_KEY is missing"):
        Settings.from_environment(COMPLETE | {"PORTAL_SECRET_KEY": " "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_SECRET_KEY", "short"),
        ("PORTAL_BASE_URL", "portail.example.org"),
        ("PORTAL_BASE_URL", "https://portail.example.org/sous-dossier"),
        ("PORTAL_BASE_URL", "http://portail.example.org"),
        ("PORTAL_BASE_URL", "https://portail.example.org:port"),
        ("PORTAL_BASE_URL", "https://[portail"),
        ("PORTAL_DATABASE_URL", "sqlite:///portal.db"),
        ("PORTAL_SMTP_URL", "mail.example.org:587"),
        ("PORTAL_SMTP_URL", "smtp://"),
        ("PORTAL_MAIL_FROM", "La Bonne Porte <x@example.org>"),
        ("PORTAL_TWILIO_API_URL", "api.example.org"),
        ("PORTAL_SMS_ALLOWLIST", "06 39 98 00 12"),
        ("PORTAL_NOW", "2026-11-24T10:30:00+01:00"),
        ("PORTAL_VAULT_KEY", "short"),
        ("PORTAL_VAULT_URL", "https://vault.example.org"),
        ("PORTAL_FRANCECONNECT_ISSUER", "https://france.example.org"),
        ("PORTAL_FRANCECONNECT_PKCE", "perhaps"),
        ("PORTAL_SMPT_URL", "smtp://mail.example.org"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"PORTAL_{name.split('_')[1]}\w* .*\.$"):
        Settings.from_environment(COMPLETE | {name: value})


def test_all_faults_are_told_together() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"PORTAL_SMTP_URL": "mail"}, needed=TO_SERVE)
    assert {fault.split()[0] for fault in caught.value.faults} == COMPLETE.keys()


def test_an_installation_without_https_is_possible_on_the_machine_itself() -> None:
    settings = Settings.from_environment(COMPLETE | {"PORTAL_BASE_URL": "http://127.0.0.1:8000"})
    assert settings.base_url == "http://127.0.0.1:8000"


def test_a_command_that_only_touches_the_database_needs_nothing_else() -> None:
    settings = Settings.from_environment({"PORTAL_DATABASE_URL": "postgresql:///portal"}, needed=())
    assert settings.database_url == "postgresql:///portal"


def test_the_demo_needs_nothing_and_keeps_its_key(tmp_path: Path) -> None:
    environ = {"PORTAL_VAR": str(tmp_path / "var")}
    first = Settings.from_environment(environ, demo=True)
    again = Settings.from_environment(environ, demo=True)
    assert first.secret_key == again.secret_key
    assert len(first.secret_key) >= 32
    assert first.base_url == "http://127.0.0.1:8000"
    assert stat.S_IMODE((tmp_path / "var" / "secret-key").stat().st_mode) == 0o600


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    keys: set[str] = set()
    threads = [
        threading.Thread(
            target=lambda: keys.add(Settings.from_environment({"PORTAL_VAR": str(tmp_path)}, demo=True).secret_key)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="PORTAL_VAR must be a folder that can be written"):
        Settings.from_environment({"PORTAL_VAR": str(tmp_path / "file")}, demo=True)


def test_the_demo_may_start_its_clock_elsewhere_in_time() -> None:
    environ = {"PORTAL_NOW": "2026-11-24T10:30:00+01:00", "PORTAL_SECRET_KEY": "k" * 32}
    assert Settings.from_environment(environ, demo=True).now == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("value", ["demain", "2026-11-24T10:30:00"])
def test_a_clock_without_its_offset_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_NOW must be a date and time with its offset"):
        Settings.from_environment({"PORTAL_NOW": value, "PORTAL_SECRET_KEY": "k" * 32}, demo=True)


def test_an_identity_provider_is_read_whole() -> None:
    environ = {
        "PORTAL_PROCONNECT_ISSUER": "https://pro.example.org",
        "PORTAL_PROCONNECT_CLIENT_ID": "portail",
        "PORTAL_PROCONNECT_CLIENT_SECRET": "s3cret-word",
    }
    settings = Settings.from_environment(COMPLETE | environ)
    assert settings.proconnect == Provider("https://pro.example.org", "portail", "s3cret-word")
    assert settings.franceconnect is None


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    environ = COMPLETE | {"PORTAL_DATABASE_URL": "postgresql://portal:hidden@db/portal"}
    shown = repr(Settings.from_environment(environ))
    for secret in ("k" * 32, "word", "token'", "hidden"):
        assert secret not in shown


@pytest.mark.parametrize(("given", "is_sent"), [({}, True), ({"PKCE": "yes"}, True), ({"PKCE": "no"}, False)], ids=str)
def test_a_provider_gets_pkce_unless_it_is_said_to_refuse_it(given: dict[str, str], *, is_sent: bool) -> None:
    parts = {"ISSUER": "https://fc.example.org", "CLIENT_ID": "portail", "CLIENT_SECRET": "secret"} | given
    settings = Settings.from_environment(
        COMPLETE | {f"PORTAL_FRANCECONNECT_{name}": part for name, part in parts.items()}
    )
    assert settings.franceconnect is not None
    assert settings.franceconnect.pkce is is_sent
