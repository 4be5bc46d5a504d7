"""Loads in 3D, the loader's phone page, runs as graphs and the vehicle calendar, in a real browser."""

import copy
import json
import re
from datetime import date, timedelta

import pytest
from client import CUSTOMER, DEPOT, Client, draft, in_days, parcel, wait_for
from console import (
    PHONE,
    assert_accessible,
    assert_fits,
    assert_looks,
    axe_source,
    each_look,
    expect,
    go,
    node,
    open_page,
    opened,  # noqa: F401
    screenshot,
    sign_in,
)

# Requests that a test keeps from the server, and what is refused on purpose.
EXPECTED_ERRORS = "net::ERR|status of 40[49]"

# Within the two weeks that a loader sees, after the demonstration's own orders.
DAY = in_days(12)


def two_stops(day, **changes):
    """Nine pieces of two kinds to two stops, of which some need two people."""
    place = {
        "street": "Straße 1",
        "postcode": "10115",
        "city": "Berlin",
        "country": "DE",
        "latitude": 52.53,
        "longitude": 13.38,
    }
    return draft(
        day,
        parcel("Crate", 5),
        parcel("Pump", 4, stop=2, weightGrams=28_000, lengthMm=500, fragile=True),
        deliveries=[
            {"stop": 1, "address": {"name": "First Hall", **place}},
            {"stop": 2, "address": {"name": "Second Hall", **place, "city": "Dresden"}},
        ],
        **changes,
    )


@pytest.fixture(scope="module")
def api(weft):
    client = Client.signed_in(weft)
    client.wait_until_idle()
    return client


@pytest.fixture
def order(api):
    """A booked order with a load."""
    placed = api.post("/api/orders", two_stops(DAY))
    assert placed.status == 201, placed.body
    found = api.order_when(placed.json["id"], "booked")
    yield found
    api.patch(f"/api/orders/{found['id']}", {"status": "cancelled", "reason": "the test is over"})


@pytest.fixture
def replanned(api, order):
    """The order with a second layout: one crate is gone, a pump moved, one box is new.

    The new one is for the second stop and fills the vehicle from wall to wall before the others.
    """
    key = f"/api/objects/order-{order['id']}.json"
    document = api.get(key).json
    changed = copy.deepcopy(document)
    booked = api.get(f"/api/orders/{order['id']}/layout").json["plan"]
    [plan] = [each for each in changed["plans"] if each["plan"] == booked]
    load = plan["vehicles"][0]
    boxes, space = load["boxes"], load["container"]
    gone = [box for box in boxes if box["name"] == "Crate"][-1]
    moved = [box for box in boxes if box["name"] == "Pump"][-1]
    moved["yMm"] += 130
    wall = {"xMm": space["lengthMm"] - 400, "yMm": 0, "zMm": 0, "lengthMm": 400}
    wall |= {"widthMm": space["widthMm"], "heightMm": space["heightMm"]}
    boxes[boxes.index(gone)] = {**gone, **wall, "item": "late", "name": "Late wall", "stop": 2}
    for box in boxes:
        # Whoever changes a layout by hand does not say which boxes it still lets out.
        box.pop("reachable", None)
    put = api.send(
        "PUT", key, json.dumps(changed).encode(), {"Content-Type": "application/json"}
    )
    assert (put.status, put.json["version"]) == (201, 2), put.body
    return order


