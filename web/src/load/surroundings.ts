import {
  BackSide,
  BoxBufferGeometry,
  BufferAttribute,
  BufferGeometry,
  CylinderBufferGeometry,
  EdgesGeometry,
  Group,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  Object3D,
  SphereBufferGeometry,
} from "three";
import { SCALE } from "./boxes";
import type { Section } from "./section";
import type { VehicleLoad } from "./types";

/** What stands around the boxes: the vehicle's inside, its axles, its centre of gravity. */

export interface Ink {
  line: number;
  chosen: number;
  centre: number;
  range: number;
  wheel: number;
  hub: number;
  wall: number;
  cut: number;
}

export function inks(dark: boolean): Ink {
  return dark
    ? {
      line: 0x8fb3b5,
      chosen: 0xffffff,
      centre: 0xffe08a,
      range: 0x7fce93,
      wheel: 0x435a61,
      hub: 0x8fa5aa,
      wall: 0.07,
      cut: 0x5cc4bf,
    }
    : {
      line: 0x2c4a4e,
      chosen: 0x10282b,
      centre: 0x9a1f3d,
      range: 0x1f6b34,
      wheel: 0x3f5157,
      hub: 0xa9b8bb,
      wall: 0.055,
      cut: 0x0d5c63,
    };
}

/** The vehicle's inside: floor with a line each metre, walls, edges. */
export function room(
  { length, width, height }: { length: number; width: number; height: number },
  ink: Ink,
): Group {
  const group = new Group();
  const walls = new BoxBufferGeometry(length, height, width);
  const inside = new Mesh(
    walls,
    new MeshBasicMaterial({
      color: ink.line,
      transparent: true,
      opacity: ink.wall,
      side: BackSide,
      depthWrite: false,
    }),
  );
  inside.position.set(length / 2, height / 2, width / 2);
  const frame = new LineSegments(
    new EdgesGeometry(walls),
    new LineBasicMaterial({ color: ink.line, transparent: true, opacity: 0.55 }),
  );
  frame.position.copy(inside.position);
  const grid: number[] = [];
  for (let x = 0; x <= length + 1e-6; x++) grid.push(x, 0, 0, x, 0, width);
  for (let z = 0; z <= width + 1e-6; z++) grid.push(0, 0, z, length, 0, z);
  group.add(inside, frame, segments(grid, ink.line, 0.22));
  return group;
}

function segments(points: number[], color: number, opacity: number, above = false): LineSegments {
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
  const lines = new LineSegments(
    geometry,
    new LineBasicMaterial({ color, transparent: true, opacity, depthTest: !above }),
  );
  if (above) lines.renderOrder = 2;
  return lines;
}

/** The frame of a section: where its plane meets the walls, seen through the boxes. */
export function sectionFrame(
  { axis, atMm }: Section,
  { length, width, height }: { length: number; width: number; height: number },
  ink: Ink,
): Object3D {
  const at = atMm * SCALE;
  const [a, b, c, d] = axis === "length"
    ? [[at, 0, 0], [at, height, 0], [at, height, width], [at, 0, width]]
    : axis === "width"
    ? [
      [0, 0, width - at],
      [0, height, width - at],
      [length, height, width - at],
      [length, 0, width - at],
    ]
    : [[0, at, 0], [length, at, 0], [length, at, width], [0, at, width]];
  return segments([a, b, b, c, c, d, d, a].flat() as number[], ink.cut, 1, true);
}

/** A flat cylinder that stands across the vehicle, below its floor. */
function disc(x: number, z: number, radius: number, thick: number, color: number): Mesh {
  const mesh = new Mesh(
    new CylinderBufferGeometry(radius, radius, thick, 28),
    new MeshBasicMaterial({ color }),
  );
  mesh.rotation.x = Math.PI / 2;
  mesh.position.set(x, -0.32, z);
  return mesh;
}

/** A ball at the centre of gravity with its foot on the floor, its range, and the wheels. */
export function balanceMarks(vehicle: VehicleLoad, ink: Ink): Group {
  const group = new Group();
  const width = vehicle.container.widthMm * SCALE;
  for (const axle of vehicle.axles ?? []) {
    if (axle.positionMm === undefined) continue;
    for (const z of [0.04, width - 0.04]) {
      group.add(
        disc(axle.positionMm * SCALE, z, 0.3, 0.08, ink.wheel),
        disc(axle.positionMm * SCALE, z, 0.13, 0.1, ink.hub),
      );
    }
  }
  const at = vehicle.centreOfGravity;
  if (!at) return group;
  const [x, y, z] = [at.xMm * SCALE, at.zMm * SCALE, width - at.yMm * SCALE];
  const range = vehicle.centreOfGravityRange;
  if (range) {
    const [a, b] = [range.fromMm * SCALE, range.toMm * SCALE];
    const end = 0.18;
    group.add(segments(
      [
        ...[a, 0, width / 2, b, 0, width / 2],
        ...[a, 0, width / 2 - end, a, 0, width / 2 + end],
        ...[b, 0, width / 2 - end, b, 0, width / 2 + end],
      ],
      ink.range,
      1,
      true,
    ));
  }
  const ball = new Mesh(
    new SphereBufferGeometry(0.09, 20, 14),
    new MeshBasicMaterial({ color: ink.centre, depthTest: false, transparent: true }),
  );
  ball.position.set(x, y, z);
  ball.renderOrder = 2;
  const foot = 0.25;
  group.add(
    ball,
    segments(
      [
        ...[x, y, z, x, 0, z],
        ...[x - foot, 0, z, x + foot, 0, z],
        ...[x, 0, z - foot, x, 0, z + foot],
      ],
      ink.centre,
      1,
      true,
    ),
  );
  return group;
}
