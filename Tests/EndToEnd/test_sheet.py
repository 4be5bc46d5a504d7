"""Loading steps and printed sheets: what stands on the pages, who gets them, and what they refuse."""

import json
import os
import re
import resource
import subprocess
import unicodedata

import pytest
from cli import misused, refused
from cli import run  # noqa: F401 (a fixture)
from client import Client, draft, in_days, parcel
from conftest import start
from test_loading import NOBODY, sign_in_as

DAY = in_days(230)
PASSWORD = "a long enough password 2"

LOAD = {
    "container": {
        "id": "Van HH-1",
        "length": 3000,
        "width": 1800,
        "height": 1900,
        "maxWeight": 1200,
        "axles": {"front": -900, "rear": 2100, "frontLimit": 900, "rearLimit": 1400},
    },
    "items": [
        {"id": "Pump", "length": 800, "width": 600, "height": 900, "quantity": 4, "weight": 80, "stop": 1},
        {"id": "Κιβώτιο", "length": 400, "width": 300, "height": 300, "quantity": 9, "weight": 9.5, "stop": 2},
        {"id": "صندوق", "length": 400, "width": 400, "height": 400, "quantity": 3, "weight": 28, "stop": 2},
        {"id": "纸箱", "length": 600, "width": 400, "height": 500, "quantity": 5, "weight": 12, "stop": 3},
    ],
}


def save(folder, name, value):
    path = folder / name
    path.write_text(json.dumps(value))
    return path


def tool(*words) -> str:
    return subprocess.run(words, capture_output=True, check=True, text=True, timeout=60).stdout


def pages(path) -> int:
    return int(re.search(r"Pages:\s+(\d+)", tool("pdfinfo", path))[1])


def words(path) -> str:
    """The text of a PDF, with what its reader adds for other directions of writing taken out."""
    text = unicodedata.normalize("NFKC", tool("pdftotext", "-layout", path, "-"))
    return "".join(each for each in text if unicodedata.category(each) != "Cf")


# Steps


def check_steps(steps, count):
    """Each is carried by earlier ones, wholly or on the floor, and all are there."""
    assert [step["step"] for step in steps] == list(range(1, count + 1))
    for step in steps:
        if step["onto"] == "floor":
            assert step["z"] == 0
        else:
            assert step["onto"] and all(number < step["step"] for number in step["onto"])
            for number in step["onto"]:
                below = steps[number - 1]
                assert below["z"] + below["height"] == step["z"]
        assert step["access"] in ("clear", "under", "over", "blocked")
        assert step["item"] in step["words"]


def test_steps_of_a_load_and_of_a_saved_layout_are_the_same(run, tmp_path):
    load = save(tmp_path, "load.json", LOAD)
    search = ("--iterations", "300")
    packed = run("pack", load, *search, "--explain")
    assert packed.returncode == 0, packed.err
    layout = tmp_path / "layout.json"
    layout.write_text(packed.out)
    done = run("pack", load, *search, "--sequence")
    assert done.returncode == 0, done.err
    steps = json.loads(done.out)["steps"]
    check_steps(steps, json.loads(packed.out)["placed"])
    assert run("pack", "--sequence", load, layout).out == done.out
    # What is unloaded last goes in first.
    stops = [step["stop"] for step in steps]
    assert stops == sorted(stops, reverse=True)
    lifts = {step["item"]: step["lift"] for step in steps}
    assert lifts == {"Pump": "aid", "Κιβώτιο": "one", "صندوق": "two", "纸箱": "one"}


def test_the_proof_has_a_bound_and_its_reason(run, tmp_path):
    packed = json.loads(
        run("pack", save(tmp_path, "load.json", LOAD), "--iterations", "300", "--explain").out
    )
    proof = packed["proof"]
    # All of it goes in: nothing could use more than that.
    assert packed["unplaced"] == {}
    assert proof["volumeBound"] == proof["volumeUtilisation"]
    assert proof["boundBy"] == "goods" and "all goods" in proof["boundReason"]
    for box in packed["boxes"]:
        assert box["reachable"] is True
        area = box["length"] * box["width"]
        assert box["supportedMm2"] == area
        assert box["z"] == 0 or sum(each["mm2"] for each in box["carriers"]) == area


