import { useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { useStudio } from "../schema/load";
import type { Edge, Entity } from "../schema/model";
import { everything } from "../query/filter";
import { labelText, listOperation, pageOf, type Row } from "../query/list";
import type { Zone } from "../query/value";
import { useKept } from "../state/kept";
import { dataRoute, go, writeRoute, type Step } from "../state/route";
import { plainView } from "../state/view";
import { Failure, Loading } from "../shell/Feedback";
import { CellContent } from "./Cell";

interface Props {
  entity: Entity;
  row: Row;
  edge: Edge;
  trail: Step[];
}

/** How many rows of an edge are shown in place, and how many of their columns. */
const inPlace = 5;

export const countOf = (row: Row, edge: Edge) => (row[edge.name] as { totalCount?: number } | null | undefined)?.totalCount ?? 0;

/** SubGrid is what a to-many edge of a row leads to, in place: the first rows, and the way to all of them. */
export function SubGrid({ entity, row, edge, trail }: Props) {
  const { model } = useStudio();
  const [zone] = useKept<Zone>("zone", "utc");
  const target = model.byName.get(edge.target);
  const count = countOf(row, edge);
  const columns = target ? [...target.label, ...target.edges.filter((e) => !e.many && e.target !== entity.name).map((e) => e.name),
    ...target.columns.filter((c) => !target.label.includes(c.name) && !["id", "createdAt", "updatedAt", target.version].includes(c.name)).map((c) => c.name)].slice(0, inPlace) : [];
  const query = useQuery({
    queryKey: ["in place", entity.name, row.id, edge.name],
    enabled: target !== undefined,
    queryFn: async ({ signal }) => {
      if (!target) return [];
      const { query: text, variables } = listOperation(model, { entity: target, through: { entity, id: row.id, edge } },
        { columns, filter: everything, search: "", sort: [], first: inPlace, after: null, before: null, offset: 0, total: false });
      return pageOf((await ask(text, variables, signal)).data ?? {}).nodes;
    },
  });
  if (!target) return null;
  const all = dataRoute(target.name, plainView, [...trail, { entity: entity.name, id: row.id, edge: edge.name, label: labelText(entity, row) }]);
  return (
    <>
      {query.error && <Failure error={query.error} />}
      {query.isPending && count > 0 && <Loading what={`Reading ${edge.name}`} />}
      {count === 0 && <p className="hint">It leads to no row.</p>}
      {query.data && query.data.length > 0 && (
        <div className="sub-grid-scroll" tabIndex={0} role="region" aria-label={edge.name}>
          <table>
            <thead><tr>{columns.map((n) => <th key={n} scope="col">{n}</th>)}</tr></thead>
            <tbody>
              {query.data.map((r) => (
                <tr key={r.id} onClick={() => go(dataRoute(target.name, { ...plainView, row: r.id }, trail))}>
                  {columns.map((n) => {
                    const at = { name: n, column: target.columns.find((c) => c.name === n) ?? null, edge: target.edges.find((e) => e.name === n) ?? null, width: 0, pinned: false };
                    return <td key={n}><CellContent at={at} value={r[n] ?? null} zone={zone} /></td>;
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {count > 0 && <a className="button" href={writeRoute(all)}>All {count.toLocaleString("en")} as a grid</a>}
    </>
  );
}