def test_a_load_is_walked_through_by_mouse(opened, order):
    page = opened(f"/orders/{order['id']}?tab=load")
    bar = page.get_by_label("Boxes loaded")
    expect(bar).to_have_attribute("max", "9")
    expect(page.locator(".scene canvas")).to_be_visible()
    for words in ("within the limit", "Centre of gravity", "from the front wall"):
        expect(page.get_by_role("region", name="Weight and balance")).to_contain_text(words)

    # The second stop is loaded first.
    page.get_by_role("button", name=re.compile("^Stop 2")).click()
    expect(page).to_have_url(re.compile(r"step=\d"))
    page.get_by_role("button", name="Next box").click()
    page.get_by_role("button", name="Play the loading").click()
    expect(bar).to_have_value("9", timeout=20_000)

    page.get_by_role("button", name="Product").click()
    expect(page.get_by_role("list", name="Colour by product")).to_contain_text("Pump")
    page.get_by_role("button", name="Weight").click()
    expect(page.get_by_role("list", name="Colour by weight")).to_contain_text("28 kg")
    page.get_by_label("Stops apart").check()
    expect(page).to_have_url(re.compile("explode=1"))
    page.get_by_label("Stops apart").uncheck()

    # From above the nearest box to the middle of the load is under the pointer.
    page.get_by_role("button", name="From the corner").click()
    canvas = page.locator(".scene canvas")
    frame = canvas.bounding_box()
    picked = page.get_by_role("region", name=re.compile(r"^Box \d+$"))
    for across in (0.3, 0.34, 0.38, 0.42, 0.46, 0.26):
        canvas.click(position={"x": frame["width"] * across, "y": frame["height"] * 0.5})
        if picked.count():
            break
    expect(picked).to_contain_text("Proof")
    expect(picked).to_contain_text("Supported")
    expect(page).to_have_url(re.compile(r"box=\d"))
    screenshot(page, "load-3d-light")

    # Dragging turns, and is no press.
    before = page.url
    page.mouse.move(frame["x"] + 200, frame["y"] + 200)
    page.mouse.down()
    page.mouse.move(frame["x"] + 320, frame["y"] + 240, steps=5)
    page.mouse.up()
    assert page.url == before

    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(".plan")).to_have_count(3)
    # The last one drawn is the nearest.
    page.locator(".plan-top .plan-box").last.click()
    expect(picked).to_be_visible()
    expect(page.locator(".plan-selected")).to_have_count(3)
    screenshot(page, "load-plan-light")
    page.keyboard.press("Escape")
    expect(page.locator(".plan-selected")).to_have_count(0)
    assert_accessible(page, axe_source(), page.url)


def test_a_load_is_walked_through_by_keyboard(opened, order):
    page = opened(f"/orders/{order['id']}?tab=load&step=3")
    expect(page.get_by_role("region", name="Box 3")).to_be_visible()
    expect(page.locator(".scene canvas")).to_be_visible()
    page.keyboard.press("]")
    expect(page.get_by_role("region", name="Box 4")).to_be_visible()
    page.keyboard.press("[")
    expect(page).to_have_url(re.compile("step=3"))
    rows = page.get_by_role("listbox", name="Boxes in loading order")
    rows.focus()
    page.keyboard.press("End")
    # Beyond what is loaded: the picture is loaded up to it.
    expect(page.get_by_role("region", name="Box 9")).to_be_visible()
    expect(page.get_by_label("Boxes loaded")).to_have_value("9")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("region", name="Box 8")).to_be_visible()
    selected = rows.get_by_role("option", selected=True)
    expect(selected).to_contain_text("8")
    assert rows.get_attribute("aria-activedescendant") == selected.get_attribute("id")
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("box="))
    page.locator(".scene canvas").focus()
    for key in ("ArrowLeft", "Shift+ArrowUp", "+", "-", "Home"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile("tab=load"))


def test_each_step_says_what_to_take_and_where_to_put_it(opened, api, order):
    boxes = api.get(f"/api/orders/{order['id']}/layout").json["vehicles"][0]["boxes"]
    page = opened(f"/orders/{order['id']}?tab=load&step=0")
    words = page.locator(".step-words")
    expect(words).to_contain_text("The vehicle is empty")
    for box in boxes:
        page.keyboard.press("]")
        expect(words).to_contain_text(
            f"{box['name']}, piece {box['piece']} of {box['of']}, for stop {box['stop']}"
        )
        below = box["restsOn"]
        on = "the floor" if not below else f"box{'es' if len(below) > 1 else ''} {below[0]}"
        expect(words).to_contain_text(f", on {on}")
    expect(words).to_contain_text("All 9 boxes are loaded")


