import assert from "node:assert/strict";
import { body, newDraft, newItem } from "../src/orders/draft";

const item = { ...newItem(), name: "Crate", length: "1", width: "1", height: "1", weight: "1" };

function sent(changes: Partial<typeof item>) {
  const draft = { ...newDraft("2026-12-01"), items: [{ ...item, ...changes }] };
  const { body: json, errors } = body(draft);
  return { item: (json.items as Record<string, unknown>[])[0] ?? {}, errors };
}

Deno.test("a class of goods is sent when one is given, and a priority always", () => {
  const plain = sent({});
  assert.equal("goodsClass" in plain.item, false);
  assert.equal(plain.item.priority, 0);
  const food = sent({ goodsClass: " food ", priority: "7" });
  assert.equal(food.item.goodsClass, "food");
  assert.equal(food.item.priority, 7);
  assert.equal(food.errors["/items/0/goodsClass"], undefined);
});

Deno.test("a class of goods that the server would refuse is told at its field", () => {
  for (const goodsClass of ["Food", "food-", "6-1", "dangerous goods", "x".repeat(41)]) {
    assert.ok(sent({ goodsClass }).errors["/items/0/goodsClass"], goodsClass);
  }
  for (const goodsClass of ["food", "class-6-1", "x".repeat(40)]) {
    assert.equal(sent({ goodsClass }).errors["/items/0/goodsClass"], undefined, goodsClass);
  }
});
