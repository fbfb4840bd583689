// The icons, as paths on a grid of 16.
const paths = {
  search: "M7 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8m3 7 3.5 3.5",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  chart: "M3 13V8m3.3 5V4m3.4 9V6.5M13 13v-3",
  download: "M8 2.5v7m-3-3 3 3 3-3M3 13h10",
  plus: "M8 3v10M3 8h10",
  close: "m4 4 8 8m0-8-8 8",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5 5 13h6l.5-8.5",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  bookmark: "M4.5 2.5h7v11L8 11l-3.5 2.5z",
  table: "M2.5 3h11v10h-11zM2.5 6.5h11M6.5 6.5V13",
  graph: "M4 4h.01M12 6h.01M6 12h.01M4.8 4.4l6.4 1.4M4.4 4.9l1.4 6.2m5.5-4.6-4.6 5M4 2.7a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6m8 2a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6m-6 6a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6",
  history: "M8 4.5V8l2.5 1.5M2.8 8a5.2 5.2 0 1 0 1.6-3.7L2.8 5.8m0-3v3h3",
  play: "M5 3.5v9l7-4.5z",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  sun: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M8 1.5v1.3m0 10.4v1.3M1.5 8h1.3m10.4 0h1.3M3.4 3.4l.9.9m7.4 7.4.9.9m0-9.2-.9.9m-7.4 7.4-.9.9",
  person: "M8 3a2.3 2.3 0 1 1 0 4.6A2.3 2.3 0 0 1 8 3M3.5 13c.4-2.6 2.2-4 4.5-4s4.1 1.4 4.5 4",
  open: "M6 3.5h6.5V10M12.5 3.5 4 12",
  right: "m6 3.5 4.5 4.5L6 12.5",
  left: "M10 3.5 5.5 8l4.5 4.5",
  down: "m3.5 6 4.5 4.5L12.5 6",
  up: "m3.5 10 4.5-4.5 4.5 4.5",
  pin: "M5.5 2.5h5l-.7 4 2 2.5H4.2l2-2.5zM8 9v4.5",
  refresh: "M13 8a5 5 0 1 1-1.5-3.6L13 5.8m0-3v3h-3",
  undo: "M3 6.5h6.5a3.2 3.2 0 0 1 0 6.5H6M3 6.5l3-3m-3 3 3 3",
  keyboard: "M1.8 4h12.4v8H1.8zM4 6.7h.01M6.7 6.7h.01M9.3 6.7h.01M12 6.7h.01M5 9.6h6",
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({ name }: { name: IconName }) => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);
