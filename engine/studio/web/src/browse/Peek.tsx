import { useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { print } from "../api/exact";
import { useStudio } from "../schema/load";
import type { Entity } from "../schema/model";
import { labelText, rowOperation, type Row } from "../query/list";
import { showValue, type Zone } from "../query/value";
import { dataRoute, writeRoute, type Step } from "../state/route";
import { plainView } from "../state/view";
import { Failure, Loading } from "../shell/Feedback";
import { Popover } from "../shell/Popover";
import { CellContent } from "./Cell";
import type { GridColumn } from "./columns";
import { countOf, SubGrid } from "./SubGrid";
import { Tree, Value } from "./Value";

interface Props {
  anchor: DOMRect;
  entity: Entity;
  row: Row;
  at: GridColumn;
  value: unknown;
  trail: Step[];
  zone: Zone;
  close: () => void;
}

/** From so many pixels for a letter a text is taken not to fit its cell. */
const letter = 6.6;

/** more tells whether there is more to a value than its cell shows. */
export function more(at: GridColumn, value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (at.edge) return at.edge.many ? countOf({ id: "", [at.name]: value }, at.edge) > 0 : "id" in (value as object);
  if (at.column?.type === "JSON") return true;
  const text = showValue(value);
  return text.length * letter > at.width - 18 || text.includes("\n");
}

/** Peek shows where one is what a cell leads to, or all of a value that is too long for it. */
export function Peek(p: Props) {
  const { model } = useStudio();
  const { edge, column } = p.at;
  const target = edge && model.byName.get(edge.target);
  const label = edge && !edge.many && target ? `${target.name} ${labelText(target, p.value as Row)}` : p.at.name;
  return (
    <Popover anchor={p.anchor} label={label} close={p.close} className="peek wide">
      <div className="editor-head"><strong>{label}</strong>{column && <code>{column.list ? `[${column.type}]` : column.type}</code>}</div>
      {edge?.many && <div className="sub-grid-peek"><SubGrid entity={p.entity} row={p.row} edge={edge} trail={p.trail} /></div>}
      {edge && !edge.many && target && <OneRow entity={target} id={(p.value as Row).id} trail={p.trail} zone={p.zone} />}
      {column && <Whole {...p} />}
    </Popover>
  );
}

function OneRow({ entity, id, trail, zone }: { entity: Entity; id: string; trail: Step[]; zone: Zone }) {
  const { model } = useStudio();
  const query = useQuery({
    queryKey: ["row", entity.name, id],
    queryFn: async ({ signal }) => {
      const { query: text, variables } = rowOperation(model, entity, id);
      return (await ask<{ node: Row | null }>(text, variables, signal)).data?.node ?? null;
    },
  });
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <Loading what="Reading the row" />;
  const row = query.data;
  if (!row) return <p className="hint">This row is gone, or may not be seen.</p>;
  return (
    <>
      <dl className="fields">
        {[...entity.columns.filter((c) => !c.givenOnly).map((c) => ({ name: c.name, column: c, edge: null })), ...entity.edges.map((e) => ({ name: e.name, column: null, edge: e }))].map((f) => (
          <div key={f.name} className="field">
            <dt>{f.name}</dt>
            <dd><CellContent at={{ ...f, width: 0, pinned: false }} value={row[f.name] ?? null} zone={zone} /></dd>
          </div>
        ))}
      </dl>
      <a className="button" href={writeRoute(dataRoute(entity.name, { ...plainView, row: id }, trail))} autoFocus>Open</a>
    </>
  );
}

function Whole({ value, at, zone }: Props) {
  const column = at.column;
  if (!column) return null;
  const json = column.type === "JSON";
  const text = json || column.list ? print(value, 2) : showValue(value);
  return (
    <>
      <div className="whole" tabIndex={0} role="region" aria-label="The whole value">
        {json ? <Tree value={value} /> : column.list && Array.isArray(value) ? (
          <ol className="items">{value.map((v: unknown, i) => <li key={i}><Value value={v} column={{ ...column, list: false }} zone={zone} /></li>)}</ol>
        ) : <pre>{text}</pre>}
      </div>
      <div className="editor-foot">
        <button type="button" className="button" onClick={() => void navigator.clipboard.writeText(text)}>Copy</button>
        <span className="hint">{text.length.toLocaleString("en")} characters</span>
      </div>
    </>
  );
}
