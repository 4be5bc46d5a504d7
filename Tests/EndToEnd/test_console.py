"""The console in a real browser: from signing in to a booked order, with nothing fetched elsewhere."""

import re

import pytest

from console import (
    BOOKED_WITHIN_MS,
    assert_accessible,
    assert_fits,
    assert_looks,
    axe_source,
    expect,
    fill_order,
    in_looks,
    look_name,
    open_order,
    open_page,
    opened,  # noqa: F401
    place_order,
    screenshot,
    sign_in,
)


def test_an_order_placed_in_the_console_becomes_booked(opened, weft):
    page = opened("/")
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()

    place_order(page, weft)
    heading = page.get_by_role("heading", level=1)
    # Nothing is reloaded here: the page follows by itself.
    expect(heading).to_contain_text("Booked", timeout=BOOKED_WITHIN_MS)
    reference = heading.inner_text().split()[0]
    expect(page.get_by_role("region", name="Booking", exact=True)).to_contain_text("Total")
    expect(page.get_by_role("region", name=re.compile("done"))).to_contain_text("Succeeded")
    screenshot(page, "order-light")

    page.get_by_role("tab", name="Decisions").click()
    cards = page.locator(".decision")
    expect(cards).not_to_have_count(0)
    if cards.first.locator(".decision-body").count() == 0:
        cards.first.get_by_role("button").first.click()
    body = cards.first.locator(".decision-body")
    for part in ("Chosen, and why", "Weighed", "Who decided, and what it took", "Asked of its tools"):
        expect(body).to_contain_text(part)
    screenshot(page, "decision-light")

    page.get_by_role("tab", name="Load").click()
    boxes = page.get_by_label("Boxes loaded")
    # Four pieces were ordered, so the sequence has four steps.
    expect(boxes).to_have_attribute("max", "4")
    page.get_by_role("button", name="Previous box").click()
    expect(boxes).to_have_value("3")
    expect(page).to_have_url(re.compile("step=3"))
    expect(page.get_by_role("region", name="Box 3")).to_contain_text("Supported")
    screenshot(page, "load-light")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(".plan")).to_have_count(3)

    page.get_by_role("link", name="Inbox").click()
    # A booking is good news: nothing to do about it, but it can be read.
    expect(page.locator(".messages [data-row]").filter(has_text="Failed order")).not_to_have_count(0)
    expect(page.locator(".messages")).not_to_contain_text(reference)
    page.get_by_role("button", name="Messages", exact=True).click()
    expect(page.locator(".messages")).to_contain_text(reference)
    screenshot(page, "inbox-light")


def test_the_demonstration_shows_two_vehicles_and_a_piece_that_fits_none(opened, weft):
    page = opened("/")
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    heading = page.get_by_role("heading", level=1)
    open_order(page, weft, "LO-000015")
    expect(heading).to_contain_text("Booked", timeout=BOOKED_WITHIN_MS)
    page.get_by_role("tab", name="Load").click()
    # 44 pallets of which no trailer takes more than 34, on one layer: two rows of 17.
    expect(page.get_by_role("tab", name=re.compile(r"^[12]\. "))).to_have_count(2)
    open_order(page, weft, "LO-000029")
    expect(heading).to_contain_text("Failed", timeout=BOOKED_WITHIN_MS)
    # The piece is 19.5 m long.
    expect(page.get_by_text("Why it failed:")).to_be_visible()
    expect(page.get_by_text("19500").first).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_be_visible()


def test_wrong_fields_are_named_where_they_are(opened):
    page = opened("/orders/new")
    fill_order(page)
    length = page.get_by_label("Length", exact=True)
    length.fill("0")
    page.get_by_role("button", name="Place the order").click()
    expect(length).to_have_attribute("aria-invalid", "true")
    expect(length).to_be_focused()


def test_signing_in_leads_to_the_page_asked_for(browser, weft):
    page, _ = open_page(browser, weft)
    sign_in(page, weft, "/console/runs")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    page.reload()  # The refresh token signs in silently.
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.context.close()


def test_a_wrong_password_is_refused_in_words(browser, weft):
    page, _ = open_page(browser, weft)
    page.goto(weft.url + "/console/")
    page.get_by_label("E-mail").fill(weft.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text=re.compile("wrong|refused", re.I))).to_be_visible()
    page.context.close()


def test_the_keyboard_reaches_everything(opened, weft):
    page = opened("/")
    # There must be an order to walk to, whichever test runs first.
    place_order(page, weft)
    # The order's screen is fetched when it is first gone to.
    expect(page.get_by_role("heading", level=1)).to_contain_text("LO-")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/console/orders$"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.keyboard.type("vehic")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Vehicles", exact=True)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.locator("[data-row]").first.wait_for()
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/console/orders/[^/]+$"))


def test_a_lost_connection_is_said_until_it_is_back(browser, weft):
    page, _ = open_page(browser, weft)
    sign_in(page, weft)
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    page.context.set_offline(True)
    banner = page.get_by_text("Connection lost.")
    expect(banner).to_be_visible()
    page.context.set_offline(False)
    expect(banner).to_have_count(0)
    page.context.close()


SCREENS = [
    "orders",
    "orders?dialog=none&sort=-createdAt",
    "inbox",
    "vehicles",
    "vehicles/calendar",
    "load",
    "customers",
    "agents",
    "runs",
    "runs/compare",
    "runs/workflows",
    "runs/workflows/new",
    "runs/schedules",
    "runs/schedules?edit=new",
    "events",
    "events/rules",
    "events/rules/new",
    "events/dead-letters",
    "orders/new",
    "alarms",
    "alarms?show=history",
    "alarms/rules",
    "alarms/rules?edit=new",
    "observe",
    "observe?board=executive&minutes=1440",
    "observe?board=developer",
    "observe/traces",
    "observe/map",
    "observe/logs",
    "admin",
    "admin?dialog=invite",
    "admin/keys",
    "admin/keys?dialog=new",
    "admin/audit",
    "admin/webhooks",
    "admin/webhooks?edit=new",
    "admin/channels",
    "admin/channels?edit=new",
    "admin/channels?show=escalations&edit=new",
    "admin/channels?show=deliveries",
    "me",
    "me?tab=notifications",
    "wall?boards=orders",
    "wall?boards=operations",
    "nowhere",
]


# Colours are tried at the desk, widths in the light: all four together take six minutes.
every_look = in_looks("desktop-light", "desktop-dark", "phone-light")


@pytest.mark.timeout(600)
@every_look
def test_every_screen_opens_fits_and_is_accessible(opened, viewport, scheme):
    screens = {re.sub("[^a-z0-9]+", "-", each): f"/{each}" for each in SCREENS}
    assert_looks(opened("/", viewport, scheme), screens, viewport, scheme)


@every_look
def test_signing_in_fits_and_is_accessible(browser, weft, viewport, scheme):
    page, watch = open_page(browser, weft, viewport, scheme)
    page.goto(weft.url + "/console/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert_fits(page, "sign-in")
    screenshot(page, f"sign-in-{look_name(viewport, scheme)}")
    assert_accessible(page, axe_source(), "sign-in")
    watch.assert_clean()
    page.context.close()
