"""The console follows what happens: by the live channel, and by asking where that is away."""

import re
import time

from console import (
    API,
    BOOKED_WITHIN_MS,
    expect,
    open_page,
    opened,  # noqa: F401
    sign_in,
)


def live_mark(page):
    return page.locator(".rail .live-mark")


def row_of(page, reference):
    return page.locator("[data-row]").filter(has_text=reference)


def one_booked(api):
    api.settle()
    return api.get("/api/orders?status=booked&limit=1")["items"][0]


def cancel(api, order):
    status, answer = api.ask(
        "PATCH", f"/api/orders/{order['id']}", {"status": "cancelled", "reason": "Tried out"}
    )
    assert status == 200, answer


def test_a_list_follows_events_without_asking_again_and_again(browser, weft):
    api = API(weft)
    order = one_booked(api)
    page, watch = open_page(browser, weft)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    sign_in(page, weft)
    expect(live_mark(page)).to_have_text("Live")
    expect(row_of(page, order["reference"])).to_contain_text("Booked")
    page.wait_for_timeout(1_000)
    asked.clear()
    page.wait_for_timeout(11_000)
    # The list was polled every five seconds before there was a channel; one order may change meanwhile, as
    # other tests' agents are at work.
    assert len([url for url in asked if "/api/orders" in url]) <= 1
    cancel(api, order)
    expect(row_of(page, order["reference"])).to_contain_text("Cancelled", timeout=2_000)
    watch.assert_clean()
    page.context.close()


def test_what_happened_while_the_network_was_away_is_shown_when_it_is_back(browser, weft):
    api = API(weft)
    order = one_booked(api)
    page, _ = open_page(browser, weft)
    sign_in(page, weft)
    expect(live_mark(page)).to_have_text("Live")
    page.context.set_offline(True)
    expect(page.get_by_text("Connection lost.")).to_be_visible()
    cancel(api, order)
    page.context.set_offline(False)
    expect(page.get_by_text("Connection lost.")).to_have_count(0)
    expect(row_of(page, order["reference"])).to_contain_text("Cancelled")
    expect(live_mark(page)).to_have_text("Live")
    page.context.close()


def test_without_the_channel_lists_are_asked_for_and_it_is_said(browser, weft):
    api = API(weft)
    order = one_booked(api)
    page, _ = open_page(browser, weft)
    page.route_web_socket(re.compile("/live$"), lambda socket: socket.close())
    sign_in(page, weft)
    expect(live_mark(page)).to_have_text("Checking every few seconds", timeout=10_000)
    cancel(api, order)
    expect(row_of(page, order["reference"])).to_contain_text("Cancelled", timeout=30_000)
    page.context.close()


def test_two_people_at_one_order_see_each_other(browser, weft):
    api = API(weft)
    email = f"second-{int(time.time())}@weft.example"
    password = "a sentence that nobody guesses"
    made = api.post(
        "/api/accounts",
        {"name": "Second Planner", "email": email, "roles": ["planner"], "password": password},
    )
    assert made["id"]
    order = one_booked(api)
    path = f"/console/orders/{order['id']}"
    first, _ = open_page(browser, weft)
    sign_in(first, weft, path)
    expect(live_mark(first)).to_have_text("Live")
    second, _ = open_page(browser, weft)
    sign_in(second, weft, path, email, password)
    expect(first.get_by_text("Second Planner is viewing")).to_be_visible()
    second.get_by_role("button", name="Cancel order").click()
    expect(first.get_by_text("Second Planner is changing it")).to_be_visible()
    second.context.close()
    expect(first.get_by_text("Second Planner")).to_have_count(0)
    first.context.close()


def test_an_open_order_follows_until_it_is_booked(opened, weft):
    api = API(weft)
    customer = api.get("/api/customers")["items"][0]
    page = opened("/")
    expect(live_mark(page)).to_have_text("Live")
    depot = api.get("/api/depots")["items"][0]
    order = api.post(
        "/api/orders",
        {
            "customerId": customer["id"],
            "pickup": {"depotId": depot["id"]},
            "requestedDate": time.strftime("%Y-%m-%d", time.localtime(time.time() + 5 * 86_400)),
            "deliveries": [{"stop": 1, "address": customer["address"]}],
            "items": [
                {
                    "name": "Crate",
                    "lengthMm": 600,
                    "widthMm": 400,
                    "heightMm": 400,
                    "weightGrams": 9_000,
                    "quantity": 2,
                    "stop": 1,
                }
            ],
        },
    )
    row = row_of(page, order["reference"])
    expect(row).to_be_visible(timeout=5_000)
    expect(row).to_contain_text("Booked", timeout=BOOKED_WITHIN_MS)
