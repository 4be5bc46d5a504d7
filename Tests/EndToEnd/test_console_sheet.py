"""Printing a load from the loader's page, in a real browser."""

import re

from console import PHONE, expect
from console import opened  # noqa: F401 (fixture)
from test_console_load import api, order  # noqa: F401 (fixtures)

# The network is taken away on purpose.
EXPECTED_ERRORS = "net::ERR"


def test_the_loader_saves_the_sheet_and_is_told_when_there_is_no_network(opened, order):
    page = opened(f"/load/{order['id']}", PHONE)
    button = page.get_by_role("button", name="Print")
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == f"loading-sheet-{order['reference']}.pdf"
    with open(download.value.path(), "rb") as file:
        assert file.read(5) == b"%PDF-"
    expect(button).to_be_enabled()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.set_offline(True)
    button.click()
    expect(page.get_by_role("alert").filter(has_text=re.compile("No network"))).to_be_visible()
    page.context.set_offline(False)
