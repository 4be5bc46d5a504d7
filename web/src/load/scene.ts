import {
  AmbientLight,
  BackSide,
  Box3,
  BoxBufferGeometry,
  BufferAttribute,
  BufferGeometry,
  DirectionalLight,
  EdgesGeometry,
  Group,
  InstancedMesh,
  LineBasicMaterial,
  LineSegments,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PerspectiveCamera,
  Quaternion,
  Raycaster,
  Scene,
  SphereBufferGeometry,
  Vector2,
  Vector3,
  WebGLRenderer,
} from "three";
import type { Box, LoadedVehicle } from "../api/types";
import { Orbit } from "./orbit";
import { stopColour, stopsOf } from "./stops";

/** Metres on screen axes: x along the vehicle, y up, z across. */
const SCALE = 1 / 1000;
/** How far stops are drawn apart when exploded. */
const GAP = 0.9;
/** Azimuth and tilt of the first look, and of looking from the side and from above. */
const VIEWS: [number, number][] = [[0.72, 0.5], [0, 0.02], [0, 1.55]];

export interface View {
  /** Boxes up to this sequence number are loaded. */
  step: number;
  /** Stops drawn apart. */
  explode: boolean;
  selected: number | null;
  centre: boolean;
}

interface Batch {
  mesh: InstancedMesh;
  boxes: Box[];
}

export interface Label {
  text: string;
  x: number;
  y: number;
}

/** The drawing of one loaded vehicle; it draws only when something changed. */
export class LoadScene {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(36, 1, 0.1, 200);
  private readonly content = new Group();
  readonly orbit: Orbit;
  private batches: Batch[] = [];
  private edges: LineSegments | null = null;
  private highlight: LineSegments | null = null;
  private gravity: Group | null = null;
  private boxes: Box[] = [];
  private stops: number[] = [];
  private view: View = { step: Infinity, explode: false, selected: null, centre: true };
  private readonly centre = new Vector3();
  private size = { length: 1, width: 1, height: 1 };
  private width = 1;
  private height = 1;
  private frame = 0;