def test_a_box_shows_its_proof(opened, api, replanned):
    path = f"/orders/{replanned['id']}?tab=load&box="
    boxes = api.get(f"/api/orders/{replanned['id']}/layout").json["vehicles"][0]["boxes"]
    wall = next(box["sequence"] for box in boxes if box["name"] == "Late wall")
    first = next(box["sequence"] for box in boxes if box["name"] == "Crate")
    page = opened(f"{path}{first}")
    proof = page.get_by_role("region", name=f"Box {first}").get_by_role("list", name="Proof")
    lines = proof.get_by_role("listitem")
    expect(lines.filter(has_text="Supported")).to_contain_text("Kept: Supported100%")
    expect(lines.filter(has_text="Bears")).to_contain_text("nobody limits")
    # In front of the first stop's crate stands a wall for the second stop.
    expect(lines.filter(has_text="Reached")).to_contain_text(
        re.compile(f"Broken: .*Not at stop 1: box(es)? .*{wall}.* stop 2 .*between it and the door")
    )
    screenshot(page, "load-proof-light")
    # What the layout itself says of it counts more than what one sees.
    page.route(
        re.compile("/api/orders/[^/]+/layout$"),
        lambda route: route.fulfill(json=said(route.fetch().json())),
    )
    page.reload()
    expect(lines.filter(has_text="Reached")).to_contain_text("Kept: ReachedAt stop 1")
    region = page.get_by_role("region", name=f"Box {first}")
    expect(region).to_contain_text("ADR 3")
    expect(region).to_contain_text("4 of 9")
    balance = page.get_by_role("region", name="Weight and balance")
    expect(balance).to_contain_text("No layout can use more than 40%: the goods fill no more")
    assert_accessible(page, axe_source(), page.url)


def said(layout):
    """The layout with what later ones tell of themselves."""
    [vehicle] = layout["vehicles"]
    vehicle |= {"volumeBound": 0.4, "boundReason": "the goods fill no more"}
    for box in vehicle["boxes"]:
        box |= {"reachable": True, "goodsClass": "ADR 3", "priority": 4}
    return layout


def test_a_load_is_cut_open(opened, api, order):
    page = opened(f"/orders/{order['id']}?tab=load&explode=1")
    canvas = page.locator(".scene canvas")
    expect(canvas).to_be_visible()
    rows = page.get_by_role("listbox", name="Boxes in loading order")
    section = page.get_by_role("group", name="Section")
    section.get_by_role("button", name="Height").click()
    expect(page).to_have_url(re.compile(r"cut=height-\d+"))
    # Drawn apart there is nothing to cut through.
    expect(page.get_by_label("Stops apart")).not_to_be_checked()
    # Halfway up nothing on the floor is gone.
    expect(rows.get_by_role("option").first).not_to_contain_text("cut away")

    # On the floor it takes everything, the other way round nothing.
    slider = page.get_by_label("Section along the height")
    slider.focus()
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(r"cut=height-0(&|$)"))
    expect(rows.get_by_text("cut away")).to_have_count(9)
    expect(slider).to_have_attribute("aria-valuetext", "0 m above the floor, without the top")
    frame = canvas.bounding_box()
    places = [(across, up) for across in (0.26, 0.3, 0.34, 0.38, 0.42) for up in (0.5, 0.56)]
    picked = page.get_by_role("region", name=re.compile(r"^Box \d+$"))

    def press():
        for across, up in places:
            canvas.click(position={"x": frame["width"] * across, "y": frame["height"] * up})
            if picked.count():
                return True
        return False

    assert not press(), "what is cut away cannot be pressed"
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(".plan-box")).to_have_count(0)
    expect(page.locator(".plan-section")).to_have_count(2)
    page.get_by_role("button", name="Other side").click()
    expect(page).to_have_url(re.compile("cut=height-0-other"))
    expect(page.locator(".plan-box")).not_to_have_count(0)
    expect(rows.get_by_text("cut away")).to_have_count(0)
    page.get_by_role("button", name="3D", exact=True).click()
    frame = canvas.bounding_box()
    assert press(), "what stays can be pressed"

    # Escape takes the box, then the section, then leaves.
    page.keyboard.press("Escape")
    expect(picked).to_have_count(0)
    expect(page).to_have_url(re.compile("cut=height-0-other"))
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("cut="))
    expect(section.get_by_role("button", name="None")).to_have_attribute("aria-pressed", "true")
    # In the slider too.
    go(page, f"/orders/{order['id']}?tab=load&cut=length-300")
    page.get_by_label("Section along the length").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("cut=length-350"))
    screenshot(page, "load-section-light")
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("cut="))
    expect(page).to_have_url(re.compile(f"/orders/{order['id']}"))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/console/orders$"))


