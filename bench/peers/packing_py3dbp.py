"""One container-loading problem packed by py3dbp, for bench/packing.

    packing_py3dbp.py PROBLEM.json

PROBLEM.json is Weft's load file. Prints {"utilisation","turnedWrongly","cpuSeconds"} of a checked
layout (packing_check.py). py3dbp knows no orientation flags.
"""

import json
import sys
import time

from packing_check import checked
from py3dbp import Bin, Item, Packer

with open(sys.argv[1]) as file:
    load = json.load(file)
container = load["container"]
packer = Packer()
# Its own names: width along x, height along y, depth along z.
packer.add_bin(Bin("bin", container["length"], container["width"], container["height"], 10**9))
for item in load["items"]:
    for _ in range(item["quantity"]):
        packer.add_item(Item(item["id"], item["length"], item["width"], item["height"], 0))
before = time.process_time()
packer.pack(bigger_first=True, number_of_decimals=0)
cpu = time.process_time() - before
kinds = {item["id"]: item for item in load["items"]}
boxes = [
    (kinds[one.name], tuple(map(int, one.position)), tuple(map(int, one.get_dimension())))
    for one in packer.bins[0].items
]
print(json.dumps({"cpuSeconds": cpu, **checked(container, load["items"], boxes)}))
