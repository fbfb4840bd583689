import { useQuery } from "@tanstack/react-query";
import { tables } from "../api/server";
import type { Entity } from "../schema/model";
import { dataRoute, writeRoute } from "../state/route";
import { Icon } from "../shell/Icon";

/** EntityDoc is all that is known of an entity: fields, edges, what may be done, its table. */
export function EntityDoc({ entity, close }: { entity: Entity; close: () => void }) {
  const table = useQuery({ queryKey: ["studio", "tables"], queryFn: tables, staleTime: Infinity }).data?.find((t) => t.entity === entity.name);
  const can = [entity.list && "read", entity.hasSearch && "search", entity.aggregate && "aggregate", entity.mutations.create && "create", entity.mutations.update && "update", entity.mutations.delete && "delete"].filter(Boolean);
  return (
    <aside className="entity-doc" aria-label={entity.name}>
      <div className="panel-head">
        <div><small>{table ? `table ${table.table}` : "entity"}</small><h2>{entity.name}</h2></div>
        <span className="grow" />
        {entity.list && <a className="button" href={writeRoute(dataRoute(entity.name))}>Rows</a>}
        <button type="button" className="icon-button" aria-label="Close" onClick={close}><Icon name="close" /></button>
      </div>
      {entity.doc && <p>{entity.doc}</p>}
      <p className="chips">{can.map((c) => <span key={String(c)} className="chip plain">{c}</span>)}</p>
      {table && (
        <>
          <h3>Policies</h3>
          <dl className="doc-list policies">
            <div><dt>See</dt><dd>{table.policy.see.map((rule) => <span key={rule}>{rule}</span>)}</dd></div>
            <div><dt>Change</dt><dd>{table.policy.change.map((rule) => <span key={rule}>{rule}</span>)}</dd></div>
            {table.policy.private.map((p) => <div key={p.field}><dt>See <code>{p.field}</code></dt><dd>{p.readers.map((r) => <span key={r}>{r}</span>)}</dd></div>)}
          </dl>
        </>
      )}
      <h3>Fields</h3>
      <dl className="doc-list">
        {entity.columns.map((c) => (
          <div key={c.name}>
            <dt>{c.name} <code>{c.list ? `[${c.type}]` : c.type}{c.required ? "!" : ""}</code></dt>
            <dd>{c.doc}{c.givenOnly && " Given once, when a row is made."}{c.enumValues && <span className="chips">{c.enumValues.map((v) => <span key={v} className="chip plain">{v}</span>)}</span>}</dd>
          </div>
        ))}
      </dl>
      {entity.edges.length > 0 && <h3>Edges</h3>}
      <dl className="doc-list">
        {entity.edges.map((e) => (
          <div key={e.name}>
            <dt>{e.name} <a href={writeRoute({ page: "schema", entity: e.target })}>{e.many ? `[${e.target}]` : e.target}</a></dt>
            <dd>{e.doc}</dd>
          </div>
        ))}
      </dl>
      {table && table.indexes.length > 0 && (
        <>
          <h3>Indexes</h3>
          <dl className="doc-list">
            {table.indexes.map((i) => <div key={i.name}><dt><code>{i.columns.join(", ")}</code>{i.unique && <span className="chip plain">unique</span>}</dt><dd>{i.name}</dd></div>)}
          </dl>
        </>
      )}
      {table && table.references.length > 0 && (
        <>
          <h3>Foreign keys</h3>
          <dl className="doc-list">
            {table.references.map((r) => <div key={r.columns.join()}><dt><code>{r.columns.join(", ")}</code> → {r.table}</dt><dd>{r.onDelete && `on delete ${r.onDelete.toLowerCase()}`}</dd></div>)}
          </dl>
        </>
      )}
      {table && (
        <>
          <h3>Columns of the table</h3>
          <dl className="doc-list compact">{table.columns.map((c) => <div key={c.name}><dt><code>{c.name}</code></dt><dd>{c.type}{c.nullable ? "" : ", not null"}</dd></div>)}</dl>
        </>
      )}
    </aside>
  );
}
