/** Turning and nearing by pointer, wheel, pinch and keys, around a fixed centre. */
export class Orbit {
  private azimuth = 0.72;
  private height = 0.5;
  private zoom = 1;
  private distance = 10;
  private readonly pointers = new Map<number, { x: number; y: number }>();
  private spread = 0;
  private readonly off: (() => void)[] = [];
  /** Pixels moved since the press, to tell a tap from a turn. */
  moved = 0;

  constructor(
    element: HTMLElement,
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
    listen("wheel", (event) => {
      // The page scrolls as always; nearing takes the key that means it (or a pinch, which sets it).
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== element) return;
      event.preventDefault();
      this.near(Math.exp(event.deltaY * 0.0012));
    }, { passive: false });
    listen("keydown", (event) => {
      const turn = TURNS[event.key];
      if (!turn || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.turn(turn[0], turn[1]);
      if (turn[2] !== 1) this.near(turn[2]);
    });
  }

  fit(distance: number) {
    this.distance = distance;
  }

  reset() {
    this.azimuth = 0.72;
    this.height = 0.5;
    this.zoom = 1;
    this.changed();
  }

  look(azimuth: number, height: number) {
    this.azimuth = azimuth;
    this.height = height;
    this.changed();
  }

  offset(): { x: number; y: number; z: number } {
    const far = this.distance * this.zoom;
    return {
      x: far * Math.cos(this.height) * Math.sin(this.azimuth),
      y: far * Math.sin(this.height),
      z: far * Math.cos(this.height) * Math.cos(this.azimuth),
    };
  }

  dispose() {
    for (const each of this.off) each();
  }

  private turn(azimuth: number, height: number) {
    this.azimuth += azimuth;
    this.height = Math.max(0.02, Math.min(1.55, this.height + height));
    this.changed();
  }

  private near(factor: number) {
    this.zoom = Math.max(0.25, Math.min(2, this.zoom * factor));
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
    if (this.pointers.size === 1) this.turn(-dx * 0.008, dy * 0.006);
    else {
      const spread = this.apart();
      if (this.spread > 0 && spread > 0) this.near(this.spread / spread);
      this.spread = spread;
    }
  }
}

/** Azimuth, height, zoom. */
const TURNS: Record<string, [number, number, number]> = {
  ArrowLeft: [-0.12, 0, 1],
  ArrowRight: [0.12, 0, 1],
  ArrowUp: [0, 0.1, 1],
  ArrowDown: [0, -0.1, 1],
  "+": [0, 0, 0.88],
  "-": [0, 0, 1.14],
};
