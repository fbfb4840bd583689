import type { Model } from "../schema/model";
import { lines } from "./layout";

/** mermaid is the graph as an entity relationship diagram of Mermaid. */
export function mermaid(model: Model): string {
  const end = (many: boolean, left: boolean) => (many ? (left ? "}o" : "o{") : left ? "|o" : "o|");
  return [
    "erDiagram",
    ...model.entities.flatMap((e) => [
      `  ${e.name} {`,
      ...e.columns.filter((c) => !c.givenOnly).map((c) => `    ${c.type}${c.list ? "[]" : ""} ${c.name}${c.name === "id" ? " PK" : ""}`),
      "  }",
    ]),
    ...lines(model).map((l) => `  ${l.from} ${end(l.ends[0], true)}--${end(l.ends[1], false)} ${l.to} : ${l.name}`),
    "",
  ].join("\n");
}
