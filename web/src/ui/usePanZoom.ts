import {
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { beginning, inSight, type Picture, type Rect, type Shown, whole } from "./sight";

const LARGEST = 2.5;
const SMALLEST = 0.08;
/** Before it is fitted nothing of a picture is drawn: it would begin anywhere. */
const UNSEEN: Shown = { x: 0, y: 0, scale: 0 };

/** Moving and sizing of a picture by pointer, wheel, pinch and buttons; at first it begins in sight. */
export function usePanZoom(
  frame: RefObject<HTMLElement>,
  picture: Picture,
  /** What is chosen, and what is to be seen while nothing is and nobody has moved the picture. */
  chosen: Rect | undefined,
  attention: Rect | undefined,
) {
  const [shown, setShown] = useState(UNSEEN);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const moved = useRef(0);
  const touched = useRef(false);
  const size = () => ({
    wide: frame.current?.clientWidth ?? 0,
    high: frame.current?.clientHeight ?? 0,
  });

  const fit = (all = false) => {
    const frame = size();
    // Not laid out yet: the observer tells when it is.
    if (frame.wide === 0) return;
    setShown(
      all ? whole(picture, frame) : inSight(beginning(picture, frame), frame, chosen ?? attention),
    );
    touched.current = false;
  };
  const seen = (from: Shown, part: Rect | undefined) =>
    from === UNSEEN ? from : inSight(from, size(), part);
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
  useLayoutEffect(() => latest.current(), [picture.width, picture.height, picture.start.x]);

  const zoomAt = (factor: number, x: number, y: number) => {
    touched.current = true;
    setShown((from) => {
      if (from === UNSEEN) return from;
      const scale = Math.max(SMALLEST, Math.min(LARGEST, from.scale * factor));
      const by = scale / from.scale;
      return { scale, x: x - (x - from.x) * by, y: y - (y - from.y) * by };
    });
  };
  const zoom = (factor: number) => {
    const { wide, high } = size();
    zoomAt(factor, wide / 2, high / 2);
  };
  useLayoutEffect(() => setShown((from) => seen(from, chosen)), [chosen]);
  useLayoutEffect(() => {
    if (!chosen && !touched.current) setShown((from) => seen(from, attention));
  }, [attention]);

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
      if (other) {
        touched.current = true;
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
      if (moved.current <= 5) return;
      touched.current = true;
      setShown((from) => ({ ...from, x: from.x + dx, y: from.y + dy }));
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
    handlers,
    dragged: () => moved.current > 5,
  };
}
