// What the studio knows of the data: read from introspection by the API's conventions, and from nothing else.
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
} from "graphql";

/** A comparison of a field's filter. */
export interface Operator {
  name: string;
  /** the scalar or enum that it compares with */
  type: string;
  list: boolean;
}

export interface Column {
  name: string;
  /** scalar or enum */
  type: string;
  list: boolean;
  required: boolean;
  doc: string;
  enumValues: string[] | null;
  operators: Operator[];
  sortable: boolean;
  groupable: boolean;
  /** grouped in buckets of time, not by value */
  bucketed: boolean;
  figures: Figure[];
  input: { create: boolean; update: boolean; requiredOnCreate: boolean };
  /** given when a row is made and never read: the key that an id is made from */
  givenOnly: boolean;
}

export type Figure = "sum" | "avg" | "min" | "max";
export const figures: Figure[] = ["sum", "avg", "min", "max"];

export interface Edge {
  name: string;
  target: string;
  many: boolean;
  required: boolean;
  doc: string;
  filterable: boolean;
  sortable: boolean;
  groupable: boolean;
  hasSearch: boolean;
  aggregate: string | null;
  input: { create: boolean; update: boolean; requiredOnCreate: boolean };
}

export interface Mutations {
  create: string | null;
  createMany: string | null;
  update: string | null;
  updateEach: string | null;
  delete: string | null;
  deleteMany: string | null;
}

export interface Entity {
  name: string;
  doc: string;
  /** root field of the list; none where the entity is only reached through others */
  list: string | null;
  hasSearch: boolean;
  aggregate: string | null;
  where: string | null;
  orderBy: string | null;
  groupBy: string | null;
  aggregateOrderBy: string | null;
  columns: Column[];
  edges: Edge[];
  /** columns that tell a row to people */
  label: string[];
  /** column that counts the row's changes */
  version: string | null;
  mutations: Mutations;
  inputs: { create: string | null; update: string | null; updateEach: string | null };
}

export interface Model {
  entities: Entity[];
  byName: Map<string, Entity>;
  buckets: string[];
  schema: GraphQLSchema;
}

const bare = (type: GraphQLOutputType | GraphQLInputType) => (isNonNullType(type) ? type.ofType : type);
const isList = (type: GraphQLOutputType | GraphQLInputType) => isListType(bare(type));
const inputField = (input: GraphQLInputObjectType | null, name: string) => input?.getFields()[name];

const inputNamed = (schema: GraphQLSchema, name: string | undefined): GraphQLInputObjectType | null => {
  const type = name === undefined ? undefined : schema.getType(name);
  return isInputObjectType(type) ? type : null;
};

const objectNamed = (schema: GraphQLSchema, name: string): GraphQLObjectType | null => {
  const type = schema.getType(name);
  return isObjectType(type) ? type : null;
};

/** The entity whose rows a connection holds, or null for what is none. */
const connectionOf = (type: GraphQLOutputType): GraphQLObjectType | null => {
  const named = getNamedType(type);
  if (!isObjectType(named) || isList(type)) return null;
  const fields = named.getFields();
  if (!fields.nodes || !fields.pageInfo || !fields.edges) return null;
  const row = getNamedType(fields.nodes.type);
  return isObjectType(row) ? row : null;
};

const isEntity = (type: GraphQLObjectType) => type.getInterfaces().some((i) => i.name === "Node");
const hasArg = (field: GraphQLField<unknown, unknown> | undefined, name: string) => !!field?.args.some((a) => a.name === name);
const argType = (field: GraphQLField<unknown, unknown> | null | undefined, name: string) => {
  const arg = field?.args.find((a) => a.name === name);
  return arg ? getNamedType(arg.type).name : undefined;
};

const operatorsOf = (filter: GraphQLInputObjectType | null): Operator[] =>
  Object.values(filter?.getFields() ?? {}).map((f) => ({ name: f.name, type: getNamedType(f.type).name, list: isList(f.type) }));

