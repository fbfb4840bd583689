// The columns of a grid: what they show, how wide they are, and in which order.
import { columnOf, edgeOf, type Column, type Edge, type Entity } from "../schema/model";
import { defaultColumns } from "../query/list";
import { isNumber } from "../query/value";
import type { View } from "../state/view";

export interface GridColumn {
  name: string;
  column: Column | null;
  edge: Edge | null;
  width: number;
  pinned: boolean;
}

function naturalWidth(name: string, column: Column | null, edge: Edge | null): number {
  const head = 46 + name.length * 7.5;
  if (edge) return Math.max(edge.many ? 90 : 170, head);
  const widths: Record<string, number> = { ID: 130, Boolean: 90, Date: 110, Time: 168, UUID: 280, JSON: 220, Bytes: 160 };
  const type = column?.type ?? "";
  const width = column?.list ? 180 : column?.enumValues ? 120 : isNumber(type) ? 104 : (widths[type] ?? 180);
  return Math.round(Math.max(width, head));
}

/** gridColumns are the columns to show: the pinned ones first. */
export function gridColumns(entity: Entity, view: View): GridColumn[] {
  const names = view.columns ?? defaultColumns(entity);
  const all = names.flatMap((name) => {
    const column = columnOf(entity, name) ?? null;
    const edge = edgeOf(entity, name) ?? null;
    if (!column && !edge) return [];
    return [{ name, column, edge, width: view.widths[name] ?? naturalWidth(name, column, edge), pinned: view.pinned.includes(name) }];
  });
  return [...all.filter((c) => c.pinned), ...all.filter((c) => !c.pinned)];
}

export const typeText = (c: Pick<GridColumn, "column" | "edge">): string => {
  if (c.edge) return c.edge.many ? `[${c.edge.target}]` : c.edge.target;
  if (!c.column) return "";
  return c.column.list ? `[${c.column.type}]` : c.column.type;
};
