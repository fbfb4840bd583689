import { memo, useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from "react";
import type { Zone } from "../query/value";
import type { View } from "../state/view";
import type { GridColumn } from "./columns";
import { HeaderCell } from "./HeaderCell";
import { Line, markWidth, type GridRow, type Placed } from "./Line";
import { headHeight, rowHeight, useSight } from "./useSight";

export interface Place {
  row: number;
  column: number;
}

export interface GridHandle {
  focus: () => void;
  cellRect: (at: Place) => DOMRect | null;
}

interface Props {
  handle: Ref<GridHandle>;
  label: string;
  /** rows to scroll over; some may not be read yet */
  length: number;
  at: (row: number) => GridRow | undefined;
  total: number | undefined;
  columns: GridColumn[];
  view: View;
  change: (view: Partial<View>) => void;
  /** another one begins at the top */
  question: string;
  active: Place;
  setActive: (at: Place) => void;
  selected: ReadonlyMap<string, unknown>;
  allSelected: boolean;
  select: (row: number, range: boolean) => void;
  selectAll: () => void;
  open: (at: Place) => void;
  edit: (at: Place, typed?: string) => void;
  peek: (at: Place) => void;
  onKey: (e: React.KeyboardEvent) => void;
  onPaste: (text: string) => void;
  /** told of the rows in sight, whenever they are others */
  sight: (first: number, last: number) => void;
  zone: Zone;
  stale: boolean;
}

/** The place that an event is at, by the numbers that ARIA has; column -1 is the mark of the row. */
function placeOf(e: React.SyntheticEvent): Place | null {
  const cell = e.target instanceof Element ? e.target.closest("[role=gridcell]") : null;
  const row = cell?.closest("[role=row]");
  const column = cell?.getAttribute("aria-colindex");
  return row && column ? { row: Number(row.getAttribute("aria-rowindex")) - 2, column: Number(column) - 2 } : null;
}

const on = (e: React.SyntheticEvent, selector: string) => e.target instanceof Element && e.target.closest(selector) !== null;

/** Grid shows the rows and the columns that are in sight, whatever the number of either. */
export function Grid(p: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const pinned = useMemo<Placed[]>(() => {
    let left = markWidth;
    return p.columns.filter((c) => c.pinned).map((column, index) => ({ column, index, left: (left += column.width) - column.width }));
  }, [p.columns]);
  const free = useMemo<Placed[]>(() => p.columns.map((column, index) => ({ column, index })).filter((c) => !c.column.pinned), [p.columns]);
  const pinnedWidth = pinned.reduce((sum, c) => sum + c.column.width, markWidth);
  const lefts = useMemo(() => {
    let left = 0;
    return [0, ...free.map((c) => (left += c.column.width))];
  }, [free]);
  const width = pinnedWidth + (lefts.at(-1) ?? 0);

  const { rows: [from, to], columns: [begin, end], shifted } = useSight(scroll, p.length, lefts);
  const shown = useMemo(() => free.slice(begin, end), [free, begin, end]);
  const lead = lefts[begin] ?? 0;
  const { sight } = p;
  useEffect(() => sight(from, to - 1), [sight, from, to]);

  const { active, question } = p;
  const asked = useRef(question);
  useEffect(() => {
    const element = scroll.current;
    if (!element) return;
    if (asked.current !== question) {
      asked.current = question;
      element.scrollTo({ top: 0 });
      return;
    }
    const column = free.findIndex((c) => c.index === active.column);
    const into = (now: number, room: number, start: number, size: number) => (start < now ? start : start + size > now + room ? start + size - room : now);
    const top = into(element.scrollTop, element.clientHeight - headHeight, active.row * rowHeight, rowHeight);
    const left = column < 0 ? element.scrollLeft : into(element.scrollLeft, element.clientWidth - pinnedWidth, lefts[column] ?? 0, free[column]?.column.width ?? 0);
    element.scrollTo({ top, left });
    // only where the active cell moves
  }, [active, question]);

  useImperativeHandle(p.handle, () => ({
    focus: () => scroll.current?.focus({ preventScroll: true }),
    cellRect: (at) => document.getElementById(`cell-${at.row}-${at.column}`)?.getBoundingClientRect() ?? null,
  }));

  // The buttons to look into cells are there for two lines at a time: for all of them they would be most of what is drawn.
  const [over, setOver] = useState<number | null>(null);
  const hover = (e: React.PointerEvent) => setOver(e.pointerType === "mouse" ? (placeOf(e)?.row ?? null) : null);

  const lines = [];
  for (let i = from; i < to; i++) {
    const r = p.at(i);
    lines.push(
      <Line key={r?.row.id ?? i} index={i} row={r?.row} staged={r?.staged} selected={r !== undefined && p.selected.has(r.row.id)} active={active.row === i ? active.column : null}
        near={active.row === i || over === i} pinned={pinned} free={shown} lead={lead} width={width} zone={p.zone} />,
    );
  }
  return (
    <div
      ref={scroll}
      className={`grid${p.stale ? " stale" : ""}${shifted ? " shifted" : ""}`}
      role="grid"
      aria-label={p.label}
      aria-rowcount={(p.total ?? p.length) + 1}
      aria-colcount={p.columns.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={p.length > 0 ? `cell-${active.row}-${active.column}` : undefined}
      tabIndex={0}
      onKeyDown={p.onKey}
      onPaste={(e) => {
        e.preventDefault();
        p.onPaste(e.clipboardData.getData("text/plain"));
      }}
    >
      <Head pinned={pinned} free={shown} lead={lead} width={width} view={p.view} change={p.change} all={p.columns} allSelected={p.allSelected} selectAll={p.selectAll} />
      <div
        className="grid-body"
        role="rowgroup"
        style={{ height: p.length * rowHeight, width }}
        onPointerOver={hover}
        onPointerLeave={() => setOver(null)}
        onPointerDown={(e) => {
          const at = placeOf(e);
          if (e.button !== 0 || !at || at.column < 0) return;
          scroll.current?.focus({ preventScroll: true });
          p.setActive(at);
        }}
        onClick={(e) => {
          const at = placeOf(e);
          if (!at) return;
          if (at.column < 0) {
            if (on(e, "input")) p.select(at.row, e.shiftKey);
          } else if (on(e, ".cell-peek")) p.peek(at);
          else if (on(e, ".v-link, .chip.count")) p.open(at);
        }}
        onDoubleClick={(e) => {
          const at = placeOf(e);
          if (at && at.column >= 0) p.edit(at);
        }}
      >
        {lines}
      </div>
    </div>
  );
}

interface HeadProps {
  pinned: Placed[];
  free: Placed[];
  lead: number;
  width: number;
  view: View;
  change: (view: Partial<View>) => void;
  all: GridColumn[];
  allSelected: boolean;
  selectAll: () => void;
}

const Head = memo(function Head(p: HeadProps) {
  const head = (c: Placed) => <HeaderCell key={c.column.name} at={c.column} index={c.index} left={c.left} view={p.view} change={p.change} all={p.all} />;
  return (
    <div className="grid-head" role="row" aria-rowindex={1} style={{ width: p.width }}>
      <div className="cell mark" role="columnheader" aria-label="Selected" style={{ width: markWidth }}>
        <input type="checkbox" tabIndex={-1} aria-label="Select all rows that are loaded" checked={p.allSelected} onChange={p.selectAll} />
      </div>
      {p.pinned.map(head)}
      <div role="presentation" style={{ width: p.lead }} />
      {p.free.map(head)}
    </div>
  );
});
