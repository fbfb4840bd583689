import type { Entity } from "../schema/model";
import { dataRoute, writeRoute, type Step } from "../state/route";
import { plainView } from "../state/view";

/** Crumbs are the way to a list: row, edge, row, edge. */
export function Crumbs({ entity, trail, total }: { entity: Entity; trail: Step[]; total: number | undefined }) {
  return (
    <nav className="crumbs" aria-label="The way here">
      <ol>
        {trail.map((s, i) => (
          <li key={i}>
            <a href={writeRoute(dataRoute(s.entity, plainView, trail.slice(0, i)))}>{s.entity}</a>
            <a href={writeRoute(dataRoute(s.entity, { ...plainView, row: s.id }, trail.slice(0, i)))}>{s.label || s.id}</a>
          </li>
        ))}
        <li aria-current="page"><h1>{trail.at(-1)?.edge ?? entity.name}</h1>{total !== undefined && <span className="count">{total.toLocaleString("en")}</span>}</li>
      </ol>
      {entity.doc && <p className="doc">{entity.doc}</p>}
    </nav>
  );
}
