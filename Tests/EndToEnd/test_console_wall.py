"""The wall screen: it needs nobody, tells how old it is, and comes back by itself."""

from console import (
    API,
    expect,
    open_page,
    sign_in,
)

WALL = {"width": 1920, "height": 1080}


def test_the_wall_turns_over_its_boards_and_survives_a_lost_network(browser, weft):
    api = API(weft)
    api.settle()
    page, _ = open_page(browser, weft, WALL)
    sign_in(page, weft, "/console/wall?boards=orders,operations&seconds=5")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Orders")
    # Nothing scrolls: all of it is seen from across the room.
    assert page.evaluate("document.documentElement.scrollHeight") <= WALL["height"]
    expect(page.get_by_text("As of")).to_be_visible()
    expect(heading).to_have_text("Operations", timeout=8_000)
    expect(heading).to_have_text("Orders", timeout=8_000)

    page.context.set_offline(True)
    expect(page.get_by_text("No connection; as of")).to_be_visible()
    order = api.get("/api/orders?status=booked&limit=1")["items"][0]
    api.ask("PATCH", f"/api/orders/{order['id']}", {"status": "cancelled", "reason": "Tried"})
    page.context.set_offline(False)
    expect(page.get_by_text("No connection; as of")).to_have_count(0)
    row = page.get_by_role("row").filter(has_text=order["reference"])
    expect(row).to_contain_text("Cancelled", timeout=20_000)
    page.context.close()
