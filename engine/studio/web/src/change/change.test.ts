import { parse, validate } from "graphql";
import { expect, test } from "vitest";
import { model, plant } from "../schema/sample";
import { copyValues, inverse, missing, place, saveOperation, savedRows } from "./mutation";
import { readTable } from "./paste";
import { create, drop, edit, emptyStage, rebase, remove, stagedOf, changedSince } from "./stage";

const rose = { id: "1", version: 3, name: "Rose", latin: null, price: "2.50", bed: { id: "b1", code: "A" } };
const fern = { id: "2", version: 1, name: "Fern", latin: "", price: "1.00", bed: null };

test("what is set back to what it was is not a change", () => {
  let stage = edit(emptyStage, "Plant", rose, "name", "Rosa");
  expect(stagedOf(stage, "Plant", "1")?.values).toEqual({ name: "Rosa" });
  stage = edit(stage, "Plant", rose, "bed", { id: "b1", label: "A" });
  stage = edit(stage, "Plant", rose, "name", "Rose");
  expect(stage.rows).toEqual([]);
});

test("an empty text and NULL are different", () => {
  expect(stagedOf(edit(emptyStage, "Plant", fern, "latin", null), "Plant", "2")?.values).toEqual({ latin: null });
  expect(edit(emptyStage, "Plant", rose, "latin", null).rows).toEqual([]);
});

test("one operation saves all, with versions", () => {
  let stage = edit(emptyStage, "Plant", rose, "bed", null);
  stage = edit(stage, "Plant", fern, "bed", { id: "b2", label: "B" });
  stage = create(stage, "Plant", "new-1", { name: "Ivy", price: "3" });
  stage = remove(stage, "Plant", [{ ...rose, id: "3" }]);
  const save = saveOperation(model, stage);
  expect(validate(model.schema, parse(save.query)).map((e) => e.message)).toEqual([]);
  expect(save.variables).toEqual({
    createPlant: { name: "Ivy", price: "3" },
    updatePlant: [{ id: "1", input: { bed: { disconnect: true } }, ifVersion: 3 }, { id: "2", input: { bed: { connect: { id: "b2" } } }, ifVersion: 1 }],
    deletePlant: "3", deletePlantVersion: 3,
  });
});

test("one changed row, many deleted ones", () => {
  const one = saveOperation(model, edit(emptyStage, "Plant", rose, "price", "9.99"));
  expect(validate(model.schema, parse(one.query))).toEqual([]);
  expect(one.variables).toEqual({ updatePlant: { price: "9.99" }, updatePlantId: "1", updatePlantVersion: 3 });
  const many = saveOperation(model, remove(emptyStage, "Plant", Array.from({ length: 12 }, (_, i) => ({ ...rose, id: String(i) }))));
  expect(validate(model.schema, parse(many.query))).toEqual([]);
  expect(many.query).toContain("atMost: 12");
});

test("faults find their cells", () => {
  let stage = edit(emptyStage, "Plant", rose, "price", "-1");
  stage = edit(stage, "Plant", fern, "price", "-2");
  const save = saveOperation(model, stage);
  const { placed, rest } = place(save, [
    { message: "must be positive", path: ["updatePlant"], extensions: { field: ["inputs", 1, "input", "price"] } },
    { message: "changed", path: ["updatePlant"], extensions: { code: "CONFLICT", field: ["inputs", 0, "ifVersion"], version: 4 } },
    { message: "elsewhere", path: ["other"] },
  ]);
  expect(placed.map((p) => [p.row.id, p.field, p.conflict])).toEqual([["2", "price", false], ["1", "", true]]);
  expect(rest).toHaveLength(1);
});

test("theirs can be taken as the ground of mine", () => {
  let stage = edit(emptyStage, "Plant", rose, "price", "9");
  stage = rebase(changedSince(stage, "Plant", "1", { ...rose, version: 4, name: "Rosa" }), "Plant", "1");
  expect(saveOperation(model, stage).variables).toMatchObject({ updatePlantVersion: 4, updatePlant: { price: "9" } });
});

test("a save is taken back by its inverse", () => {
  let stage = edit(emptyStage, "Plant", rose, "bed", null);
  stage = create(stage, "Plant", "new-1", { name: "Ivy", price: "3" });
  stage = remove(stage, "Plant", [fern]);
  const save = saveOperation(model, stage);
  const back = inverse(model, savedRows(save, { createPlant: { id: "9", version: 1 }, updatePlant: { ...rose, bed: null, version: 4 }, deletePlant: fern }));
  expect(back.rows.map((r) => [r.kind, r.id, r.values])).toEqual([
    ["create", "again-2", { name: "Fern", latin: "", price: "1.00" }],
    ["update", "1", { bed: { id: "b1", label: "" } }],
    ["delete", "9", {}],
  ]);
  expect(saveOperation(model, back).variables).toMatchObject({ updatePlantVersion: 4, deletePlantVersion: 1 });
});

test("copies and new rows", () => {
  expect(copyValues(plant, rose)).toEqual({ name: "Rose", price: "2.50", bed: { id: "b1", label: "" } });
  expect(missing(plant, { name: "x" })).toEqual(["price"]);
  expect(drop(create(emptyStage, "Plant", "n"), "Plant", "n").rows).toEqual([]);
});

test("a piece of a spreadsheet", () => {
  expect(readTable('a\tb\r\n"x ""y""\tz"\t\n')).toEqual([["a", "b"], ['x "y"\tz', ""]]);
  expect(readTable("one")).toEqual([["one"]]);
});
