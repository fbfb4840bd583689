// Where one is: the part of the URL after #, so that the studio works below any path.
import { useSyncExternalStore } from "react";
import { plainView, readView, writeView, type View } from "./view";

/** A step on the way to a list: the row whose edge was followed. */
export interface Step {
  entity: string;
  id: string;
  edge: string;
  label: string;
}

export type Route =
  | { page: "data"; entity: string | null; trail: Step[]; view: View }
  | { page: "schema"; entity: string | null }
  | { page: "migrations" }
  | { page: "explore"; query: string | null; variables: string | null };

export const dataRoute = (entity: string, view: View = plainView, trail: Step[] = []): Route => ({ page: "data", entity, trail, view });

const readStep = (text: string): Step | null => {
  const [entity, id, edge, label] = text.split("|").map(decodeURIComponent);
  return entity && id && edge ? { entity, id, edge, label: label ?? "" } : null;
};

export function readRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page, entity] = path.split("/").map(decodeURIComponent);
  const p = new URLSearchParams(query);
  if (page === "schema") return { page, entity: entity || null };
  if (page === "migrations") return { page };
  if (page === "explore") return { page, query: p.get("query"), variables: p.get("variables") };
  const trail = (p.get("trail") ?? "").split(",").map(readStep).filter((s) => s !== null);
  return { page: "data", entity: (page === "data" && entity) || null, trail, view: readView(p) };
}

export function writeRoute(route: Route): string {
  const p = route.page === "data" ? writeView(route.view) : new URLSearchParams();
  if (route.page === "explore") {
    if (route.query) p.set("query", route.query);
    if (route.variables) p.set("variables", route.variables);
  }
  if (route.page === "data" && route.trail.length > 0) {
    p.set("trail", route.trail.map((s) => [s.entity, s.id, s.edge, s.label].map(encodeURIComponent).join("|")).join(","));
  }
  const entity = (route.page === "data" || route.page === "schema") && route.entity ? `/${encodeURIComponent(route.entity)}` : "";
  const query = p.toString();
  return `#/${route.page}${entity}${query ? `?${query}` : ""}`;
}

const subscribe = (changed: () => void) => {
  window.addEventListener("hashchange", changed);
  window.addEventListener("popstate", changed);
  return () => {
    window.removeEventListener("hashchange", changed);
    window.removeEventListener("popstate", changed);
  };
};

export const useHash = () => useSyncExternalStore(subscribe, () => window.location.hash);

/** go leads to another place. Small changes of a view replace the entry of the history, so that Back leaves the list. */
export function go(route: Route, replace = false) {
  const hash = writeRoute(route);
  if (hash === window.location.hash) return;
  if (replace) window.history.replaceState(null, "", hash);
  else window.history.pushState(null, "", hash);
  window.dispatchEvent(new PopStateEvent("popstate"));
}
