"""Coming in by an identity provider, in a browser."""

import re
import sys

import pytest

from client import free_port
from conftest import ROOT, start
from console import expect, open_page, press

sys.path.insert(0, str(ROOT / "Tests/Servers"))
from oidc_issuer import Issuer  # noqa: E402


@pytest.fixture
def federated(weft_binary, tmp_path):
    """A server that lets people in whom an issuer of this machine vouches for."""
    issuer = Issuer().start()
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        for key, value in {
            "WEFT_SERVER_URL": f"http://127.0.0.1:{port}",
            "WEFT_OIDC_ISSUER": issuer.url,
            "WEFT_OIDC_CLIENT_ID": issuer.client_id,
            "WEFT_OIDC_CLIENT_SECRET": issuer.client_secret,
            "WEFT_OIDC_LABEL": "Work account",
            "WEFT_OIDC_CREATE": "true",
            "WEFT_OIDC_ROLES": "viewer",
        }.items():
            patch.setenv(key, value)
        server = start(weft_binary, tmp_path / "data", port=port)
    yield server, issuer
    server.stop()
    issuer.stop()


def test_somebody_comes_in_by_an_issuer_and_is_where_they_wanted(browser, federated):
    weft, issuer = federated
    issuer.claims = {"name": "Nora Night", "email": "nora@example.com", "email_verified": True}
    page, watch = open_page(browser, weft)
    page.goto(weft.url + "/console/vehicles?q=HH")
    link = page.get_by_role("link", name="With Work account")
    link.focus()
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Vehicles", exact=True)).to_be_visible()
    # Back at the address that was asked for, and the code is not left in it or behind it.
    expect(page).to_have_url(re.compile(r"/console/vehicles\?q=HH$"))
    expect(page.get_by_role("button", name=re.compile("^Account of Nora Night"))).to_be_visible()
    expect(page.get_by_role("link", name="Admin")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Vehicles", exact=True)).to_be_visible()
    assert page.evaluate("performance.getEntriesByType('navigation')[0].name").endswith("?q=HH")
    # The way over the issuer leads through its address; nothing else goes out.
    assert all(each.startswith(issuer.url) for each in watch.elsewhere)
    assert watch.errors == []
    page.context.close()


def test_somebody_whom_the_issuer_refuses_is_told_and_may_try_again(browser, federated):
    weft, issuer = federated
    issuer.claims = {"aud": "another-program"}
    page, _ = open_page(browser, weft)
    page.goto(weft.url + "/console/")
    page.get_by_role("link", name="With Work account").click()
    expect(page.get_by_text("Signing in did not work")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="cannot be trusted")).to_be_visible()
    issuer.claims = {}
    page.get_by_role("link", name="Try again").click()
    page.get_by_role("link", name="With Work account").click()
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    page.context.close()
