"""Daily work by the keyboard: find, cancel, do to many at once, acknowledge, keep a view."""

import re
import time

from console import (
    API,
    expect,
    open_page,
    opened,  # noqa: F401
    press,
    sign_in,
)


def test_an_order_is_found_and_cancelled_by_keyboard_alone(browser, weft):
    api = API(weft)
    api.settle()
    order = api.get("/api/orders?status=booked&limit=1")["items"][0]
    page, watch = open_page(browser, weft)
    page.goto(weft.url + "/console/")
    # Signing in: the first field has the focus.
    page.get_by_label("E-mail").wait_for()
    page.keyboard.type(weft.email)
    press(page, "Tab")
    page.keyboard.type(weft.password)
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    press(page, "Control+k")
    box = page.get_by_role("combobox", name=re.compile("Search"))
    expect(box).to_be_focused()
    page.keyboard.type(order["reference"])
    option = page.get_by_role("option", name=re.compile("^" + order["reference"]))
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(order["reference"])
    press(page, "c")
    reason = page.get_by_role("dialog").get_by_label("Reason")
    expect(reason).to_be_focused()
    press(page, "Control+Enter")
    expect(page.get_by_text("Say why; it is kept.")).to_be_visible()
    page.keyboard.type("The customer called")
    press(page, "Control+Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cancelled")
    expect(page.get_by_text("Why it was cancelled:")).to_be_visible()
    # Back one level, and the palette remembers where one was.
    press(page, "Escape")
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    press(page, "Control+k")
    expect(page.get_by_role("group", name="Opened before")).to_contain_text(order["reference"])
    watch.assert_clean()
    page.context.close()


def test_many_orders_at_once_each_with_its_outcome(browser, weft):
    api = API(weft)
    api.settle()
    booked = api.get("/api/orders?status=booked&limit=2")["items"]
    page, watch = open_page(browser, weft)
    # The newest first, in whichever order: they are on the first page.
    sign_in(page, weft, "/console/orders?sort=-reference")
    expect(page.get_by_role("columnheader", name="Order")).to_have_attribute(
        "aria-sort", "descending"
    )
    for order in booked:
        page.get_by_role("checkbox", name=f"Select {order['reference']}").check()
    # One of them is cancelled by somebody else meanwhile.
    status, _ = api.ask(
        "PATCH", f"/api/orders/{booked[0]['id']}", {"status": "cancelled", "reason": "Elsewhere"}
    )
    assert status == 200
    press(page, "Control+k")
    page.keyboard.type("cancel 2 selected")
    press(page, "Enter")
    dialog = page.get_by_role("dialog", name="Cancel 2 orders?")
    dialog.get_by_label("Reason").fill("The depot is closed")
    dialog.get_by_role("button", name="Cancel them").click()
    outcomes = page.get_by_role("dialog", name="1 of 2 cancelled")
    refused = outcomes.get_by_role("listitem").filter(has_text=booked[0]["reference"])
    expect(refused).to_contain_text(re.compile("cancelled", re.I))
    done = outcomes.get_by_role("listitem").filter(has_text=booked[1]["reference"])
    expect(done).to_contain_text("cancelled")
    outcomes.get_by_role("button", name="Close").last.click()
    found = api.get(f"/api/orders/{booked[1]['id']}")
    assert found["statusReason"] == "The depot is closed"
    watch.assert_clean()
    page.context.close()


def test_a_view_is_saved_used_and_removed(opened):
    page = opened("/orders?status=failed&sort=-createdAt&without=volume")
    expect(page.get_by_role("columnheader", name="Weight")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Volume")).to_have_count(0)
    page.get_by_role("button", name="Views").click()
    dialog = page.get_by_role("dialog", name="Views")
    name = f"Failed, newest first {int(time.time())}"
    dialog.get_by_label(re.compile("Save what is shown")).fill(name)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("button", name=re.compile(f"^{name}"))).to_be_visible()
    press(page, "Escape")
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("link", name="Orders", exact=True).click()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{name}")).click()
    expect(page).to_have_url(re.compile(r"sort=-createdAt.*status=failed.*without=volume"))
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.get_by_role("button", name=re.compile(f"^{name}"))).to_have_count(0)


def raise_alarm(api, name):
    """A rule that any running server breaks: it has threads."""
    rule = api.post(
        "/api/alarm-rules",
        {
            "name": name,
            "metric": "process_threads",
            "labels": {},
            "statistic": "maximum",
            "kind": "threshold",
            "comparison": ">",
            "threshold": 0,
            "periodSeconds": 10,
            "periods": 1,
            "datapointsToAlarm": 1,
            "missing": "notBreaching",
            "severity": "alarm",
            "enabled": True,
        },
    )
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        found = [
            each
            for each in api.get("/api/alarms?state=active&limit=50")["items"]
            if each["rule"] == rule["id"]
        ]
        if found:
            return rule, found[0]
        time.sleep(1)
    raise AssertionError("the rule raised nothing")