class EntityReader {
  private readonly where: GraphQLInputObjectType | null;
  private readonly orderBy: GraphQLInputObjectType | null;
  private readonly groupBy: GraphQLInputObjectType | null;
  private readonly create: GraphQLInputObjectType | null;
  private readonly update: GraphQLInputObjectType | null;
  private readonly list: GraphQLField<unknown, unknown> | null;
  private readonly aggregate: GraphQLField<unknown, unknown> | null;
  private readonly mutations: Mutations;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly type: GraphQLObjectType,
  ) {
    const roots = Object.values(schema.getQueryType()?.getFields() ?? {});
    this.list = roots.find((f) => connectionOf(f.type) === type) ?? null;
    this.aggregate = roots.find((f) => this.list !== null && f.name === `${this.list.name}Aggregate`) ?? null;
    this.where = inputNamed(schema, argType(this.list, "where") ?? `${type.name}Where`);
    this.orderBy = inputNamed(schema, argType(this.list, "orderBy") ?? `${type.name}OrderBy`);
    this.groupBy = inputNamed(schema, argType(this.aggregate, "groupBy"));
    this.mutations = this.findMutations();
    const root = schema.getMutationType()?.getFields() ?? {};
    const input = (name: string | null) => inputNamed(schema, name === null ? undefined : argType(root[name], "input"));
    this.create = input(this.mutations.create);
    this.update = input(this.mutations.update);
  }

  private findMutations(): Mutations {
    const found: Mutations = { create: null, createMany: null, update: null, updateEach: null, delete: null, deleteMany: null };
    for (const f of Object.values(this.schema.getMutationType()?.getFields() ?? {})) {
      if (getNamedType(f.type) !== this.type) continue;
      const many = isList(f.type);
      const args = (...names: string[]) => names.every((n) => hasArg(f, n));
      if (f.name.startsWith("create")) {
        if (!many && args("input")) found.create = f.name;
        if (many && args("inputs")) found.createMany = f.name;
      } else if (f.name.startsWith("update")) {
        if (!many && args("id", "input")) found.update = f.name;
        if (many && args("inputs")) found.updateEach = f.name;
      } else if (f.name.startsWith("delete")) {
        if (!many && args("id")) found.delete = f.name;
        if (many && args("where")) found.deleteMany = f.name;
      }
    }
    return found;
  }

  private inputsOf(name: string) {
    const create = inputField(this.create, name);
    return {
      create: create !== undefined,
      update: inputField(this.update, name) !== undefined,
      requiredOnCreate: create !== undefined && isNonNullType(create.type) && create.defaultValue === undefined,
    };
  }

  private figuresOf(name: string): Figure[] {
    const result = this.aggregate && getNamedType(this.aggregate.type);
    if (!isObjectType(result)) return [];
    return figures.filter((figure) => {
      const field = result.getFields()[figure];
      const values = field && getNamedType(field.type);
      return isObjectType(values) && values.getFields()[name] !== undefined;
    });
  }

  private column(f: GraphQLField<unknown, unknown>): Column | null {
    const named = getNamedType(f.type);
    if (!(isScalarType(named) || isEnumType(named)) || f.args.length > 0) return null;
    const filter = inputField(this.where, f.name);
    const group = inputField(this.groupBy, f.name);
    return {
      name: f.name,
      type: named.name,
      list: isList(f.type),
      required: isNonNullType(f.type),
      doc: f.description ?? "",
      enumValues: isEnumType(named) ? named.getValues().map((v) => v.name) : null,
      operators: operatorsOf(filter ? inputNamed(this.schema, getNamedType(filter.type).name) : null),
      sortable: isEnumType(getNamedType(inputField(this.orderBy, f.name)?.type)),
      groupable: group !== undefined,
      bucketed: group !== undefined && isEnumType(getNamedType(group.type)),
      figures: this.figuresOf(f.name),
      input: this.inputsOf(f.name),
      givenOnly: false,
    };
  }

  /** What the input of a new row has and the row has not. */
  private given(fields: GraphQLField<unknown, unknown>[]): Column[] {
    return Object.values(this.create?.getFields() ?? {})
      .filter((f) => isLeafType(getNamedType(f.type)) && !fields.some((other) => other.name === f.name))
      .map((f) => {
        const named = getNamedType(f.type);
        return {
          name: f.name, type: named.name, list: isList(f.type), required: isNonNullType(f.type), doc: f.description ?? "",
          enumValues: isEnumType(named) ? named.getValues().map((v) => v.name) : null,
          operators: [], sortable: false, groupable: false, bucketed: false, figures: [], input: { ...this.inputsOf(f.name), update: false }, givenOnly: true,
        };
      });
  }

  private edge(f: GraphQLField<unknown, unknown>): Edge | null {
    const rows = connectionOf(f.type);
    const named = getNamedType(f.type);
    const target = rows ?? (isObjectType(named) && isEntity(named) && !isList(f.type) ? named : null);
    if (target === null) return null;
    const aggregate = `${f.name}Aggregate`;
    return {
      name: f.name,
      target: target.name,
      many: rows !== null,
      required: isNonNullType(f.type),
      doc: f.description ?? "",
      filterable: inputField(this.where, f.name) !== undefined,
      sortable: inputField(this.orderBy, f.name) !== undefined,
      groupable: inputField(this.groupBy, f.name) !== undefined,
      hasSearch: hasArg(f, "search"),
      aggregate: rows && this.type.getFields()[aggregate] ? aggregate : null,
      input: this.inputsOf(f.name),
    };
  }

  read(): Entity {
    const fields = Object.values(this.type.getFields());
    const columns = [...fields.map((f) => this.column(f)).filter((c) => c !== null), ...this.given(fields)];
    const args = (name: string) => argType(this.aggregate, name) ?? null;
    const each = this.mutations.updateEach;
    return {
      name: this.type.name,
      doc: this.type.description ?? "",
      list: this.list?.name ?? null,
      hasSearch: hasArg(this.list ?? undefined, "search"),
      aggregate: this.aggregate?.name ?? null,
      where: this.where?.name ?? null,
      orderBy: this.orderBy?.name ?? null,
      groupBy: args("groupBy"),
      aggregateOrderBy: args("orderBy"),
      columns,
      edges: fields.map((f) => this.edge(f)).filter((e) => e !== null),
      label: labelOf(columns.filter((c) => !c.givenOnly)),
      version: this.versionOf(columns),
      mutations: this.mutations,
      inputs: {
        create: this.create?.name ?? null,
        update: this.update?.name ?? null,
        updateEach: each === null ? null : (argType(this.schema.getMutationType()?.getFields()[each], "inputs") ?? null),
      },
    };
  }

  /** The version that updates are checked against is a column that no input has, of the type that ifVersion has. */
  private versionOf(columns: Column[]): string | null {
    const update = this.mutations.update ?? this.mutations.delete;
    const type = update === null ? undefined : argType(this.schema.getMutationType()?.getFields()[update], "ifVersion");
    if (type === undefined) return null;
    return columns.find((c) => c.name === "version" && c.type === type)?.name ?? null;
  }
}

