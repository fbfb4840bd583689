// The operations by which rows are read.
import { columnOf, edgeOf, type Column, type Edge, type Entity, type Model } from "../schema/model";
import { toWhere, type Group } from "./filter";

export interface Sort {
  path: string[];
  descending: boolean;
}

/** Which rows: an entity's own list, or those at the other side of a row's edge. */
export interface Source {
  entity: Entity;
  through: { entity: Entity; id: string; edge: Edge } | null;
}

export interface Asked {
  columns: string[];
  filter: Group;
  search: string;
  sort: Sort[];
  first: number;
  after: string | null;
  /** the rows that end where this cursor is */
  before: string | null;
  offset: number;
  total: boolean;
}

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

export interface Row {
  id: string;
  [field: string]: unknown;
}

export interface Page {
  nodes: Row[];
  pageInfo: { hasNextPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount?: number;
}

/** labelSelection are the fields by which a row of an entity is known. */
export const labelSelection = (entity: Entity) => ["id", ...entity.label].join(" ");

export function labelText(entity: Entity, row: Record<string, unknown>): string {
  const text = entity.label.map((name) => row[name]).filter((v) => v !== null && v !== undefined).join(" ");
  return text === "" ? shortId(String(row.id)) : text;
}

export const shortId = (id: string) => (id.length > 14 ? `${id.slice(0, 6)}…${id.slice(-5)}` : id);

function selection(model: Model, entity: Entity, columns: string[]): string {
  const fields = new Set(["id", ...(entity.version === null ? [] : [entity.version]), ...entity.label]);
  for (const name of columns) {
    const edge = edgeOf(entity, name);
    const target = edge && model.byName.get(edge.target);
    if (edge && target) fields.add(edge.many ? `${name}(first: 1) { totalCount }` : `${name} { ${labelSelection(target)} }`);
    else if (columnOf(entity, name)?.givenOnly === false) fields.add(name);
  }
  return [...fields].join(" ");
}

const orderTerm = (sort: Sort): Record<string, unknown> =>
  sort.path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), sort.descending ? "DESC" : "ASC") as Record<string, unknown>;

/** listOperation reads a page of a list. Its variables are all that the list is asked with. */
export function listOperation(model: Model, source: Source, asked: Asked): Operation {
  const { entity, through } = source;
  const size = asked.before === null ? "first" : "last";
  const variables: Record<string, unknown> = { [size]: asked.first };
  const declared = [`$${size}: Int`];
  const args = [`${size}: $${size}`];
  const add = (name: string, type: string | null, value: unknown) => {
    if (value === undefined || value === null || value === "" || type === null) return;
    declared.push(`$${name}: ${type}`);
    args.push(`${name}: $${name}`);
    variables[name] = value;
  };
  add("after", "String", asked.after);
  add("before", "String", asked.before);
  add("offset", "Int", asked.offset > 0 ? asked.offset : null);
  add("where", entity.where, toWhere(model, entity, asked.filter));
  if (through ? through.edge.hasSearch : entity.hasSearch) add("search", "String", asked.search);
  if (entity.orderBy) add("orderBy", `[${entity.orderBy}!]`, asked.sort.length > 0 ? asked.sort.map(orderTerm) : undefined);
  const rows = `nodes { ${selection(model, entity, asked.columns)} } pageInfo { hasNextPage startCursor endCursor }${asked.total ? " totalCount" : ""}`;
  if (!through) return { query: `query Rows(${declared.join(", ")}) {\n  rows: ${entity.list}(${args.join(", ")}) { ${rows} }\n}`, variables };
  declared.push("$id: ID!");
  const list = `rows: ${through.edge.name}(${args.join(", ")}) { ${rows} }`;
  return {
    query: `query Rows(${declared.join(", ")}) {\n  of: node(id: $id) { ... on ${through.entity.name} { ${labelSelection(through.entity)} ${list} } }\n}`,
    variables: { ...variables, id: through.id },
  };
}

/** pageOf takes the page out of the answer to a [listOperation]. */
export function pageOf(data: Record<string, unknown>): Page {
  const of = data.of as Record<string, unknown> | null | undefined;
  const page = (data.rows ?? of?.rows) as Page | null | undefined;
  return page ?? { nodes: [], pageInfo: { hasNextPage: false, startCursor: null, endCursor: null }, totalCount: 0 };
}

/** rowOperation reads one row with all that it has, to-many edges as counts. */
export function rowOperation(model: Model, entity: Entity, id: string): Operation {
  const all = [...entity.columns.map((c) => c.name), ...entity.edges.map((e) => e.name)];
  return { query: `query Row($id: ID!) {\n  node(id: $id) { ... on ${entity.name} { ${selection(model, entity, all)} } }\n}`, variables: { id } };
}

/** countsOperation counts the rows of lists, a few at a time: one operation stays cheap whatever the number of entities. */
export const countsOperation = (entities: Entity[]): Operation => ({
  query: `query Counts { ${entities.map((e) => `${e.name}: ${e.list}(first: 1) { totalCount }`).join(" ")} }`,
  variables: {},
});

/** pickOperation finds rows for a relation's picker, by search where the entity has it, else by its label. */
export function pickOperation(entity: Entity, text: string): Operation {
  const first = 20;
  const query = (declared: string, args: string) => `query Pick(${declared}) { rows: ${entity.list}(first: ${first}${args}) { nodes { ${labelSelection(entity)} } } }`;
  const foldable = entity.label.filter((name) => columnOf(entity, name)?.operators.some((o) => o.name === "containsFold"));
  if (text === "") return { query: query("$none: Boolean = false", "").replace("($none: Boolean = false)", ""), variables: {} };
  if (foldable.length > 0 && entity.where) {
    const where = { or: foldable.map((name) => ({ [name]: { containsFold: text } })) };
    return { query: query(`$where: ${entity.where}`, ", where: $where"), variables: { where } };
  }
  if (entity.hasSearch) return { query: query("$search: String", ", search: $search"), variables: { search: text } };
  return { query: query("$none: Boolean = false", "").replace("($none: Boolean = false)", ""), variables: {} };
}

/** The columns that a grid shows unless told: all that a row has of its own, then its to-one edges; counts are asked for. */
export function defaultColumns(entity: Entity): string[] {
  const bookkeeping = (c: Column) => /^(createdAt|updatedAt|deletedAt|version)$/.test(c.name);
  const own = entity.columns.filter((c) => c.name !== "id");
  const label = own.filter((c) => entity.label.includes(c.name)).map((c) => c.name);
  const rest = own.filter((c) => !c.givenOnly && !entity.label.includes(c.name) && !bookkeeping(c)).map((c) => c.name);
  const one = entity.edges.filter((e) => !e.many).map((e) => e.name);
  const many = entity.edges.filter((e) => e.many).map((e) => e.name);
  const given = own.filter((c) => c.givenOnly).map((c) => c.name);
  return ["id", ...given, ...label, ...one, ...rest, ...many, ...own.filter(bookkeeping).map((c) => c.name)];
}
