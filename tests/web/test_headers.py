import pytest


@pytest.fixture(autouse=True)
def departement(world):
    world.departement()


def test_nothing_inline_may_run_and_nobody_may_frame_the_portal(client):
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "max-age" in headers["Strict-Transport-Security"]


def test_another_site_cannot_post_here(client):
    response = client.post("/agents/connexion", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403


def test_a_body_of_50_megabytes_is_refused_with_a_page(client):
    response = client.post("/agents/connexion", data={"email": "a" * (50 * 1024 * 1024)})
    assert response.status_code == 413
    assert response.page.h1


def test_a_body_in_pieces_without_a_length_is_refused_with_a_page(client):
    response = client.post("/agents/connexion", headers={"Transfer-Encoding": "chunked"})
    assert response.status_code == 411
    assert response.page.h1


@pytest.mark.parametrize("address", ["/lieux/%00", "/lieux/mds%00", "/r/%00", "/infos/%1b", "/%EF%BF%BF"])
def test_an_address_with_a_character_that_no_page_may_hold_does_not_exist(client, address):
    response = client.get(address)
    assert response.status_code == 404
    assert response.page.h1


def test_answers_to_forms_are_kept_by_no_browser(client):
    assert client.post("/agents/connexion", data={}).headers["Cache-Control"] == "no-store"
    assert "no-store" not in client.get("/").headers["Cache-Control"]


def test_static_files_are_kept_for_a_year_under_an_address_that_changes_with_them(client):
    page = client.get("/").page
    style = next(link.get("href") for link in page.all("link", rel="stylesheet"))
    with client.get(style) as response:
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]


def test_the_language_switch_keeps_the_page_and_leads_nowhere_else(client):
    response = client.get("/rendez-vous?langue=en")
    assert response.headers["Location"] == "/rendez-vous"
    assert client.get("/").page.all("html")[0].get("lang") == "en"
    assert not client.get("//autre.exemple/?langue=fr").headers["Location"].startswith("//")


def test_health_answers_ok(client):
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok")
