"""Checks what a packer says: what it breaks counts against it, what it only says counts nothing."""

SIDES = ("length", "width", "height")


def stands_as_allowed(item, extents):
    """Whether some allowed turning of the item has these extents along x, y and z."""
    for up in item["vertical"]:
        flat = sorted(item[side] for side in SIDES if side != up)
        if item[up] == extents[2] and flat == sorted(extents[:2]):
            return True
    return False


def checked(container, items, boxes):
    """The share of the container that `boxes` fill: pairs of an item with its corner and extents.

    Raises AssertionError when a box is outside, over another, not one of the item's, or one too many.
    Boxes that stand on a side they may not stand on are counted as `turnedWrongly`.
    """
    inner = tuple(container[side] for side in SIDES)
    counts = {}
    wrong = 0
    for item, corner, extents in boxes:
        assert sorted(extents) == sorted(item[side] for side in SIDES), (item, extents)
        assert all(at >= 0 and at + size <= end for at, size, end in zip(corner, extents, inner))
        counts[item["id"]] = counts.get(item["id"], 0) + 1
        wrong += not stands_as_allowed(item, extents)
    for item in items:
        assert counts.get(item["id"], 0) <= item["quantity"], item
    for at, (_, a, size) in enumerate(boxes):
        for _, b, other in boxes[at + 1 :]:
            apart = any(a[i] + size[i] <= b[i] or b[i] + other[i] <= a[i] for i in range(3))
            assert apart, (a, size, b, other)
    filled = sum(x * y * z for _, _, (x, y, z) in boxes)
    room = inner[0] * inner[1] * inner[2]
    return {"utilisation": filled / room, "boxes": len(boxes), "turnedWrongly": wrong}
