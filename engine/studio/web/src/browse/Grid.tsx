import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useImperativeHandle, useMemo, useRef, type Ref } from "react";
import type { Row } from "../query/list";
import type { StagedRow } from "../change/stage";
import type { Zone } from "../query/value";
import { alignOf, CellContent } from "./Cell";
import type { GridColumn } from "./columns";
import { HeaderCell } from "./HeaderCell";
import { more } from "./Peek";
import { Icon } from "../shell/Icon";
import type { View } from "../state/view";

export interface GridRow {
  row: Row;
  staged: StagedRow | undefined;
}

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
  rows: GridRow[];
  total: number | undefined;
  columns: GridColumn[];
  view: View;
  change: (view: Partial<View>) => void;
  active: Place;
  setActive: (at: Place) => void;
  selected: ReadonlySet<string>;
  select: (row: number, range: boolean) => void;
  selectAll: () => void;
  open: (at: Place) => void;
  edit: (at: Place, typed?: string) => void;
  peek: (at: Place) => void;
  onKey: (e: React.KeyboardEvent) => void;
  onPaste: (text: string) => void;
  nearEnd: () => void;
  zone: Zone;
  stale: boolean;
}

const rowHeight = 30;
export const markWidth = 38;

/** The value that a cell shows: the staged one where there is one. */
export const valueAt = (r: GridRow, name: string): unknown =>
  r.staged && name in r.staged.values ? r.staged.values[name] : r.staged?.kind === "create" ? undefined : r.row[name];

const needed = (c: GridColumn) => (c.column ? c.column.input.requiredOnCreate : c.edge !== null && !c.edge.many && (c.edge.input.requiredOnCreate || (c.edge.required && c.edge.input.create)));

