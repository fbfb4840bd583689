// A stage as the one mutation that saves it, and its answer's faults back to their cells.
import type { Fault, Step } from "../api/client";
import type { Entity, Model } from "../schema/model";
import { columnOf, edgeOf } from "../schema/model";
import type { Operation, Row } from "../query/list";
import { parseValue } from "../query/value";
import { isLink, type Stage, type StagedRow } from "./stage";

/** One root field of the mutation, and the rows that it saves, in the order of its list. */
interface Part {
  alias: string;
  rows: StagedRow[];
  one: boolean;
}

export interface Save extends Operation {
  parts: Part[];
}

/** inputOf are a row's values as an input: columns as they are, edges by connecting. */
export function inputOf(entity: Entity, row: StagedRow): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(row.values)) {
    const edge = edgeOf(entity, field);
    if (!edge) input[field] = value;
    else if (isLink(value)) input[field] = { connect: { id: value.id } };
    else if (row.kind === "update") input[field] = { disconnect: true };
  }
  return input;
}

/** All that undoing needs is selected: the columns, the ids of to-one edges. */
const selectionOf = (model: Model, entity: Entity): string =>
  [
    ...entity.columns.filter((c) => !c.givenOnly).map((c) => c.name),
    ...entity.edges
      .filter((e) => !e.many && model.byName.has(e.target))
      .map((e) => `${e.name} { ${["id", ...(model.byName.get(e.target)?.label ?? [])].join(" ")} }`),
  ].join(" ");

/** saveOperation is the mutation of a stage: new rows first, then changes, then ends; all or nothing. */
export function saveOperation(model: Model, stage: Stage): Save {
  const declared: string[] = [];
  const fields: string[] = [];
  const variables: Record<string, unknown> = {};
  const parts: Part[] = [];
  const variable = (name: string, type: string, value: unknown) => {
    declared.push(`$${name}: ${type}`);
    variables[name] = value;
    return `$${name}`;
  };
  const part = (alias: string, call: string, rows: StagedRow[], selection: string, one: boolean) => {
    fields.push(`  ${alias}: ${call} { ${selection} }`);
    parts.push({ alias, rows, one });
  };
  const version = (entity: Entity, row: StagedRow) => (entity.version === null ? {} : { ifVersion: row.loaded?.[entity.version] });

  for (const entity of model.entities) {
    const of = (kind: StagedRow["kind"]) => stage.rows.filter((r) => r.entity === entity.name && r.kind === kind);
    const selection = selectionOf(model, entity);
    const { mutations: m, inputs } = entity;
    const created = of("create");
    if (created.length > 1 && m.createMany && inputs.create) {
      const alias = `create${entity.name}`;
      const rows = variable(alias, `[${inputs.create}!]!`, created.map((r) => inputOf(entity, r)));
      part(alias, `${m.createMany}(inputs: ${rows})`, created, selection, false);
    } else if (m.create && inputs.create) {
      for (const [i, row] of created.entries()) {
        const alias = `create${entity.name}${i || ""}`;
        part(alias, `${m.create}(input: ${variable(alias, `${inputs.create}!`, inputOf(entity, row))})`, [row], selection, true);
      }
    }
    const updated = of("update");
    if (updated.length > 1 && m.updateEach && inputs.updateEach) {
      const alias = `update${entity.name}`;
      const rows = variable(alias, `[${inputs.updateEach}!]!`, updated.map((r) => ({ id: r.id, input: inputOf(entity, r), ...version(entity, r) })));
      part(alias, `${m.updateEach}(inputs: ${rows})`, updated, selection, false);
    } else if (m.update && inputs.update) {
      for (const [i, row] of updated.entries()) {
        const alias = `update${entity.name}${i || ""}`;
        const input = variable(alias, `${inputs.update}!`, inputOf(entity, row));
        const check = entity.version === null ? "" : `, ifVersion: ${variable(`${alias}Version`, "Int", row.loaded?.[entity.version])}`;
        part(alias, `${m.update}(id: ${variable(`${alias}Id`, "ID!", row.id)}, input: ${input}${check})`, [row], selection, true);
      }
    }
    const deleted = of("delete");
    if (deleted.length > few && m.deleteMany && entity.where) {
      const alias = `delete${entity.name}`;
      const where = variable(alias, `${entity.where}!`, { id: { in: deleted.map((r) => r.id) } });
      part(alias, `${m.deleteMany}(where: ${where}, atMost: ${deleted.length})`, deleted, selection, false);
    } else if (m.delete) {
      for (const [i, row] of deleted.entries()) {
        const alias = `delete${entity.name}${i || ""}`;
        const check = entity.version === null ? "" : `, ifVersion: ${variable(`${alias}Version`, "Int", row.loaded?.[entity.version])}`;
        part(alias, `${m.delete}(id: ${variable(alias, "ID!", row.id)}${check})`, [row], selection, true);
      }
    }
  }
  const head = declared.length > 0 ? `mutation Save(${declared.join(", ")})` : "mutation Save";
  return { query: `${head} {\n${fields.join("\n")}\n}`, variables, parts };
}

