// Filters as people build them, and as the API's `where` inputs.
import { columnOf, edgeOf, type Column, type Entity, type Model, type Operator } from "../schema/model";
import { parseValue } from "./value";

export type Quantifier = "some" | "none" | "every";

export interface Condition {
  /** edges, then a column; a last step "#" counts the rows of a to-many edge */
  path: string[];
  op: string;
  /** as typed; lists are separated by commas */
  value: string;
  /** what a to-many edge on the way means; "some" unless said */
  quantifier?: Quantifier;
}

export interface Group {
  any: boolean;
  items: (Condition | Group)[];
}

export const isGroup = (item: Condition | Group): item is Group => "items" in item;
export const everything: Group = { any: false, items: [] };
export const COUNT = "#";

export interface Target {
  operators: Operator[];
  column: Column | null;
  /** whether a to-many edge is on the way */
  many: boolean;
}

const countOperators: Operator[] = ["eq", "neq", "gt", "gte", "lt", "lte"].map((name) => ({ name, type: "Int", list: false }));

const idOperators: Operator[] = [
  { name: "eq", type: "ID", list: false },
  { name: "neq", type: "ID", list: false },
  { name: "in", type: "ID", list: true },
  { name: "notIn", type: "ID", list: true },
];

/** resolve finds what a path leads to, or null where it leads nowhere. */
export function resolve(model: Model, entity: Entity, path: string[]): Target | null {
  let at: Entity = entity;
  let many = false;
  for (const [i, step] of path.entries()) {
    const last = i === path.length - 1;
    const edge = edgeOf(at, step);
    if (edge) {
      const target = model.byName.get(edge.target);
      if (!edge.filterable || !target) return null;
      if (last) return edge.many ? null : { operators: idOperators, column: null, many };
      if (edge.many && path[i + 1] === COUNT) return i + 2 === path.length ? { operators: countOperators, column: null, many } : null;
      many ||= edge.many;
      at = target;
      continue;
    }
    const column = columnOf(at, step);
    return last && column && column.operators.length > 0 ? { operators: column.operators, column, many } : null;
  }
  return null;
}

const words: Record<string, string> = {
  eq: "=", neq: "≠", gt: ">", gte: "≥", lt: "<", lte: "≤", in: "in", notIn: "not in", contains: "contains", startsWith: "starts with",
  endsWith: "ends with", eqFold: "= (any case)", containsFold: "contains (any case)", startsWithFold: "starts with (any case)",
  endsWithFold: "ends with (any case)", isNull: "is", has: "has", hasAny: "has any of", hasAll: "has all of",
};

export const operatorWord = (name: string) => words[name] ?? name;

/** describe is a condition as its pill shows it. */
export function describe(c: Condition): string {
  const path = c.path.join(".").replace(`.${COUNT}`, " count");
  const quantifier = c.quantifier && c.quantifier !== "some" ? `${c.quantifier} ` : "";
  if (c.op === "isNull") return `${quantifier}${path} is ${c.value === "false" ? "not null" : "null"}`;
  return `${quantifier}${path} ${operatorWord(c.op)} ${c.value === "" ? "“”" : c.value}`;
}

type Where = Record<string, unknown>;

function conditionWhere(model: Model, entity: Entity, c: Condition): Where | null {
  const operator = resolve(model, entity, c.path)?.operators.find((o) => o.name === c.op);
  if (!operator) return null;
  const parts = operator.list ? c.value.split(",").map((v) => v.trim()).filter((v) => v !== "") : [c.value];
  const values = parts.map((v) => parseValue(operator.type, v));
  if (values.some((v) => v === undefined)) return null;
  let inner: Where = { [c.op]: operator.list ? values : values[0] };
  const wrap = (at: Entity, i: number): Where => {
    const step = c.path[i];
    if (step === undefined) return inner;
    const edge = edgeOf(at, step);
    const target = edge && model.byName.get(edge.target);
    if (!edge || !target) return { [step]: inner };
    if (edge.many && c.path[i + 1] === COUNT) return { [step]: { count: inner } };
    if (i === c.path.length - 1) inner = { id: inner };
    const rest = wrap(target, i + 1);
    return { [step]: edge.many ? { [c.quantifier ?? "some"]: rest } : rest };
  };
  return wrap(entity, 0);
}

/** toWhere is the `where` of a filter, or undefined for one that takes everything. What is not complete yet is left out. */
export function toWhere(model: Model, entity: Entity, group: Group): Where | undefined {
  const parts = group.items
    .map((item) => (isGroup(item) ? toWhere(model, entity, item) : conditionWhere(model, entity, item)))
    .filter((w) => w !== null && w !== undefined);
  if (parts.length === 0) return undefined;
  if (parts.length === 1) return parts[0];
  return { [group.any ? "or" : "and"]: parts };
}

/** replaceAt returns the group with the item at a path of positions replaced, or taken out where it is null. */
export function replaceAt(group: Group, at: number[], item: Condition | Group | null): Group {
  const [first, ...rest] = at;
  if (first === undefined) return group;
  const old = group.items[first];
  const next = rest.length === 0 ? item : old && isGroup(old) ? replaceAt(old, rest, item) : (old ?? null);
  const items = [...group.items];
  if (next === null || (isGroup(next) && next.items.length === 0 && rest.length > 0)) items.splice(first, 1);
  else items[first] = next;
  return { ...group, items };
}

/** addTo returns the group with an item more in the group at a path. */
export function addTo(group: Group, at: number[], item: Condition | Group): Group {
  const [first, ...rest] = at;
  if (first === undefined) return { ...group, items: [...group.items, item] };
  return { ...group, items: group.items.map((old, i) => (i === first && isGroup(old) ? addTo(old, rest, item) : old)) };
}
