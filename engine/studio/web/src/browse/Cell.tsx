import { memo } from "react";
import { isLink } from "../change/stage";
import { useStudio } from "../schema/load";
import { labelText, type Row } from "../query/list";
import { isNumber, type Zone } from "../query/value";
import { countText } from "../shell/Sidebar";
import type { GridColumn } from "./columns";
import { Null, Value } from "./Value";

interface Props {
  at: GridColumn;
  value: unknown;
  zone: Zone;
  /** a new row cannot do without it */
  needed?: boolean;
}

/** What stands in a cell, without its frame. */
export const CellContent = memo(function CellContent({ at, value, zone, needed }: Props) {
  const { model } = useStudio();
  if (needed) return <span className="v-needed">required</span>;
  if (at.column) return <Value value={value} column={at.column} zone={zone} />;
  if (!at.edge) return null;
  if (at.edge.many) {
    const count = (value as { totalCount?: number } | null | undefined)?.totalCount;
    return <span className={`chip count${count ? "" : " none"}`}>{count === undefined ? "–" : countText(count)}</span>;
  }
  if (value === undefined) return <span className="v-default">{at.edge.input.create ? "none" : "default"}</span>;
  if (value === null) return <Null />;
  if (isLink(value)) return <span className="v-link">{value.label || value.id}</span>;
  const target = model.byName.get(at.edge.target);
  return <span className="v-link">{target ? labelText(target, value as Row) : ""}</span>;
});

export const alignOf = (at: GridColumn) => (at.column && !at.column.list && isNumber(at.column.type) ? "right" : at.edge?.many ? "right" : "left");
