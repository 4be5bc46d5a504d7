import {
  Box3,
  BoxBufferGeometry,
  EdgesGeometry,
  Group,
  LineBasicMaterial,
  LineSegments,
  Object3D,
  PerspectiveCamera,
  Raycaster,
  Scene,
  Vector2,
  Vector3,
  WebGLRenderer,
} from "three";
import { axleName } from "./axles";
import { BoxMesh, SCALE } from "./boxes";
import { type Colouring, stopsOf } from "./colouring";
import { Orbit, type Pose } from "./orbit";
import { remaining, type Section } from "./section";
import { balanceMarks, type Ink, inks, room, sectionFrame } from "./surroundings";
import type { PlacedBox, VehicleLoad } from "./types";

/** How far stops are drawn apart when exploded, in metres. */
const GAP = 0.9;
/** Azimuth and tilt of the first look, and of looking from the side and from above. */
const VIEWS: [number, number][] = [[0.72, 0.5], [0, 0.02], [0, 1.55]];

export interface View {
  /** Boxes up to this sequence number are loaded. */
  step: number;
  /** Stops drawn apart. */
  explode: boolean;
  selected: number | null;
  /** Centre of gravity, its range, and the axles. */
  balance: boolean;
  /** What is cut away. */
  section?: Section | null;
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
  private readonly camera = new PerspectiveCamera(36, 1, 0.05, 200);
  readonly orbit: Orbit;
  private readonly boxes: PlacedBox[];
  private readonly ranks: Map<number, number>;
  private readonly last: number;
  private readonly size: { length: number; width: number; height: number };
  private mesh: BoxMesh;
  private colouring: Colouring | null = null;
  private highlight: LineSegments;
  private balance: Group;
  private extras: Object3D[] = [];
  private cutFrame: Object3D | null = null;
  /** Told when somebody turns, moves or nears the picture. */
  onLook: ((pose: Pose) => void) | null = null;
  private view: View = { step: Infinity, explode: false, selected: null, balance: true };
  private readonly centre = new Vector3();
  private width = 1;
  private height = 1;
  private frame = 0;

