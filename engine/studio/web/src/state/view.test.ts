import { expect, test } from "vitest";
import { readRoute, writeRoute, type Route } from "./route";
import { plainView, readView, writeView, type View } from "./view";

const view: View = {
  filter: { any: false, items: [{ path: ["name"], op: "eq", value: "a,b & c=#" }, { any: true, items: [{ path: ["bed", "plants", "#"], op: "gt", value: "2", quantifier: "none" }] }] },
  search: "red rose", sort: [{ path: ["bed", "code"], descending: true }, { path: ["name"], descending: false }], columns: ["name", "bed"], pinned: ["name"],
  widths: { name: 240 }, page: 3, figures: { by: "planted", bucket: "MONTH", figure: "sum", column: "price" }, row: "abc=",
};

test("a view survives its URL", () => {
  expect(readView(new URLSearchParams(writeView(view).toString()))).toEqual(view);
  expect(writeView(plainView).toString()).toBe("");
});

test("nonsense is as if it were not there", () => {
  expect(readView(new URLSearchParams("where=%7Bx&page=-1&widths=a:9,b&figures=::x:&sort="))).toEqual(plainView);
});

test("a route survives its URL, with the way to it", () => {
  const route: Route = { page: "data", entity: "Plant", view, trail: [{ entity: "Bed", id: "1|2", edge: "plants", label: "A, | / B" }] };
  expect(readRoute(writeRoute(route))).toEqual(route);
  expect(readRoute("")).toMatchObject({ page: "data", entity: null });
  expect(readRoute("#/schema/Bed")).toEqual({ page: "schema", entity: "Bed" });
});