/** The columns by which people know a row: a name, else the first text that every row has. */
export function labelOf(columns: Column[]): string[] {
  const texts = columns.filter((c) => c.type === "String" && !c.list);
  const has = (name: string) => texts.some((c) => c.name === name);
  if (has("firstName") && has("lastName")) return ["firstName", "lastName"];
  for (const name of ["name", "title", "label"]) if (has(name)) return [name];
  const named = texts.find((c) => /Name$/.test(c.name) && c.required) ?? texts.find((c) => c.required);
  if (named) return [named.name];
  const number = columns.find((c) => /^(number|code)$/.test(c.name));
  return number ? [number.name] : [];
}

/** readModel reads every entity of a schema: the objects that are a Node. */
export function readModel(schema: GraphQLSchema): Model {
  const node = schema.getType("Node");
  const types = isInterfaceType(node) ? schema.getPossibleTypes(node) : [];
  const entities = types
    .map((t) => objectNamed(schema, t.name))
    .filter((t) => t !== null)
    .map((t) => new EntityReader(schema, t).read())
    .sort((a, b) => a.name.localeCompare(b.name));
  const buckets = schema.getType("TimeBucket");
  return {
    entities,
    byName: new Map(entities.map((e) => [e.name, e])),
    buckets: isEnumType(buckets) ? buckets.getValues().map((v) => v.name) : [],
    schema,
  };
}

export const columnOf = (entity: Entity, name: string) => entity.columns.find((c) => c.name === name);
export const edgeOf = (entity: Entity, name: string) => entity.edges.find((e) => e.name === name);
