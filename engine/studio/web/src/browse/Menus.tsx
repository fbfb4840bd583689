// The menus over a grid: columns, saved views, export.
import { useRef, useState } from "react";
import { useStudio } from "../schema/load";
import type { Entity } from "../schema/model";
import { defaultColumns, listOperation, type Asked, type Row, type Source } from "../query/list";
import { useKept, type SavedView } from "../state/kept";
import { plainView, readView, writeView, type View } from "../state/view";
import { download, type Format } from "../export/download";
import { goCall, plain, tabLine } from "../export/formats";
import { print } from "../api/exact";
import { Icon } from "../shell/Icon";
import { PopoverButton } from "../shell/Popover";
import { best } from "../shell/fuzzy";
import { typeText } from "./columns";

interface ViewProps {
  entity: Entity;
  view: View;
  change: (view: Partial<View>) => void;
}

export function ColumnsMenu({ entity, view, change }: ViewProps) {
  const [pattern, setPattern] = useState("");
  const shown = view.columns ?? defaultColumns(entity);
  const all = [...shown, ...[...entity.columns, ...entity.edges].map((f) => f.name).filter((n) => !shown.includes(n))];
  return (
    <PopoverButton label="Columns" className="button" face={<><Icon name="columns" /><span className="wide-only">Columns</span></>}>
      {() => (
        <div className="form columns-menu">
          <input type="search" placeholder="Find a column" aria-label="Find a column" value={pattern} onChange={(e) => setPattern(e.target.value)} autoFocus />
          <ul>
            {best(pattern, all, (n) => n).map((name) => {
              const column = entity.columns.find((c) => c.name === name) ?? null;
              const edge = entity.edges.find((e) => e.name === name) ?? null;
              return (
                <li key={name}>
                  <label className="choice">
                    <input type="checkbox" checked={shown.includes(name)}
                      onChange={(e) => change({ columns: e.target.checked ? [...shown, name] : shown.filter((n) => n !== name) })} />
                    {name}
                    <code>{typeText({ column, edge })}</code>
                  </label>
                  <button type="button" className={`icon-button small${view.pinned.includes(name) ? " on" : ""}`} aria-label={`Pin ${name}`} aria-pressed={view.pinned.includes(name)}
                    onClick={() => change({ pinned: view.pinned.includes(name) ? view.pinned.filter((n) => n !== name) : [...view.pinned, name] })}>
                    <Icon name="pin" />
                  </button>
                </li>
              );
            })}
          </ul>
          <div className="editor-foot">
            <button type="button" className="button" onClick={() => change({ columns: null, pinned: [], widths: {} })}>As at first</button>
            <button type="button" className="button" onClick={() => change({ columns: ["id", ...entity.label] })}>Only the label</button>
          </div>
        </div>
      )}
    </PopoverButton>
  );
}

const noViews: Record<string, SavedView[]> = {};

export function ViewsMenu({ entity, view, change }: ViewProps) {
  const [views, setViews] = useKept("views", noViews);
  const [name, setName] = useState("");
  const saved = views[entity.name] ?? [];
  const put = (list: SavedView[]) => setViews({ ...views, [entity.name]: list });
  return (
    <PopoverButton label="Views" className="button" face={<><Icon name="bookmark" /><span className="wide-only">Views</span></>}>
      {(close) => (
        <div className="form">
          {saved.length === 0 && <p className="hint">A view keeps the filter, the order and the columns under a name.</p>}
          <ul className="saved-views">
            {saved.map((v) => (
              <li key={v.name}>
                <button type="button" className="menu-item" onClick={() => { change({ ...readView(new URLSearchParams(v.params)), row: null }); close(); }}>{v.name}</button>
                <button type="button" className="icon-button small" aria-label={`Delete the view ${v.name}`} onClick={() => put(saved.filter((o) => o !== v))}><Icon name="trash" /></button>
              </li>
            ))}
          </ul>
          <button type="button" className="menu-item" onClick={() => { change(plainView); close(); }}>As at first</button>
          <form className="inline-form" onSubmit={(e) => {
            e.preventDefault();
            put([...saved.filter((v) => v.name !== name.trim()), { name: name.trim(), params: writeView({ ...view, row: null, page: view.page === null ? null : 1 }).toString() }]);
            setName("");
            close();
          }}>
            <input aria-label="Name of the view" placeholder="Name of the view" value={name} onChange={(e) => setName(e.target.value)} required pattern=".*\S.*" />
            <button type="submit" className="button primary">Save</button>
          </form>
        </div>
      )}
    </PopoverButton>
  );
}

interface ExportProps {
  source: Source;
  asked: Asked;
  view: View;
  total: number | undefined;
  selected: Row[];
  say: (text: string) => void;
}

export function ExportMenu({ source, asked, view, total, selected, say }: ExportProps) {
  const { model } = useStudio();
  const [running, setRunning] = useState<number | null>(null);
  const stop = useRef<AbortController | null>(null);
  const start = async (format: Format) => {
    stop.current = new AbortController();
    setRunning(0);
    try {
      await download(model, source, asked, format, stop.current.signal, setRunning);
      say("Exported.");
    } catch (error) {
      if (!(error instanceof DOMException)) say(error instanceof Error ? error.message : String(error));
    } finally {
      setRunning(null);
    }
  };
  const copy = (text: string, what: string) => {
    navigator.clipboard.writeText(text).then(() => say(`${what} copied.`), () => say("The browser does not let the page copy."));
  };
  const graphQL = () => {
    const { query, variables } = listOperation(model, source, asked);
    return `${query}\n\n# variables\n${print(variables, 2).replace(/^/gm, "# ")}\n`;
  };
  if (running !== null) {
    return (
      <span className="export-progress" role="status">
        <progress aria-label="Rows exported" value={running} max={total ?? undefined} />
        {running.toLocaleString("en")} rows
        <button type="button" className="button" onClick={() => stop.current?.abort()}>Stop</button>
      </span>
    );
  }
  return (
    <PopoverButton label="Export" className="button" face={<><Icon name="download" /><span className="wide-only">Export</span></>}>
      {(close) => {
        const item = (text: string, act: () => void) => <button type="button" className="menu-item" onClick={() => { close(); act(); }}>{text}</button>;
        return (
          <div className="menu">
            <h3>All {total?.toLocaleString("en") ?? ""} rows of the list</h3>
            {item("CSV file", () => void start("csv"))}
            {item("JSON file", () => void start("json"))}
            <h3>Copy</h3>
            {selected.length > 0 && item(`The ${selected.length} selected rows`, () => copy(selected.map((row) => tabLine(asked.columns.map((n) => plain(model, source.entity, row, n)))).join("\n"), "Rows"))}
            {item("The GraphQL query", () => copy(graphQL(), "Query"))}
            {item("The Go ent call", () => copy(goCall(model, source.entity, view.filter, view.sort, asked.first), "Call"))}
          </div>
        );
      }}
    </PopoverButton>
  );
}
