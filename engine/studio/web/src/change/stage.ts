// Staged changes: what will be saved, as plain data. Nothing here knows the screen or the network.
import type { Row } from "../query/list";

/** A to-one edge's new target. */
export interface Link {
  id: string;
  label: string;
}

export interface StagedRow {
  kind: "create" | "update" | "delete";
  entity: string;
  /** the row's id; for a new row a name of the stage's own */
  id: string;
  /** how the row was when it was loaded; null for a new one */
  loaded: Row | null;
  /** new values: of columns as the API takes them, of to-one edges as a [Link] or null */
  values: Record<string, unknown>;
  /** faults of the last try, by field; "" is the row's own */
  faults: Record<string, string>;
  /** how the row is now, where it was changed by someone else since it was loaded */
  theirs: Row | null;
}

export interface Stage {
  rows: StagedRow[];
}

export const emptyStage: Stage = { rows: [] };

export const isLink = (value: unknown): value is Link => typeof value === "object" && value !== null && "id" in value && "label" in value;

export const stagedOf = (stage: Stage, entity: string, id: string) => stage.rows.find((r) => r.entity === entity && r.id === id);

const sameValue = (a: unknown, b: unknown): boolean => {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if ("id" in a && "id" in b) return a.id === b.id; // a link, and the row that the edge leads to
  return JSON.stringify(a) === JSON.stringify(b);
};

const put = (stage: Stage, row: StagedRow): Stage => {
  const at = stage.rows.findIndex((r) => r.entity === row.entity && r.id === row.id);
  return { rows: at < 0 ? [...stage.rows, row] : stage.rows.map((r, i) => (i === at ? row : r)) };
};

const without = (record: Record<string, string>, key: string) => Object.fromEntries(Object.entries(record).filter(([k]) => k !== key));

/** edit stages a field's new value. A field that is back at what was loaded is not staged, nor is a row without any. */
export function edit(stage: Stage, entity: string, row: Row, field: string, value: unknown): Stage {
  const old = stagedOf(stage, entity, row.id) ?? { kind: "update" as const, entity, id: row.id, loaded: row, values: {}, faults: {}, theirs: null };
  const values = { ...old.values, [field]: value };
  if (old.kind === "update" && sameValue(old.loaded?.[field], value)) delete values[field];
  if (old.kind === "update" && Object.keys(values).length === 0) return drop(stage, entity, row.id);
  return put(stage, { ...old, values, faults: without(without(old.faults, field), "") });
}

/** create stages a new row, such as a copy of another. */
export function create(stage: Stage, entity: string, id: string, values: Record<string, unknown> = {}): Stage {
  return put(stage, { kind: "create", entity, id, loaded: null, values, faults: {}, theirs: null });
}

/** remove stages the end of rows; a new row is just dropped. */
export function remove(stage: Stage, entity: string, rows: Row[]): Stage {
  return rows.reduce((s, row) => {
    const old = stagedOf(s, entity, row.id);
    if (old?.kind === "create") return drop(s, entity, row.id);
    return put(s, { kind: "delete", entity, id: row.id, loaded: old?.loaded ?? row, values: {}, faults: {}, theirs: null });
  }, stage);
}

export const drop = (stage: Stage, entity: string, id: string): Stage => ({ rows: stage.rows.filter((r) => r.entity !== entity || r.id !== id) });

export const fault = (stage: Stage, entity: string, id: string, field: string, message: string): Stage => ({
  rows: stage.rows.map((r) => (r.entity === entity && r.id === id ? { ...r, faults: { ...r.faults, [field]: message } } : r)),
});

/** rebase takes what the row is now for what was loaded: the changes stay, on top of the others'. */
export function rebase(stage: Stage, entity: string, id: string): Stage {
  return {
    rows: stage.rows.map((r) => (r.entity === entity && r.id === id && r.theirs ? { ...r, loaded: r.theirs, theirs: null, faults: {} } : r)),
  };
}

export const changedSince = (stage: Stage, entity: string, id: string, theirs: Row): Stage => ({
  rows: stage.rows.map((r) => (r.entity === entity && r.id === id ? { ...r, theirs } : r)),
});