/** Up to so many rows are deleted one by one, each with its version checked; more go by one filter. */
const few = 10;

export interface Placed {
  row: StagedRow;
  field: string;
  message: string;
  conflict: boolean;
}

/** place finds the cells of faults. What belongs to no row is returned as the rest. */
export function place(save: Save, faults: Fault[]): { placed: Placed[]; rest: Fault[] } {
  const placed: Placed[] = [];
  const rest: Fault[] = [];
  for (const f of faults) {
    // An input that is not even of its type is told by the variable, which is named as its field.
    const path = f.path?.[0] === "variable" ? f.path.slice(1) : (f.path ?? []);
    const part = save.parts.find((p) => p.alias === path[0]);
    const steps: Step[] = f.extensions?.field ?? path.slice(1);
    const index = steps.find((s) => typeof s === "number");
    const row = part && (part.one || part.rows.length === 1 ? part.rows[0] : part.rows[Number(index ?? -1)]);
    if (!row) {
      rest.push(f);
      continue;
    }
    const field = steps.find((s): s is string => typeof s === "string" && !["input", "inputs", "id", "ifVersion"].includes(s)) ?? "";
    placed.push({ row, field, message: f.message, conflict: f.extensions?.code === "CONFLICT" && f.extensions.version !== undefined });
  }
  return { placed, rest };
}

/** savedRows are the rows of an answer, by the staged rows that they came from. */
export function savedRows(save: Save, data: Record<string, unknown>): [StagedRow, Row][] {
  return save.parts.flatMap((part) => {
    const value = data[part.alias];
    const rows = (part.one ? [value] : (value as unknown[])) as Row[];
    return part.rows.map((staged, i): [StagedRow, Row] => [staged, part.one ? (rows[0] as Row) : (rows.find((r) => r.id === staged.id) ?? (rows[i] as Row))]);
  });
}

/** The key from which a row's id is made, where it is given with a new row: rows do not tell it. */
const givenKey = (entity: Entity) => entity.columns.find((c) => c.givenOnly);

/** keyed are the ids of deleted rows that can be made again with their key only. */
export const keyed = (model: Model, saved: [StagedRow, Row][]): string[] =>
  saved.flatMap(([staged]) => {
    const entity = model.byName.get(staged.entity);
    return staged.kind === "delete" && entity && givenKey(entity) ? [staged.id] : [];
  });

/** inverse is the stage that takes a save back, from the rows as they were and as the save left them, and the keys of [keyed] ids. */
export function inverse(model: Model, saved: [StagedRow, Row][], keys: Record<string, string> = {}): Stage {
  const rows = saved.map(([staged, now]): StagedRow | null => {
    const entity = model.byName.get(staged.entity);
    if (!entity) return null;
    const base = { entity: staged.entity, faults: {}, theirs: null };
    switch (staged.kind) {
      case "create":
        return { ...base, kind: "delete", id: now.id, loaded: now, values: {} };
      case "update":
        return { ...base, kind: "update", id: staged.id, loaded: now, values: valuesOf(entity, staged.loaded ?? {}, Object.keys(staged.values)) };
      case "delete":
        return { ...base, kind: "create", id: `again-${staged.id}`, loaded: null, values: { ...copyValues(entity, now), ...keyValue(entity, keys[staged.id]) } };
    }
  });
  return { rows: rows.filter((r) => r !== null).reverse() };
}

function keyValue(entity: Entity, key: string | undefined): Record<string, unknown> {
  const column = givenKey(entity);
  return column && key !== undefined ? { [column.name]: parseValue(column.type, key) } : {};
}

function valuesOf(entity: Entity, row: Record<string, unknown>, fields: string[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => {
      const value = row[field] ?? null;
      if (!edgeOf(entity, field) || value === null) return [field, value];
      const target = value as Row;
      return [field, { id: target.id, label: "" }];
    }),
  );
}

/** copyValues are what a copy of a row is made with: whatever may be given on creation. */
export function copyValues(entity: Entity, row: Record<string, unknown>): Record<string, unknown> {
  const fields = [...entity.columns.filter((c) => c.input.create), ...entity.edges.filter((e) => !e.many && e.input.create)].map((f) => f.name);
  const values = valuesOf(entity, row, fields.filter((f) => row[f] !== null && row[f] !== undefined));
  return values;
}

/** missing are the fields without which a new row cannot be made. */
export const missing = (entity: Entity, values: Record<string, unknown>): string[] =>
  [...entity.columns, ...entity.edges.filter((e) => !e.many)]
    .filter((f) => (f.input.requiredOnCreate || (edgeOf(entity, f.name)?.required && f.input.create)) && (values[f.name] === undefined || values[f.name] === null))
    .map((f) => f.name);

/** editable says whether a field of an entity can be changed, in a new row or in one that is there. */
export function editable(entity: Entity, field: string, kind: "create" | "update"): boolean {
  const f = columnOf(entity, field) ?? edgeOf(entity, field);
  if (!f || ("many" in f && f.many)) return false;
  return kind === "create" ? f.input.create : f.input.update;
}
