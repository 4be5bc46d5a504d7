import { type MouseEvent, useEffect, useRef, useState } from "react";
import type { Box, LoadedVehicle } from "../api/types";
import { useDark } from "../shell/theme";
import { IconButton } from "../ui/Button";
import { type Label, LoadScene, type View } from "./scene";

interface Props {
  vehicle: LoadedVehicle;
  view: View;
  onPick: (box: Box | null) => void;
  /** Called when the browser cannot draw it. */
  onMissing: () => void;
}

/** The load in three dimensions. */
export function Scene3D({ vehicle, view, onPick, onMissing }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useRef<LoadScene | null>(null);
  const [labels, setLabels] = useState<Label[]>([]);
  const dark = useDark();
  const latest = useRef({ view, dark, onMissing });
  latest.current = { view, dark, onMissing };

  useEffect(() => {
    const element = canvas.current;
    const frame = element?.parentElement;
    if (!element || !frame) return;
    let made: LoadScene;
    try {
      made = new LoadScene(element, vehicle, latest.current.dark, setLabels);
    } catch {
      latest.current.onMissing();
      return;
    }
    scene.current = made;
    made.show(latest.current.view);
    const observer = new ResizeObserver(() => made.resize(frame.clientWidth, frame.clientHeight));
    observer.observe(frame);
    const lost = () => latest.current.onMissing();
    element.addEventListener("webglcontextlost", lost);
    return () => {
      observer.disconnect();
      element.removeEventListener("webglcontextlost", lost);
      made.dispose();
      scene.current = null;
    };
  }, [vehicle]);
  useEffect(() => scene.current?.show(view), [view]);
  useEffect(() => scene.current?.setDark(dark), [dark]);

  const press = (event: MouseEvent<HTMLCanvasElement>) => {
    const made = scene.current;
    if (!made || made.orbit.moved > 6) return;
    const frame = event.currentTarget.getBoundingClientRect();
    onPick(made.pick(event.clientX - frame.left, event.clientY - frame.top));
  };
  return (
    <div className="scene">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={`The load of ${vehicle.vehicle.name} in three dimensions; arrow keys turn it, ` +
          "plus and minus come nearer and go farther. The list of boxes says the same in words."}
        onClick={press}
      />
      {labels.map((label) => (
        <span
          key={label.text}
          className="scene-label"
          style={{ transform: `translate(${label.x}px, ${label.y}px) translate(-50%, 30%)` }}
        >
          {label.text}
        </span>
      ))}
      <div className="scene-tools">
        <IconButton icon="retry" label="First view" onClick={() => scene.current?.orbit.reset()} />
        <IconButton
          icon="vehicles"
          label="From the side"
          onClick={() => scene.current?.orbit.look(0, 0.05)}
        />
        <IconButton
          icon="down"
          label="From above"
          onClick={() => scene.current?.orbit.look(0, 1.55)}
        />
      </div>
    </div>
  );
}
