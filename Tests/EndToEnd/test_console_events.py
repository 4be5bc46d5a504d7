"""Events in a real browser: the log, rules tried while they are written, replays, dead letters."""

import re
import uuid

from client import wait_for
from console import (
    api,  # noqa: F401
    assert_accessible,
    assert_looks,
    axe_source,
    each_look,
    expect,
    opened,  # noqa: F401
    press,
    screenshot,
)

# What is refused while one types.
EXPECTED_ERRORS = "status of 4(00|09|22)"


def tell(api, type, **data):
    """An event from outside."""
    answer = api.post(
        "/api/events",
        {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": "test/console",
            "type": type,
            "subject": "crate:1",
            "data": data,
        },
    )
    assert answer["taken"] == 1, answer
    return answer["results"][0]["eventId"]


def letters(api, rule, number):
    """Waits for so many dead letters of a rule."""

    def there():
        found = api.get(f"/api/dead-letters?rule={rule}")["items"]
        return found if len(found) >= number else None

    return wait_for(there, f"{number} dead letters of {rule}", within=20, every=0.1)


def logged(api, type):
    """Waits for events of a type."""
    path = f"/api/events?type={type}"
    return wait_for(lambda: api.get(path)["items"], f"an event {type}", within=20, every=0.1)


def removed(api, rule):
    api.ask("DELETE", f"/api/event-rules/{rule}?reason=the+test+is+over")


def test_a_rule_is_tried_while_it_is_written_and_then_works(opened, api):
    tell(api, "console.weighed", grams=700)
    tell(api, "console.weighed", grams=90_000)
    page = opened("/events/rules/new")
    editor = page.get_by_label("Pattern", exact=True)
    editor.wait_for()
    note = page.locator(".json-note").first
    verdict = page.locator(".preview-verdict")
    editor.fill('{\n  "type": ["console.weighed"],\n}')
    expect(note).to_contain_text("Line 3")
    expect(page.get_by_role("button", name="Make the rule")).to_be_disabled()
    # What EventBridge does not know is said at its line, by its pointer.
    editor.fill('{\n  "type": ["console.weighed"],\n  "data": {\n    "grams": [{"numerc": [">", 1]}]\n  }\n}')
    expect(note).to_contain_text("Line 4")
    expect(note).to_contain_text("/data/grams/0")
    expect(verdict).to_contain_text("has to be mended")
    assert_accessible(page, axe_source(), page.url)
    screenshot(page, "rule-problem-light")

    editor.fill(
        '{\n  "type": ["console.weighed"],\n  "data": {\n    "grams": [{"numeric": [">", 1000]}]\n  }\n}'
    )
    expect(verdict).to_contain_text(re.compile(r"^1 of the last \d+ events match"))
    tried = page.get_by_role("list", name=re.compile("^Events tried"))
    page.get_by_role("group", name="Shown").get_by_role("button", name="Not matched").click()
    light = tried.get_by_role("listitem").filter(has_text="console.weighed").first
    light.locator("summary").click()
    wanted = light.get_by_role("list", name="What the pattern wants")
    expect(wanted).to_contain_text("data.grams")
    expect(wanted).to_contain_text("700")
    assert_accessible(page, axe_source(), page.url)
    screenshot(page, "rule-tried-light")

    # A sample of one's own, written by hand.
    page.get_by_role("button", name="A sample").click()
    page.get_by_label("Event, or a list of events").fill(
        '{"type": "console.weighed", "data": {"grams": 1001}}'
    )
    expect(verdict).to_have_text("It matches.")
    page.get_by_role("button", name="The log", exact=True).click()
    page.get_by_role("button", name="Count", exact=True).click()
    expect(page.get_by_role("region", name="On the archive")).to_contain_text(
        "It would have matched 1 of"
    )

    page.get_by_label("Name", exact=True).fill("console-heavy")
    page.get_by_label("What it does").select_option("forward")
    page.get_by_role("button", name="Make the rule").click()
    expect(page.get_by_text("Say under which type.")).to_be_visible()
    page.get_by_label("New type").fill("console.heavy")
    page.get_by_role("button", name="Make the rule").click()
    row = page.get_by_role("row").filter(has_text="console-heavy")
    expect(row).to_contain_text("Publishes console.heavy")
    assert api.get("/api/event-rules/console-heavy")["pattern"]["data"] == {
        "grams": [{"numeric": [">", 1000]}]
    }
    tell(api, "console.weighed", grams=50_000)
    assert logged(api, "console.heavy")[0]["data"] == {"grams": 50_000}

    row.get_by_role("button", name="Turn off console-heavy").click()
    expect(row).to_contain_text("Off")
    row.get_by_role("button", name="Turn on console-heavy").click()
    expect(row).to_contain_text("On")

    # What was before the rule was made is given to it by a replay.
    row.get_by_role("link", name=re.compile("console-heavy")).click()
    replays = page.get_by_role("region", name="Replays")
    replays.get_by_role("button", name="Replay…").click()
    dialog = page.get_by_role("dialog", name="Replay events to console-heavy?")
    dialog.get_by_label("Reason").fill("It was not there yet")
    dialog.get_by_role("button", name="Replay", exact=True).click()
    expect(replays).to_contain_text("done", timeout=20_000)
    expect(replays).to_contain_text("2 events taken")
    screenshot(page, "rule-light")
    page.get_by_role("button", name="Remove…").click()
    dialog = page.get_by_role("dialog", name="Remove console-heavy?")
    dialog.get_by_label("Reason").fill("The test is over")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(page).to_have_url(re.compile("/events/rules$"))
    expect(row).to_have_count(0)


