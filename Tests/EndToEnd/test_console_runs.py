"""Runs: found, looked at as graph and in time, and compared with each other, in a real browser."""

import os
import re

import pytest
from console import (
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
from recorded import MOCKS, record


@pytest.fixture(scope="module")
def booked(api):
    """A run that went well."""
    path = "/api/executions?status=SUCCEEDED&workflow=logistics.process-order&limit=1"
    return api.get(path)["items"][0]


@pytest.fixture(scope="module")
def refused(api):
    """The run of a piece that fits no vehicle."""
    order = api.get("/api/orders?q=LO-000029")["items"][0]
    return api.get(f"/api/executions?subject=order:{order['id']}")["items"][0]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Records a run of a workflow with every kind of branch, by the real engine."""
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    return lambda name, **given: record(binary, tmp_path_factory.mktemp("run"), name, **given)


@pytest.fixture(scope="module")
def check_in(recorded):
    return recorded("check-in")


def serve(page, *runs):
    """Answers for the server about runs that were recorded outside it."""
    for run in runs:
        page.route(
            f"**/api/executions/{run['id']}", lambda route, _, run=run: route.fulfill(json=run)
        )


def test_runs_are_filtered_by_the_address_and_kept_as_a_view(opened, refused):
    page = opened("/runs")
    rows = page.locator("[data-row]")
    expect(rows).not_to_have_count(0)
    page.get_by_role("group", name="Status").get_by_role("button", name="Failed").click()
    expect(page).to_have_url(re.compile("status=FAILED"))
    expect(rows.filter(has_text="Succeeded")).to_have_count(0)
    expect(rows.filter(has_text="Failed")).not_to_have_count(0)
    page.get_by_label("Workflow", exact=True).select_option("logistics.process-order")
    expect(page).to_have_url(re.compile("workflow=logistics.process-order"))
    page.get_by_role("button", name="Views").click()
    dialog = page.get_by_role("dialog", name="Views")
    dialog.get_by_label("Save what is shown now as").fill("Failed orders")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("button", name=re.compile("^Failed orders"))).to_be_visible()
    press(page, "Escape")
    go(page, "/runs")
    expect(rows.filter(has_text="Succeeded")).not_to_have_count(0)
    page.get_by_role("button", name="Views").click()
    dialog.get_by_role("button", name=re.compile("^Failed orders")).click()
    expect(page).to_have_url(re.compile("status=FAILED"))
    page.get_by_role("button", name="Views").click()
    dialog.get_by_role("button", name="Remove Failed orders").click()
    expect(dialog).to_contain_text("No view is saved yet")
    press(page, "Escape")
    # By keyboard into the first of them, and back.
    rows.first.get_by_role("link").first.focus()
    press(page, "j", "k", "Enter")
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f-]+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Process order")
    press(page, "Escape")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()


def test_two_runs_are_ticked_and_compared(opened, booked, refused):
    page = opened("/runs")
    rows = page.locator("[data-row]")
    rows.filter(has_text="Succeeded").first.get_by_role("link").first.focus()
    press(page, "x")
    bar = page.get_by_role("region", name="Selected runs")
    expect(bar.get_by_role("button", name="Compare")).to_be_disabled()
    go(page, f"/runs/compare?a={booked['id']}")
    page.get_by_label("Run B", exact=True).select_option(refused["id"])
    summary = page.locator(".compare-summary")
    # What the analyser said decides where they part.
    expect(summary).to_contain_text("The same way until Fits")
    expect(summary).to_contain_text("B went to “Does not fit”")
    table = page.get_by_role("region", name="Steps of both runs")
    expect(table.get_by_role("row", name=re.compile("^Book transport"))).to_contain_text("only in A")
    expect(table.get_by_role("row", name=re.compile("^Does not fit"))).to_contain_text("only in B")
    table.get_by_role("button", name="Fits").click()
    panel = page.get_by_role("region", name="Fits", exact=True)
    change = panel.locator(".diff li").filter(has_text="/analysis/fits").first
    expect(change.locator(".diff-before")).to_contain_text("true")
    expect(change.locator(".diff-after")).to_contain_text("false")
    assert_accessible(page, axe_source(), page.url)
    screenshot(page, "compare-light")

    page.get_by_role("tab", name="Graph").click()
    states = page.get_by_role("listbox", name=re.compile("States"))
    expect(states.get_by_role("option", name=re.compile("^Book transport.*only A"))).to_have_count(1)
    expect(states.get_by_role("option", name=re.compile("^Does not fit.*only B"))).to_have_count(1)
    expect(page.locator(".edge-label").filter(has_text="A: fits")).to_have_count(1)
    assert_accessible(page, axe_source(), page.url)
    screenshot(page, "compare-graph-light")
    press(page, "Escape")
    expect(panel).to_have_count(0)
    page.get_by_role("tab", name="Input and output").click()
    expect(page.get_by_role("region", name="Input", exact=True)).to_contain_text("/orderId")
    page.get_by_role("button", name="Swap").click()
    expect(summary).to_contain_text("A went to “Does not fit”")
    press(page, "Escape")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()


def test_iterations_and_tries_are_compared_one_by_one(opened, recorded, check_in):
    # Here the scale is free at once, and the goods are light.
    light = recorded("light", mocks={**MOCKS, "WeighGoods": [{"return": {"weight": 20}}]})
    page = opened("/runs")
    serve(page, check_in, light)
    go(page, "/runs/compare?a=check-in&b=light")
    expect(page.locator(".compare-summary")).to_contain_text("A went to “Heavy”, B went to “Light”")
    table = page.get_by_role("region", name="Steps of both runs")
    weigh = table.get_by_role("row", name=re.compile("^Weigh goods"))
    expect(weigh.first).to_contain_text("tries")
    # The second time around was A's alone.
    expect(weigh.nth(1)).to_contain_text("only in A")
    expect(table.get_by_role("row", name=re.compile("^3. Scan item")).first).to_contain_text("nothing")


def test_the_time_of_tries_and_branches_is_looked_at_closely(opened, check_in):
    page = opened("/runs")
    serve(page, check_in)
    go(page, "/runs/check-in?tab=time")
    ruler = page.locator(".ruler")
    legend = page.get_by_role("list", name="Legend")
    for words in ("Caught", "A try that failed", "Waiting to try again", "Waiting as told"):
        expect(legend).to_contain_text(words)
    weigh = page.get_by_role("button", name=re.compile("^Weigh goods, Done, .*, 1 retry$"))
    expect(weigh.locator(".ruler-part")).to_have_count(3)
    items = page.get_by_role("button", name=re.compile(r"^\d\. Scan item"))
    expect(items).to_have_count(6)
    page.get_by_role("button", name="What ran in Each item: 3 iterations").first.click()
    expect(items).to_have_count(3)
    page.get_by_role("button", name="What ran in Each item: 3 iterations").first.click()

    # By keyboard: closer, along, and all again.
    weigh.focus()
    shown = page.get_by_role("status").filter(has_text=" of ")
    whole = ruler.locator(".ruler-tools").inner_text()
    assert whole.startswith("All of")
    press(page, "+", "+")
    expect(ruler.locator(".ruler-tools")).to_contain_text(" to ")
    press(page, "ArrowRight", "0")
    expect(ruler.locator(".ruler-tools")).to_contain_text("All of")
    # By pointer: what is dragged over on the scale is what is shown.
    scale = ruler.locator(".ruler-scale").bounding_box()
    page.mouse.move(scale["x"] + 2, scale["y"] + 8)
    page.mouse.down()
    page.mouse.move(scale["x"] + scale["width"] / 4, scale["y"] + 8, steps=4)
    page.mouse.up()
    expect(shown.first).to_be_visible()
    expect(ruler.locator(".ruler-tools")).to_contain_text(" to ")
    page.get_by_role("button", name="All", exact=True).click()
    weigh.click()
    expect(page.get_by_role("region", name="Weigh goods")).to_contain_text("2 attempts")
    assert_accessible(page, axe_source(), page.url)
    screenshot(page, "run-time-branches-light")


def test_branches_iterations_retries_and_catches_are_shown(opened, check_in):
    page = opened("/runs")
    serve(page, check_in)
    go(page, "/runs/check-in?state=WeighGoods&visit=0")
    step = page.get_by_role("region", name="Weigh goods")
    expect(step).to_contain_text("2 attempts")
    expect(step).to_contain_text("the scale is in use")
    states = page.get_by_role("listbox", name=re.compile("States"))
    # Twice around, three items each time; the crane was missing once.
    expect(states.get_by_role("option", name=re.compile("^Scan item, Task, Done, 6 times"))).to_have_count(1)
    expect(states.get_by_role("option", name=re.compile("^Heavy, Task, Caught"))).to_have_count(1)
    expect(states.get_by_role("option", name="Light, Pass, Not reached")).to_have_count(1)
    labels = page.locator(".edge-label")
    expect(labels.filter(has_text="weight > 100")).to_have_count(1)
    expect(labels.filter(has_text="otherwise")).to_have_count(1)
    expect(labels.filter(has_text="NoCrane")).to_have_count(1)
    screenshot(page, "run-branches-light")
    node(page, "Heavy").click()
    step = page.get_by_role("region", name="Heavy")
    step.get_by_label("Visit").select_option("0")
    expect(step).to_contain_text("none is free")


def test_a_run_under_way_is_followed(opened, check_in):
    page = opened("/runs")
    weighing = next(
        index for index, event in enumerate(check_in["history"]) if event["type"] == "TaskScheduled"
    )
    now = {
        **check_in,
        "status": "RUNNING",
        "endedAt": None,
        "output": None,
        "history": check_in["history"][: weighing + 2],
    }
    answers = [now]
    page.route("**/api/executions/check-in", lambda route: route.fulfill(json=answers[-1]))
    go(page, "/runs/check-in")
    expect(page.locator(".node-running[data-state=WeighGoods]")).to_be_visible()
    expect(page.locator(".node-waiting[data-state=Finish]")).to_be_visible()
    answers.append(check_in)
    expect(page.locator(".node-done[data-state=Finish]")).to_be_visible(timeout=15_000)
    expect(page.locator(".node-running")).to_have_count(0)


@each_look
def test_comparing_fits_and_is_accessible(opened, booked, refused, check_in, viewport, scheme):
    page = opened("/runs", viewport, scheme)
    serve(page, check_in)
    both = f"a={booked['id']}&b={refused['id']}"
    screens = {
        "runs": "/runs?status=SUCCEEDED",
        "compare": f"/runs/compare?{both}&state=Fits",
        "compare-graph": f"/runs/compare?{both}&tab=graph&state=Fits",
        "compare-data": f"/runs/compare?{both}&tab=data",
        "run-branches": "/runs/check-in",
        "run-branches-time": "/runs/check-in?tab=time&state=WeighGoods",
    }
    assert_looks(page, screens, viewport, scheme)
