// Totals and groups, from the aggregates of the API.
import { type Column, type Entity, type Figure, type Model } from "../schema/model";
import { toWhere, type Group } from "./filter";
import { labelText, type Operation } from "./list";

export interface Asked {
  /** a column, a to-one edge (grouped by its label), or nothing: one row of totals */
  by: string | null;
  bucket: string | null;
  figure: "count" | Figure;
  column: string | null;
}

export interface Bar {
  label: string;
  value: string | null;
}

const groupColumns = (model: Model, entity: Entity, by: string): { selection: string; terms: object[] } | null => {
  const column = entity.columns.find((c) => c.name === by && c.groupable);
  if (column) return { selection: by, terms: [{ [by]: true }] };
  const edge = entity.edges.find((e) => e.name === by && e.groupable && !e.many);
  const target = edge && model.byName.get(edge.target);
  const labels = target?.label.filter((l) => target.columns.some((c) => c.name === l && c.groupable)) ?? [];
  if (!edge || labels.length === 0) return null;
  return { selection: `${by} { ${labels.join(" ")} }`, terms: labels.map((l) => ({ [by]: { [l]: true } })) };
};

/** groupable are the columns and edges that rows can be grouped by. */
export const groupable = (model: Model, entity: Entity): string[] =>
  [...entity.columns.filter((c) => c.groupable && c.name !== "id").map((c) => c.name), ...entity.edges.filter((e) => !e.many).map((e) => e.name)].filter(
    (name) => groupColumns(model, entity, name) !== null,
  );

export const measurable = (entity: Entity, figure: Figure): Column[] => entity.columns.filter((c) => c.figures.includes(figure) && c.name !== entity.version);

/** figuresOperation asks for the greatest groups, or for the buckets of time in their order. */
export function figuresOperation(model: Model, entity: Entity, filter: Group, asked: Asked): Operation | null {
  if (entity.aggregate === null) return null;
  const group = asked.by === null ? null : groupColumns(model, entity, asked.by);
  const bucketed = entity.columns.find((c) => c.name === asked.by)?.bucketed ?? false;
  const value = asked.figure === "count" || asked.column === null ? "count" : `${asked.figure} { ${asked.column} }`;
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const args: string[] = [];
  const add = (name: string, type: string | null, v: unknown) => {
    if (v === undefined || type === null) return;
    declared.push(`$${name}: ${type}`);
    args.push(`${name}: $${name}`);
    variables[name] = v;
  };
  add("where", entity.where, toWhere(model, entity, filter));
  if (group) {
    add("groupBy", `[${entity.groupBy}!]`, bucketed ? [{ [asked.by ?? ""]: asked.bucket ?? "MONTH" }] : group.terms);
    const greatest = asked.figure === "count" || asked.column === null ? { count: "DESC" } : { [asked.figure]: { [asked.column]: "DESC_NULLS_LAST" } };
    add("orderBy", `[${entity.aggregateOrderBy}!]`, [bucketed ? { group: { [asked.by ?? ""]: "ASC" } } : greatest]);
    add("first", "Int", bucketed ? 60 : 20);
  }
  const head = declared.length > 0 ? `query Figures(${declared.join(", ")})` : "query Figures";
  const call = args.length > 0 ? `${entity.aggregate}(${args.join(", ")})` : entity.aggregate;
  const selection = group ? `group { ${group.selection} } ${value}` : value;
  return { query: `${head} {\n  groups: ${call} { ${selection} }\n}`, variables };
}

interface Answered {
  groups: ({ group?: Record<string, unknown>; count?: number } & Record<string, unknown>)[];
}

/** barsOf are the groups of an answer, values as they came: exact. */
export function barsOf(model: Model, entity: Entity, asked: Asked, data: Answered): Bar[] {
  return data.groups.map((g) => {
    const measured = asked.figure === "count" || asked.column === null ? g.count : (g[asked.figure] as Record<string, unknown>)[asked.column];
    return { label: groupLabel(model, entity, asked, g.group), value: measured === null || measured === undefined ? null : String(measured) };
  });
}

function groupLabel(model: Model, entity: Entity, asked: Asked, group: Record<string, unknown> | undefined): string {
  if (!group || asked.by === null) return "all rows";
  const value = group[asked.by];
  if (value === null || value === undefined) return "null";
  const edge = entity.edges.find((e) => e.name === asked.by);
  const target = edge && model.byName.get(edge.target);
  if (target) {
    const row = value as Record<string, unknown>;
    return target.label.every((l) => row[l] === null) ? "null" : labelText(target, { id: "", ...row });
  }
  if (asked.bucket && typeof value === "string") {
    if (asked.bucket === "YEAR") return value.slice(0, 4);
    if (asked.bucket === "MONTH") return value.slice(0, 7);
    if (asked.bucket === "QUARTER") return `${value.slice(0, 4)} Q${Math.ceil(Number(value.slice(5, 7)) / 3)}`;
    if (asked.bucket === "DAY" || asked.bucket === "WEEK") return value.slice(0, 10);
  }
  return value === "" ? "“”" : String(value);
}
