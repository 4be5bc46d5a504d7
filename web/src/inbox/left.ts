/** "2 h 5 min left": how long there is to decide; null when there is no end. */
export function left(expiresAt: string | null, now = Date.now()): string | null {
  if (!expiresAt) return null;
  const seconds = Math.floor((Date.parse(expiresAt) - now) / 1000);
  if (seconds <= 0) return "too late";
  if (seconds < 60) return `${seconds} s left`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min left`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min left` : `${hours} h left`;
  return `${Math.floor(hours / 24)} days left`;
}
