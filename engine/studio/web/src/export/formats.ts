// Rows and their question in the formats that others read.
import { print } from "../api/exact";
import { columnOf, edgeOf, type Entity, type Model } from "../schema/model";
import { isGroup, type Condition, type Group } from "../query/filter";
import { labelText, type Row, type Sort } from "../query/list";
import { parseValue, showValue } from "../query/value";

/** plain is a cell as a value: the row at the other side of a to-one edge is its label, to-many edges are their counts. */
export function plain(model: Model, entity: Entity, row: Row, name: string): unknown {
  const value = row[name];
  const edge = edgeOf(entity, name);
  if (!edge || value === null || value === undefined) return value ?? null;
  if (edge.many) return (value as { totalCount?: number }).totalCount ?? null;
  const target = model.byName.get(edge.target);
  return target ? labelText(target, value as Row) : null;
}

/** csvLine is RFC 4180. NULL is an empty cell, an empty text is "": they come back apart. */
export const csvLine = (values: unknown[]): string =>
  `${values
    .map((value) => {
      if (value === null || value === undefined) return "";
      const text = showValue(value);
      return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(",")}\r\n`;

/** tabLine is what spreadsheets paste. */
export const tabLine = (values: unknown[]): string =>
  values
    .map((value) => {
      const text = showValue(value);
      return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join("\t");

export const jsonRow = (model: Model, entity: Entity, row: Row, columns: string[]): string =>
  print(Object.fromEntries(columns.map((name) => [name, plain(model, entity, row, name)])));

const goName = (name: string) =>
  name.replace(/^[a-z]/, (c) => c.toUpperCase()).replace(/(Id|Url|Uuid|Sku|Ip|Api|Http|Json)(?=[A-Z]|$)/g, (s) => s.toUpperCase());

const packageName = (entity: string) => entity.toLowerCase();

const goOperators: Record<string, string> = {
  eq: "EQ", neq: "NEQ", gt: "GT", gte: "GTE", lt: "LT", lte: "LTE", in: "In", notIn: "NotIn", contains: "Contains", startsWith: "HasPrefix",
  endsWith: "HasSuffix", eqFold: "EqualFold", containsFold: "ContainsFold",
};

const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

function goTime(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return JSON.stringify(text);
  const parts = [at.getUTCFullYear(), `time.${months[at.getUTCMonth()]}`, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds(), at.getUTCMilliseconds() * 1e6];
  return `time.Date(${parts.join(", ")}, time.UTC)`;
}

function goValue(type: string, text: string): string {
  switch (type) {
    case "Int": case "BigInt": case "Float": case "Boolean":
      return text;
    case "Time": case "Date":
      return goTime(String(parseValue(type, text) ?? text));
    case "Decimal":
      return `decimal.RequireFromString(${JSON.stringify(text)})`;
    default:
      return JSON.stringify(text);
  }
}

function goCondition(model: Model, entity: Entity, c: Condition, path = c.path): string | null {
  const [step, ...rest] = path;
  const pkg = packageName(entity.name);
  if (step === undefined) return null;
  const edge = edgeOf(entity, step);
  const target = edge && model.byName.get(edge.target);
  if (edge && target) {
    if (rest.length === 0 || rest[0] === "#") return null;
    const inner = goCondition(model, target, c, rest);
    if (inner === null) return null;
    const has = `${pkg}.Has${goName(edge.name)}With(${inner})`;
    return c.quantifier === "none" ? `${pkg}.Not(${has})` : c.quantifier === "every" ? null : has;
  }
  const column = columnOf(entity, step);
  if (!column) return null;
  const name = `${pkg}.${goName(step)}`;
  if (c.op === "isNull") return `${name}${c.value === "false" ? "NotNil" : "IsNil"}()`;
  const operator = goOperators[c.op];
  if (operator === undefined) return null;
  const values = c.op === "in" || c.op === "notIn" ? c.value.split(",").map((v) => v.trim()) : [c.value];
  const constant = (v: string) => (column.enumValues ? `${pkg}.${goName(step)}${goName(v.toLowerCase())}` : goValue(column.type, v));
  return `${name}${operator}(${values.map(constant).join(", ")})`;
}

function goGroup(model: Model, entity: Entity, group: Group): string[] {
  return group.items.map((item) => {
    if (!isGroup(item)) return goCondition(model, entity, item) ?? `/* not in ent's words: ${item.path.join(".")} ${item.op} */`;
    return `${packageName(entity.name)}.${item.any ? "Or" : "And"}(${goGroup(model, entity, item).join(", ")})`;
  });
}

/** goCall is the list as a query of the ent client. */
export function goCall(model: Model, entity: Entity, filter: Group, sort: Sort[], limit: number): string {
  const pkg = packageName(entity.name);
  const lines = [`client.${entity.name}.Query()`];
  const conditions = goGroup(model, entity, filter);
  if (conditions.length > 0) {
    const all = filter.any && conditions.length > 1 ? [`${pkg}.Or(${conditions.join(", ")})`] : conditions;
    lines.push(`Where(\n\t\t${all.join(",\n\t\t")},\n\t)`);
  }
  const terms = sort.filter((s) => s.path.length === 1).map((s) => `${pkg}.By${goName(s.path[0] ?? "")}(${s.descending ? "sql.OrderDesc()" : ""})`);
  if (terms.length > 0) lines.push(`Order(${terms.join(", ")})`);
  lines.push(`Limit(${limit})`, "All(ctx)");
  return `rows, err := ${lines.join(".\n\t")}\n`;
}

