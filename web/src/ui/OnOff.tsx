import { Icon } from "./Icon";

/** Whether a thing that can be turned off is on. */
export function OnOff({ on }: { on: boolean }) {
  return (
    <span className={`status ${on ? "status-delivered" : "status-cancelled"}`}>
      <Icon name={on ? "check" : "stop"} size={15} />
      {on ? "On" : "Off"}
    </span>
  );
}
