import { expect, test } from "vitest";
import { bed, model, plant } from "./sample";

test("entities are the nodes, by their conventions", () => {
  expect(model.entities.map((e) => e.name)).toEqual(["Bed", "Plant"]);
  expect(plant).toMatchObject({ list: "plants", hasSearch: true, aggregate: "plantsAggregate", label: ["name"], version: "version" });
  expect(bed).toMatchObject({ list: "beds", hasSearch: false, aggregate: null, label: ["code"], version: null });
});

test("columns know what can be done with them", () => {
  const price = plant.columns.find((c) => c.name === "price");
  expect(price).toMatchObject({ type: "Decimal", required: true, sortable: true, groupable: false, figures: ["sum"], input: { create: true, update: true, requiredOnCreate: true } });
  expect(price?.operators.map((o) => o.name)).toEqual(["eq", "gte"]);
  expect(plant.columns.find((c) => c.name === "planted")).toMatchObject({ groupable: true, bucketed: true, operators: [] });
  expect(plant.columns.find((c) => c.name === "shelf")?.enumValues).toEqual(["TALL", "LOW"]);
});

test("edges are to one or to many", () => {
  expect(plant.edges).toMatchObject([{ name: "bed", target: "Bed", many: false, filterable: true, input: { update: true } }]);
  expect(bed.edges).toMatchObject([{ name: "plants", target: "Plant", many: true, filterable: true }]);
});

test("mutations are found by their shape, those by filter apart from those by row", () => {
  expect(plant.mutations).toEqual({ create: "createPlant", createMany: "createPlants", update: "updatePlant", updateEach: "updatePlantsEach", delete: "deletePlant", deleteMany: "deletePlants" });
  expect(bed.mutations.create).toBeNull();
});