def remove_rule(api, rule):
    api.ask("DELETE", f"/api/alarm-rules/{rule['id']}")


def test_an_alarm_is_acknowledged_and_shelved_by_keyboard(opened, weft):
    api = API(weft)
    name = f"It has threads {int(time.time())}"
    rule, alarm = raise_alarm(api, name)
    page = opened("/inbox")
    expect(page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()
    # Alarms come before messages.
    expect(page.locator(".messages [data-row]").first).to_contain_text("Alarm")
    press(page, "g", "l")
    needs = page.get_by_role("region", name="Needs someone")
    expect(needs).to_contain_text(name)
    press(page, "j")
    for _ in range(20):
        if name in page.evaluate("document.activeElement.closest('[data-row]')?.innerText ?? ''"):
            break
        press(page, "j")
    press(page, "e")
    note = page.get_by_role("dialog").get_by_label("Note (optional)")
    expect(note).to_be_focused()
    page.keyboard.type("Looking at it")
    press(page, "Enter")
    handled = page.get_by_role("region", name="Being handled")
    row = handled.get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text("Active")
    expect(row).to_contain_text("Acknowledged")
    expect(row).to_contain_text("Looking at it")
    # It is shelved with a reason, from its own page.
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    press(page, "s")
    dialog = page.get_by_role("dialog", name=f"Shelve {name}?")
    expect(dialog.get_by_label("For")).to_be_focused()
    press(page, "Tab")
    page.keyboard.type("Known, fixed tomorrow")
    press(page, "Control+Enter")
    expect(page.get_by_text("Shelved until", exact=False).first).to_be_visible()
    shelved = api.get(f"/api/alarms/{alarm['id']}")
    assert shelved["acknowledged"] is True
    assert shelved["shelvedUntil"] is not None
    remove_rule(api, rule)


def test_a_rule_with_mistakes_is_refused_at_its_fields_and_then_made(browser, weft):
    page, _ = open_page(browser, weft)
    sign_in(page, weft, "/console/alarms/rules?edit=new")
    dialog = page.get_by_role("dialog", name="New alarm rule")
    dialog.get_by_role("button", name="Make the rule").click()
    expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("Name")).to_be_focused()
    name = f"Many threads {int(time.time())}"
    dialog.get_by_label("Name").fill(name)
    # The server knows which metrics there are; its refusal stands at the field.
    dialog.get_by_label("Metric").fill("no_such_metric")
    dialog.get_by_label("Limit").fill("5000")
    dialog.get_by_role("button", name="Make the rule").click()
    expect(dialog.get_by_label("Metric")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Metric").fill("process_threads")
    dialog.get_by_role("button", name="Make the rule").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    row = page.locator("[data-row]").filter(has_text=name)
    expect(row).to_contain_text("process_threads is above 5000")
    row.get_by_role("button", name=re.compile("^Turn .* off$")).click()
    expect(row).to_contain_text("Off")
    row.get_by_role("button", name=re.compile(name)).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("[data-row]").filter(has_text=name)).to_have_count(0)
    page.context.close()


def test_messages_are_worked_through_by_keyboard(opened, weft):
    api = API(weft)
    api.settle()
    page = opened("/inbox?show=messages")
    rows = page.locator(".messages [data-row]")
    rows.first.wait_for()
    unread = page.locator(".message-unread")
    before = unread.count()
    if before < 2:
        api.ask("GET", "/api/inbox")
    press(page, "j")
    first = page.evaluate("document.activeElement.closest('[data-row]').dataset.id")
    press(page, "e")
    expect(page.locator(f"[data-id='{first}']")).not_to_have_class(re.compile("message-unread"))
    # The focus went on to the next.
    assert page.evaluate("document.activeElement.closest('[data-row]')?.dataset.id") != first
    press(page, "Enter")
    # Each message leads to what it is about: an order, the alarms, or a question.
    expect(page).to_have_url(re.compile(r"/console/((orders|trips)/[^/]+|alarms[^?]*|inbox\?approval=.+)$"))


def test_every_listed_shortcut_does_what_it_says(opened):
    page = opened("/")
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    section = dialog.locator("section").filter(has=page.get_by_role("heading", name="Go to"))
    expect(section.locator("dt").first).to_be_visible()
    keys = section.locator("dt").all_inner_texts()
    names = section.locator("dd").all_inner_texts()
    press(page, "Escape")
    titles = {"Observe": "Dashboards", "Admin": "People"}
    assert len(keys) >= 12
    for key, name in zip(keys, names, strict=True):
        press(page, "g", key.split()[-1])
        heading = page.get_by_role("heading", name=titles.get(name, name), level=1, exact=True)
        expect(heading).to_be_visible()