def test_the_log_says_why_a_rule_did_not_match(opened, api):
    event = tell(api, "console.noted", colour="green")
    api.post(
        "/api/event-rules",
        {
            "name": "console-red",
            "pattern": {"type": ["console.noted"], "data": {"colour": ["red"]}},
            "target": {"kind": "forward", "type": "console.red"},
        },
    )
    page = opened("/events?type=console.noted")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(1)
    rows.first.get_by_role("button", name=re.compile("^console.noted")).click()
    dialog = page.get_by_role("dialog", name="console.noted")
    expect(page).to_have_url(re.compile(f"open={event}"))
    dialog.get_by_label("Why does a rule match it, or not?").fill("console-red")
    dialog.get_by_role("button", name="Explain").click()
    expect(dialog).to_contain_text("console-red does not match it.")
    expect(dialog.get_by_role("list", name="What the pattern wants")).to_contain_text("green")
    assert_accessible(page, axe_source(), "event")
    screenshot(page, "event-light")
    dialog.get_by_role("link", name="Rule for such events").click()
    expect(page.get_by_label("Pattern", exact=True)).to_have_value(re.compile("console.noted"))
    removed(api, "console-red")


def test_dead_letters_are_redriven_and_discarded_each_with_its_outcome(opened, api):
    # A rule that gives to itself: after some rounds its target refuses.
    target = {"kind": "forward", "type": "console.round"}
    api.post(
        "/api/event-rules",
        {"name": "console-circle", "pattern": {"type": ["console.round"]}, "target": target},
    )
    for number in range(3):
        tell(api, "console.round", number=number)
    letters(api, "console-circle", 3)
    page = opened("/events/dead-letters")
    rows = page.get_by_role("row").filter(has_text="console-circle")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("circle")
    rows.first.get_by_role("button", name="Only those of console-circle").click()
    expect(page).to_have_url(re.compile("rule=console-circle"))
    assert_accessible(page, axe_source(), page.url)
    screenshot(page, "dead-letters-light")
    rows.first.locator(".row-button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("console.round")
    expect(dialog.get_by_role("group", name="Event")).to_contain_text("number")
    press(page, "Escape")

    # Nothing has changed: it is refused again, and stays.
    rows.first.get_by_role("button", name=re.compile("^Redrive")).click()
    page.get_by_role("dialog").get_by_role("button", name="Redrive").click()
    outcome = page.get_by_role("dialog", name="0 of 1 taken")
    expect(outcome).to_contain_text("circle")
    outcome.get_by_role("button", name="Close").last.click()
    expect(rows).to_have_count(3)

    # One is given up, with a reason.
    rows.first.get_by_role("checkbox").check()
    bar = page.get_by_role("region", name="Selected dead letters")
    bar.get_by_role("button", name="Discard…").click()
    dialog = page.get_by_role("dialog", name="Discard 1 dead letter?")
    dialog.get_by_role("button", name="Discard").click()
    expect(dialog).to_contain_text("Say why; it is kept.")
    dialog.get_by_label("Reason").fill("It only went in circles")
    dialog.get_by_role("button", name="Discard").click()
    outcome = page.get_by_role("dialog", name="All 1 dead letter discarded")
    outcome.get_by_role("button", name="Close").last.click()
    expect(rows).to_have_count(2)

    # The rule is mended: now its target takes all of them.
    status, _ = api.ask(
        "PATCH",
        "/api/event-rules/console-circle",
        {
            "target": {
                "kind": "notification",
                "roles": ["admin"],
                "severity": "info",
                "subject": "Once around",
            }
        },
    )
    assert status == 200
    page.get_by_role("button", name="Redrive all of it…").click()
    page.get_by_role("dialog").get_by_role("button", name="Redrive", exact=True).click()
    outcome = page.get_by_role("dialog", name="All 2 dead letters taken")
    outcome.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("None of this rule")).to_be_visible()
    assert "Once around" in str(api.get("/api/inbox")["items"])
    removed(api, "console-circle")


@each_look
def test_events_fit_and_are_accessible(opened, api, viewport, scheme):
    api.ask(
        "POST",
        "/api/event-rules",
        {
            "name": "console-looks",
            "description": "Something long enough to be cut off where there is no room for it",
            "pattern": {"type": [{"prefix": "order."}]},
            "target": {
                "kind": "notification",
                "roles": ["admin"],
                "severity": "info",
                "subject": "An order moved",
            },
            "enabled": False,
        },
    )
    screens = {
        "events": "/events",
        "rules": "/events/rules",
        "rule": "/events/rule?name=console-looks",
        "dead-letters": "/events/dead-letters",
    }
    assert_looks(opened("/events", viewport, scheme), screens, viewport, scheme)
