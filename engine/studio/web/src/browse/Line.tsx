import { memo } from "react";
import type { StagedRow } from "../change/stage";
import type { Row } from "../query/list";
import type { Zone } from "../query/value";
import { Icon } from "../shell/Icon";
import { alignOf, CellContent } from "./Cell";
import type { GridColumn } from "./columns";
import { more } from "./Peek";
import { rowHeight } from "./useSight";

export interface GridRow {
  row: Row;
  staged: StagedRow | undefined;
}

export const markWidth = 38;

/** A column, its number, and where it sticks if it is pinned. */
export interface Placed {
  column: GridColumn;
  index: number;
  left?: number;
}

/** The value that a cell shows: the staged one where there is one. */
export const valueAt = (r: GridRow, name: string): unknown =>
  r.staged && name in r.staged.values ? r.staged.values[name] : r.staged?.kind === "create" ? undefined : r.row[name];

const needed = (c: GridColumn) => (c.column ? c.column.input.requiredOnCreate : c.edge !== null && !c.edge.many && (c.edge.input.requiredOnCreate || (c.edge.required && c.edge.input.create)));

interface Props {
  index: number;
  /** undefined while it is not read */
  row: Row | undefined;
  staged: StagedRow | undefined;
  selected: boolean;
  /** number of the column whose cell is active, if it is here */
  active: number | null;
  /** the pointer is over it, or its cell is active: there are buttons to look into its cells */
  near: boolean;
  pinned: Placed[];
  free: Placed[];
  /** width of the columns before the first that is drawn */
  lead: number;
  width: number;
  zone: Zone;
}

/** Line is a row of the grid. What happens on it the grid takes, which knows place by its ARIA numbers: a row is drawn once. */
export const Line = memo(function Line(p: Props) {
  const { index, row, staged } = p;
  const style = { top: index * rowHeight, width: p.width };
  if (!row) {
    return (
      <div role="row" aria-rowindex={index + 2} aria-busy className={`grid-row waiting${index % 2 ? " odd" : ""}`} style={style}>
        <div role="gridcell" className="cell"><span className="v-waiting">{(index + 1).toLocaleString("en")}</span></div>
      </div>
    );
  }
  const cell = ({ column, index: at, left }: Placed) => {
    const fault = staged?.faults[column.name];
    const changed = staged !== undefined && staged.kind !== "delete" && column.name in staged.values;
    const value = valueAt({ row, staged }, column.name);
    const className = `cell ${alignOf(column)}${left === undefined ? "" : " pinned"}${p.active === at ? " active" : ""}${changed ? " changed" : ""}${fault ? " wrong" : ""}`;
    return (
      <div key={column.name} id={`cell-${index}-${at}`} role="gridcell" aria-colindex={at + 2} aria-invalid={fault !== undefined || undefined} title={fault} className={className}
        style={left === undefined ? { width: column.width } : { width: column.width, left }}>
        <CellContent at={column} value={value} zone={p.zone} needed={staged?.kind === "create" && value === undefined && needed(column)} />
        {p.near && more(column, value) && (
          <button type="button" tabIndex={-1} className="cell-peek" aria-label={`Look into ${column.name}`} title="Look into it (Shift Enter)"><Icon name="open" /></button>
        )}
      </div>
    );
  };
  const kind = staged ? ` staged-${staged.kind}${staged.faults[""] || staged.theirs ? " troubled" : ""}` : "";
  return (
    <div role="row" aria-rowindex={index + 2} aria-selected={p.selected} className={`grid-row${index % 2 ? " odd" : ""}${p.selected ? " selected" : ""}${kind}`} style={style}>
      <div className="cell mark" role="gridcell" aria-colindex={1} style={{ width: markWidth }} title={staged?.faults[""]}>
        <input type="checkbox" tabIndex={-1} aria-label={`Select row ${index + 1}`} checked={p.selected} readOnly />
      </div>
      {p.pinned.map(cell)}
      <div role="presentation" style={{ width: p.lead }} />
      {p.free.map(cell)}
    </div>
  );
});
