/** From where one looks, free of how large the vehicle is: to look at two of them alike. */
export interface Pose {
  azimuth: number;
  height: number;
  zoom: number;
  /** How far the picture was moved, in distances at which all of it is seen. */
  shift: { x: number; y: number; z: number };
}

/** Turning, moving and nearing by pointer, wheel, pinch and keys. */
export class Orbit {
  private azimuth = 0.72;
  private height = 0.5;
  private zoom = 1;
  private distance = 10;
  /** In distances at which all is seen. */
  private shift = { x: 0, y: 0, z: 0 };
  private readonly pointers = new Map<number, { x: number; y: number }>();
  private spread = 0;
  private readonly off: (() => void)[] = [];
  /** Pixels moved since the press, to tell a tap from a turn. */
  moved = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly changed: () => void,
  ) {
    const listen = <K extends keyof HTMLElementEventMap>(
      type: K,
      handler: (event: HTMLElementEventMap[K]) => void,
      options?: AddEventListenerOptions,
    ) => {
      element.addEventListener(type, handler, options);
      this.off.push(() => element.removeEventListener(type, handler));
    };
    listen("pointerdown", (event) => {
      if (this.pointers.size === 0) this.moved = 0;
      this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      this.spread = this.apart();
      element.setPointerCapture(event.pointerId);
    });
    listen("pointermove", (event) => this.move(event));
    for (const type of ["pointerup", "pointercancel"] as const) {
      listen(type, (event) => {
        this.pointers.delete(event.pointerId);
        this.spread = this.apart();
      });
    }
    // Dragging with the right button moves; its menu would come up afterwards.
    listen("contextmenu", (event) => {
      if (this.moved > 6) event.preventDefault();
    });
    listen("wheel", (event) => {
      // The page scrolls as always; nearing takes the key that means it (or a pinch, which sets it).
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== element) return;
      event.preventDefault();
      this.near(Math.exp(event.deltaY * 0.0012));
    }, { passive: false });
    listen("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const way = WAYS[event.key];
      if (way && event.shiftKey) this.pan(way[0] * 40, way[1] * 40);
      else if (way) this.turn(way[0] * 0.12, way[1] * 0.1);
      else if (event.key === "+" || event.key === "=") this.near(0.88);
      else if (event.key === "-") this.near(1.14);
      else if (event.key === "Home") this.reset();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  fit(distance: number) {
    this.distance = distance;
  }

  reset() {
    this.look(0.72, 0.5);
  }

  look(azimuth: number, height: number) {
    this.azimuth = azimuth;
    this.height = height;
    this.zoom = 1;
    this.shift = { x: 0, y: 0, z: 0 };
    this.changed();
  }

  get pose(): Pose {
    const { azimuth, height, zoom, shift } = this;
    return { azimuth, height, zoom, shift };
  }

  /** Looks as another does; who is told of changes is not told of this one. */
  follow({ azimuth, height, zoom, shift }: Pose) {
    [this.azimuth, this.height, this.zoom] = [azimuth, height, zoom];
    this.shift = shift;
  }

  /** Where the eye is, from what it looks at. */
  offset(): { x: number; y: number; z: number } {
    const far = this.distance * this.zoom;
    return {
      x: far * Math.cos(this.height) * Math.sin(this.azimuth),
      y: far * Math.sin(this.height),
      z: far * Math.cos(this.height) * Math.cos(this.azimuth),
    };
  }

  /** How far what it looks at was moved from the middle. */
  get target(): { x: number; y: number; z: number } {
    const { x, y, z } = this.shift;
    return { x: x * this.distance, y: y * this.distance, z: z * this.distance };
  }

  dispose() {
    for (const each of this.off) each();
  }

  private turn(azimuth: number, height: number) {
    this.azimuth += azimuth;
    this.height = Math.max(0.02, Math.min(1.55, this.height + height));
    this.changed();
  }

  near(factor: number) {
    this.zoom = Math.max(0.08, Math.min(2, this.zoom * factor));
    this.changed();
  }

  /** Moves the picture by so many pixels. */
  private pan(dx: number, dy: number) {
    // 36 degrees of view over the canvas' height.
    const perPixel = 2 * this.zoom * Math.tan(Math.PI / 10) /
      Math.max(1, this.element.clientHeight);
    const [sin, cos] = [Math.sin(this.azimuth), Math.cos(this.azimuth)];
    const [up, flat] = [Math.cos(this.height), Math.sin(this.height)];
    const [right, rise] = [-dx * perPixel, dy * perPixel];
    const within = (value: number) => Math.max(-1, Math.min(1, value));
    this.shift = {
      x: within(this.shift.x + right * cos - rise * flat * sin),
      y: within(this.shift.y + rise * up),
      z: within(this.shift.z - right * sin - rise * flat * cos),
    };
    this.changed();
  }

  private apart(): number {
    const [a, b] = [...this.pointers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  }

  private move(event: PointerEvent) {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    const dx = event.clientX - last.x;
    const dy = event.clientY - last.y;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.moved += Math.abs(dx) + Math.abs(dy);
    if (this.pointers.size === 1) {
      if (event.shiftKey || (event.buttons & 6) !== 0) this.pan(dx, dy);
      else this.turn(-dx * 0.008, dy * 0.006);
      return;
    }
    const spread = this.apart();
    if (this.spread > 0 && spread > 0) this.near(this.spread / spread);
    this.spread = spread;
    // Both fingers report their own way: half of it each.
    this.pan(dx / 2, dy / 2);
  }
}

/** Right and up, of the arrow keys. */
const WAYS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
