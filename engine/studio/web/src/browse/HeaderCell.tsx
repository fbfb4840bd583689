import { useRef, useState } from "react";
import { useStudio } from "../schema/load";
import type { Sort } from "../query/list";
import type { View } from "../state/view";
import { Icon } from "../shell/Icon";
import { PopoverButton } from "../shell/Popover";
import { typeText, type GridColumn } from "./columns";

interface Props {
  at: GridColumn;
  index: number;
  left?: number;
  view: View;
  change: (view: Partial<View>) => void;
  all: GridColumn[];
}

/** What a column is sorted by: itself, the label of a to-one edge, the count of a to-many edge. */
function useSortPath(at: GridColumn): string[] | null {
  const { model } = useStudio();
  if (at.column) return at.column.sortable ? [at.name] : null;
  if (!at.edge?.sortable) return null;
  if (at.edge.many) return [at.name, "count"];
  const target = model.byName.get(at.edge.target);
  const label = target?.label[0];
  return label && target.columns.some((c) => c.name === label && c.sortable) ? [at.name, label] : null;
}

/** toggled goes round: ascending, descending, not at all. With more, the other terms stay. */
export function toggled(sort: Sort[], path: string[], more: boolean): Sort[] {
  const same = (s: Sort) => s.path.join(".") === path.join(".");
  const old = sort.find(same);
  const next = !old ? { path, descending: false } : old.descending ? null : { path, descending: true };
  if (!more) return next ? [next] : [];
  if (!old) return [...sort, { path, descending: false }];
  return sort.flatMap((s) => (same(s) ? (next ? [next] : []) : [s]));
}

export function HeaderCell({ at, index, left, view, change, all }: Props) {
  const path = useSortPath(at);
  const position = path ? view.sort.findIndex((s) => s.path.join(".") === path.join(".")) : -1;
  const sort = view.sort[position];
  const [width, setWidth] = useState<number | null>(null);
  const begin = useRef({ x: 0, width: 0 });
  const names = all.map((c) => c.name);

  const resize = (pixels: number) => change({ widths: { ...view.widths, [at.name]: Math.max(48, Math.min(1200, Math.round(pixels))) } });
  const move = (dragged: string) => {
    if (dragged === at.name || !names.includes(dragged)) return;
    const rest = names.filter((n) => n !== dragged);
    rest.splice(rest.indexOf(at.name) + (names.indexOf(dragged) < names.indexOf(at.name) ? 1 : 0), 0, dragged);
    change({ columns: rest });
  };
  const doc = at.column?.doc ?? at.edge?.doc ?? "";
  return (
    <div
      className={`cell head${at.pinned ? " pinned" : ""}${sort ? " sorted" : ""}`}
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={sort ? (sort.descending ? "descending" : "ascending") : undefined}
      style={left === undefined ? { width: width ?? at.width } : { width: width ?? at.width, left }}
      draggable
      onDragStart={(e) => e.dataTransfer.setData("text/column", at.name)}
      onDragOver={(e) => { if (e.dataTransfer.types.includes("text/column")) e.preventDefault(); }}
      onDrop={(e) => move(e.dataTransfer.getData("text/column"))}
    >
      <button type="button" tabIndex={-1} className="head-name" title={`${at.name}: ${typeText(at)}${doc ? `\n${doc}` : ""}${path ? "\nClick to sort, Shift click to sort by it too" : ""}`}
        disabled={!path} onClick={(e) => path && change({ sort: toggled(view.sort, path, e.shiftKey), page: view.page === null ? null : 1 })}>
        <span>{at.name}</span>
        {sort && <small>{sort.descending ? "↓" : "↑"}{view.sort.length > 1 ? position + 1 : ""}</small>}
      </button>
      <PopoverButton label={`Column ${at.name}`} className="head-menu" tabIndex={-1} face={<Icon name="down" />}>
        {(close) => {
          const item = (text: string, act: () => void) => <button type="button" className="menu-item" onClick={() => { act(); close(); }}>{text}</button>;
          return (
            <div className="menu">
              {path && item("Sort ascending", () => change({ sort: [{ path, descending: false }] }))}
              {path && item("Sort descending", () => change({ sort: [{ path, descending: true }] }))}
              {path && item("Sort by it too", () => change({ sort: toggled(view.sort, path, true) }))}
              {item(at.pinned ? "Unpin" : "Pin to the left", () => change({ pinned: at.pinned ? view.pinned.filter((n) => n !== at.name) : [...view.pinned, at.name] }))}
              {item("Move left", () => { const i = names.indexOf(at.name); if (i > 0) { const to = [...names]; to.splice(i - 1, 0, ...to.splice(i, 1)); change({ columns: to }); } })}
              {item("Move right", () => { const i = names.indexOf(at.name); const to = [...names]; to.splice(i + 1, 0, ...to.splice(i, 1)); change({ columns: to }); })}
              {item("Wider", () => resize(at.width + 60))}
              {item("Narrower", () => resize(at.width - 60))}
              {item("Hide", () => change({ columns: names.filter((n) => n !== at.name) }))}
              {(at.column?.groupable || (at.edge?.groupable && !at.edge.many)) && item("Group by it", () => change({ figures: { by: at.name, bucket: at.column?.bucketed ? "MONTH" : null, figure: "count", column: null } }))}
            </div>
          );
        }}
      </PopoverButton>
      <span
        className="head-resize"
        aria-hidden="true"
        onPointerDown={(e) => {
          e.preventDefault();
          e.currentTarget.setPointerCapture(e.pointerId);
          begin.current = { x: e.clientX, width: at.width };
          setWidth(at.width);
        }}
        onPointerMove={(e) => {
          if (width !== null) setWidth(Math.max(48, begin.current.width + e.clientX - begin.current.x));
        }}
        onPointerUp={() => {
          if (width !== null) resize(width);
          setWidth(null);
        }}
      />
    </div>
  );
}