def test_a_layout_that_breaks_a_rule_has_no_steps(run, tmp_path):
    load = save(tmp_path, "load.json", LOAD)
    box = {"item": "Pump", "x": 0, "y": 0, "z": 10, "length": 800, "width": 600, "height": 900}
    layout = save(tmp_path, "layout.json", {"boxes": [box]})
    refused(run("pack", "--sequence", load, layout), "breaks 1 rules", "--validate")
    refused(run("pack", "--sequence", load, tmp_path / "none"), "none")
    misused(run("pack", "--sequence"), "a load file is needed")
    misused(run("pack", "--sheet"), "--sheet needs a file")
    misused(run("pack", "--validate", "--sequence", load, layout), "--validate goes with neither")


# Sheets


def test_a_sheet_names_every_piece_in_its_own_script(run, tmp_path):
    load = save(tmp_path, "load.json", LOAD)
    out = tmp_path / "sheet.pdf"
    done = run("pack", load, "--iterations", "300", "--sequence", "--sheet", out)
    assert done.returncode == 0 and done.err == "", done.err
    steps = json.loads(done.out)["steps"]
    text = words(out)
    for name in ("Pump", "Κιβώτιο", "纸箱"):
        assert name in text, name
    # Readers of PDF write what runs from right to left in either direction.
    assert "صندوق" in text or "صندوق"[::-1] in text
    for of in (4, 9, 3, 5):
        for piece in range(1, of + 1):
            assert f"{piece} of {of}" in text
    weight = 4 * 80 + 9 * 9.5 + 3 * 28 + 5 * 12
    assert f"{weight:g} kg of 1200 kg" in text
    assert "Van HH-1" in text and "3000 × 1800 × 1900" in text
    assert f"page 1 of {pages(out)}" in text and f"page {pages(out)} of {pages(out)}" in text
    assert "for stop 3" in text and "Stop 1" in text
    for step in steps:
        assert f"{step['length']} × {step['width']} × {step['height']}" in text
    # All pages are A4: 595 × 842 points.
    assert "595.276 x 841.89 pts (A4)" in tool("pdfinfo", out)


def test_the_sides_of_the_largest_pieces_are_printed_in_full(run, tmp_path):
    container = {"id": "Trailer", "length": 13600, "width": 2480, "height": 2700}
    items = [{"id": "Girder", "length": 12345, "width": 1234, "height": 2345, "quantity": 2, "weight": 9876}]
    load = save(tmp_path, "load.json", {"container": container, "items": items})
    out = tmp_path / "sheet.pdf"
    done = run("pack", load, "--iterations", "10", "--sheet", out)
    assert done.returncode == 0 and done.err == "", done.err
    text = words(out)
    assert text.count("12345 × 1234 × 2345") == 2, text
    assert text.count("9876") >= 2


def grid(count):
    """A load of small cartons and a layout of them, in walls from the front."""
    load = {
        "container": {"id": "Trailer", "length": 13600, "width": 2400, "height": 2600},
        "items": [
            {"id": "Carton", "length": 400, "width": 300, "height": 260, "quantity": count, "weight": 8}
        ],
    }
    boxes = []
    for index in range(count):
        wall, place = divmod(index, 80)
        column, row = divmod(place, 10)
        boxes.append(
            {"item": "Carton", "x": wall * 400, "y": column * 300, "z": row * 260}
            | {"length": 400, "width": 300, "height": 260}
        )
    return load, {"boxes": boxes}


