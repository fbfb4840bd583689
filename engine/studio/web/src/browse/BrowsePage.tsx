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
import { gridColumns } from "./columns";
import { Crumbs } from "./Crumbs";
import { Editor, type Target } from "./Editor";
import { Figures } from "./Figures";
import { FilterBar } from "./FilterBar";
import { Grid, type GridHandle, type Place } from "./Grid";
import { valueAt, type GridRow } from "./Line";
import { ColumnsMenu, ExportMenu, ViewsMenu } from "./Menus";
import { more, Peek } from "./Peek";
import { RowPanel } from "./RowPanel";
import { Statements } from "./Statements";
import { gridKey } from "./useGridKeys";
import { pageSize } from "../query/pages";
import { useRows } from "./useRows";
import { reachable } from "./useSight";

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
  const [place, setPlace] = useState<Place & { question: string }>({ row: 0, column: 0, question: "" });
  const [selected, setSelected] = useState<ReadonlyMap<string, Row>>(new Map());
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

  // Other rows begin at the first.
  const { question } = list;
  const active = useMemo<Place>(() => (place.question === question ? place : { row: 0, column: place.column }), [place, question]);
  const setActive = useCallback((at: Place) => setPlace({ ...at, question }), [question]);

  // New rows come first.
  const staged = useMemo(() => new Map(stage.rows.filter((r) => r.entity === entity.name).map((r) => [r.id, r])), [stage, entity]);
  const fresh = useMemo<GridRow[]>(() => [...staged.values()].filter((r) => r.kind === "create").map((r) => ({ row: { id: r.id }, staged: r })), [staged]);
  const length = fresh.length + Math.min(list.length, reachable);
  const rowAt = (i: number): GridRow | undefined => {
    const row = list.at(i - fresh.length);
    return fresh[i] ?? (row && { row, staged: staged.get(row.id) });
  };
  const { want } = list;
  const sight = useCallback((first: number, last: number) => want(first - fresh.length, last - fresh.length), [want, fresh.length]);
  const held = [...fresh.map((r) => r.row), ...list.held];
  // What is selected stays so when it is out of sight; what is in sight may be newer.
  const chosen = useMemo(() => {
    const now = new Map((selected.size > 0 ? list.held : []).map((r) => [r.id, r]));
    return [...selected.values()].map((row): GridRow => ({ row: now.get(row.id) ?? row, staged: staged.get(row.id) }));
  }, [selected, staged, list.held]);

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
    const r = rowAt(at.row);
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
    const r = rowAt(at.row);
    const c = columns[at.column];
    if (r && c) stageChange((s) => edit(s, entity.name, r.staged?.loaded ?? r.row, c.name, value));
  };
  const done = () => {
    setEditing(null);
    grid.current?.focus();
  };

  const open = (at: Place) => {
    const r = rowAt(at.row);
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
    const r = rowAt(at.row);
    const anchor = grid.current?.cellRect(at);
    if (!r || !c || !anchor) return;
    if (more(c, valueAt(r, c.name))) setPeeking({ at, anchor });
    else setNote(`There is no more to ${c.name} than the cell shows.`);
  };

  const select = (row: number, range: boolean) => {
    const next = new Map(selected);
    const [first, last] = range ? [Math.min(lastSelected.current, row), Math.max(lastSelected.current, row)] : [row, row];
    let passed = 0;
    for (let i = first; i <= last; i++) {
      const r = rowAt(i)?.row;
      if (!r) passed++;
      else if (!range && next.has(r.id)) next.delete(r.id);
      else next.set(r.id, r);
    }
    if (passed > 0) setNote(`${passed.toLocaleString("en")} rows between are not read, and not selected.`);
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
    const these = chosen.length > 0 ? chosen : [rowAt(active.row)].filter((r) => r !== undefined);
    stageChange((s) => remove(s, entity.name, these.map((r) => r.row)));
    setSelected(new Map());
  };
  const copy = () => {
    const r = rowAt(active.row);
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
      let r = rowAt(active.row + i);
      if (!r) {
        if (!entity.mutations.create || active.row + i < length) break; // what is not read is not overwritten
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

  const told = rowAt(active.row)?.staged?.faults;
  const activeFault = told?.[columns[active.column]?.name ?? ""] ?? told?.[""];
  const peekedRow = peeking && rowAt(peeking.at.row);
  const peekedColumn = peeking && columns[peeking.at.column];
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
          {!state.readOnly && entity.mutations.create && chosen.length === 1 && <button type="button" className="button" onClick={() => { insert(copyValues(entity, { ...chosen[0]?.row })); setSelected(new Map()); }}><Icon name="copy" />Duplicate</button>}
          {!state.readOnly && entity.mutations.delete && <button type="button" className="button danger" onClick={removeChosen}><Icon name="trash" />Delete</button>}
          <button type="button" className="button" onClick={copy}><Icon name="copy" />Copy</button>
          <button type="button" className="button quiet" onClick={() => setSelected(new Map())}>Clear</button>
        </div>
      )}
      {view.figures && <Figures entity={entity} view={view} asked={view.figures} change={change} />}
      <div className="browse-body">
        {list.error && list.held.length === 0 ? <Failure error={list.error} retry={list.refresh} /> : list.loading ? <Loading what={`Reading ${entity.list ?? entity.name}`} /> : (
          <div className="grid-frame">
            <Grid handle={grid} label={entity.name} length={length} at={rowAt} total={list.total} columns={columns} view={view} change={change} question={question}
              active={active} setActive={setActive} selected={selected} allSelected={held.length > 0 && held.every((r) => selected.has(r.id))} select={select}
              selectAll={() => setSelected(held.every((r) => selected.has(r.id)) ? new Map() : new Map(held.map((r) => [r.id, r])))}
              zone={zone} stale={list.stale} open={open} edit={startEdit} peek={peek} sight={sight}
              onPaste={paste}
              onKey={(e) => gridKey(e, {
                active, rows: length, columns: columns.length, setActive, open, peek, edit: startEdit, select, remove: removeChosen, copy,
                clear: (at) => { const c = columns[at.column]; if (c && can(rowAt(at.row), c.name) && !(c.column?.required ?? c.edge?.required)) set(at, null); },
                columnMenu: (column) => document.querySelector<HTMLElement>(`[role=columnheader][aria-colindex="${column + 2}"] .head-menu`)?.click(),
                escape: () => (view.row ? change({ row: null }) : setSelected(new Map())),
              })} />
            {length === 0 && (
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
        <span>{list.held.length.toLocaleString("en")}{list.total !== undefined && ` of ${list.total.toLocaleString("en")}`} rows</span>
        {view.page === null && list.length > reachable && <span title="Sort, filter, or turn pages to see the others">the first {reachable.toLocaleString("en")} to scroll over</span>}
        {list.error && list.held.length > 0 && <span className="fault">{list.error.message}</span>}
        {list.faults.length > 0 && <span className="fault" role="status">{list.faults.map((f) => f.message).join("; ")}</span>}
        {activeFault && <span role="status" className="fault">{activeFault}</span>}
        {note && <span role="status" className="note">{note}</span>}
        <span className="grow" />
        {list.took !== undefined && <Statements trace={list.trace} took={list.took} />}
        <a className="status-link" href={`#/explore?${new URLSearchParams({ query: explore.query, variables: print(explore.variables, 2) }).toString()}`}>GraphQL</a>
        {view.page === null ? (
          <>
            {list.more && <button type="button" className="button quiet" onClick={list.more}>Load more</button>}
            <button type="button" className="button quiet" onClick={() => change({ page: 1 })}>Pages</button>
          </>
        ) : (
          <Pages page={view.page} total={list.total} set={(page) => { change({ page }); setActive({ row: 0, column: active.column }); }} />
        )}
      </footer>
      {peekedRow && peekedColumn && peeking && (
        <Peek anchor={peeking.anchor} entity={entity} row={peekedRow.row} at={peekedColumn} trail={trail} zone={zone} value={valueAt(peekedRow, peekedColumn.name)} close={() => setPeeking(null)} />
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
