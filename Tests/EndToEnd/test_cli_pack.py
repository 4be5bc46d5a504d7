"""`weft pack`: what its forms are, several containers, what is left out and why, what is refused."""

import json
import resource
import time

import pytest
from cli import EXAMPLES, refused
from cli import run  # noqa: F401 (fixture)

CUBE = {"length": 100, "width": 100, "height": 100}
LAYOUT = ["utilisation", "placed", "unplaced", "seconds", "iterations", "hash", "boxes"]


def cubes(name: str, quantity: int, **more) -> dict:
    return {"id": name, **CUBE, "quantity": quantity, **more}


def row(name: str, room: int, **more) -> dict:
    """A container with room for so many cubes."""
    return {"id": name, **CUBE, "length": 100 * room, **more}


@pytest.fixture
def pack(run, tmp_path):  # noqa: F811
    """Packs a load, has the layout checked, and answers it."""

    def pack(load: dict, *options: str) -> dict:
        (tmp_path / "load.json").write_text(json.dumps(load))
        done = run("pack", "load.json", *(options or ("--iterations", "400")))
        assert done.returncode == 0, done.err
        (tmp_path / "layout.json").write_text(done.out)
        check = run("pack", "--validate", "load.json", "layout.json")
        assert check.returncode == 0, check.out
        assert json.loads(check.out) == {"valid": True, "violations": []}
        answer = json.loads(done.out)
        answer["told"] = done.err
        return answer

    return pack


@pytest.fixture
def refuse(run, tmp_path):  # noqa: F811
    """Expects a load to be refused with these words, and nothing printed."""

    def refuse(load, *words: str):
        (tmp_path / "load.json").write_text(load if isinstance(load, str) else json.dumps(load))
        done = run("pack", "load.json", "--iterations", "10")
        refused(done, *words)
        assert done.out == ""

    return refuse


# Forms


@pytest.mark.parametrize("example", ["load.json", "fleet.json"])
def test_the_examples_are_packed_and_keep_every_rule(pack, example):
    load = json.loads((EXAMPLES / example).read_text())
    layout = pack(load, "--seconds", "0.5")
    assert layout["unplaced"] == {} and layout["told"] == ""


def test_the_example_shows_every_constraint_and_so_does_the_help(run):  # noqa: F811
    load = json.loads((EXAMPLES / "load.json").read_text())
    shown = set(load) | set(load["container"]) | set(load["container"]["axles"])
    shown |= {key for item in load["items"] for key in item}
    shown |= {key for rule in load["keepApart"] for key in rule}
    constraints = {
        "maxWeight", "axles", "front", "rear", "frontLimit", "rearLimit", "vertical", "weight",
        "maxLoad", "fragile", "stop", "class", "priority", "keepApart", "classes", "distance",
    }  # fmt: skip
    assert constraints <= shown
    words = run("pack", "--help").out
    for name in constraints | {"containers", "count", "offered", "reasons"}:
        assert f'"{name}"' in words or name in words, name


def test_one_container_has_the_form_it_always_had(pack):
    layout = pack({"container": row("c", 2), "items": [cubes("a", 2)]})
    assert [key for key in layout if key != "told"] == LAYOUT


# Several containers


@pytest.mark.parametrize(
    ("quantity", "chosen"),
    [(2, ["van"]), (3, ["lorry"]), (6, ["lorry"]), (8, ["lorry", "van"]), (10, ["lorry", "van", "van"])],
)
def test_the_smallest_that_takes_all_or_several(pack, quantity, chosen):
    load = {"containers": [row("lorry", 6), row("van", 2, count=2)], "items": [cubes("c", quantity)]}
    plan = pack(load)
    assert list(plan) == ["vehicles", "unplaced", "reasons", "utilisation", "told"]
    assert [each["container"] for each in plan["vehicles"]] == chosen
    assert sum(each["placed"] for each in plan["vehicles"]) == quantity
    assert plan["unplaced"] == {} and plan["reasons"] == {}
    room = sum({"lorry": 6, "van": 2}[name] for name in chosen)
    assert plan["utilisation"] == pytest.approx(quantity / room)


def test_goods_that_never_share_a_container_are_divided(pack):
    load = {
        "containers": [row("four", 4, count=2)],
        "items": [cubes("bread", 2, **{"class": "food"}), cubes("acid", 1, **{"class": "dangerous"})],
        "keepApart": [{"classes": ["food", "dangerous"]}],
    }
    inside = [{box["item"] for box in each["boxes"]} for each in pack(load)["vehicles"]]
    assert sorted(inside, key=str) == [{"acid"}, {"bread"}]
    load["containers"][0]["count"] = 1
    plan = pack(load)
    assert plan["unplaced"] == {"acid": 1}
    assert "may not be in one space with food" in plan["reasons"]["acid"]
    assert "/items/1 (acid): 1 of 1 left out: every vehicle is used" in plan["told"]


