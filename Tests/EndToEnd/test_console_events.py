"""Events in a real browser: the log, rules tried while they are written, replays, dead letters."""

import re
import time
import uuid

import pytest
from console import (
    API,
    DESKTOP,
    PHONE,
    assert_accessible,
    axe_source,
    expect,
    open_page,
    press,
    quick_packing,  # noqa: F401
    screenshot,
    sign_in,
)


@pytest.fixture(scope="module")
def api(weft):
    client = API(weft)
    client.settle()
    return client


@pytest.fixture
def opened(browser, weft):
    """Opens signed-in pages, and looks at the end that none had an error or asked elsewhere."""
    made = []

    def open_at(path, viewport=DESKTOP, scheme="light", **context):
        page, watch = open_page(browser, weft, viewport, scheme, bypass_csp=True, **context)
        made.append((page, watch))
        sign_in(page, weft, f"/console{path}")
        expect(page.locator(".shell")).to_be_attached()
        return page

    yield open_at
    for page, watch in made:
        # Of what is refused while one types the browser tells as well.
        watch.errors = [each for each in watch.errors if not re.search("status of 4(00|09|22)", each)]
        watch.assert_clean()
        page.context.close()


def go(page, path):
    page.goto(page.url.split("/console")[0] + "/console" + path)


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
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = api.get(f"/api/dead-letters?rule={rule}")["items"]
        if len(found) >= number:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{len(found)} dead letters of {rule}, not {number}")


def logged(api, type):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = api.get(f"/api/events?type={type}")["items"]
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"no event {type}")


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


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [(DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")],
    ids=["dark", "phone", "phone-dark"],
)
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
    looks = f"{'phone' if viewport is PHONE else 'desktop'}-{scheme}"
    page = opened("/events", viewport, scheme)
    for name, path in {
        "events": "/events",
        "rules": "/events/rules",
        "rule": "/events/rule?name=console-looks",
        "dead-letters": "/events/dead-letters",
    }.items():
        go(page, path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_label("Loading", exact=True)).to_have_count(0)
        page.wait_for_timeout(500)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name} is {wide} px too wide"
        assert_accessible(page, axe_source(), f"{name} {looks}")
        screenshot(page, f"{name}-{looks}")
