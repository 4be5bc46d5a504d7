import { beside, placed } from "../src/trips/sketch.ts";

function close(found: number, wanted: number) {
  if (Math.abs(found - wanted) > 0.01) throw new Error(`${found} instead of ${wanted}`);
}

Deno.test("north is up, east is right, and both fill the drawing at one scale", () => {
  // On the equator a degree is as long either way: 2 by 1 degrees into 200 by 200 less the margin.
  const [west, east] = placed(
    [{ latitude: -0.5, longitude: 0 }, { latitude: 0.5, longitude: 2 }],
    220,
    220,
    { x: 10, y: 10 },
  );
  close(west!.x, 10);
  close(east!.x, 210);
  close(west!.y, 160);
  close(east!.y, 60);
});

Deno.test("at 60 degrees north a degree of longitude is half as long", () => {
  const [a, b, c] = placed(
    [
      { latitude: 60, longitude: 0 },
      { latitude: 60, longitude: 2 },
      { latitude: 60, longitude: 1 },
    ],
    120,
    100,
    { x: 10, y: 10 },
  );
  close(b!.x - a!.x, 100);
  close(c!.x - a!.x, 50);
  close(a!.y, 50);
});

Deno.test("one place stands in the middle, no place gives nothing", () => {
  const [only] = placed([{ latitude: 51.4, longitude: 6.7 }], 360, 220, { x: 30, y: 30 });
  close(only!.x, 180);
  close(only!.y, 110);
  if (placed([], 10, 10, { x: 1, y: 1 }).length !== 0) throw new Error("something was placed");
});

Deno.test("a name stands beyond the end of a way, and below the middle of a straight one", () => {
  const way = [{ x: 0, y: 0 }, { x: 50, y: 0 }, { x: 100, y: 0 }];
  const last = beside(way, 2);
  close(last.x, 114);
  if (last.anchor !== "start") throw new Error(last.anchor);
  const middle = beside(way, 1);
  close(middle.x, 50);
  close(middle.y, 24);
});
