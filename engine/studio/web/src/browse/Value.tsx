// How a value looks. NULL, an empty text and what the database will fill in are told apart at a glance.
import type { ReactNode } from "react";
import { Exact, print } from "../api/exact";
import type { Column } from "../schema/model";
import { isNumber, showTime, showValue, type Zone } from "../query/value";

/** The hue of an enum's value: the same for the same word, wherever it stands. */
const hueOf = (word: string) => [...word].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 8, 7);

export const Null = () => <span className="v-null">null</span>;

export function Value({ value, column, zone }: { value: unknown; column: Column; zone: Zone }): ReactNode {
  if (value === undefined && column.givenOnly) return <span className="v-default" title="Given when a row is made; its id is made from it">given once</span>;
  if (value === undefined) return <span className="v-default" title="The database, or the server, fills it in">default</span>;
  if (value === null) return <Null />;
  if (value === "") return <span className="v-empty" title="An empty text">“”</span>;
  if (column.list && Array.isArray(value)) {
    if (value.length === 0) return <span className="v-empty" title="An empty list">[ ]</span>;
    return value.map((v: unknown, i) => (
      <span key={i} className="chip plain">
        <Value value={v} column={{ ...column, list: false }} zone={zone} />
      </span>
    ));
  }
  if (column.enumValues) return <span className={`chip hue-${hueOf(String(value))}`}>{String(value)}</span>;
  switch (column.type) {
    case "Boolean":
      return <span className={value === true ? "v-true" : "v-false"}>{String(value)}</span>;
    case "Time":
      return <span className="v-time">{showTime(String(value), zone)}</span>;
    case "JSON":
      return <span className="v-json">{print(value)}</span>;
    case "ID":
      return <span className="v-id" title={String(value)}>{String(value)}</span>;
    case "Bytes":
      return <span className="v-id" title="base64">{String(value)}</span>;
    default:
      return <span className={isNumber(column.type) ? "v-number" : "v-text"}>{showValue(value)}</span>;
  }
}

/** Tree shows JSON, its inner parts folded. */
export function Tree({ value, name, open = true }: { value: unknown; name?: string; open?: boolean }): ReactNode {
  const label = name === undefined ? null : <span className="tree-key">{name}: </span>;
  if (typeof value !== "object" || value === null || value instanceof Exact) {
    return <div className="tree-leaf">{label}<span className={`tree-${value === null ? "null" : typeof value}`}>{print(value)}</span></div>;
  }
  const entries = Object.entries(value);
  const brackets = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details className="tree" open={open}>
      <summary>{label}{brackets}</summary>
      {entries.map(([key, v]) => <Tree key={key} name={key} value={v} open={entries.length < 12} />)}
    </details>
  );
}
