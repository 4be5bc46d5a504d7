import { beginning, inSight, type Picture, whole } from "../src/ui/sight";

const assert = (held: boolean, what: string) => {
  if (!held) throw new Error(what);
};
const DESK = { wide: 1086, high: 584 };
const PHONE = { wide: 364, high: 472 };
/** 208 wide and 50 high, as every state that holds no others. */
const first = (x: number) => ({ x, y: 0, width: 208, height: 50 });

Deno.test("a picture begins with its left edge and its first state in sight", () => {
  for (const frame of [DESK, PHONE, { wide: 530, high: 584 }]) {
    for (const width of [208, 452, 640, 900, 1300, 1700]) {
      for (const height of [150, 600, 3000]) {
        for (const x of [0, (width - 208) / 2]) {
          const picture: Picture = { width, height, start: first(x) };
          const { x: left, y: top, scale } = beginning(picture, frame);
          const right = left + (x + 208) * scale;
          const where = `${width} by ${height} from ${x} in ${frame.wide} by ${frame.high}`;
          assert(top >= 0, `${where}: the top is at ${top}`);
          assert(scale >= 0.6 && scale <= 1, `${where}: the scale is ${scale}`);
          assert(left + x * scale >= 0, `${where}: the first state begins at ${left + x * scale}`);
          assert(right <= frame.wide, `${where}: the first state ends at ${right}`);
          const legible = width * 0.6 <= frame.wide - 40;
          assert(left >= 0 || !legible, `${where}: the left edge is at ${left}`);
          assert(!legible || left + width * scale <= frame.wide, `${where}: cut off at the right`);
        }
      }
    }
  }
});

Deno.test("a picture wider than the frame begins at its left edge where its first state is", () => {
  const { x, scale } = beginning({ width: 2000, height: 400, start: first(0) }, PHONE);
  assert(x === 20 && scale === 0.85, `${x} at ${scale}`);
});

Deno.test("the whole picture fits, however large", () => {
  const { x, y, scale } = whole({ width: 3000, height: 5000, start: first(0) }, PHONE);
  assert(x >= 20 && x + 3000 * scale <= 344.001, `${x} at ${scale}`);
  assert(y >= 19.999 && y + 5000 * scale <= 452.001, `${y} at ${scale}`);
});

Deno.test("what is to be seen is brought into sight, of the larger its left and top", () => {
  const from = { x: 20, y: 20, scale: 1 };
  assert(inSight(from, DESK, first(100)) === from, "what is in sight moves nothing");
  const below = inSight(from, DESK, { x: 100, y: 2000, width: 208, height: 50 });
  assert(below.x === 20 && below.y === 584 - 20 - 2050, `${below.y}`);
  const large = inSight({ x: -300, y: 20, scale: 1 }, PHONE, {
    x: 0,
    y: 0,
    width: 900,
    height: 40,
  });
  assert(large.x === 20, `its left edge is at ${large.x}`);
  assert(inSight(from, { wide: 0, high: 0 }, first(900)) === from, "not laid out yet");
});
