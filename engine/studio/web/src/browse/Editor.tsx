import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ask } from "../api/client";
import { print } from "../api/exact";
import type { Link } from "../change/stage";
import { useStudio } from "../schema/load";
import type { Column, Edge } from "../schema/model";
import { labelText, pickOperation, type Row } from "../query/list";
import { expected, parseValue, showValue } from "../query/value";
import { Popover } from "../shell/Popover";

export interface Target {
  anchor: DOMRect;
  column: Column | null;
  edge: Edge | null;
  value: unknown;
  /** what was typed to begin with, in place of the value */
  typed?: string;
}

interface Props {
  target: Target;
  save: (value: unknown, next: boolean) => void;
  close: () => void;
}

/** Editor changes one value, by its type. Enter saves, Tab saves and goes on, Esc leaves it as it was. */
export function Editor({ target, save, close }: Props) {
  const name = target.column?.name ?? target.edge?.name ?? "";
  return (
    <Popover anchor={target.anchor} label={`Edit ${name}`} close={close} className="editor">
      {target.edge ? <LinkEditor edge={target.edge} save={save} /> : target.column ? <ValueEditor target={target} column={target.column} save={save} /> : null}
    </Popover>
  );
}

const choices = (column: Column): string[] | null => column.enumValues ?? (column.type === "Boolean" ? ["true", "false"] : null);

function ValueEditor({ target, column, save }: { target: Target; column: Column; save: Props["save"] }) {
  const long = column.type === "JSON" || (column.type === "String" && (showValue(target.value).length > 40 || showValue(target.value).includes("\n")));
  const initial = target.typed ?? (column.list || column.type === "JSON" ? (target.value === null || target.value === undefined ? "" : print(target.value, 2)) : showValue(target.value));
  const [text, setText] = useState(initial);
  const [fault, setFault] = useState<string | null>(null);
  const input = useRef<HTMLInputElement & HTMLTextAreaElement & HTMLSelectElement>(null);
  useEffect(() => {
    input.current?.focus({ preventScroll: true });
    if (target.typed === undefined) input.current?.select?.();
  }, [target.typed]);

  const commit = (next: boolean) => {
    const value = column.list ? parseList(column, text) : parseValue(column.type, text);
    if (value === undefined) setFault(`${column.name} takes ${column.list ? `a list such as ["a", "b"]` : expected(column.type)}`);
    else save(value, next);
  };
  const keys = (e: React.KeyboardEvent) => {
    if (e.key === "Tab" || (e.key === "Enter" && (!long || e.ctrlKey || e.metaKey))) {
      e.preventDefault();
      e.stopPropagation();
      commit(e.key === "Tab");
    } else if (e.key === "Backspace" && e.ctrlKey && !column.required) {
      e.preventDefault();
      save(null, false);
    }
  };
  const common = { ref: input, "aria-label": column.name, "aria-invalid": fault !== null, value: text, onKeyDown: keys };
  const options = column.list ? null : choices(column);
  return (
    <div className="value-editor">
      <div className="editor-head"><strong>{column.name}</strong><code>{column.list ? `[${column.type}]` : column.type}</code></div>
      {options ? (
        <select {...common} onChange={(e) => setText(e.target.value)}>
          {!options.includes(text) && <option value={text}>{text || "choose"}</option>}
          {options.map((o) => <option key={o}>{o}</option>)}
        </select>
      ) : long || column.list ? (
        <textarea {...common} rows={6} spellCheck={false} onChange={(e) => setText(e.target.value)} />
      ) : (
        <input {...common} type={column.type === "Date" ? "date" : "text"} spellCheck={false} onChange={(e) => setText(e.target.value)}
          placeholder={column.type === "String" ? "empty text" : expected(column.type)} />
      )}
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="editor-foot">
        <button type="button" className="button primary" onClick={() => commit(false)}>{long || column.list ? "Set (Ctrl Enter)" : "Set"}</button>
        {!column.required && <button type="button" className="button" onClick={() => save(null, false)}>NULL</button>}
      </div>
    </div>
  );
}

function parseList(column: Column, text: string): unknown[] | undefined {
  const list = parseValue("JSON", text);
  if (!Array.isArray(list)) return undefined;
  const values = list.map((v) => (typeof v === "string" || column.type === "JSON" ? v : parseValue(column.type, showValue(v))));
  return values.includes(undefined) ? undefined : values;
}

function LinkEditor({ edge, save }: { edge: Edge; save: Props["save"] }) {
  const { model } = useStudio();
  const target = model.byName.get(edge.target);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = useQuery({
    queryKey: ["pick", edge.target, text],
    enabled: target !== undefined && target.list !== null,
    queryFn: async ({ signal }) => {
      if (!target) return [];
      const { query, variables } = pickOperation(target, text);
      return (await ask<{ rows: { nodes: Row[] } }>(query, variables, signal)).data?.rows.nodes ?? [];
    },
    placeholderData: (previous) => previous,
  });
  if (!target) return null;
  const rows = found.data ?? [];
  const pick = (row: Row | undefined, next: boolean) => {
    if (row) save({ id: row.id, label: labelText(target, row) } satisfies Link, next);
  };
  return (
    <div className="value-editor">
      <div className="editor-head"><strong>{edge.name}</strong><code>{edge.target}</code></div>
      <input autoFocus role="combobox" aria-expanded="true" aria-controls="pick-list" aria-activedescendant={`pick-${at}`} aria-label={`Find a ${edge.target}`}
        placeholder={`Find a ${edge.target}`} value={text}
        onChange={(e) => { setText(e.target.value); setAt(0); }}
        onKeyDown={(e) => {
          if (e.key === "ArrowDown" || e.key === "ArrowUp") {
            e.preventDefault();
            setAt((i) => Math.max(0, Math.min(rows.length - 1, i + (e.key === "ArrowDown" ? 1 : -1))));
          } else if (e.key === "Enter" || e.key === "Tab") {
            e.preventDefault();
            e.stopPropagation();
            pick(rows[at], e.key === "Tab");
          }
        }} />
      <ul id="pick-list" role="listbox" aria-label={edge.target} className="pick">
        {rows.map((row, i) => (
          <li key={row.id} id={`pick-${i}`} role="option" aria-selected={i === at} onPointerMove={() => setAt(i)} onClick={() => pick(row, false)}>{labelText(target, row)}</li>
        ))}
      </ul>
      {found.isSuccess && rows.length === 0 && <p className="hint">None has that.</p>}
      {!edge.required && <div className="editor-foot"><button type="button" className="button" onClick={() => save(null, false)}>NULL</button></div>}
    </div>
  );
}
