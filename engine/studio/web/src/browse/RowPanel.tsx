import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ask } from "../api/client";
import { editable } from "../change/mutation";
import { edit, stagedOf } from "../change/stage";
import { change, useChanges } from "../change/store";
import { useStudio } from "../schema/load";
import type { Column, Edge, Entity } from "../schema/model";
import { labelText, rowOperation, type Row } from "../query/list";
import { useKept } from "../state/kept";
import type { Zone } from "../query/value";
import { dataRoute, writeRoute, type Step } from "../state/route";
import { plainView } from "../state/view";
import { Failure, Loading } from "../shell/Feedback";
import { Icon } from "../shell/Icon";
import { CellContent } from "./Cell";
import { Editor, type Target } from "./Editor";
import { countOf, SubGrid } from "./SubGrid";
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
            {entity.columns.filter((c) => !c.givenOnly).map((c) => field(c.name, c, null))}
            {entity.edges.filter((e) => !e.many).map((e) => field(e.name, null, e))}
          </dl>
          {many.length > 0 && <h3>Leads to</h3>}
          {many.map((e) => <ManyEdge key={e.name} entity={entity} row={row} edge={e} trail={trail} />)}
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

function ManyEdge(p: { entity: Entity; row: Row; edge: Edge; trail: Step[] }) {
  const [open, setOpen] = useState(false);
  const count = countOf(p.row, p.edge);
  return (
    <details className="sub-grid" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary><span>{p.edge.name}</span><span className={`chip count${count ? "" : " none"}`}>{count.toLocaleString("en")}</span></summary>
      {open && <SubGrid {...p} />}
    </details>
  );
}
