export const APART = "/api/keep-apart";

/** Two classes of goods that do not stand near each other. */
export interface ApartRule {
  classes: [string, string];
  /** The least gap; null keeps them out of one vehicle altogether. */
  distanceMm: number | null;
}

export interface Apart {
  rules: ApartRule[];
  /** Whether the organisation never set any. */
  isStandard: boolean;
}
