/** The part of Debian's node-qrcode-generator that the console uses. */
interface QRCode {
  addData(data: string): void;
  make(): void;
  getModuleCount(): number;
  isDark(row: number, column: number): boolean;
}
export default function qrcode(type: 0, level: "L" | "M" | "Q" | "H"): QRCode;
