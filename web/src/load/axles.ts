import type { AxleLoad } from "./types";

/** "Front axle", "Kingpin": what the vehicle's data calls it, as a name. */
export function axleName({ name }: AxleLoad): string {
  const capital = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return /axle|kingpin|bogie/i.test(capital) ? capital : `${capital} axle`;
}