def label_places(page, picture):
    """Where the names in a picture stand: they move when it is turned."""
    return page.locator(f".compare-{picture} .scene-label").evaluate_all(
        "all => all.map((each) => each.style.transform)"
    )


def test_two_versions_of_a_layout_are_compared(opened, replanned):
    page = opened(f"/orders/{replanned['id']}?tab=load")
    page.get_by_role("button", name="Compare layouts").click()
    expect(page).to_have_url(re.compile(r"compare=1\.\.2"))
    expect(page.get_by_role("status").filter(has_text="moved")).to_have_text(
        "1 box moved, 1 box is new, 1 box is gone and 7 boxes stand in the same place."
    )
    expect(page.locator(".compare-picture canvas")).to_have_count(2)
    legend = page.get_by_role("list", name="Colour by change")
    for words in ("Same place", "Moved", "Gone", "New"):
        expect(legend).to_contain_text(words)
    figures = page.get_by_role("region", name="Figures")
    for words in ("Use of volume", "Use of payload", "Centre of gravity", "axle"):
        expect(figures).to_contain_text(words)
    screenshot(page, "load-compare-light")
    assert_accessible(page, axe_source(), page.url)

    # Who turns one turns both.
    before = [label_places(page, each) for each in ("before", "after")]
    page.locator(".compare-before canvas").focus()
    page.keyboard.press("ArrowRight")
    wait_for(
        lambda: all(
            label_places(page, each) != old for each, old in zip(("before", "after"), before)
        ),
        "both pictures to turn",
    )

    # A box that differs leads to both its places.
    boxes = page.get_by_role("region", name="Boxes that differ")
    expect(boxes.get_by_role("row")).to_have_count(4)
    boxes.get_by_role("button", name=re.compile("^Gone")).click()
    expect(boxes.get_by_role("row")).to_have_count(2)
    expect(boxes.get_by_role("row").last).to_contain_text("Crate")
    boxes.get_by_role("button", name=re.compile("^Moved")).click()
    boxes.get_by_role("button", name=re.compile("Pump")).click()
    expect(page).to_have_url(re.compile(r"box=b\d"))
    page.get_by_role("button", name="Plan", exact=True).click()
    for half in ("before", "after"):
        expect(page.locator(f".compare-{half} .plan-selected")).to_have_count(3)
    page.get_by_role("group", name="Colour by").get_by_role("button", name="Product").click()
    expect(page.get_by_role("list", name="Colour by product")).to_contain_text("Late wall")

    page.get_by_role("button", name="Swap before and after").click()
    expect(page).to_have_url(re.compile(r"compare=2\.\.1"))
    expect(page.locator(".compare-before")).to_contain_text("in use")
    page.get_by_role("button", name="3D", exact=True).click()
    page.get_by_role("group", name="Section").get_by_role("button", name="Length").click()
    expect(page).to_have_url(re.compile("cut=length"))
    # Escape: the section, the comparison, the order.
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("cut="))
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("compare="))
    expect(page.get_by_label("Boxes loaded")).to_be_visible()


