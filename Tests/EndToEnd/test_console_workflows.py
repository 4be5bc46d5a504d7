"""Workflows and schedules in a real browser: written, deployed, run, held, replayed, and due."""

import copy
import json
import re
from datetime import datetime, timedelta, timezone

import pytest
from client import wait_for
from console import (
    DESKTOP,
    PHONE,
    api,  # noqa: F401
    assert_accessible,
    assert_looks,
    axe_source,
    each_look,
    expect,
    go,
    node,
    opened,  # noqa: F401
    press,
    screenshot,
)

# What is refused while one types.
EXPECTED_ERRORS = "status of 4(00|09|22)"

SIZES = {
    "Comment": "Tells large from small.",
    "StartAt": "Look",
    "States": {
        "Look": {"Type": "Pass", "Result": 3, "ResultPath": "$.size", "Next": "Big"},
        "Big": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.size", "NumericGreaterThan": 10, "Next": "Large"}],
            "Default": "Small",
        },
        "Large": {"Type": "Succeed"},
        "Small": {"Type": "Succeed"},
    },
}
WAITS = {
    "StartAt": "Hold",
    "States": {
        "Hold": {"Type": "Wait", "Seconds": 3600, "Next": "Done"},
        "Done": {"Type": "Succeed"},
    },
}