  /** Throws when the browser has no WebGL. */
  constructor(
    canvas: HTMLCanvasElement,
    private readonly vehicle: LoadedVehicle,
    private dark: boolean,
    private readonly onLabels: (labels: Label[]) => void,
  ) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.orbit = new Orbit(canvas, () => this.draw());
    this.scene.add(this.content);
    this.build();
  }

  resize(width: number, height: number) {
    if (width === 0 || height === 0) return;
    this.width = width;
    this.height = height;
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.renderer.setSize(width, height, false);
    this.fit();
    this.draw();
  }

  show(view: View) {
    const moved = view.explode !== this.view.explode;
    this.view = view;
    if (moved) this.place();
    this.reveal();
    this.draw();
  }

  setDark(dark: boolean) {
    if (dark === this.dark) return;
    this.dark = dark;
    this.build();
    this.draw();
  }

  /** The loaded box under a point of the canvas, in its pixels. */
  pick(x: number, y: number): Box | null {
    const point = new Vector2((x / this.width) * 2 - 1, 1 - (y / this.height) * 2);
    const caster = new Raycaster();
    caster.setFromCamera(point, this.camera);
    let best: Box | null = null;
    let nearest = Infinity;
    const hit = new Vector3();
    for (const box of this.boxes) {
      if (box.sequence > this.view.step) continue;
      const low = this.corner(box);
      const high = new Vector3(
        low.x + box.lengthMm * SCALE,
        low.y + box.heightMm * SCALE,
        low.z + box.widthMm * SCALE,
      );
      if (!caster.ray.intersectBox(new Box3(low, high), hit)) continue;
      const o = caster.ray.origin;
      const distance = (hit.x - o.x) ** 2 + (hit.y - o.y) ** 2 + (hit.z - o.z) ** 2;
      if (distance < nearest) {
        nearest = distance;
        best = box;
      }
    }
    return best;
  }

  dispose() {
    cancelAnimationFrame(this.frame);
    this.orbit.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  private build() {
    this.scene.remove(this.content, ...this.extras);
    const { lengthMm, widthMm, heightMm } = this.vehicle.container;
    this.size = { length: lengthMm * SCALE, width: widthMm * SCALE, height: heightMm * SCALE };
    this.boxes = [...this.vehicle.boxes].sort((a, b) => a.sequence - b.sequence);
    this.stops = stopsOf(this.vehicle);
    this.batches = this.stops.map((stop) => {
      const boxes = this.boxes.filter((box) => box.stop === stop);
      const material = new MeshLambertMaterial({
        color: stopColour(stop),
        polygonOffset: true,
        polygonOffsetFactor: 1,
        polygonOffsetUnits: 1,
      });
      const mesh = new InstancedMesh(new BoxBufferGeometry(1, 1, 1), material, boxes.length);
      mesh.frustumCulled = false;
      return { mesh, boxes };
    });
    const line = new LineBasicMaterial({
      color: this.dark ? 0x0b1416 : 0xffffff,
      transparent: true,
      opacity: 0.75,
    });
    this.edges = new LineSegments(new BufferGeometry(), line);
    this.edges.frustumCulled = false;
    this.highlight = new LineSegments(
      new EdgesGeometry(new BoxBufferGeometry(1, 1, 1)),
      new LineBasicMaterial({ color: this.dark ? 0xffffff : 0x10282b, depthTest: false }),
    );
    this.highlight.renderOrder = 3;
    this.gravity = this.gravityMark();
    this.extras = [this.room(), ...this.batches.map((each) => each.mesh), this.edges];
    this.extras.push(this.highlight, this.gravity, ...this.lights());
    this.scene.add(...this.extras);
    this.place();
    this.reveal();
  }

  private extras: (Group | Mesh | LineSegments | AmbientLight)[] = [];

  private lights() {
    const key = new DirectionalLight(0xffffff, 0.62);
    key.position.set(6, 12, 9);
    const fill = new DirectionalLight(0xffffff, 0.22);
    fill.position.set(-8, 4, -6);
    return [new AmbientLight(0xffffff, this.dark ? 0.5 : 0.58), key, fill];
  }

  /** The vehicle's inside: floor, far walls, edges. */
  private room(): Group {
    const { length, width, height } = this.size;
    const room = new Group();
    const walls = new BoxBufferGeometry(length, height, width);
    const ink = this.dark ? 0x8fb3b5 : 0x2c4a4e;
    const inside = new Mesh(
      walls,
      new MeshBasicMaterial({
        color: ink,
        transparent: true,
        opacity: this.dark ? 0.07 : 0.055,
        side: BackSide,
        depthWrite: false,
      }),
    );
    inside.position.set(length / 2, height / 2, width / 2);
    const frame = new LineSegments(
      new EdgesGeometry(walls),
      new LineBasicMaterial({ color: ink, transparent: true, opacity: 0.55 }),
    );
    frame.position.copy(inside.position);
    const grid: number[] = [];
    for (let x = 0; x <= length + 1e-6; x++) grid.push(x, 0, 0, x, 0, width);
    for (let z = 0; z <= width + 1e-6; z++) grid.push(0, 0, z, length, 0, z);
    const lines = new BufferGeometry();
    lines.setAttribute("position", new BufferAttribute(new Float32Array(grid), 3));
    const floor = new LineSegments(
      lines,
      new LineBasicMaterial({ color: ink, transparent: true, opacity: 0.22 }),
    );
    room.add(inside, frame, floor);
    return room;
  }

  /** A ball at the centre of gravity with its foot on the floor. */
  private gravityMark(): Group {
    const group = new Group();
    const at = this.vehicle.centreOfGravity;
    if (!at) return group;
    const [x, y, z] = [at.xMm * SCALE, at.zMm * SCALE, at.yMm * SCALE];
    const colour = this.dark ? 0xffe08a : 0x9a1f3d;
    const ball = new Mesh(
      new SphereBufferGeometry(0.09, 20, 14),
      new MeshBasicMaterial({ color: colour, depthTest: false, transparent: true }),
    );
    ball.position.set(x, y, z);
    ball.renderOrder = 2;
    const stem = new BufferGeometry();
    const foot = 0.25;
    stem.setAttribute(
      "position",
      new BufferAttribute(
        new Float32Array([
          ...[x, y, z, x, 0, z],
          ...[x - foot, 0, z, x + foot, 0, z],
          ...[x, 0, z - foot, x, 0, z + foot],
        ]),
        3,
      ),
    );
    const line = new LineSegments(
      stem,
      new LineBasicMaterial({ color: colour, depthTest: false, transparent: true }),
    );
    line.renderOrder = 2;
    group.add(ball, line);
    return group;
  }

  private shift(stop: number): number {
    if (!this.view.explode) return 0;
    // The last stop is loaded first, at the front wall; earlier ones move toward the door.
    return (this.stops.length - 1 - this.stops.indexOf(stop)) * GAP;
  }

  private corner(box: Box): Vector3 {
    return new Vector3(
      box.xMm * SCALE + this.shift(box.stop),
      box.zMm * SCALE,
      box.yMm * SCALE,
    );
  }

  private place() {
    const matrix = new Matrix4();
    const still = new Quaternion();
    for (const { mesh, boxes } of this.batches) {
      boxes.forEach((box, index) => {
        const at = this.corner(box);
        const size = new Vector3(
          box.lengthMm * SCALE,
          box.heightMm * SCALE,
          box.widthMm * SCALE,
        );
        at.set(at.x + size.x / 2, at.y + size.y / 2, at.z + size.z / 2);
        mesh.setMatrixAt(index, matrix.compose(at, still, size));
      });
      mesh.instanceMatrix.needsUpdate = true;
    }
    const points = new Float32Array(this.boxes.length * 72);
    this.boxes.forEach((box, index) => points.set(this.edgePoints(box), index * 72));
    this.edges?.geometry.setAttribute("position", new BufferAttribute(points, 3));
    this.fit();
  }

  private edgePoints(box: Box): number[] {
    const a = this.corner(box);
    const b = [box.lengthMm * SCALE + a.x, box.heightMm * SCALE + a.y, box.widthMm * SCALE + a.z];
    const x = [a.x, b[0] ?? 0], y = [a.y, b[1] ?? 0], z = [a.z, b[2] ?? 0];
    const points: number[] = [];
    for (const i of [0, 1]) {
      for (const j of [0, 1]) {
        points.push(x[0] ?? 0, y[i] ?? 0, z[j] ?? 0, x[1] ?? 0, y[i] ?? 0, z[j] ?? 0);
        points.push(x[i] ?? 0, y[0] ?? 0, z[j] ?? 0, x[i] ?? 0, y[1] ?? 0, z[j] ?? 0);
        points.push(x[i] ?? 0, y[j] ?? 0, z[0] ?? 0, x[i] ?? 0, y[j] ?? 0, z[1] ?? 0);
      }
    }
    return points;
  }

  private reveal() {
    const loaded = (boxes: Box[]) => boxes.filter((box) => box.sequence <= this.view.step).length;
    for (const { mesh, boxes } of this.batches) {
      mesh.count = loaded(boxes);
      mesh.visible = mesh.count > 0;
    }
    this.edges?.geometry.setDrawRange(0, loaded(this.boxes) * 24);
    if (this.gravity) this.gravity.visible = this.view.centre;
    const selected = this.boxes.find((box) => box.sequence === this.view.selected);
    if (!this.highlight) return;
    this.highlight.visible = selected !== undefined && selected.sequence <= this.view.step;
    if (selected) {
      const at = this.corner(selected);
      const size = [selected.lengthMm, selected.heightMm, selected.widthMm].map((n) => n * SCALE);
      const [l = 0, h = 0, w = 0] = size;
      this.highlight.position.set(at.x + l / 2, at.y + h / 2, at.z + w / 2);
      this.highlight.scale.set(l * 1.004, h * 1.004, w * 1.004);
    }
  }

  /** Sets the distance at which the whole vehicle fits the canvas. */
  private fit() {
    const { length, width, height } = this.size;
    const long = length + (this.view.explode ? (this.stops.length - 1) * GAP : 0);
    this.centre.set(long / 2, height * 0.42, width / 2);
    const vertical = Math.tan((36 / 2) * Math.PI / 180);
    const horizontal = vertical * this.width / this.height;
    let distance = 1;
    // Every corner must be in the picture, from where one looks at first and from the sides.
    for (const [azimuth, tilt] of VIEWS) {
      const sin = Math.sin(azimuth), cos = Math.cos(azimuth);
      for (const x of [-long / 2, long / 2]) {
        for (const z of [-width / 2, width / 2]) {
          for (const y of [-height * 0.42, height * 0.58]) {
            const flat = x * sin + z * cos;
            const towards = y * Math.sin(tilt) + flat * Math.cos(tilt);
            const across = Math.abs(x * cos - z * sin) / horizontal;
            const up = Math.abs(y * Math.cos(tilt) - flat * Math.sin(tilt)) / vertical;
            distance = Math.max(distance, towards + Math.max(across, up));
          }
        }
      }
    }
    this.orbit.fit(distance * 1.06);
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      const { x, y, z } = this.orbit.offset();
      this.camera.position.set(this.centre.x + x, this.centre.y + y, this.centre.z + z);
      this.camera.lookAt(this.centre);
      this.renderer.render(this.scene, this.camera);
      this.onLabels(this.labels());
    });
  }

  private labels(): Label[] {
    const { length, width } = this.size;
    const door = length + (this.view.explode ? (this.stops.length - 1) * GAP : 0);
    return [
      this.label("Front", new Vector3(0, 0, width / 2)),
      this.label("Door", new Vector3(door, 0, width / 2)),
    ];
  }

  private label(text: string, at: Vector3): Label {
    at.project(this.camera);
    return { text, x: ((at.x + 1) / 2) * this.width, y: ((1 - at.y) / 2) * this.height };
  }
}