def test_the_ways_of_a_layout_are_compared(opened, api, order):
    layout = api.get(f"/api/orders/{order['id']}/layout").json
    other = next(each for each in layout["plans"] if each["plan"] != layout["plan"])
    way = f"1-{other['plan'] + 1}"
    page = opened(f"/orders/{order['id']}?tab=load")
    page.locator(".scene canvas").wait_for()
    page.get_by_role("button", name="Compare layouts").wait_for()
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile(rf"compare=1\.\.{way}"))
    after = page.get_by_label("After", exact=True)
    expect(after.locator("option:checked")).to_contain_text(other["vehicles"][0])
    expect(page.locator(".compare-after")).to_contain_text(other["vehicles"][0])
    after.select_option("1")
    expect(page).to_have_url(re.compile(r"compare=1\.\.1(&|$)"))
    expect(page.get_by_text("Every box stands in the same place in both.")).to_be_visible()
    # What there is not is said, and one can choose anew.
    go(page, f"/orders/{order['id']}?tab=load&compare=1..7")
    expect(page.get_by_role("alert").filter(has_text="Not found")).to_contain_text(
        "no layout of version 7"
    )
    after.select_option(way)
    expect(page.locator(".compare-picture canvas")).to_have_count(2)


def test_without_webgl_the_plans_are_shown(opened, browser, weft, order):
    page, watch = open_page(browser, weft)
    page.add_init_script(
        """const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
            return /webgl/.test(kind) ? null : get.call(this, kind, ...rest);
        };"""
    )
    sign_in(page, weft, f"/console/orders/{order['id']}?tab=load")
    expect(page.get_by_text("cannot draw in three dimensions")).to_be_visible()
    expect(page.locator(".plan")).to_have_count(3)
    expect(page.get_by_role("button", name="3D")).to_be_disabled()
    assert watch.elsewhere == []
    page.context.close()


def test_several_vehicles_are_tabs(opened, api):
    [big] = api.get("/api/orders?q=LO-000015").json["items"]
    page = opened(f"/orders/{big['id']}?tab=load")
    vehicles = page.get_by_role("tablist", name="Vehicles").get_by_role("tab")
    expect(vehicles).to_have_count(2)
    vehicles.nth(1).click()
    expect(page).to_have_url(re.compile("vehicle=2"))
    expect(page.get_by_role("region", name="Weight and balance")).to_contain_text("Refrigerated")
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("vehicle=1"))


def load_of(api, order):
    answer = api.get(f"/api/loads/{order['id']}")
    assert answer.status == 200, answer.body
    return answer.json


def states(api, order):
    return [box["state"] for box in load_of(api, order)["boxes"]]