def test_a_workflow_is_written_deployed_and_run(opened, api):
    page = opened("/runs/workflows/new")
    editor = page.get_by_label("States Language")
    editor.wait_for()
    # What is wrong stands at its line: first as text, then as a definition.
    editor.fill('{\n  "StartAt": "Look",\n  "States": {,}\n}')
    problems = page.locator(".json-note")
    expect(problems).to_contain_text("Line 3")
    expect(page.get_by_role("button", name="Deploy")).to_be_disabled()
    wrong = copy.deepcopy(SIZES)
    wrong["States"]["Big"]["Default"] = "Smal"
    text = json.dumps(wrong, indent=2)
    editor.fill(text)
    line = next(at for at, each in enumerate(text.split("\n"), 1) if '"Default"' in each)
    expect(problems).to_contain_text(f"Line {line}")
    expect(problems).to_contain_text("/States/Big/Default")
    expect(page.get_by_role("option", name=re.compile("^Big, Choice, has a problem"))).to_have_count(1)
    assert_accessible(page, axe_source(), page.url)
    screenshot(page, "deploy-problem-light")
    problems.get_by_role("button", name=f"Line {line}").click()
    expect(editor).to_be_focused()

    editor.fill(json.dumps(SIZES))
    page.get_by_role("button", name="Tidy up").click()
    expect(editor).to_have_value(json.dumps(SIZES, indent=2))
    expect(page.get_by_text("Nothing is wrong")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("console.sizes")
    page.get_by_label("Note", exact=True).fill("The first")
    page.get_by_role("button", name="Deploy").click()
    expect(page).to_have_url(re.compile(r"/runs/workflow\?name=console\.sizes"))
    expect(page.get_by_role("region", name="Versions")).to_contain_text("The first")

    page.get_by_role("button", name="Start…").click()
    dialog = page.get_by_role("dialog", name="Start a run")
    dialog.get_by_label("Input", exact=True).fill('{"goods": "crate"}')
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Succeeded")
    expect(page.locator(".node-done[data-state=Small]")).to_be_visible()
    expect(page.locator(".node-waiting[data-state=Large]")).to_be_visible()


def test_versions_aliases_and_what_a_run_would_have_done(opened, api):
    first = api.deploy("console.versions", SIZES)
    assert first["version"] == 1
    changed = copy.deepcopy(SIZES)
    changed["States"]["Big"]["Choices"][0]["NumericGreaterThan"] = 2
    run = api.run("console.versions")
    api.ended(run)
    assert api.deploy("console.versions", changed)["version"] == 2

    page = opened(f"/runs/{run}")
    page.get_by_role("button", name="Replay…").click()
    dialog = page.get_by_role("dialog", name="Replay against another version")
    # Three is more than two: the second version would have called it large.
    expect(dialog.get_by_role("status").first).to_contain_text("It would differ in")
    differences = dialog.get_by_role("list", name="Differences of the replay")
    expect(differences).to_contain_text("Large is entered, and was not then")
    expect(differences).to_contain_text("Small is not reached any more")
    assert_accessible(page, axe_source(), "replay")
    screenshot(page, "replay-light")
    dialog.get_by_label("Against").select_option("1")
    expect(dialog.get_by_role("status").first).to_contain_text("the same way")
    press(page, "Escape")

    go(page, "/runs/workflow?name=console.versions")
    aliases = page.get_by_role("region", name="Aliases")
    aliases.get_by_role("button", name="New alias").click()
    dialog = page.get_by_role("dialog", name="New alias")
    dialog.get_by_label("Alias").fill("live")
    dialog.get_by_role("button", name="Share with another version").click()
    dialog.get_by_label("Share").first.fill("75")
    dialog.get_by_role("button", name="Save").click()
    expect(aliases).to_contain_text("live leads to 75 % version 2, 25 % version 1")
    assert api.get("/api/workflows/console.versions/aliases")["items"][0]["routes"] == [
        {"version": 2, "weight": 75},
        {"version": 1, "weight": 25},
    ]
    versions = page.get_by_role("region", name="Versions")
    versions.get_by_role("button", name="Retire version 1").click()
    dialog = page.get_by_role("dialog", name="Retire version 1?")
    dialog.get_by_label("Reason").fill("Too generous")
    dialog.get_by_role("button", name="Retire").click()
    # An alias leads to it: refused in words, and nothing is changed.
    expect(dialog.get_by_role("alert")).to_contain_text("live")
    press(page, "Escape")
    aliases.get_by_role("button", name="Remove live").click()
    ask = page.get_by_role("dialog", name="Remove the alias live?")
    ask.get_by_role("button", name="Remove", exact=True).click()
    expect(aliases).to_contain_text("None.")
    versions.get_by_role("button", name="Retire version 1").click()
    dialog.get_by_label("Reason").fill("Too generous")
    dialog.get_by_role("button", name="Retire").click()
    expect(versions).to_contain_text("retired: Too generous")
    assert_accessible(page, axe_source(), page.url)
    screenshot(page, "workflow-light")


def beside(count):
    """So many branches beside each other, after a first state and before a choice of three."""
    branches = [
        {"StartAt": f"Look {number}", "States": {f"Look {number}": {"Type": "Pass", "End": True}}}
        for number in range(count)
    ]
    choices = [{"Variable": "$.size", "NumericGreaterThan": 10, "Next": "Large"}]
    return {
        "StartAt": "Begin",
        "States": {
            "Begin": {"Type": "Pass", "Next": "All at once"},
            "All at once": {"Type": "Parallel", "Branches": branches, "Next": "Big"},
            "Big": {"Type": "Choice", "Choices": choices, "Default": "Small"},
            "Large": {"Type": "Succeed"},
            "Small": {"Type": "Succeed"},
        },
    }


# Where the frame, its buttons and a state are, and where the leftmost of all states begins.
PLACES = """(first) => {
    const box = (what) => document.querySelector(what).getBoundingClientRect().toJSON();
    const all = [...document.querySelectorAll("[data-state] > .node-body")];
    return [
        box(".graph"),
        box(".graph-frame .view-tools"),
        box(`[data-state="${first}"] > .node-body`),
        Math.min(...all.map((each) => each.getBoundingClientRect().left)),
    ];
}"""


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_picture_begins_with_its_left_edge_and_its_first_state(opened, api, viewport):
    api.deploy("console.narrow", SIZES)
    api.deploy("console.wide", beside(5))
    api.deploy("console.widest", beside(12))
    page = opened("/runs", viewport)
    for name, first in {
        "console.narrow": "Look",
        "console.wide": "Begin",
        "console.widest": "Begin",
    }.items():
        go(page, f"/runs/workflow?name={name}")
        expect(page.get_by_role("list", name="Legend")).to_contain_text("What comes next")
        # What is not fitted yet is not drawn.
        expect(node(page, first)).to_be_visible()
        frame, tools, start, left = page.evaluate(PLACES, first)
        assert frame["left"] <= start["left"], name
        # Clear of the buttons at the right.
        assert start["right"] <= tools["left"] or start["top"] > tools["bottom"], name
        assert frame["top"] <= start["top"] <= (frame["top"] + frame["bottom"]) / 2, name
        # Twelve beside each other cannot be read at any size that shows them all; nor five on a phone.
        if name == "console.narrow" or (name == "console.wide" and viewport is DESKTOP):
            assert left >= frame["left"], f"{name} begins {frame['left'] - left} px off its left edge"
        # Made narrower, it is still there.
        page.set_viewport_size({**viewport, "width": viewport["width"] - 60})
        page.wait_for_timeout(200)
        frame, _, start, _ = page.evaluate(PLACES, first)
        assert frame["left"] <= start["left"] and start["right"] <= frame["right"], name
        page.set_viewport_size(viewport)


def test_where_a_run_failed_and_what_is_chosen_are_in_sight(opened, api):
    steps = [f"Step {number}" for number in range(1, 31)]
    states = {
        name: {"Type": "Pass", "Next": after}
        for name, after in zip(steps, [*steps[1:], "Broken"], strict=True)
    }
    broken = {"Type": "Fail", "Error": "Late", "Cause": "It took thirty steps"}
    api.deploy("console.long", {"StartAt": steps[0], "States": {**states, "Broken": broken}})
    run = api.run("console.long")
    api.ended(run, "FAILED")
    page = opened(f"/runs/{run}")

    def in_sight(name):
        state = page.locator(f'[data-state="{name}"] > .node-body').bounding_box()
        frame = page.locator(".graph").bounding_box()
        return (
            frame["y"] <= state["y"]
            and state["y"] + state["height"] <= frame["y"] + frame["height"]
            and frame["x"] <= state["x"]
        )

    node(page, "Broken").wait_for()
    wait_for(lambda: in_sight("Broken"), "where it failed", within=5)
    go(page, f"/runs/{run}?state=Step+12")
    expect(page.get_by_role("region", name="Step 12")).to_be_visible()
    wait_for(lambda: in_sight("Step 12"), "what is chosen", within=5)
    assert not in_sight("Broken")


def test_a_workflow_that_is_not_there_says_so(opened):
    page = opened("/runs/workflow?name=console.nothing-of-the-kind")
    expect(page.get_by_role("heading", name="No version of it is deployed")).to_be_visible()
    page.get_by_role("link", name="All workflows").click()
    expect(page.get_by_role("heading", level=1, name="Workflows")).to_be_visible()


def test_a_run_is_held_let_go_on_stopped_and_redriven(opened, api):
    api.deploy("console.waits", WAITS)
    run = api.run("console.waits")
    page = opened(f"/runs/{run}")
    heading = page.get_by_role("heading", level=1)
    expect(page.locator(".node-running[data-state=Hold]")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(heading).to_contain_text("Paused")
    assert api.get(f"/api/executions/{run}")["paused"] is True
    page.get_by_role("button", name="Resume").click()
    expect(heading).to_contain_text("Running")
    page.get_by_role("button", name="Stop…").click()
    dialog = page.get_by_role("dialog", name="Stop this run?")
    dialog.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text("Say why; it is kept.")).to_be_visible()
    dialog.get_by_label("Reason").fill("Nobody waits for it")
    dialog.get_by_role("button", name="Stop it").click()
    expect(heading).to_contain_text("Aborted")
    expect(page.locator(".notice-wrong")).to_contain_text("Nobody waits for it")
    page.get_by_role("button", name="Redrive").click()
    expect(heading).to_contain_text("Running")
    press(page, "Escape")
    page.get_by_label("Runs whose name begins with").fill("nothing-is-called-so")
    expect(page.get_by_text("No run like that")).to_be_visible()
    api.post(f"/api/executions/{run}/stop", {"reason": "the test is over"})


def test_a_person_decides_what_a_run_asks(opened, api):
    api.deploy(
        "console.asks",
        {
            "StartAt": "Ask",
            "States": {
                "Ask": {
                    "Type": "Task",
                    "Resource": "weft:tool:workflows.request-approval.waitForTaskToken",
                    "Parameters": {
                        "token.$": "$$.Task.Token",
                        "title.$": "$.title",
                        "details.$": "$",
                        "roles": ["admin"],
                    },
                    "End": True,
                }
            },
        },
    )
    asked = {
        answer: api.run("console.asks", title=f"May it be {answer}?", amount=12)
        for answer in ("approved", "rejected")
    }
    page = opened("/inbox")
    row = page.locator(".messages [data-row]").filter(has_text="May it be approved?")
    expect(row).to_contain_text("amount: 12")
    row.get_by_role("button", name="Decide…").click()
    dialog = page.get_by_role("dialog", name="May it be approved?")
    assert_accessible(page, axe_source(), "approval")
    screenshot(page, "approval-light")
    dialog.get_by_label("Comment").fill("Go ahead")
    dialog.get_by_role("button", name="Approve").click()
    expect(row).to_have_count(0)
    output = api.ended(asked["approved"])["output"]
    assert output["approved"] is True
    assert output["comment"] == "Go ahead"
    # By keyboard; a refusal is told why.
    row = page.locator(".messages [data-row]").filter(has_text="May it be rejected?")
    row.get_by_role("link").focus()
    press(page, "e")
    dialog = page.get_by_role("dialog", name="May it be rejected?")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_contain_text("Say why not")
    dialog.get_by_label("Comment").fill("Too dear")
    dialog.get_by_role("button", name="Reject").click()
    expect(row).to_have_count(0)
    assert api.ended(asked["rejected"])["output"]["approved"] is False


def test_a_schedule_is_made_with_its_next_times_in_view(opened, api):
    api.deploy("console.scheduled", SIZES)
    page = opened("/runs/schedules", timezone_id="America/New_York")
    page.get_by_role("button", name="New schedule").first.click()
    dialog = page.get_by_role("dialog", name="New schedule")
    dialog.get_by_label("Name", exact=True).fill("Morning count")
    dialog.get_by_label("Cron fields").fill("0 8 * * MON-FRI")
    dialog.get_by_label("Time zone").fill("Europe/Vienna")
    times = dialog.get_by_role("region", name="Next times")
    entries = times.get_by_role("listitem")
    expect(entries).to_have_count(5)
    for entry in entries.all():
        # Vienna's eight o'clock is two at night in New York, but for the weeks between the changes
        # of their clocks, when it is three.
        expect(entry).to_contain_text(re.compile(r"(Mon|Tue|Wed|Thu|Fri).*08:00.*0[23]:00"))
    dialog.get_by_label("Cron fields").fill("61 8 * * *")
    expect(times.locator(".wrong")).to_be_visible()
    dialog.get_by_label("Cron fields").fill("30 6 * * *")
    expect(entries).to_have_count(5)
    dialog.get_by_label("Workflow", exact=True).fill("console.scheduled")
    assert_accessible(page, axe_source(), "new schedule")
    screenshot(page, "schedule-new-light")
    dialog.get_by_role("button", name="Schedule it").click()
    expect(dialog).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="Morning count")
    expect(row).to_contain_text("06:30")
    expect(row).to_contain_text("America/New_York")
    row.get_by_role("button", name="Pause Morning count").click()
    expect(row).to_contain_text("when it is resumed")
    row.get_by_role("button", name="Resume Morning count").click()
    expect(row).to_contain_text("06:30")
    row.get_by_role("button", name=re.compile("^Morning count")).click()
    dialog = page.get_by_role("dialog", name="Morning count")
    dialog.get_by_label("When", exact=True).select_option("rate")
    dialog.get_by_label("Every").fill("6")
    dialog.get_by_label("Unit").select_option("hours")
    expect(dialog.get_by_role("region", name="Next times").get_by_role("listitem")).to_have_count(5)
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("every 6 hours")
    row.get_by_role("button", name="Remove Morning count").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("row").filter(has_text="Morning count")).to_have_count(0)


