"""The rules about goods that are kept apart, seen and set in a real browser."""

import re

from console import (
    API,
    assert_looks,
    each_look,
    expect,
    opened,  # noqa: F401
    press,
)
from test_keep_apart import STANDARD

# What the server refuses on purpose.
EXPECTED_ERRORS = "status of 422"


def test_a_planner_sets_the_rules_and_is_told_what_is_wrong(opened, weft):
    api = API(weft)
    assert api.ask("PUT", "/api/keep-apart", {"rules": STANDARD})[0] == 200
    page = opened("/vehicles/apart")
    table = page.get_by_role("table", name="Goods kept apart")
    expect(table.get_by_role("row")).to_have_count(1 + len(STANDARD))
    expect(table).to_contain_text("At least 0.8 m apart")
    page.get_by_role("button", name="Change the rules").click()
    dialog = page.get_by_role("dialog", name="Goods kept apart")
    for left in range(len(STANDARD) - 1, 1, -1):
        dialog.get_by_role("button", name=f"Remove rule {left + 1}").click()
    dialog.get_by_role("group", name="Rule 2").get_by_label("In one vehicle").select_option("Never")
    dialog.get_by_role("button", name="Another rule").click()
    third = dialog.get_by_role("group", name="Rule 3")
    dialog.get_by_role("button", name="Save the rules").click()
    expect(third.get_by_label("Goods")).to_be_focused()
    expect(third).to_contain_text("Name a class")
    # What the server finds wrong stands at its field as well.
    third.get_by_label("Goods").fill("Glass!")
    third.get_by_label("and").fill("steel")
    third.get_by_label("At least").fill("300")
    press(page, "Enter")
    expect(third).to_contain_text("expected small letters and digits")
    assert api.get("/api/keep-apart")["rules"] == STANDARD
    third.get_by_label("Goods").fill("glass")
    press(page, "Enter")
    expect(dialog).to_have_count(0)
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("row", name=re.compile("Glass and steel"))).to_contain_text("0.3 m")
    found = api.get("/api/keep-apart")
    assert not found["isStandard"]
    assert found["rules"] == [
        STANDARD[0],
        {**STANDARD[1], "distanceMm": None},
        {"classes": ["glass", "steel"], "distanceMm": 300},
    ]
    assert api.ask("PUT", "/api/keep-apart", {"rules": STANDARD})[0] == 200


@each_look
def test_the_rules_fit_and_can_be_read(opened, viewport, scheme):
    page = opened("/vehicles/apart", viewport, scheme)
    screens = {"apart": "/vehicles/apart", "apart-dialog": "/vehicles/apart?edit=rules"}
    assert_looks(page, screens, viewport, scheme)
