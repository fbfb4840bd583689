import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useStudio } from "../schema/load";
import { useKept, type SavedView } from "../state/kept";
import { dataRoute, go, readRoute } from "../state/route";
import { readView } from "../state/view";
import { Dialog } from "./Dialog";
import { best } from "./fuzzy";
import { useTheme } from "./theme";

interface Command {
  name: string;
  kind: string;
  run: () => void;
}

/** Palette goes to a place or does something, by a few letters of its name. */
export function Palette({ close, showShortcuts }: { close: () => void; showShortcuts: () => void }) {
  const { model, state } = useStudio();
  const client = useQueryClient();
  const [, setTheme] = useTheme();
  const [views] = useKept<Record<string, SavedView[]>>("views", {});
  const [pattern, setPattern] = useState("");
  const [at, setAt] = useState(0);

  const commands = useMemo<Command[]>(() => {
    const here = readRoute(window.location.hash);
    return [
      ...model.entities.filter((e) => e.list !== null).map((e) => ({ name: e.name, kind: "data", run: () => go(dataRoute(e.name)) })),
      ...Object.entries(views).flatMap(([entity, saved]) =>
        saved.map((v) => ({ name: `${entity}: ${v.name}`, kind: "view", run: () => go(dataRoute(entity, readView(new URLSearchParams(v.params)))) }))),
      ...model.entities.map((e) => ({ name: `${e.name} schema`, kind: "schema", run: () => go({ page: "schema", entity: e.name }) })),
      { name: "Schema", kind: "page", run: () => go({ page: "schema", entity: null }) },
      ...(state.migrations ? [{ name: "Migrations", kind: "page", run: () => go({ page: "migrations" as const }) }] : []),
      { name: "Explore with GraphiQL", kind: "page", run: () => go({ page: "explore", query: null, variables: null }) },
      ...(here.page === "data" && here.entity ? [{ name: "Clear the view", kind: "do", run: () => go(dataRoute(here.entity ?? "")) }] : []),
      { name: "Read everything again", kind: "do", run: () => void client.invalidateQueries() },
      { name: "Theme: light", kind: "do", run: () => setTheme("light") },
      { name: "Theme: dark", kind: "do", run: () => setTheme("dark") },
      { name: "Theme: system", kind: "do", run: () => setTheme("system") },
      { name: "Keyboard shortcuts", kind: "do", run: showShortcuts },
    ];
  }, [model, state, views, client, setTheme, showShortcuts]);

  const found = best(pattern, commands, (c) => c.name).slice(0, 12);
  const run = (command: Command | undefined) => {
    if (!command) return;
    close();
    command.run();
  };
  return (
    <Dialog label="Go to, or do" close={close} className="palette">
      <input autoFocus role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={`palette-${at}`} aria-label="Go to, or do"
        placeholder="Go to, or do" value={pattern}
        onChange={(e) => { setPattern(e.target.value); setAt(0); }}
        onKeyDown={(e) => {
          if (e.key === "ArrowDown" || e.key === "ArrowUp") {
            e.preventDefault();
            setAt((i) => Math.max(0, Math.min(found.length - 1, i + (e.key === "ArrowDown" ? 1 : -1))));
          } else if (e.key === "Enter") run(found[at]);
        }} />
      <ul id="palette-list" role="listbox" aria-label="Found">
        {found.map((c, i) => (
          <li key={`${c.kind}:${c.name}`} id={`palette-${i}`} role="option" aria-selected={i === at} onPointerMove={() => setAt(i)} onClick={() => run(c)}>
            <span>{c.name}</span>
            <small>{c.kind}</small>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="hint">Nothing has these letters.</p>}
    </Dialog>
  );
}
