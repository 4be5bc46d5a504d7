"""What every end-to-end test uses: the program under test, the reference data and a browser.

Tests run the built program as a user does. `make test` says which one in WEFT_BIN.
"""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items):
    """Skips tests that carry a tag which WEFT_TESTS does not switch on."""
    on = {tag for tag in os.environ.get("WEFT_TESTS", "").split(",") if tag}
    for item in items:
        if item.get_closest_marker("long") and "long" not in on:
            item.add_marker(pytest.mark.skip(reason="runs with WEFT_TESTS=long"))


@pytest.fixture(scope="session")
def weft() -> Path:
    """The program under test."""
    path = Path(os.environ.get("WEFT_BIN", ROOT / ".build/release/weft"))
    assert path.is_file(), f"{path} is missing; `make release` builds it"
    return path


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data; tests that need it are skipped where it is absent."""
    path = Path(os.environ.get("WEFT_DATA", ROOT.parent / "shared/data"))
    if not path.is_dir():
        pytest.skip(f"no reference data at {path}")
    return path


@pytest.fixture(scope="session")
def browser():
    """Debian's chromium; it refuses to run as root inside its sandbox."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page of a fresh browser profile, which fails the test on any error in its console."""
    context = browser.new_context()
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, f"errors on the page: {errors}"
