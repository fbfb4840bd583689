import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { copyValues, editable } from "../change/mutation";
import { readTable } from "../change/paste";
import { create, edit, fault, remove, stagedOf } from "../change/stage";
import { change as stageChange, stageNow, useChanges } from "../change/store";
import { useStudio } from "../schema/load";
import { edgeOf, type Entity } from "../schema/model";
import { plain, tabLine } from "../export/formats";
import { print } from "../api/exact";
import { listOperation, labelText, type Row, type Source } from "../query/list";
import { expected, parseValue, showValue, type Zone } from "../query/value";
import { useKept } from "../state/kept";
import { dataRoute, go, type Step } from "../state/route";
import { plainView, type View } from "../state/view";
import { Failure, Loading } from "../shell/Feedback";
import { Icon } from "../shell/Icon";
import { gridColumns, type GridColumn } from "./columns";
import { Crumbs } from "./Crumbs";
import { Editor, type Target } from "./Editor";
import { Figures } from "./Figures";
import { FilterBar } from "./FilterBar";
import { Grid, valueAt, type GridHandle, type GridRow, type Place } from "./Grid";
import { ColumnsMenu, ExportMenu, ViewsMenu } from "./Menus";
import { more, Peek } from "./Peek";
import { RowPanel } from "./RowPanel";
import { Statements } from "./Statements";
import { gridKey } from "./useGridKeys";
import { pageSize, useRows } from "./useRows";

interface Props {
  entity: Entity;
  view: View;
  trail: Step[];
}

let lastNew = 0;

