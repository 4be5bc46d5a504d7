/** Line icons on a 20-unit grid, drawn for this console; `currentColor`, 1.6 wide. */
const PATHS = {
  inbox:
    "M3 11.5 5.2 4.6A1.500 1.500 0 0 1 6.600 3.500h6.800a1.500 1.500 0 0 1 1.400 1.100L17 11.500v4a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1zM3 11.500h4l1.200 2h3.600l1.200-2h4",
  orders:
    "M5 3.500h10a1 1 0 0 1 1 1v12l-2-1.200-2 1.200-2-1.200-2 1.200-2-1.200-2 1.200v-12a1 1 0 0 1 1-1zM7 7.500h6M7 10.500h6",
  vehicles:
    "M2 5.500h9.500v8.500H2zM11.500 8.500h3.500l3 3v2.500h-6.500zM5.500 16a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400zM14.500 16a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400z",
  customers:
    "M10 9.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16.500c.4-3 2.800-4.800 6-4.800s5.600 1.800 6 4.800z",
  agents:
    "M6 6.500h8a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2zM10 6.500v-3M7.700 10.300v1.400M12.300 10.300v1.400M2 10.500v1.500M18 10.500v1.500",
  runs:
    "M5 5.500a1.800 1.800 0 1 0 0-.01M15 10a1.800 1.800 0 1 0 0-.01M5 14.700a1.800 1.800 0 1 0 0-.01M6.800 5.700c4 0 3 4.300 6.400 4.300M6.800 14.500c4 0 3-4.500 6.400-4.500",
  search: "M9 14.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11zM13 13l4 4",
  plus: "M10 4v12M4 10h12",
  close: "M5 5l10 10M15 5 5 15",
  check: "m4.500 10.500 3.700 3.700 7.300-8",
  more: "M4.500 10h.01M10 10h.01M15.500 10h.01",
  menu: "M3.500 6h13M3.500 10h13M3.500 14h13",
  right: "m8 5 5 5-5 5",
  left: "m12 5-5 5 5 5",
  down: "m5 8 5 5 5-5",
  up: "m5 12 5-5 5 5",
  upload: "M10 13V4M6.500 7.500 10 4l3.500 3.500M4 13v2.500a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V13",
  sun:
    "M10 13.300a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600zM10 2.500v1.700M10 15.800v1.700M2.500 10h1.700M15.800 10h1.700M4.700 4.700l1.200 1.200M14.100 14.100l1.200 1.200M4.700 15.300l1.200-1.200M14.100 5.900l1.200-1.200",
  moon: "M16 12.200A6.500 6.500 0 0 1 7.800 4a6.500 6.500 0 1 0 8.200 8.200z",
  screen: "M3 4.500h14v9H3zM7.500 16.500h5M10 13.500v3",
  out: "M8 4H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h3M12.500 13.500 16 10l-3.500-3.500M16 10H8",
  building:
    "M4 16.500v-12a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v12M12 8.500h3a1 1 0 0 1 1 1v7M2.500 16.500h15M6.800 7h2.400M6.800 10h2.400M6.800 13h2.400",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4l2.500 2",
  scan: "M4 7V4.500h2.500M13.500 4.500H16V7M16 13v2.500h-2.500M6.500 15.500H4V13M6.500 10h7",
  calendarCheck:
    "M4 5.500h12v11H4zM4 8.800h12M7.300 3.500v3M12.700 3.500v3M7.500 12.500l1.800 1.700 3.200-3.200",
  flag: "M5 17V3.500M5 4.500h9.500l-2 3.200 2 3.300H5",
  alarm: "M10 3 2.500 16.500h15zM10 8v4M10 14.300v.01",
  stop: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM5.200 5.200l9.600 9.600",
  info: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 9v5M10 6.300v.01",
  retry: "M4.500 9.500a5.600 5.600 0 1 1 1 4M4.300 5v4.500h4.500",
  pin:
    "M10 17.500c3.300-3.600 5-6.300 5-8.500a5 5 0 0 0-10 0c0 2.200 1.700 4.900 5 8.500zM10 10.700a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400z",
  depot: "M3 16.500V8l7-4.500L17 8v8.500M6 16.500v-6h8v6M6 13.500h8",
  leaf:
    "M4 16c0-7 4-11 12-11.500C16 12 12.500 15.500 7 14.500M4 17c1.200-3.500 3.300-5.800 6.500-7.200",
  cube:
    "m10 2.800 6.200 3.500v7.200L10 17.200l-6.200-3.700V6.300zM3.800 6.300 10 9.800l6.200-3.500M10 9.800v7.400",
  fragile:
    "M7 3.500h6l.7 3.800a3.700 3.700 0 0 1-7.400 0zM10 11v5.500M7 16.500h6M9.500 3.500l1.300 2.200-1.300 1.600",
  minus: "M4 10h12",
  trash: "M4 5.500h12M8 5.500v-2h4v2M5.500 5.500l.7 11h7.600l.7-11M8.500 8.500v5M11.500 8.500v5",
  keyboard:
    "M2.500 5.500h15v9h-15zM5.500 8.500h.01M8.500 8.500h.01M11.500 8.500h.01M14.500 8.500h.01M6.500 11.500h7",
  filter: "M3.500 5.500h13M6 10h8M8.500 14.500h3",
  copy: "M7 7h9v9H7zM4 13V4h9",
  tool:
    "M12.500 3.700a4 4 0 0 0-3.600 5.600l-5.200 5.200 1.800 1.800 5.200-5.200a4 4 0 0 0 5.400-4.700l-2.300 2.300-2.100-.5-.5-2.100z",
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative icon; the words beside it or the button's label say what it means. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: one weft thread over and under three warps. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect className="mark-ground" width="32" height="32" rx="8" />
      <g fill="none" strokeLinecap="round" strokeWidth="2.6">
        <path className="mark-warp" d="M10 6v20M16 6v20M22 6v20" />
        <path className="mark-weft" d="M5 16c2.500 0 2.500-4 5-4s3 8 6 8 3-8 6-8 2.500 4 5 4" />
      </g>
    </svg>
  );
}