def test_a_loader_loads_on_a_phone(opened, api, order):
    page = opened("/load", PHONE, has_touch=True)
    assert_fits(page, page.url)
    page.get_by_role("link", name=re.compile(order["reference"])).tap()
    expect(page.get_by_role("article", name="Piece 1")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(order["reference"])
    assert_fits(page, page.url)
    screenshot(page, "loader-phone-light")
    assert_accessible(page, axe_source(), page.url)
    for name in ("Placed", "Problem", "Undo", "Piece before", "Piece after"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert min(box["width"], box["height"]) >= 48, name

    placed = page.get_by_role("button", name="Placed", exact=True)
    placed.tap()
    expect(page.get_by_role("article", name="Piece 2")).to_be_visible()
    placed.tap()
    expect(page.get_by_role("article", name="Piece 3")).to_be_visible()
    wait_for(lambda: states(api, order)[:3] == ["placed", "placed", "open"], "two placements")

    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_role("article", name="Piece 2")).to_be_visible()
    wait_for(lambda: states(api, order)[1] == "open", "the undo")
    placed.tap()

    page.get_by_role("button", name="Problem", exact=True).tap()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Damaged").check()
    dialog.get_by_label("Anything to add").fill("the lid is broken")
    screenshot(page, "loader-problem-phone-light")
    dialog.get_by_role("button", name="Report and go on").tap()
    expect(page.get_by_text("1 problem")).to_be_visible()
    expect(page.get_by_role("article", name="Piece 4")).to_be_visible()

    def told():
        return any(
            order["reference"] in each["subject"] and "damaged" in each["subject"]
            for each in api.get("/api/inbox").json["items"]
        )

    wait_for(told, "the planner's inbox")

    # In the middle of the trailer the network goes: work goes on, and nothing is lost.
    page.context.set_offline(True)
    for _ in range(3):
        placed.tap()
    expect(page.get_by_role("article", name="Piece 7")).to_be_visible()
    expect(page.get_by_text(re.compile("3 to send"))).to_be_visible()
    assert states(api, order)[3:6] == ["open", "open", "open"]
    screenshot(page, "loader-offline-phone-light")
    page.context.set_offline(False)
    wait_for(lambda: states(api, order)[3:6] == ["placed"] * 3, "what was waiting to be sent")
    expect(page.get_by_text(re.compile("to send"))).to_have_count(0)

    for _ in range(3):
        placed.tap()
    expect(page.get_by_role("heading", name="8 placed, 1 problem")).to_be_visible()
    screenshot(page, "loader-done-phone-light")
    # The piece turned up after all.
    page.get_by_role("button", name=re.compile("Piece 3")).tap()
    page.get_by_role("button", name="Take back").tap()
    placed.tap()
    expect(page.get_by_role("heading", name=re.compile("All 9 pieces"))).to_be_visible()
    wait_for(lambda: set(states(api, order)) == {"placed"}, "the load to be complete")


def test_marks_wait_for_the_network_across_a_reload(opened, api, order):
    page = opened(f"/load/{order['id']}", PHONE)
    expect(page.get_by_role("article", name="Piece 1")).to_be_visible()
    page.route("**/placements", lambda route: route.abort())
    page.get_by_role("button", name="Placed", exact=True).click()
    expect(page.get_by_text(re.compile("1 to send"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile("1 to send"))).to_be_visible()
    expect(page.get_by_role("article", name="Piece 2")).to_be_visible()
    page.unroute("**/placements")
    wait_for(lambda: states(api, order)[0] == "placed", "the mark from before the reload")


def test_a_reload_without_a_network_finds_the_load_and_the_marks(opened, api, order):
    page = opened(f"/load/{order['id']}", PHONE)
    expect(page.get_by_role("article", name="Piece 1")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    placed = page.get_by_role("button", name="Placed", exact=True)
    placed.click()
    wait_for(lambda: states(api, order)[0] == "placed", "the first mark")
    page.context.set_offline(True)
    placed.click()
    expect(page.get_by_role("article", name="Piece 3")).to_be_visible()
    page.reload()
    expect(page.get_by_role("article", name="Piece 3")).to_be_visible()
    expect(page.get_by_text(re.compile("No network, 1 to send"))).to_be_visible()
    placed.click()
    expect(page.get_by_role("article", name="Piece 4")).to_be_visible()
    # Other screens cannot be shown, and nothing of the API was kept by the worker.
    assert page.evaluate(
        """caches.keys()
            .then((names) => Promise.all(names.map((each) => caches.open(each))))
            .then((all) => Promise.all(all.map((each) => each.keys())))
            .then((keys) => keys.flat().map((each) => new URL(each.url).pathname)
                .filter((each) => !/^\\/console\\/(assets\\/|$)/.test(each)))"""
    ) == []
    page.context.set_offline(False)
    wait_for(lambda: states(api, order)[:3] == ["placed"] * 3, "what was said without a network")
    expect(page.get_by_text(re.compile("to send"))).to_have_count(0)
    # Signed out, nothing of it is left.
    page.evaluate("sessionStorage.clear(), localStorage.removeItem('weft.refresh')")
    page.reload()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    page.goto(page.url)
    assert page.evaluate("localStorage.getItem('weft.load')") is None


def test_a_loader_needs_no_mouse(opened, api, order):
    page = opened(f"/load/{order['id']}", scheme="dark")
    expect(page.get_by_role("article", name="Piece 1")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("article", name="Piece 2")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Placed", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="Piece 2")).to_be_visible()
    screenshot(page, "loader-desktop-dark")
    assert_accessible(page, axe_source(), page.url)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Loading", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(order["reference"]))).to_contain_text("1 of 9")


def test_a_run_is_a_graph_with_each_steps_data(opened, order):
    page = opened(f"/runs/{order['execution']['id']}")
    expect(page.locator(".node-done")).not_to_have_count(0)
    node(page, "Analyse").click()
    step = page.get_by_role("region", name="Analyse")
    expect(page).to_have_url(re.compile("state=Analyse"))
    for words in ("logistics.analyser", "Decided", "Input", "Output"):
        expect(step).to_contain_text(words)
    screenshot(page, "run-graph-light")
    fold = step.get_by_role("group", name="Output").locator("[aria-expanded]").first
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    step.get_by_role("link", name="The whole decision").click()
    expect(page.locator(".decision-body")).to_be_visible()
    page.go_back()
    expect(step).to_be_visible()

    # By keyboard: down from step to step; Escape closes the step, then leaves.
    page.get_by_role("listbox", name=re.compile("States")).focus()
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile("state=TakeUp"))
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("state=IsOpen"))
    for key in ("+", "-", "0"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("state="))
    assert_accessible(page, axe_source(), page.url)

    page.get_by_role("tab", name="Table").click()
    page.get_by_role("button", name="Book transport").click()
    expect(page.get_by_role("region", name="Book transport")).to_be_visible()
    assert_accessible(page, axe_source(), page.url)
    page.get_by_role("tab", name="Time").click()
    page.get_by_role("button", name=re.compile("^Analyse, Done")).click()
    expect(page.get_by_role("region", name="Analyse")).to_be_visible()
    screenshot(page, "run-time-light")
    assert_accessible(page, axe_source(), page.url)
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("cell", name="ExecutionSucceeded")).to_be_visible()
    page.get_by_label("Details of event 1", exact=True).click()
    expect(page.get_by_role("group", name="Event 1", exact=True)).to_be_visible()


def test_the_calendar_by_mouse_and_keyboard(opened, api, order):
    page = opened(f"/vehicles/calendar?week={DAY}")
    grid = page.get_by_role("grid", name="Vehicles by day")
    chip = grid.get_by_role("link", name=re.compile(order["reference"]))
    expect(chip).to_be_visible()
    screenshot(page, "calendar-light")
    assert_accessible(page, axe_source(), page.url)

    # One cell is in the tab order; arrows go on from it, Enter opens what is there.
    expect(grid.locator("[tabindex='0']")).to_have_count(1)
    grid.locator("[tabindex='0']").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("data-at", "1/13")
    page.keyboard.press("Home")
    expect(page.locator(":focus")).to_have_attribute("data-at", "1/0")
    # Which vehicles are booked on the first day is the packer's affair: one that is not.
    grid.locator("td[data-at$='/0']").filter(has_not=page.get_by_role("link")).first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Keep")
    dialog.get_by_label("Reason").fill("Inspection")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    # A booked vehicle cannot be kept off: the reason is said where it is asked.
    cell = grid.locator("td", has=page.get_by_role("link", name=re.compile(order["reference"])))
    cell.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/orders/{order['id']}"))
    page.go_back()
    name = order["bookings"][0]["vehicle"]["name"]
    grid.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    screenshot(page, "vehicle-light")
    assert_accessible(page, axe_source(), page.url)
    page.get_by_role("button", name="Keep off the road").click()
    far = (date.fromisoformat(DAY) + timedelta(days=30)).isoformat()
    dialog.get_by_label("First day").fill(DAY)
    dialog.get_by_label("Last day").fill(far)
    dialog.get_by_label("Reason").fill("Inspection")
    dialog.get_by_role("button", name="Keep it off").click()
    expect(dialog.get_by_role("alert")).to_contain_text(order["reference"])
    after = (date.fromisoformat(DAY) + timedelta(days=1)).isoformat()
    dialog.get_by_label("First day").fill(after)
    dialog.get_by_label("Last day").fill(after)
    dialog.get_by_role("button", name="Keep it off").click()
    expect(dialog).to_have_count(0)

    go(page, f"/vehicles/calendar?week={DAY}&weeks=4")
    away = grid.get_by_role("gridcell", name=re.compile("unavailable, Inspection"))
    expect(away).to_have_count(1)
    away.click()
    dialog.get_by_role("button", name="Let it be booked again").click()
    expect(away).to_have_count(0)

    page.get_by_role("button", name="Free capacity").click()
    table = page.get_by_role("region", name="Free capacity")
    expect(table).to_contain_text(re.compile(r"\d+ of \d+ free"))
    screenshot(page, "calendar-free-light")
    assert_accessible(page, axe_source(), page.url)
    page.get_by_label("Depot").select_option(index=1)
    expect(page).to_have_url(re.compile("depot="))


@each_look
def test_every_screen_fits_and_is_accessible(opened, replanned, viewport, scheme):
    order = replanned
    page = opened("/load", viewport, scheme)
    expect(page.get_by_role("heading", name="Loading", exact=True)).to_be_visible()
    screens = {
        "loads": "/load",
        "loader": f"/load/{order['id']}",
        "load": f"/orders/{order['id']}?tab=load&box=3",
        "load-plan": f"/orders/{order['id']}?tab=load&view=plan&by=weight&box=3",
        "load-section": f"/orders/{order['id']}?tab=load&cut=width-700&box=1",
        "load-compare": f"/orders/{order['id']}?tab=load&compare=1..2&box=b1",
        "run": f"/runs/{order['execution']['id']}?state=Analyse",
        "run-time": f"/runs/{order['execution']['id']}?tab=time",
        "run-table": f"/runs/{order['execution']['id']}?tab=table",
        "calendar": f"/vehicles/calendar?week={DAY}",
        "free": f"/vehicles/calendar?week={DAY}&view=free",
        "vehicle": f"/vehicles/{order['bookings'][0]['vehicle']['id']}",
    }
    assert_looks(page, screens, viewport, scheme)


def many(count: int, side: int, day: str) -> dict:
    """So many pieces of four kinds to two stops, as large as fill a trailer."""
    kinds = [(1, 1, 1), (1.25, 0.8, 1), (1, 1.2, 0.8), (1.5, 1, 0.66)]
    items = [
        {
            "name": f"Carton {index + 1}",
            "lengthMm": int(side * a),
            "widthMm": int(side * b),
            "heightMm": int(side * c),
            "weightGrams": 18_000_000 // count,
            "quantity": count // 4,
            "stop": 1 + index % 2,
        }
        for index, (a, b, c) in enumerate(kinds)
    ]
    order = two_stops(day)
    return {**order, "customerId": CUSTOMER, "pickup": {"depotId": DEPOT}, "items": items}


FRAMES = """async () => {
    const canvas = document.querySelector(".scene canvas");
    canvas.focus();
    const key = (name) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key: name }));
    const times = [];
    let last = 0;
    for (let i = 0; i < 40; i++) {
        key("ArrowRight");
        const now = await new Promise((done) => requestAnimationFrame(done));
        if (i > 4) times.push(now - last);
        last = now;
    }
    times.sort((a, b) => a - b);
    return [times[Math.floor(times.length / 2)], times[times.length - 2]];
}"""


@pytest.mark.long
@pytest.mark.parametrize(("count", "side"), [(1_000, 420), (5_000, 240), (10_000, 190)])
def test_thousands_of_boxes_are_drawn_turned_and_picked(opened, api, count, side):
    day = in_days(300 + count // 500)
    placed = api.post("/api/orders", many(count, side, day))
    assert placed.status == 201, placed.body
    order = api.order_when(placed.json["id"], "booked", within=120)
    page = opened(f"/orders/{order['id']}?tab=load")
    expect(page.locator(".scene canvas")).to_be_visible(timeout=60_000)
    page.wait_for_timeout(1500)
    middle, slow = page.evaluate(FRAMES)
    print(f"{count} boxes: a frame each {middle:.0f} ms, slow ones {slow:.0f} ms")
    frame = page.locator(".scene canvas").bounding_box()
    picked = page.get_by_role("region", name=re.compile(r"^Box \d+$"))
    for across in (0.5, 0.42, 0.35, 0.58, 0.3):
        page.locator(".scene canvas").click(
            position={"x": frame["width"] * across, "y": frame["height"] * 0.5}
        )
        page.wait_for_timeout(500)
        if picked.count():
            break
    expect(picked).to_be_visible()
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(".plan-top .plan-box").first).to_be_visible()
    # Only what is seen is drawn: far fewer than there are.
    assert page.locator(".plan-box").count() < count
