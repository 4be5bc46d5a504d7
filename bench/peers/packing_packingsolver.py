"""One container-loading problem packed by PackingSolver's box solver (packingsolver3d), for bench/packing.

    packing_packingsolver.py PROBLEM.json SECONDS

PROBLEM.json is Weft's load file. Prints {"utilisation","turnedWrongly","cpuSeconds","wallSeconds"} of a
checked layout (packing_check.py).
"""

import json
import sys
import time

from packing_check import checked
from packingsolver3d import BinType, Instance, ItemType, Objective, Rotation, box

def allowed(item):
    """The rotations whose name, the own axes along the bin's x, y and z, ends with one that may stand."""
    sides = {"X": "length", "Y": "width", "Z": "height"}
    return [turn for turn in Rotation if sides[turn.value[2]] in item["vertical"]]


with open(sys.argv[1]) as file:
    load = json.load(file)
container, items = load["container"], load["items"]
instance = Instance(
    bin_types=[BinType(x=container["length"], y=container["width"], z=container["height"], copies=1)],
    item_types=[
        ItemType(
            x=item["length"],
            y=item["width"],
            z=item["height"],
            copies=item["quantity"],
            rotations=allowed(item),
        )
        for item in items
    ],
    objective=Objective.KNAPSACK,
)
started, cpu_before = time.perf_counter(), time.process_time()
result = box.solve(instance, time_limit=float(sys.argv[2]))
wall = time.perf_counter() - started
cpu = time.process_time() - cpu_before
boxes = [
    (load["items"][one.item_type_id], (one.x, one.y, one.z), (one.lx, one.ly, one.lz))
    for one in result.placements
]
print(json.dumps({"cpuSeconds": cpu, "wallSeconds": wall, **checked(container, items, boxes)}))
