import { useQueries } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ask } from "../api/client";
import { countsOperation } from "../query/list";
import { useStudio } from "../schema/load";
import type { Entity } from "../schema/model";
import { dataRoute, writeRoute, type Route } from "../state/route";
import { best } from "./fuzzy";
import { Icon, type IconName } from "./Icon";

/** Entities counted by one operation: few enough that a slow one does not hold up the others. */
const atOnce = 4;

function useCounts(entities: Entity[]): Map<string, number> {
  const listed = entities.filter((e) => e.list !== null);
  const groups = Array.from({ length: Math.ceil(listed.length / atOnce) }, (_, i) => listed.slice(i * atOnce, (i + 1) * atOnce));
  return useQueries({
    queries: groups.map((group) => ({
      queryKey: ["counts", ...group.map((e) => e.name)],
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await ask<Record<string, { totalCount: number } | null>>(countsOperation(group).query, {}, signal)).data ?? {},
      staleTime: 60_000,
    })),
    combine: (results) => new Map(results.flatMap((r) => Object.entries(r.data ?? {}).flatMap(([name, c]) => (c ? [[name, c.totalCount] as const] : [])))),
  });
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
export const countText = (n: number | undefined) => (n === undefined ? "" : n < 10_000 ? n.toLocaleString("en") : compact.format(n));

export function Sidebar({ route }: { route: Route }) {
  const { model, state } = useStudio();
  const [pattern, setPattern] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const counts = useCounts(model.entities);
  const shown = best(pattern, model.entities.filter((e) => e.list !== null), (e) => e.name);

  useEffect(() => {
    const pressed = (e: KeyboardEvent) => {
      if (e.key === "e" && e.altKey) {
        e.preventDefault();
        input.current?.focus();
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);

  const link = (to: Route, icon: IconName, text: string, current: boolean) => (
    <a className="nav-link" href={writeRoute(to)} aria-current={current ? "page" : undefined}>
      <Icon name={icon} />
      {text}
    </a>
  );
  return (
    <nav className="sidebar" aria-label="Studio">
      <div className="brand">
        <img src="./icon.svg" alt="" width="22" height="22" />
        <span>Cambium</span>
        <small>studio</small>
      </div>
      <div className="entity-filter">
        <Icon name="search" />
        <input ref={input} type="search" placeholder="Find an entity" aria-label="Find an entity" value={pattern} onChange={(e) => setPattern(e.target.value)}
          onKeyDown={(e) => {
            const first = shown[0];
            if (e.key === "Enter" && first) window.location.hash = writeRoute(dataRoute(first.name));
          }} />
      </div>
      <ul className="entities">
        {shown.map((e) => (
          <li key={e.name}>
            <a className="nav-link" href={writeRoute(dataRoute(e.name))} title={e.doc} aria-current={route.page === "data" && route.entity === e.name ? "page" : undefined}>
              <Icon name="table" />
              <span className="nav-name">{e.name}</span>
              <span className="count">{countText(counts.get(e.name))}</span>
            </a>
          </li>
        ))}
        {shown.length === 0 && <li className="hint">No entity has these letters.</li>}
      </ul>
      <div className="nav-foot">
        {link({ page: "schema", entity: null }, "graph", "Schema", route.page === "schema")}
        {state.migrations && link({ page: "migrations" }, "history", "Migrations", route.page === "migrations")}
        {link({ page: "explore", query: null, variables: null }, "play", "Explore", route.page === "explore")}
      </div>
    </nav>
  );
}