/** Grid shows the rows and the columns that are in sight, whatever the number of either. */
export function Grid(p: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const pinned = useMemo(() => p.columns.filter((c) => c.pinned), [p.columns]);
  const free = useMemo(() => p.columns.filter((c) => !c.pinned), [p.columns]);
  const pinnedWidth = markWidth + pinned.reduce((sum, c) => sum + c.width, 0);

  const vertical = useVirtualizer({
    count: p.rows.length, getScrollElement: () => scroll.current, estimateSize: () => rowHeight, overscan: 12, scrollPaddingStart: 34,
  });
  const horizontal = useVirtualizer({
    horizontal: true, count: free.length, getScrollElement: () => scroll.current, estimateSize: (i) => free[i]?.width ?? 100, overscan: 3,
    scrollPaddingStart: pinnedWidth,
  });
  const widths = free.map((c) => c.width).join();
  useEffect(() => horizontal.measure(), [widths, horizontal]);

  const items = vertical.getVirtualItems();
  const inSight = horizontal.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { nearEnd } = p;
  useEffect(() => {
    if (p.rows.length > 0 && last >= p.rows.length - 30) nearEnd();
  }, [last, p.rows.length, nearEnd]);

  const { active } = p;
  useEffect(() => {
    if (active.row < p.rows.length) vertical.scrollToIndex(active.row, { align: "auto" });
    if (active.column >= pinned.length) horizontal.scrollToIndex(active.column - pinned.length, { align: "auto" });
    // only where the active cell moves
  }, [active]);

  useImperativeHandle(p.handle, () => ({
    focus: () => scroll.current?.focus({ preventScroll: true }),
    cellRect: (at) => document.getElementById(`cell-${at.row}-${at.column}`)?.getBoundingClientRect() ?? null,
  }));

  const total = pinnedWidth + horizontal.getTotalSize();
  const start = inSight[0]?.start ?? 0;
  const shown = inSight.map((i) => ({ column: free[i.index], index: i.index + pinned.length })).filter((c): c is { column: GridColumn; index: number } => c.column !== undefined);
  let left = markWidth;
  const stuck = pinned.map((column, index) => {
    const at = { column, index, left };
    left += column.width;
    return at;
  });

  return (
    <div
      ref={scroll}
      className={`grid${p.stale ? " stale" : ""}`}
      role="grid"
      aria-label={p.label}
      aria-rowcount={(p.total ?? p.rows.length) + 1}
      aria-colcount={p.columns.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={p.rows.length > 0 ? `cell-${active.row}-${active.column}` : undefined}
      tabIndex={0}
      onKeyDown={p.onKey}
      onPaste={(e) => {
        e.preventDefault();
        p.onPaste(e.clipboardData.getData("text/plain"));
      }}
    >
      <div className="grid-head" role="row" aria-rowindex={1} style={{ width: total }}>
        <div className="cell mark" role="columnheader" aria-label="Selected" style={{ width: markWidth }}>
          <input type="checkbox" tabIndex={-1} aria-label="Select all rows that are loaded" checked={p.rows.length > 0 && p.selected.size === p.rows.length} onChange={p.selectAll} />
        </div>
        {stuck.map((c) => <HeaderCell key={c.column.name} at={c.column} index={c.index} left={c.left} view={p.view} change={p.change} all={p.columns} />)}
        <div role="presentation" style={{ width: start }} />
        {shown.map((c) => <HeaderCell key={c.column.name} at={c.column} index={c.index} view={p.view} change={p.change} all={p.columns} />)}
      </div>
      <div className="grid-body" role="rowgroup" style={{ height: vertical.getTotalSize(), width: total }}>
        {items.map((item) => {
          const r = p.rows[item.index];
          if (!r) return null;
          const isSelected = p.selected.has(r.row.id);
          const cell = (column: GridColumn, index: number, stick?: number) => {
            const fault = r.staged?.faults[column.name];
            const changed = r.staged !== undefined && r.staged.kind !== "delete" && column.name in r.staged.values;
            const value = valueAt(r, column.name);
            const isActive = active.row === item.index && active.column === index;
            return (
              <div
                key={column.name}
                id={`cell-${item.index}-${index}`}
                role="gridcell"
                aria-colindex={index + 2}
                aria-invalid={fault !== undefined || undefined}
                title={fault}
                className={`cell ${alignOf(column)}${stick === undefined ? "" : " pinned"}${isActive ? " active" : ""}${changed ? " changed" : ""}${fault ? " wrong" : ""}`}
                style={stick === undefined ? { width: column.width } : { width: column.width, left: stick }}
                onPointerDown={(e) => {
                  if (e.button !== 0) return;
                  scroll.current?.focus({ preventScroll: true });
                  p.setActive({ row: item.index, column: index });
                }}
                onClick={(e) => {
                  if (e.target instanceof Element && e.target.closest(".v-link, .chip.count") && !e.target.closest(".cell-peek")) p.open({ row: item.index, column: index });
                }}
                onDoubleClick={() => p.edit({ row: item.index, column: index })}
              >
                <CellContent at={column} value={value} zone={p.zone} needed={r.staged?.kind === "create" && value === undefined && needed(column)} />
                {more(column, value) && (
                  <button type="button" tabIndex={-1} className="cell-peek" aria-label={`Look into ${column.name}`} title="Look into it (Shift Enter)" onClick={() => p.peek({ row: item.index, column: index })}>
                    <Icon name="open" />
                  </button>
                )}
              </div>
            );
          };
          return (
            <div
              key={r.row.id}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={isSelected}
              className={`grid-row${item.index % 2 ? " odd" : ""}${isSelected ? " selected" : ""}${r.staged ? ` staged-${r.staged.kind}` : ""}${r.staged?.faults[""] || r.staged?.theirs ? " troubled" : ""}`}
              style={{ transform: `translateY(${item.start}px)`, width: total }}
            >
              <div className="cell mark" role="gridcell" aria-colindex={1} style={{ width: markWidth }} title={r.staged?.faults[""]}>
                <input type="checkbox" tabIndex={-1} aria-label={`Select row ${item.index + 1}`} checked={isSelected} onChange={() => undefined} onClick={(e) => p.select(item.index, e.shiftKey)} />
              </div>
              {stuck.map((c) => cell(c.column, c.index, c.left))}
              <div role="presentation" style={{ width: start }} />
              {shown.map((c) => cell(c.column, c.index))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
