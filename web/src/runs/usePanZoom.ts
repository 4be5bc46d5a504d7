import { type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";

interface Shown {
  x: number;
  y: number;
  scale: number;
}

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

const LARGEST = 2.5;
const SMALLEST = 0.08;
const EDGE = 20;
const READABLE = 0.85;

/** Moving and sizing of a picture by pointer, wheel, pinch and buttons; at first all of it fits. */
export function usePanZoom(
  frame: RefObject<HTMLElement>,
  width: number,
  height: number,
  /** What is in the middle when not all of the width fits. */
  middle: number,
) {
  const [shown, setShown] = useState<Shown>({ x: 0, y: 0, scale: 1 });
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const moved = useRef(0);
  const touched = useRef(false);
  const size = () => ({
    wide: frame.current?.clientWidth ?? 1,
    high: frame.current?.clientHeight ?? 1,
  });

  const fit = (whole = false) => {
    const { wide, high } = size();
    // Not laid out yet: the observer tells when it is.
    if (wide < 2 * EDGE) return;
    const fits = Math.min((wide - 2 * EDGE) / width, (high - 2 * EDGE) / height, 1);
    // Words must stay readable: a long graph begins at its top and is moved through.
    const scale = whole ? Math.max(SMALLEST, fits) : Math.max(SMALLEST, fits, READABLE);
    const spare = wide - width * scale;
    setShown({
      scale,
      x: spare > 2 * EDGE
        ? spare / 2
        : Math.max(spare - EDGE, Math.min(EDGE, wide / 2 - middle * scale)),
      y: height * scale <= high ? (high - height * scale) / 2 : EDGE,
    });
    touched.current = false;
  };
  const latest = useRef(fit);
  latest.current = fit;
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (!touched.current) latest.current();
    });
    observer.observe(element);
    // React's wheel listeners are passive, and could not keep the page still.
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== element) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      zoomAt(Math.exp(-event.deltaY * 0.0016), event.clientX - box.left, event.clientY - box.top);
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener("wheel", wheel);
    };
  }, []);
  useEffect(() => latest.current(), [width, height]);

  const zoomAt = (factor: number, x: number, y: number) => {
    touched.current = true;
    setShown((from) => {
      const scale = Math.max(SMALLEST, Math.min(LARGEST, from.scale * factor));
      const by = scale / from.scale;
      return { scale, x: x - (x - from.x) * by, y: y - (y - from.y) * by };
    });
  };
  const zoom = (factor: number) => {
    const { wide, high } = size();
    zoomAt(factor, wide / 2, high / 2);
  };
  /** Brings a part into sight when it is not. */
  const reveal = (rect: Rect) => {
    const { wide, high } = size();
    setShown((from) => {
      const left = from.x + rect.x * from.scale;
      const top = from.y + rect.y * from.scale;
      const right = left + rect.width * from.scale;
      const bottom = top + rect.height * from.scale;
      let { x, y } = from;
      if (left < EDGE) x += EDGE - left;
      else if (right > wide - EDGE) x -= right - wide + EDGE;
      if (top < EDGE) y += EDGE - top;
      else if (bottom > high - EDGE) y -= bottom - high + EDGE;
      return x === from.x && y === from.y ? from : { ...from, x, y };
    });
  };

  const handlers = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (pointers.current.size === 0) moved.current = 0;
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const last = pointers.current.get(event.pointerId);
      if (!last) return;
      const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
      moved.current += Math.abs(dx) + Math.abs(dy);
      // Captured only once it is a drag: a press must reach what it is on.
      if (moved.current > 5) event.currentTarget.setPointerCapture(event.pointerId);
      const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      touched.current = true;
      if (other) {
        const before = Math.hypot(last.x - other.x, last.y - other.y);
        const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
        const box = event.currentTarget.getBoundingClientRect();
        if (before > 0) {
          zoomAt(
            after / before,
            (event.clientX + other.x) / 2 - box.left,
            (event.clientY + other.y) / 2 - box.top,
          );
        }
        return;
      }
      if (moved.current > 5) setShown((from) => ({ ...from, x: from.x + dx, y: from.y + dy }));
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      pointers.current.delete(event.pointerId);
    },
    onPointerCancel(event: PointerEvent<HTMLElement>) {
      pointers.current.delete(event.pointerId);
    },
  };
  return {
    transform: `translate(${shown.x} ${shown.y}) scale(${shown.scale})`,
    fit: () => fit(true),
    zoom,
    reveal,
    handlers,
    dragged: () => moved.current > 5,
  };
}