def test_what_a_schedule_has_started_is_listed(opened, api):
    api.deploy("console.scheduled", SIZES)
    due = datetime.now(timezone.utc) + timedelta(seconds=2)
    made = api.post(
        "/api/schedules",
        {
            "name": "Once, soon",
            "expression": f"at({due.strftime('%Y-%m-%dT%H:%M:%S')})",
            "timeZone": "UTC",
            "target": {"workflow": "console.scheduled", "input": {}},
        },
    )
    page = opened("/runs/schedules")
    row = page.get_by_role("row").filter(has_text="Once, soon")
    expect(row).to_contain_text("never again", timeout=20_000)
    row.get_by_role("button", name=re.compile("^Firings")).click()
    dialog = page.get_by_role("dialog", name="Firings of Once, soon")
    expect(dialog).to_contain_text("Fired once")
    dialog.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Scheduled")
    assert api.ask("DELETE", f"/api/schedules/{made['id']}")[0] in (200, 204)


@each_look
def test_workflows_fit_and_are_accessible(opened, api, viewport, scheme):
    api.deploy("console.looks", SIZES)
    screens = {
        "workflows": "/runs/workflows",
        "workflow": "/runs/workflow?name=console.looks",
        "deploy": "/runs/workflows/new?of=console.looks&version=1",
        "schedules": "/runs/schedules",
        "schedule": "/runs/schedules?edit=new",
    }
    assert_looks(opened("/runs", viewport, scheme), screens, viewport, scheme)
