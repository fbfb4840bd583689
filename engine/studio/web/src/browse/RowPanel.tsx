import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ask } from "../api/client";
import { editable } from "../change/mutation";
import { edit, stagedOf } from "../change/stage";
import { change, useChanges } from "../change/store";
import { useStudio } from "../schema/load";
import type { Column, Edge, Entity } from "../schema/model";
import { everything } from "../query/filter";
import { labelText, listOperation, pageOf, rowOperation, type Row } from "../query/list";
import { useKept } from "../state/kept";
import type { Zone } from "../query/value";
import { dataRoute, go, writeRoute, type Step } from "../state/route";
import { plainView } from "../state/view";
import { Failure, Loading } from "../shell/Feedback";
import { Icon } from "../shell/Icon";
import { CellContent } from "./Cell";
import { Editor, type Target } from "./Editor";
import { Tree, Value } from "./Value";

interface Props {
  entity: Entity;
  id: string;
  trail: Step[];
  close: () => void;
}

/** RowPanel is one row with all that it has: its fields, to be changed, and what its edges lead to. */
export function RowPanel({ entity, id, trail, close }: Props) {
  const { model, state } = useStudio();
  const { stage } = useChanges();
  const [zone] = useKept<Zone>("zone", "utc");
  const [editing, setEditing] = useState<(Target & { field: string }) | null>(null);
  const panel = useRef<HTMLElement>(null);
  const query = useQuery({
    queryKey: ["row", entity.name, id],
    queryFn: async ({ signal }) => {
      const { query: text, variables } = rowOperation(model, entity, id);
      return (await ask<{ node: Row | null }>(text, variables, signal)).data?.node ?? null;
    },
  });
  useEffect(() => panel.current?.focus(), [id]);

  const row = query.data;
  const staged = stagedOf(stage, entity.name, id);
  const field = (name: string, column: Column | null, edge: Edge | null) => {
    const value = staged && name in staged.values ? staged.values[name] : row?.[name];
    const can = !state.readOnly && editable(entity, name, "update") && staged?.kind !== "delete";
    const fault = staged?.faults[name];
    return (
      <div key={name} className={`field${staged && name in staged.values ? " changed" : ""}${fault ? " wrong" : ""}`}>
        <dt title={(column ?? edge)?.doc}>{name}</dt>
        <dd>
          {column?.type === "JSON" && value !== null && value !== undefined ? <Tree value={value} /> : column ? <Value value={value ?? null} column={column} zone={zone} /> : (
            <CellContent at={{ name, column, edge, width: 0, pinned: false }} value={value ?? null} zone={zone} />
          )}
          {fault && <p className="fault">{fault}</p>}
        </dd>
        <dd className="field-acts">
          {edge && !edge.many && value !== null && value !== undefined && (
            <a className="icon-button small" aria-label={`Open ${name}`} title={`Open the ${edge.target}`} href={writeRoute(dataRoute(edge.target, { ...plainView, row: (value as Row).id }, trail))}><Icon name="open" /></a>
          )}
          {can && (
            <button type="button" className="icon-button small field-edit" aria-label={`Edit ${name}`}
              onClick={(e) => setEditing({ field: name, anchor: e.currentTarget.getBoundingClientRect(), column, edge, value })}>✎</button>
          )}
        </dd>
      </div>
    );
  };
  const many = entity.edges.filter((e) => e.many);
  return (
    <aside ref={panel} className="row-panel" aria-label={`${entity.name}`} tabIndex={-1} onKeyDown={(e) => { if (e.key === "Escape" && !editing) { e.stopPropagation(); close(); } }}>
      <div className="panel-head">
        <div>
          <small>{entity.name}</small>
          <h2>{row ? labelText(entity, row) : id}</h2>
        </div>
        <span className="grow" />
        <button type="button" className="icon-button" aria-label="Close the row" onClick={close}><Icon name="close" /></button>
      </div>
      {query.error && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading what="Reading the row" />}
      {query.isSuccess && !row && <p className="hint">This row is gone, or may not be seen.</p>}
      {row && (
        <>
          <dl className="fields">
            {entity.columns.map((c) => field(c.name, c, null))}
            {entity.edges.filter((e) => !e.many).map((e) => field(e.name, null, e))}
          </dl>
          {many.length > 0 && <h3>Leads to</h3>}
          {many.map((e) => <SubGrid key={e.name} entity={entity} row={row} edge={e} trail={trail} />)}
        </>
      )}
      {editing && row && (
        <Editor target={editing} close={() => setEditing(null)}
          save={(value) => {
            change((s) => edit(s, entity.name, row, editing.field, value));
            setEditing(null);
          }} />
      )}
    </aside>
  );
}

/** How many rows of an edge are shown in place. */
const inPlace = 5;

function SubGrid({ entity, row, edge, trail }: { entity: Entity; row: Row; edge: Edge; trail: Step[] }) {
  const { model } = useStudio();
  const [zone] = useKept<Zone>("zone", "utc");
  const [open, setOpen] = useState(false);
  const target = model.byName.get(edge.target);
  const count = (row[edge.name] as { totalCount?: number } | null)?.totalCount ?? 0;
  const columns = target ? [...target.label, ...target.edges.filter((e) => !e.many && e.target !== entity.name).map((e) => e.name),
    ...target.columns.filter((c) => !target.label.includes(c.name) && !["id", "createdAt", "updatedAt", target.version].includes(c.name)).map((c) => c.name)].slice(0, 5) : [];
  const query = useQuery({
    queryKey: ["in place", entity.name, row.id, edge.name],
    enabled: open && target !== undefined,
    queryFn: async ({ signal }) => {
      if (!target) return [];
      const { query: text, variables } = listOperation(model, { entity: target, through: { entity, id: row.id, edge } },
        { columns, filter: everything, search: "", sort: [], first: inPlace, after: null, offset: 0, total: false });
      return pageOf((await ask(text, variables, signal)).data ?? {}).nodes;
    },
  });
  if (!target) return null;
  const all = dataRoute(target.name, plainView, [...trail, { entity: entity.name, id: row.id, edge: edge.name, label: labelText(entity, row) }]);
  return (
    <details className="sub-grid" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary><span>{edge.name}</span><span className={`chip count${count ? "" : " none"}`}>{count.toLocaleString("en")}</span></summary>
      {query.error && <Failure error={query.error} />}
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
    </details>
  );
}
