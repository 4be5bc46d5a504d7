"""Shared trips in a real browser: planned, accepted, planned again because of a delay, withdrawn."""

import pytest
from client import DEPOT, Client, in_days
from console import (
    assert_looks,
    each_look,
    expect,
    go,
    opened,  # noqa: F401
)
from test_trips import accepted, place

DAY = in_days(330)
# What is refused on purpose: a trip that is not there.
EXPECTED_ERRORS = "status of 404"


@pytest.fixture(scope="module")
def api(weft):
    client = Client.signed_in(weft)
    client.wait_until_idle()
    return client


def test_a_day_is_planned_and_a_trip_accepted(opened, api):
    orders = place(api, DAY)
    page = opened(f"/trips?date={DAY}&depot={DEPOT}")
    expect(page.get_by_text("No trips were planned for this day")).to_be_visible()
    page.get_by_role("button", name="Plan trips").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Plan", exact=True).click()
    card = page.locator(".trip-card").first
    expect(card.get_by_text("Proposed")).to_be_visible()
    expect(card.get_by_role("img")).to_have_count(1)
    expect(card.get_by_role("listitem")).to_have_count(4)
    expect(page.get_by_role("row", name="Cost")).to_be_visible()
    card.get_by_role("button", name="Accept").click()
    expect(card.get_by_text("Accepted")).to_be_visible()
    trip = api.get(f"/api/trips?orderId={orders[0]}&status=accepted").json["items"][0]
    # An order that is late leaves it, before one's eyes.
    reference = api.order(orders[1])["reference"]
    go(page, f"/orders/{orders[1]}")
    expect(page.get_by_role("link", name="Shared trip", exact=True)).to_be_visible()
    page.get_by_role("button", name="It is late").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Another day").click()
    dialog.get_by_label("Reason").fill("The line stood still")
    dialog.get_by_role("button", name="Report delay").click()
    expect(dialog).to_have_count(0)
    go(page, f"/trips/{trip['id']}")
    expect(page.get_by_text("Planned again", exact=True)).to_be_visible()
    expect(page.get_by_text(f"{reference} left it")).to_be_visible()
    page.get_by_role("button", name="Withdraw").click()
    dialog.get_by_label("Reason").fill("The driver is ill")
    dialog.get_by_role("button", name="Withdraw trip").click()
    expect(page.locator("h1").get_by_text("Withdrawn")).to_be_visible()
    expect(page.get_by_text("The driver is ill")).to_be_visible()


@each_look
def test_trips_fit_and_can_be_read(opened, api, viewport, scheme):
    found = api.get(f"/api/trips?status=accepted&date={in_days(331)}").json["items"]
    trip = found[0] if found else accepted(api, in_days(331))[0]
    day = f"/trips?date={trip['date']}&depot={DEPOT}"
    page = opened(day, viewport, scheme)
    expect(page.locator(".trip-card").first).to_be_visible()
    screens = {
        "trips": day, "trips-none": f"/trips?date={in_days(333)}&depot={DEPOT}",
        "trip": f"/trips/{trip['id']}", "trip-load": f"/trips/{trip['id']}?show=load&view=plan",
    }
    assert_looks(page, screens, viewport, scheme)


def test_the_load_of_a_trip_is_shown_with_all_its_orders(opened, api):
    trip, _ = accepted(api, in_days(332))
    page = opened(f"/trips/{trip['id']}?show=load&view=plan")
    expect(page.get_by_role("button", name="Plan", exact=True)).to_be_visible()
    expect(page.get_by_text("Boxes in loading order")).to_be_visible()
    expect(page.get_by_text("stop 3").first).to_be_visible()
    go(page, "/trips/01930000-0000-7000-8000-000000000000")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()

