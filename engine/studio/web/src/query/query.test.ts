import { parse as parseGraphQL, validate } from "graphql";
import { describe as suite, expect, test } from "vitest";
import { bed, model, plant } from "../schema/sample";
import { barsOf, figuresOperation } from "./figures";
import { addTo, describe, everything, replaceAt, resolve, toWhere, type Group } from "./filter";
import { countsOperation, defaultColumns, listOperation, pickOperation, rowOperation } from "./list";
import { parseValue, showTime } from "./value";

const all = (...items: Group["items"]): Group => ({ any: false, items });
const valid = (query: string) => expect(validate(model.schema, parseGraphQL(query)).map((e) => e.message)).toEqual([]);

suite("filters", () => {
  test("one condition stands alone, several are joined, groups are kept", () => {
    const name = { path: ["name"], op: "containsFold", value: "ros" };
    const tall = { path: ["shelf"], op: "eq", value: "TALL" };
    expect(toWhere(model, plant, everything)).toBeUndefined();
    expect(toWhere(model, plant, all(name))).toEqual({ name: { containsFold: "ros" } });
    expect(toWhere(model, plant, all(name, { any: true, items: [tall, name] }))).toEqual({
      and: [{ name: { containsFold: "ros" } }, { or: [{ shelf: { eq: "TALL" } }, { name: { containsFold: "ros" } }] }],
    });
  });
  test("paths go through edges, with a quantifier at the many, to counts and to the row itself", () => {
    expect(toWhere(model, plant, all({ path: ["bed", "code"], op: "eq", value: "A" }))).toEqual({ bed: { code: { eq: "A" } } });
    expect(toWhere(model, bed, all({ path: ["plants", "price"], op: "gte", value: "10.50", quantifier: "none" }))).toEqual({ plants: { none: { price: { gte: "10.50" } } } });
    expect(toWhere(model, bed, all({ path: ["plants", "#"], op: "gt", value: "3" }))).toEqual({ plants: { count: { gt: 3 } } });
    expect(toWhere(model, plant, all({ path: ["bed"], op: "eq", value: "x" }))).toEqual({ bed: { id: { eq: "x" } } });
  });
  test("what is unfinished or unknown is left out", () => {
    expect(toWhere(model, plant, all({ path: ["price"], op: "gte", value: "cheap" }))).toBeUndefined();
    expect(toWhere(model, plant, all({ path: ["nothing"], op: "eq", value: "1" }))).toBeUndefined();
    expect(resolve(model, plant, ["bed", "plants", "#"])?.operators.map((o) => o.type)).toContain("Int");
  });
  test("lists are split, texts keep their spaces", () => {
    expect(toWhere(model, plant, all({ path: ["name"], op: "in", value: "a b, c" }))).toEqual({ name: { in: ["a b", "c"] } });
    expect(describe({ path: ["latin"], op: "isNull", value: "true" })).toBe("latin is null");
  });
  test("groups are edited by position and vanish when they are empty", () => {
    const c = { path: ["name"], op: "eq", value: "x" };
    const root = addTo(all(c), [], { any: true, items: [c] });
    expect(addTo(root, [1], c).items[1]).toEqual({ any: true, items: [c, c] });
    expect(replaceAt(root, [1, 0], null)).toEqual(all(c));
  });
});

suite("operations are valid", () => {
  const asked = { columns: defaultColumns(plant), filter: all({ path: ["name"], op: "eq", value: "x" }), search: "s", sort: [{ path: ["bed", "code"], descending: true }], first: 50, after: "c", before: null, offset: 0, total: true };
  test("lists", () => {
    const operation = listOperation(model, { entity: plant, through: null }, asked);
    valid(operation.query);
    expect(operation.variables).toMatchObject({ first: 50, after: "c", search: "s", orderBy: [{ bed: { code: "DESC" } }] });
  });
  test("lists through an edge", () => {
    const edge = bed.edges[0];
    if (!edge) throw new Error("no edge");
    const operation = listOperation(model, { entity: plant, through: { entity: bed, id: "1", edge } }, { ...asked, sort: [] });
    valid(operation.query);
    expect(operation.variables.search).toBeUndefined();
  });
  test("rows, counts, pickers", () => {
    valid(rowOperation(model, bed, "1").query);
    valid(countsOperation(model.entities).query);
    valid(pickOperation(plant, "ro").query);
    valid(pickOperation(plant, "").query);
  });
  test("figures", () => {
    const by = { by: "planted", bucket: "MONTH", figure: "sum" as const, column: "price" };
    const operation = figuresOperation(model, plant, everything, by);
    valid(operation?.query ?? "");
    expect(operation?.variables.groupBy).toEqual([{ planted: "MONTH" }]);
    expect(barsOf(model, plant, by, { groups: [{ group: { planted: "2026-03-01T00:00:00Z" }, sum: { price: "12345678901234567890.10" } }] })).toEqual([{ label: "2026-03", value: "12345678901234567890.10" }]);
    valid(figuresOperation(model, plant, everything, { by: "bed", bucket: null, figure: "count", column: null })?.query ?? "");
  });
});

test("values keep their digits, and what is none is refused", () => {
  expect(parseValue("Decimal", "0.10")).toBe("0.10");
  expect(parseValue("BigInt", "9223372036854775807")).toBe("9223372036854775807");
  expect(parseValue("Int", "2147483648")).toBeUndefined();
  expect(parseValue("Int", "1.5")).toBeUndefined();
  expect(parseValue("Boolean", "no")).toBe(false);
  expect(parseValue("Time", "2026-01-02 03:04")).toBe("2026-01-02T03:04:00Z");
  expect(parseValue("Time", "2026-13-02")).toBeUndefined();
  expect(showTime("2026-01-02T03:04:05.120Z", "utc")).toBe("2026-01-02 03:04:05.120");
});
