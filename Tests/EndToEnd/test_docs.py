"""The API's page for people, in a real browser."""

import pytest
from console import DESKTOP, PHONE, expect, open_page, screenshot


@pytest.mark.parametrize(
    ("name", "viewport", "scheme"),
    [("desktop", DESKTOP, "light"), ("dark", DESKTOP, "dark"), ("phone", PHONE, "light")],
)
def test_the_page_shows_filters_and_opens_operations(browser, weft, name, viewport, scheme):
    page, watch = open_page(browser, weft, viewport, scheme)
    page.goto(weft.url + "/docs")
    expect(page.get_by_role("status")).to_contain_text("operations")
    total = page.locator("details.operation").count()
    assert total > 30
    page.get_by_label("Filter").fill("change order")
    shown = page.locator("details.operation:visible")
    expect(shown).to_have_count(1)
    shown.locator("summary").first.click()
    opened = page.locator("#changeOrder")
    expect(opened.get_by_role("rowheader", name="If-Match")).to_be_visible()
    expect(opened.get_by_text("curl -X PATCH")).to_be_visible()
    opened.locator("details.schema > summary", has_text="Order").first.click()
    expect(opened.get_by_text("requestedDate").first).to_be_visible()
    screenshot(page, f"docs-{name}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Filter").fill("")
    expect(page.locator("details.operation:visible")).to_have_count(total)
    screenshot(page, f"docs-{name}-all")
    watch.assert_clean()


def test_an_address_opens_its_operation(browser, weft):
    page, watch = open_page(browser, weft)
    page.goto(weft.url + "/docs#getOrder")
    expect(page.locator("#getOrder[open]").get_by_role("rowheader", name="If-None-Match")).to_be_visible()
    watch.assert_clean()