def test_a_thousand_pieces_make_a_sheet_in_two_seconds(run, tmp_path):
    load, layout = grid(1000)
    load, layout = save(tmp_path, "load.json", load), save(tmp_path, "layout.json", layout)
    out = tmp_path / "sheet.pdf"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run("pack", "--sheet", out, load, layout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0 and done.out == "" and done.err == "", done.err
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert seconds < 2, f"{seconds:.2f} s of computing"
    assert out.stat().st_size < 3_000_000
    assert pages(out) <= 80
    text = words(out)
    found = {int(number) for number in re.findall(r"(\d+) of 1000\b", text)}
    assert found == set(range(1, 1001))


def test_the_same_load_makes_the_same_pages(run, tmp_path):
    load, layout = grid(30)
    load, layout = save(tmp_path, "load.json", load), save(tmp_path, "layout.json", layout)
    texts = set()
    for name in ("a.pdf", "b.pdf"):
        assert run("pack", "--sheet", tmp_path / name, load, layout).returncode == 0
        texts.add(words(tmp_path / name))
    assert len(texts) == 1


def test_without_fonts_nothing_is_printed_and_it_says_what_to_install(run, tmp_path):
    load, layout = grid(3)
    load, layout = save(tmp_path, "load.json", load), save(tmp_path, "layout.json", layout)
    config = tmp_path / "fonts.conf"
    config.write_text("<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig/>")
    out = tmp_path / "sheet.pdf"
    done = run("pack", "--sheet", out, load, layout, FONTCONFIG_FILE=str(config))
    refused(done, "no font is installed", "fonts-dejavu-core")
    assert not out.exists()


def test_characters_that_no_font_has_are_told(run, tmp_path):
    load, layout = grid(1)
    strange = "Box \U0010ff00"
    load["items"][0]["id"] = layout["boxes"][0]["item"] = strange
    load, layout = save(tmp_path, "load.json", load), save(tmp_path, "layout.json", layout)
    out = tmp_path / "sheet.pdf"
    done = run("pack", "--sheet", out, load, layout)
    assert done.returncode == 0 and "no installed font has 1 of its characters" in done.err
    assert "1 characters are shown as boxes" in words(out)


# The route


@pytest.fixture(scope="module")
def depot(tmp_path_factory):
    """A server with people who plan, load and look, and somebody of another organisation."""
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    weft = start(binary, tmp_path_factory.mktemp("sheets") / "data")
    planner = Client.signed_in(weft)
    planner.wait_until_idle()
    loader = sign_in_as(binary, weft, "sheet@weft.example", "Dock Two", "loader")
    viewer = sign_in_as(binary, weft, "looks@weft.example", "Only Looks", "viewer")
    made = subprocess.run(
        [binary, "init", "--data", str(weft.data), "--organisation", "Northwind"]
        + ["--email", "bo@northwind.example", "--password-file", "-"],
        input=PASSWORD.encode() + b"\n",
        capture_output=True,
        timeout=60,
    )
    assert made.returncode == 0, made.stderr
    other = Client(weft.url)
    answer = other.post("/auth/token", {"email": "bo@northwind.example", "password": PASSWORD})
    assert answer.status == 200, answer.body
    other.token = answer.json["accessToken"]
    yield weft, planner, loader, viewer, other
    weft.stop()


def test_a_loader_prints_the_sheet_of_a_booked_vehicle(depot, tmp_path):
    weft, planner, loader, viewer, other = depot
    items = [parcel("Ящик с насосом", quantity=3), parcel("Cable drum", quantity=2, weightGrams=40_000)]
    order = planner.post("/api/orders", draft(DAY, *items)).json["id"]
    planner.order_when(order, "booked")
    load = loader.get(f"/api/loads/{order}").json
    answer = loader.get(f"/api/loads/{load['bookingId']}/sheet.pdf")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''loading-sheet-")
    out = tmp_path / "sheet.pdf"
    out.write_bytes(answer.body)
    text = words(out)
    assert load["orderReference"] in text and load["vehicle"]["name"] in text and DAY in text
    for piece, of, name in ((3, 3, "Ящик с насосом"), (2, 2, "Cable drum")):
        assert name in text and f"{piece} of {of}" in text
    assert "truck or" in text and "1 person" in text
    assert "Load on axle" in text
    # By the order's id too, as loads are.
    assert loader.get(f"/api/loads/{order}/sheet.pdf").status == 200

    # The layout has what the sheet says, box by box.
    [vehicle] = planner.get(f"/api/orders/{order}/layout").json["vehicles"]
    assert 0 < vehicle["volumeUtilisation"] <= vehicle["volumeBound"] <= 1
    assert vehicle["boundReason"]
    for box in vehicle["boxes"]:
        assert box["reachable"] is True and box["access"] == "clear"
        assert box["supportedMm2"] == box["lengthMm"] * box["widthMm"]

    # Whoever may not load gets none, and other organisations do not learn that it is there.
    path = f"/api/loads/{load['bookingId']}/sheet.pdf"
    assert viewer.get(path).status == 403
    assert Client(weft.url).get(path).status == 401
    for one in (path, f"/api/loads/{order}/sheet.pdf"):
        refusal = other.get(one)
        assert (refusal.status, refusal.code) == (404, "load-not-found")
    for wrong in (NOBODY, "nothing"):
        assert loader.get(f"/api/loads/{wrong}/sheet.pdf").status == 404
    assert loader.get(path + "?size=a3").status == 400