export function BrowsePage({ entity, view, trail }: Props) {
  const { model, state } = useStudio();
  const { stage } = useChanges();
  const [zone] = useKept<Zone>("zone", "utc");
  const [active, setActive] = useState<Place>({ row: 0, column: 0 });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [editing, setEditing] = useState<{ at: Place; target: Target } | null>(null);
  const [peeking, setPeeking] = useState<{ at: Place; anchor: DOMRect } | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const grid = useRef<GridHandle>(null);
  const lastSelected = useRef(0);

  const step = trail.at(-1);
  const from = step && model.byName.get(step.entity);
  const edge = from && step && edgeOf(from, step.edge);
  const source: Source = { entity, through: from && edge && step ? { entity: from, id: step.id, edge } : null };
  const columns = useMemo(() => gridColumns(entity, view), [entity, view]);
  const list = useRows(source, view, columns.map((c) => c.name));
  const searchable = source.through ? source.through.edge.hasSearch : entity.hasSearch;

  const rows = useMemo<GridRow[]>(() => {
    const fresh = stage.rows.filter((r) => r.entity === entity.name && r.kind === "create").map((staged) => ({ row: { id: staged.id }, staged }));
    return [...fresh, ...list.rows.map((row) => ({ row, staged: stagedOf(stage, entity.name, row.id) }))];
  }, [stage, entity, list.rows]);
  const chosen = useMemo(() => rows.filter((r) => selected.has(r.row.id)), [rows, selected]);

  const change = useCallback((more: Partial<View>) => {
    const next = { ...view, ...more };
    const turns = ["row", "page", "filter", "search"].some((k) => k in more); // what Back should bring back
    go({ page: "data", entity: entity.name, trail, view: next }, !turns);
  }, [view, entity, trail]);

  useEffect(() => {
    const pressed = (e: KeyboardEvent) => {
      const typing = e.target instanceof HTMLElement && e.target.closest("input, textarea, select, dialog") !== null;
      if (e.key !== "/" || typing) return;
      e.preventDefault();
      (document.getElementById("search") ?? document.querySelector<HTMLElement>(".add-filter"))?.focus();
      if (!document.getElementById("search")) document.querySelector<HTMLElement>(".add-filter")?.click();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
  useEffect(() => {
    if (note === null) return;
    const timer = setTimeout(() => setNote(null), 5000);
    return () => clearTimeout(timer);
  }, [note]);

  const can = (r: GridRow | undefined, field: string) =>
    !state.readOnly && r !== undefined && r.staged?.kind !== "delete" && editable(entity, field, r.staged?.kind === "create" ? "create" : "update");

  const startEdit = (at: Place, typed?: string) => {
    const r = rows[at.row];
    const c = columns[at.column];
    if (!r || !c) return;
    if (!can(r, c.name)) {
      if (typed === undefined) setNote(state.readOnly ? "Changes are switched off here." : `${c.name} cannot be changed${c.edge?.many ? " here: open what it leads to" : ""}.`);
      return;
    }
    const anchor = grid.current?.cellRect(at);
    if (!anchor) return;
    const target: Target = { anchor, column: c.column, edge: c.edge, value: valueAt(r, c.name) };
    if (typed !== undefined && c.column && c.column.type !== "JSON" && !c.column.list && !c.column.enumValues && c.column.type !== "Boolean" && c.column.type !== "Date") target.typed = typed;
    setEditing({ at, target });
  };
  const set = (at: Place, value: unknown) => {
    const r = rows[at.row];
    const c = columns[at.column];
    if (r && c) stageChange((s) => edit(s, entity.name, r.staged?.loaded ?? r.row, c.name, value));
  };
  const done = () => {
    setEditing(null);
    grid.current?.focus();
  };

  const open = (at: Place) => {
    const r = rows[at.row];
    const c = columns[at.column];
    if (!r || !c) return;
    if (r.staged?.kind === "create") return startEdit(at);
    if (c.edge?.many) {
      return go(dataRoute(c.edge.target, plainView, [...trail, { entity: entity.name, id: r.row.id, edge: c.edge.name, label: labelText(entity, r.row) }]));
    }
    const to = c.edge ? (valueAt(r, c.name) as { id?: string } | null) : null;
    if (c.edge && to?.id) return go(dataRoute(c.edge.target, { ...plainView, row: to.id }, trail));
    change({ row: r.row.id });
  };

  const peek = (at: Place) => {
    const c = columns[at.column];
    const r = rows[at.row];
    const anchor = grid.current?.cellRect(at);
    if (!r || !c || !anchor) return;
    if (more(c, valueAt(r, c.name))) setPeeking({ at, anchor });
    else setNote(`There is no more to ${c.name} than the cell shows.`);
  };

  const select = (row: number, range: boolean) => {
    const next = new Set(selected);
    const ids = rows.slice(range ? Math.min(lastSelected.current, row) : row, (range ? Math.max(lastSelected.current, row) : row) + 1).map((r) => r.row.id);
    for (const id of ids) if (!range && next.has(id)) next.delete(id); else next.add(id);
    lastSelected.current = row;
    setSelected(next);
  };
  const insert = (values: Record<string, unknown> = {}) => {
    stageChange((s) => create(s, entity.name, `new-${++lastNew}`, values));
    setActive({ row: 0, column: Math.max(0, columns.findIndex((c) => editable(entity, c.name, "create"))) });
    grid.current?.focus();
  };
  const prefilled = (): Record<string, unknown> => {
    const back = source.through && entity.edges.find((e) => !e.many && e.target === source.through?.entity.name && e.input.create);
    return back && step ? { [back.name]: { id: step.id, label: step.label } } : {};
  };
  const removeChosen = () => {
    if (state.readOnly || !entity.mutations.delete) return;
    const these = chosen.length > 0 ? chosen : rows[active.row] ? [rows[active.row] as GridRow] : [];
    stageChange((s) => remove(s, entity.name, these.map((r) => r.row)));
    setSelected(new Set());
  };
  const copy = () => {
    const r = rows[active.row];
    const c = columns[active.column];
    if (!r || !c) return;
    const text = chosen.length > 0
      ? chosen.map(({ row }) => tabLine(columns.map((col) => plain(model, entity, row, col.name)))).join("\n")
      : showValue(plain(model, entity, { ...r.row, ...r.staged?.values } as Row, c.name));
    navigator.clipboard.writeText(text).then(() => setNote("Copied."), () => setNote("The browser does not let the page copy."));
  };

  /** Cells go where they fall, from the active one on; rows beyond the last become new ones. */
  const paste = (text: string) => {
    if (state.readOnly) return setNote("Changes are switched off here.");
    let wrong = 0;
    for (const [i, cells] of readTable(text).entries()) {
      let r = rows[active.row + i];
      if (!r) {
        if (!entity.mutations.create) break;
        const id = `new-${++lastNew}`;
        stageChange((s) => create(s, entity.name, id));
        r = { row: { id }, staged: stagedOf(stageNow(), entity.name, id) };
      }
      for (const [j, cell] of cells.entries()) {
        const c = columns[active.column + j];
        if (!c?.column || !can(r, c.name)) continue;
        const value = cell === "" && !c.column.required ? null : c.column.enumValues && !c.column.enumValues.includes(cell) ? undefined : parseValue(c.column.type, cell);
        const row = r.row;
        stageChange((s) => edit(s, entity.name, stagedOf(s, entity.name, row.id)?.loaded ?? row, c.name, value === undefined ? cell : value));
        if (value !== undefined) continue;
        wrong++;
        stageChange((s) => fault(s, entity.name, row.id, c.name, `${c.name} takes ${expected(c.column?.type ?? "")}`));
      }
    }
    if (wrong > 0) setNote(`${wrong} pasted ${wrong === 1 ? "cell is" : "cells are"} not what the column takes: look for red.`);
  };

  const nearEnd = useCallback(() => {
    if (list.hasMore && !list.loadingMore) list.loadMore();
  }, [list.hasMore, list.loadingMore, list.loadMore]);

  const told = rows[active.row]?.staged?.faults;
  const activeFault = told?.[columns[active.column]?.name ?? ""] ?? told?.[""];
  const explore = listOperation(model, source, list.asked);
  const plainAsked = { by: null, bucket: null, figure: "count" as const, column: null };
  return (
    <div className="browse">
      <Crumbs entity={entity} trail={trail} total={list.total} />
      <div className="toolbar" role="toolbar" aria-label="The list">
        <FilterBar entity={entity} view={view} searchable={searchable} change={change} />
        <span className="grow" />
        <ColumnsMenu entity={entity} view={view} change={change} />
        <ViewsMenu entity={entity} view={view} change={change} />
        {entity.aggregate && <button type="button" className={`button${view.figures ? " on" : ""}`} aria-label="Figures" aria-pressed={view.figures !== null} onClick={() => change({ figures: view.figures ? null : plainAsked })}><Icon name="chart" /><span className="wide-only">Figures</span></button>}
        <ExportMenu source={source} asked={list.asked} view={view} total={list.total} selected={chosen.map((r) => r.row)} say={setNote} />
        {!state.readOnly && entity.mutations.create && <button type="button" className="button" aria-label="Insert a row" onClick={() => insert(prefilled())}><Icon name="plus" /><span className="wide-only">Insert</span></button>}
        <button type="button" className="icon-button" aria-label="Read again" title="Read again" onClick={list.refresh}><Icon name="refresh" /></button>
      </div>
      {chosen.length > 0 && (
        <div className="selection" role="status">
          {chosen.length} selected
          {!state.readOnly && entity.mutations.create && chosen.length === 1 && <button type="button" className="button" onClick={() => { insert(copyValues(entity, { ...chosen[0]?.row })); setSelected(new Set()); }}><Icon name="copy" />Duplicate</button>}
          {!state.readOnly && entity.mutations.delete && <button type="button" className="button danger" onClick={removeChosen}><Icon name="trash" />Delete</button>}
          <button type="button" className="button" onClick={copy}><Icon name="copy" />Copy</button>
          <button type="button" className="button quiet" onClick={() => setSelected(new Set())}>Clear</button>
        </div>
      )}
      {view.figures && <Figures entity={entity} view={view} asked={view.figures} change={change} />}
      <div className="browse-body">
        {list.error && list.rows.length === 0 ? <Failure error={list.error} retry={list.refresh} /> : list.loading ? <Loading what={`Reading ${entity.list ?? entity.name}`} /> : (
          <div className="grid-frame">
            <Grid handle={grid} label={entity.name} rows={rows} total={list.total} columns={columns} view={view} change={change} active={active} setActive={setActive}
              selected={selected} select={select} zone={zone} stale={list.stale} open={open} edit={startEdit} peek={peek} nearEnd={nearEnd}
              selectAll={() => setSelected(selected.size === rows.length ? new Set() : new Set(rows.map((r) => r.row.id)))}
              onPaste={paste}
              onKey={(e) => gridKey(e, {
                active, rows: rows.length, columns: columns.length, setActive, open, peek, edit: startEdit, select, remove: removeChosen, copy,
                clear: (at) => { const c = columns[at.column]; if (c && can(rows[at.row], c.name) && !(c.column?.required ?? c.edge?.required)) set(at, null); },
                columnMenu: (column) => document.querySelector<HTMLElement>(`[role=columnheader][aria-colindex="${column + 2}"] .head-menu`)?.click(),
                escape: () => (view.row ? change({ row: null }) : setSelected(new Set())),
              })} />
            {rows.length === 0 && (
              <div className="feedback empty">
                <h2>No rows</h2>
                <p>{view.filter.items.length > 0 || view.search ? "No row is as the filter and the search ask." : "There is nothing here yet."}</p>
                {(view.filter.items.length > 0 || view.search) && <button type="button" className="button" onClick={() => change({ filter: { any: false, items: [] }, search: "" })}>Clear the filter</button>}
              </div>
            )}
          </div>
        )}
        {view.row !== null && <RowPanel entity={entity} id={view.row} trail={trail} close={() => { change({ row: null }); grid.current?.focus(); }} />}
      </div>
      <footer className="status">
        <span>{list.rows.length.toLocaleString("en")}{list.total !== undefined && ` of ${list.total.toLocaleString("en")}`} rows</span>
        {list.error && list.rows.length > 0 && <span className="fault">{list.error.message}</span>}
        {list.faults.length > 0 && <span className="fault" role="status">{list.faults.map((f) => f.message).join("; ")}</span>}
        {activeFault && <span role="status" className="fault">{activeFault}</span>}
        {note && <span role="status" className="note">{note}</span>}
        <span className="grow" />
        {list.took !== undefined && <Statements trace={list.trace} took={list.took} />}
        <a className="status-link" href={`#/explore?${new URLSearchParams({ query: explore.query, variables: print(explore.variables, 2) }).toString()}`}>GraphQL</a>
        {view.page === null ? (
          <>
            {list.hasMore && <button type="button" className="button quiet" disabled={list.loadingMore} onClick={list.loadMore}>{list.loadingMore ? "Loading…" : "Load more"}</button>}
            <button type="button" className="button quiet" onClick={() => change({ page: 1 })}>Pages</button>
          </>
        ) : (
          <Pages page={view.page} total={list.total} set={(page) => { change({ page }); setActive({ row: 0, column: active.column }); }} />
        )}
      </footer>
      {peeking && rows[peeking.at.row] && columns[peeking.at.column] && (
        <Peek anchor={peeking.anchor} entity={entity} row={(rows[peeking.at.row] as GridRow).row} at={columns[peeking.at.column] as GridColumn} trail={trail} zone={zone}
          value={valueAt(rows[peeking.at.row] as GridRow, (columns[peeking.at.column] as GridColumn).name)} close={() => setPeeking(null)} />
      )}
      {editing && (
        <Editor target={editing.target} close={done}
          save={(value, next) => {
            set(editing.at, value);
            done();
            if (next) setActive({ row: editing.at.row, column: Math.min(columns.length - 1, editing.at.column + 1) });
          }} />
      )}
    </div>
  );
}

function Pages({ page, total, set }: { page: number; total: number | undefined; set: (page: number | null) => void }) {
  const last = total === undefined ? page : Math.max(1, Math.ceil(total / pageSize));
  return (
    <span className="pages">
      <button type="button" className="icon-button small" aria-label="Page before" disabled={page <= 1} onClick={() => set(page - 1)}><Icon name="left" /></button>
      <label>Page <input aria-label="Page" type="number" min={1} max={last} value={page} onChange={(e) => { const n = Number(e.target.value); if (n >= 1 && n <= last) set(n); }} /> of {last.toLocaleString("en")}</label>
      <button type="button" className="icon-button small" aria-label="Next page" disabled={page >= last} onClick={() => set(page + 1)}><Icon name="right" /></button>
      <button type="button" className="button quiet" onClick={() => set(null)}>Endless</button>
    </span>
  );
}
