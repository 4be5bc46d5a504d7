import { type MouseEvent, useEffect, useRef } from "react";
import { useDark } from "../shell/theme";
import { IconButton } from "../ui/Button";
import type { Colouring } from "./colouring";
import type { Looks } from "./looks";
import { type Label, LoadScene, type View } from "./scene";
import type { PlacedBox, VehicleLoad } from "./types";

interface Props {
  vehicle: VehicleLoad;
  colouring: Colouring;
  view: View;
  onPick: (box: PlacedBox | null) => void;
  /** Pictures that are looked at alike. */
  looks?: Looks;
  /** What it shows, where there are several. */
  label?: string;
  /** Called when the browser cannot draw it. */
  onMissing: () => void;
}

/** The load in three dimensions. */
export function Scene3D(
  { vehicle, colouring, view, onPick, looks, label, onMissing }: Props,
) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const labels = useRef<HTMLDivElement>(null);
  const scene = useRef<LoadScene | null>(null);
  const dark = useDark();
  const latest = useRef({ view, dark, colouring, onMissing });
  latest.current = { view, dark, colouring, onMissing };

  useEffect(() => {
    const element = canvas.current;
    const frame = element?.parentElement;
    if (!element || !frame) return;
    let made: LoadScene;
    try {
      made = new LoadScene(element, vehicle, latest.current.dark, (found) => {
        if (labels.current) place(labels.current, found);
      });
    } catch {
      latest.current.onMissing();
      return;
    }
    scene.current = made;
    made.paint(latest.current.colouring);
    made.show(latest.current.view);
    const leave = looks?.join(made);
    const observer = new ResizeObserver(() => made.resize(frame.clientWidth, frame.clientHeight));
    observer.observe(frame);
    const lost = () => latest.current.onMissing();
    element.addEventListener("webglcontextlost", lost);
    return () => {
      leave?.();
      observer.disconnect();
      element.removeEventListener("webglcontextlost", lost);
      made.dispose();
      scene.current = null;
    };
  }, [vehicle, looks]);
  useEffect(() => scene.current?.show(view), [view]);
  useEffect(() => scene.current?.paint(colouring), [colouring]);
  useEffect(() => scene.current?.setDark(dark), [dark]);

  const press = (event: MouseEvent<HTMLCanvasElement>) => {
    const made = scene.current;
    if (!made || made.orbit.moved > 6) return;
    const frame = event.currentTarget.getBoundingClientRect();
    onPick(made.pick(event.clientX - frame.left, event.clientY - frame.top));
  };
  const orbit = () => scene.current?.orbit;
  return (
    <div className="scene">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={`${label ?? "The load of"} ${vehicle.vehicle.name} in three dimensions. ` +
          "Arrow keys turn it, " +
          "with Shift they move it, plus and minus come nearer and go farther, Home shows all. " +
          "The list of boxes and the plans say the same."}
        onClick={press}
      />
      <div ref={labels} aria-hidden="true" />
      <div className="view-tools scene-tools" role="group" aria-label="Look">
        <IconButton icon="cube" label="From the corner" onClick={() => orbit()?.reset()} />
        <IconButton icon="vehicles" label="From the side" onClick={() => orbit()?.look(0, 0.05)} />
        <IconButton icon="down" label="From above" onClick={() => orbit()?.look(0, 1.55)} />
        <IconButton
          icon="depot"
          label="From the door"
          onClick={() => orbit()?.look(Math.PI / 2, 0.08)}
        />
        <IconButton icon="plus" label="Nearer" onClick={() => orbit()?.near(0.8)} />
        <IconButton icon="minus" label="Farther" onClick={() => orbit()?.near(1.25)} />
      </div>
    </div>
  );
}

/** Labels move with every frame, so they are moved without React. */
function place(parent: HTMLElement, labels: Label[]) {
  while (parent.children.length > labels.length) parent.lastChild?.remove();
  labels.forEach((label, index) => {
    let element = parent.children[index] as HTMLElement | undefined;
    if (!element) {
      element = document.createElement("span");
      element.className = "scene-label";
      parent.append(element);
    }
    if (element.textContent !== label.text) element.textContent = label.text;
    element.style.transform = `translate(${label.x}px, ${label.y}px) translate(-50%, 30%)`;
  });
}