def test_each_vehicle_of_a_timed_plan_is_found_again(pack):
    boxes = [
        {"id": f"b{n}", "length": 37 + 11 * n, "width": 91 - 3 * n, "height": 23 + 5 * n, "quantity": 30}
        for n in range(1, 13)
    ]
    spaces = [
        {"id": "s", "length": 500, "width": 300, "height": 300, "count": 3},
        {"id": "l", "length": 900, "width": 400, "height": 400, "count": 3},
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    plan = pack({"containers": spaces, "items": boxes}, "--seconds", "2")
    # Of computing: what the machine does besides is not the packer's. Half a second to read and check.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 2.5
    assert sum(each["seconds"] for each in plan["vehicles"]) <= 2.1
    assert len(plan["vehicles"]) >= 2
    for vehicle in plan["vehicles"]:
        space = next(each for each in spaces if each["id"] == vehicle["container"])
        quantities = vehicle["offered"]
        alone = {
            "container": {key: value for key, value in space.items() if key != "count"},
            "items": [
                next(box for box in boxes if box["id"] == name) | {"quantity": count}
                for name, count in quantities.items()
            ],
        }
        again = pack(alone, "--iterations", str(vehicle["iterations"]))
        assert again["hash"] == vehicle["hash"]
        assert again["boxes"] == vehicle["boxes"]


def test_the_same_iterations_give_the_same_plan(pack):
    load = json.loads((EXAMPLES / "fleet.json").read_text())
    plans = [pack(load, "--iterations", "500", "--threads", threads) for threads in ("1", "2")]
    for plan in plans:
        for vehicle in plan["vehicles"]:
            del vehicle["seconds"]
    assert plans[0] == plans[1]


def test_a_plan_that_breaks_a_rule_is_told_by_vehicle(run, pack, tmp_path):  # noqa: F811
    plan = pack({"containers": [row("two", 2)], "items": [cubes("c", 2)]})
    del plan["told"]
    plan["vehicles"][0]["boxes"][1]["x"] = 150
    (tmp_path / "layout.json").write_text(json.dumps(plan))
    done = run("pack", "--validate", "load.json", "layout.json")
    assert done.returncode == 1
    assert {(each["vehicle"], each["rule"]) for each in json.loads(done.out)["violations"]} >= {(0, "bounds")}
    plan["vehicles"][0]["container"] = "tow"
    (tmp_path / "layout.json").write_text(json.dumps(plan))
    done = run("pack", "--validate", "load.json", "layout.json")
    refused(done, "layout.json at /vehicles/0/container", 'did you mean "two"?')


# What is left out


def test_what_is_left_out_says_why(pack):
    load = {
        "container": {"length": 400, "width": 100, "height": 100, "maxWeight": 10},
        "items": [
            {"id": "mast", "length": 500, "width": 10, "height": 10, "quantity": 1},
            {"id": "tall", "length": 10, "width": 10, "height": 120, "quantity": 1},
            cubes("anvil", 1, weight=11),
            cubes("brick", 3, weight=4),
        ],
    }
    layout = pack(load)
    assert layout["unplaced"] == {"mast": 1, "tall": 1, "anvil": 1, "brick": 1}
    reasons = layout["reasons"]
    assert "its length of 500 mm must lie along the floor, which is at most 400 mm" in reasons["mast"]
    assert "its height of 120 mm must stand upright, the space is 100 mm high" in reasons["tall"]
    assert "one weighs 11.0 kg, the payload is 10.0 kg" in reasons["anvil"]
    assert "8 of 10 kg are loaded, one weighs 4 kg" in reasons["brick"]
    assert "/items/3 (brick): 1 of 3 left out" in layout["told"]


def test_no_room_is_said_so(pack):
    layout = pack({"container": row("c", 2), "items": [cubes("a", 3)]})
    assert layout["reasons"] == {"a": "no room was found: the boxes fill 100.0 % of the space"}


def test_a_class_that_no_item_has_is_warned_of(pack):
    load = {
        "container": row("c", 2),
        "items": [cubes("a", 1, **{"class": "chemicals"})],
        "keepApart": [{"classes": ["food", "chemical"], "distance": 10}],
    }
    told = pack(load)["told"]
    assert 'warning: /keepApart/0/classes/0: no item is of class "food"' in told
    assert '"chemical"; did you mean "chemicals"?' in told


# What is refused


def test_bad_loads_are_refused_with_place_and_expectation(refuse):
    good = {"container": row("c", 2), "items": [cubes("a", 1)]}

    def item(**more):
        return {**good, "items": [cubes("a", 1) | more]}

    refuse({**good, "containers": [row("d", 2)]}, "at /containers:", "not both")
    refuse({"items": []}, "at /container:", '"containers"')
    refuse({**good, "containr": 1}, "at /containr:", 'did you mean "container')
    refuse({**good, "container": CUBE | {"length": -1}}, "at /container/length:", "between 1 and 100000")
    refuse(item(height=0), "at /items/0/height:", "between 1 and 100000, is 0")
    refuse(item(width=1.5), "at /items/0/width:", "expected a whole number")
    refuse(item(quantity=10**9), "at /items/0/quantity:", "between 1 and 1000000")
    refuse(item(weight=1e300), "at /items/0/weight:", "between 0.0 and")
    refuse(item(vertical=[]), "at /items/0/vertical:", "1 to 3 elements")
    refuse(item(vertical=["heigth"]), "at /items/0/vertical/0:", 'did you mean "height"?')
    refuse(item(priority=10), "at /items/0/priority:", "between 0 and 9")
    refuse(item(clas="food"), "at /items/0/clas:", 'did you mean "class"?')
    refuse({**good, "items": [cubes("a", 1)] * 2}, "at /items/1/id:", "already that of item 0")
    refuse(item(quantity=10**6, weight=10**8), "at /items/0:", "a million tonnes")
    axles = {"front": 0, "rear": 300, "frontLimit": 0}
    refuse(
        {"container": row("c", 2, axles=axles), "items": [cubes("a", 1, weight=1)]},
        "at /container/axles:",
        "nothing that weighs anything could be loaded",
        "the front axle may bear nothing",
    )


def test_contradicting_rules_about_goods_are_refused(refuse):
    good = {"container": row("c", 2), "items": [cubes("a", 1)]}
    pair = {"classes": ["food", "acid"]}
    other = {"classes": ["acid", "food"], "distance": 5}
    refuse(good | {"keepApart": [pair, other]}, "at /keepApart/1:", "by /keepApart/0; give one rule")
    refuse(good | {"keepApart": [{"classes": ["a", "a"]}]}, "at /keepApart/0/classes", "from itself")
    refuse(good | {"keepApart": [{"classes": ["a"]}]}, "at /keepApart/0/classes", "2 to 2")
    refuse(good | {"keepApart": [pair | {"distanse": 1}]}, "at /keepApart/0/distanse", '"distance"')


def test_what_is_no_load_is_refused(run, refuse, tmp_path):  # noqa: F811
    refuse("[" * 100_000, "nested deeper than 64 levels")
    refuse('{"container":' * 5_000, "nested deeper than 64 levels")
    refuse('{"container":NaN}', "line 1, column 14")
    refuse('{"items":[],"items":[]}', '"items" is repeated')
    refuse("[]", "expected an object")
    refuse("", "not JSON")
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(300 << 20)
    refused(run("pack", "huge.json"), "larger than 268435456 bytes")
    refused(run("pack", "absent.json"), "absent.json")


# Size


def test_a_hundred_thousand_boxes_are_checked_in_seconds(run, tmp_path):  # noqa: F811
    """100 × 40 × 25 boxes without a gap between them, three stops, two classes a metre apart."""
    boxes = [
        {
            "item": "inner" if x < 50 else "middle" if x < 70 else "outer",
            "x": 50 * x, "y": 50 * y, "z": 50 * z, "length": 50, "width": 50, "height": 50,
        }
        for x in range(100) for y in range(40) for z in range(25)
    ]  # fmt: skip
    small = {"length": 50, "width": 50, "height": 50, "weight": 1, "maxLoad": 24}
    load = {
        "container": {"length": 5000, "width": 2000, "height": 1250},
        "items": [
            small | {"id": "inner", "quantity": 50_000, "stop": 3, "class": "food"},
            small | {"id": "middle", "quantity": 20_000, "stop": 2},
            small | {"id": "outer", "quantity": 30_000, "stop": 1, "class": "chemicals"},
        ],
        "keepApart": [{"classes": ["food", "chemicals"], "distance": 1000}],
    }
    (tmp_path / "layout.json").write_text(json.dumps({"boxes": boxes}))

    def check() -> tuple[set, float]:
        (tmp_path / "load.json").write_text(json.dumps(load))
        begun = time.monotonic()
        done = run("pack", "--validate", "load.json", "layout.json")
        return {each["rule"] for each in json.loads(done.out)["violations"]}, time.monotonic() - begun

    found, seconds = check()
    # All pairs would be five thousand million: minutes. Machines that do more besides are slower.
    assert found == set() and seconds < 10
    load["keepApart"][0]["distance"] = 1001
    assert check()[0] == {"apart"}
    load["items"][0]["maxLoad"] = 23
    del load["keepApart"]
    # 25 boxes of 1 kg on each other: 24 kg on the lowest.
    assert check()[0] == {"load"}
    load["items"][0] |= {"maxLoad": 24, "stop": 1}
    assert check()[0] == {"stop"}
