import { expect, test } from "vitest";
import { Exact, parse, print } from "../api/exact";
import { mermaid } from "../diagram/mermaid";
import { model, plant } from "../schema/sample";
import { fuzzy } from "../shell/fuzzy";
import { csvLine, goCall, jsonRow, plain } from "./formats";

test("CSV tells NULL from an empty text, and quotes what it must", () => {
  expect(csvLine([null, "", 'a"b', "c,d", "e\nf", 1, true])).toBe(',"","a""b","c,d","e\nf",1,true\r\n');
});

test("to-one edges are their labels", () => {
  const row = { id: "1", name: "Rose", bed: { id: "b", code: "A" } };
  expect(plain(model, plant, row, "bed")).toBe("A");
  expect(jsonRow(model, plant, row, ["name", "bed"])).toBe('{"name":"Rose","bed":"A"}');
});

test("the Go call says what the filter says", () => {
  const call = goCall(model, plant, { any: false, items: [
    { path: ["name"], op: "containsFold", value: "ro" }, { path: ["bed", "code"], op: "in", value: "A, B" }, { any: true, items: [{ path: ["shelf"], op: "eq", value: "TALL" }] },
  ] }, [{ path: ["price"], descending: true }], 50);
  expect(call).toContain('plant.NameContainsFold("ro")');
  expect(call).toContain('plant.HasBedWith(bed.CodeIn("A", "B"))');
  expect(call).toContain("plant.Or(plant.ShelfEQ(plant.ShelfTall))");
  expect(call).toContain("Order(plant.ByPrice(sql.OrderDesc()))");
});

test("long numbers keep their digits where the engine tells them", () => {
  const value = parse('{"n": 12345678901234567890, "m": 1.5}') as { n: unknown; m: unknown };
  expect(value.m).toBe(1.5);
  if (value.n instanceof Exact) expect(print(value)).toContain("12345678901234567890");
});

test("Mermaid draws each relation once", () => {
  expect(mermaid(model).match(/--/g)).toHaveLength(1);
});

test("fuzzy wants the letters in their order", () => {
  expect(fuzzy("orl", "OrderLine")).not.toBeNull();
  expect(fuzzy("lo", "OrderLine")).toBeNull();
});
