// A schema in the API's conventions, for tests: nothing of it is special.
import { buildSchema } from "graphql";
import { readModel } from "./model";

const list = (one: string, many: string, search = false) => `
  ${many}(first: Int, after: String, last: Int, before: String, offset: Int, where: ${one}Where, orderBy: [${one}OrderBy!]${search ? ", search: String" : ""}): ${one}Connection!`;

const connection = (one: string) => `
type ${one}Connection { edges: [${one}Edge!]! nodes: [${one}!]! pageInfo: PageInfo! totalCount: Int! }
type ${one}Edge { cursor: String! node: ${one}! }`;

export const model = readModel(
  buildSchema(`
scalar BigInt scalar Decimal scalar Time scalar Date scalar JSON
interface Node { id: ID! }
type PageInfo { hasNextPage: Boolean! startCursor: String endCursor: String }
enum OrderDirection { ASC DESC DESC_NULLS_LAST }
enum TimeBucket { EXACT MONTH YEAR }
enum Shelf { TALL LOW }
input StringFilter { eq: String in: [String!] containsFold: String isNull: Boolean }
input IntFilter { eq: Int gt: Int isNull: Boolean }
input DecimalFilter { eq: Decimal gte: Decimal }
input IDFilter { eq: ID in: [ID!] }
input ShelfFilter { eq: Shelf }
input CountOrderBy { count: OrderDirection }
type Query { node(id: ID!): Node ${list("Plant", "plants", true)}${list("Bed", "beds")}
  plantsAggregate(where: PlantWhere, groupBy: [PlantGroupBy!], orderBy: [PlantAggregateOrderBy!], first: Int): [PlantAggregate!]! }
type Plant implements Node { id: ID! version: Int! name: String! latin: String price: Decimal! serial: BigInt shelf: Shelf planted: Time bed: Bed }
type Bed implements Node { id: ID! code: String! ${list("Plant", "plants")} }
${connection("Plant")}${connection("Bed")}
input PlantWhere { and: [PlantWhere!] or: [PlantWhere!] id: IDFilter name: StringFilter latin: StringFilter price: DecimalFilter shelf: ShelfFilter bed: BedWhere }
input BedWhere { and: [BedWhere!] or: [BedWhere!] id: IDFilter code: StringFilter plants: PlantListWhere }
input PlantListWhere { some: PlantWhere none: PlantWhere every: PlantWhere count: IntFilter }
input PlantOrderBy { name: OrderDirection price: OrderDirection bed: BedOrderBy }
input BedOrderBy { code: OrderDirection plants: CountOrderBy }
input PlantGroupBy { shelf: Boolean planted: TimeBucket bed: BedGroupBy }
input BedGroupBy { code: Boolean }
input PlantAggregateOrderBy { count: OrderDirection sum: PlantSumsOrderBy group: PlantGroupOrderBy }
input PlantSumsOrderBy { price: OrderDirection }
input PlantGroupOrderBy { planted: OrderDirection }
type PlantAggregate { count: Int! group: PlantGroup! sum: PlantSums! }
type PlantGroup { shelf: Shelf planted: Time bed: BedGroup! }
type BedGroup { code: String }
type PlantSums { price: Decimal }
type Mutation {
  createPlant(input: PlantCreateInput!): Plant!
  createPlants(inputs: [PlantCreateInput!]!): [Plant!]!
  updatePlant(id: ID!, input: PlantUpdateInput!, ifVersion: Int): Plant!
  updatePlants(where: PlantWhere!, input: PlantUpdateInput!, atMost: Int! = 1): [Plant!]!
  updatePlantsEach(inputs: [PlantUpdateEachInput!]!): [Plant!]!
  deletePlant(id: ID!, ifVersion: Int): Plant!
  deletePlants(where: PlantWhere!, atMost: Int! = 1): [Plant!]!
}
input PlantCreateInput { name: String! latin: String price: Decimal! shelf: Shelf bed: BedToOne }
input PlantUpdateInput { name: String latin: String price: Decimal shelf: Shelf bed: BedToOne }
input PlantUpdateEachInput { id: ID! input: PlantUpdateInput! ifVersion: Int }
input BedToOne { connect: BedRef disconnect: Boolean }
input BedRef { id: ID }
`),
);

const named = (name: string) => {
  const entity = model.byName.get(name);
  if (!entity) throw new Error(name);
  return entity;
};

export const plant = named("Plant");
export const bed = named("Bed");