  /** Throws when the browser has no WebGL. */
  constructor(
    canvas: HTMLCanvasElement,
    private readonly vehicle: VehicleLoad,
    private dark: boolean,
    private readonly onLabels: (labels: Label[]) => void,
  ) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.orbit = new Orbit(canvas, () => {
      this.onLook?.(this.orbit.pose);
      this.draw();
    });
    this.boxes = [...vehicle.boxes].sort((a, b) => a.sequence - b.sequence);
    const stops = stopsOf(this.boxes);
    // The last stop is loaded first, at the front wall; earlier ones move toward the door.
    this.last = stops.length - 1;
    this.ranks = new Map(stops.map((stop, index) => [stop, this.last - index]));
    const { lengthMm, widthMm, heightMm } = vehicle.container;
    this.size = { length: lengthMm * SCALE, width: widthMm * SCALE, height: heightMm * SCALE };
    this.mesh = new BoxMesh(this.boxes, this.ranks, this.vehicle.container.widthMm, dark);
    this.highlight = new LineSegments(new EdgesGeometry(new BoxBufferGeometry(1, 1, 1)));
    this.balance = new Group();
    this.surround();
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
    if (moved) this.fit();
    this.cut();
    this.reveal();
    this.draw();
  }

  /** Looks as another picture does. */
  follow(pose: Pose) {
    this.orbit.follow(pose);
    this.draw();
  }

  paint(colouring: Colouring) {
    this.colouring = colouring;
    this.mesh.paint(colouring);
    this.draw();
  }

  setDark(dark: boolean) {
    if (dark === this.dark) return;
    this.dark = dark;
    this.scene.remove(this.mesh.mesh);
    this.mesh.dispose();
    this.mesh = new BoxMesh(this.boxes, this.ranks, this.vehicle.container.widthMm, dark);
    if (this.colouring) this.mesh.paint(this.colouring);
    this.surround();
    this.cut();
    this.reveal();
    this.draw();
  }

  /** The loaded box under a point of the canvas, in its pixels. */
  pick(x: number, y: number): PlacedBox | null {
    const point = new Vector2((x / this.width) * 2 - 1, 1 - (y / this.height) * 2);
    const caster = new Raycaster();
    caster.setFromCamera(point, this.camera);
    let best: PlacedBox | null = null;
    let nearest = Infinity;
    const [hit, low, high] = [new Vector3(), new Vector3(), new Vector3()];
    const space = new Box3(low, high);
    const eye = caster.ray.origin;
    for (const box of this.boxes) {
      if (box.sequence > this.view.step) break;
      const left = remaining(box, this.view.section ?? null);
      if (!left) continue;
      this.corner(left, low);
      high.set(
        low.x + left.lengthMm * SCALE,
        low.y + left.heightMm * SCALE,
        low.z + left.widthMm * SCALE,
      );
      if (!caster.ray.intersectBox(space, hit)) continue;
      const distance = (hit.x - eye.x) ** 2 + (hit.y - eye.y) ** 2 + (hit.z - eye.z) ** 2;
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
    this.mesh.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  /** Everything but the boxes, in the colours of the theme. */
  private surround() {
    this.scene.remove(...this.extras);
    const ink: Ink = inks(this.dark);
    this.highlight.material = new LineBasicMaterial({ color: ink.chosen, depthTest: false });
    this.highlight.renderOrder = 3;
    this.balance = balanceMarks(this.vehicle, ink);
    this.extras = [room(this.size, ink), this.mesh.mesh, this.balance, this.highlight];
    this.scene.add(...this.extras);
  }

  private cut() {
    const section = this.view.section ?? null;
    this.mesh.cut(section);
    if (this.cutFrame) this.scene.remove(this.cutFrame);
    this.cutFrame = section && sectionFrame(section, this.size, inks(this.dark));
    if (this.cutFrame) this.scene.add(this.cutFrame);
  }

  private get gap(): number {
    return this.view.explode ? GAP : 0;
  }

  private corner(box: PlacedBox, into: Vector3): Vector3 {
    return into.set(
      box.xMm * SCALE + (this.ranks.get(box.stop) ?? 0) * this.gap,
      box.zMm * SCALE,
      this.size.width - (box.yMm + box.widthMm) * SCALE,
    );
  }

  private reveal() {
    const step = this.view.step;
    // Sequences have no gaps, so that the count is the step; a search is right in any case.
    let [low, high] = [0, this.boxes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.boxes[middle]?.sequence ?? 0) <= step) low = middle + 1;
      else high = middle;
    }
    this.mesh.show(low, this.gap);
    // Weights are where they are: marks over boxes drawn apart would lie.
    this.balance.visible = this.view.balance && !this.view.explode;
    const selected = this.boxes.find((box) => box.sequence === this.view.selected);
    this.highlight.visible = selected !== undefined && selected.sequence <= step;
    if (selected) {
      const at = this.corner(selected, new Vector3());
      const l = selected.lengthMm * SCALE;
      const h = selected.heightMm * SCALE;
      const w = selected.widthMm * SCALE;
      this.highlight.position.set(at.x + l / 2, at.y + h / 2, at.z + w / 2);
      this.highlight.scale.set(l * 1.004, h * 1.004, w * 1.004);
    }
  }

  /** Sets the distance at which the whole vehicle fits the canvas. */
  private fit() {
    const { length, width, height } = this.size;
    const long = length + this.last * this.gap;
    this.centre.set(long / 2, height * 0.42, width / 2);
    const vertical = Math.tan((36 / 2) * Math.PI / 180);
    const horizontal = vertical * this.width / this.height;
    let distance = 1;
    // Every corner must be in the picture, from where one looks at first and from the sides.
    for (const [azimuth, tilt] of VIEWS) {
      const sin = Math.sin(azimuth), cos = Math.cos(azimuth);
      for (const x of [-long / 2, long / 2]) {
        for (const z of [-width / 2, width / 2]) {
          for (const y of [-height * 0.42 - 0.5, height * 0.58]) {
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
      const moved = this.orbit.target;
      const target = new Vector3(
        this.centre.x + moved.x,
        this.centre.y + moved.y,
        this.centre.z + moved.z,
      );
      this.camera.position.set(target.x + x, target.y + y, target.z + z);
      this.camera.lookAt(target);
      this.camera.updateMatrixWorld();
      this.renderer.render(this.scene, this.camera);
      this.onLabels(this.labels());
    });
  }

  private labels(): Label[] {
    const { length, width } = this.size;
    const found = [
      this.label("Front", new Vector3(0, 0, width / 2)),
      this.label("Door", new Vector3(length + this.last * this.gap, 0, width / 2)),
    ];
    if (!this.balance.visible) return found;
    for (const axle of this.vehicle.axles ?? []) {
      if (axle.positionMm === undefined) continue;
      found.push(
        this.label(axleName(axle), new Vector3(axle.positionMm * SCALE, -0.35, width)),
      );
    }
    return found;
  }

  private label(text: string, at: Vector3): Label {
    at.project(this.camera);
    let x = ((at.x + 1) / 2) * this.width;
    // What is in view is named in full, at the edge too.
    const half = 10 + text.length * 3.4;
    if (x > 0 && x < this.width) x = Math.max(half, Math.min(this.width - half, x));
    return { text, x, y: ((1 - at.y) / 2) * this.height };
  }
}
