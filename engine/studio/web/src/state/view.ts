// How a list is looked at: all of it is in the URL, in words short enough to read.
import { everything, isGroup, type Condition, type Group, type Quantifier } from "../query/filter";
import type { Sort } from "../query/list";
import type { Asked as Figures } from "../query/figures";

export interface View {
  filter: Group;
  search: string;
  sort: Sort[];
  /** shown, in this order; null is what the entity shows by itself */
  columns: string[] | null;
  pinned: string[];
  widths: Record<string, number>;
  /** null loads more at the end; a number is a page, from 1 */
  page: number | null;
  figures: Figures | null;
  /** id of the row that is open beside the list */
  row: string | null;
}

export const plainView: View = {
  filter: everything, search: "", sort: [], columns: null, pinned: [], widths: {}, page: null, figures: null, row: null,
};

type Short = [string, string, string, Quantifier?] | { any?: Short[]; all?: Short[] };

const shorten = (item: Condition | Group): Short => {
  if (isGroup(item)) return item.any ? { any: item.items.map(shorten) } : { all: item.items.map(shorten) };
  const short: Short = [item.path.join("."), item.op, item.value];
  if (item.quantifier && item.quantifier !== "some") short.push(item.quantifier);
  return short;
};

const lengthen = (short: unknown): Condition | Group | null => {
  if (Array.isArray(short)) {
    const [path, op, value, quantifier] = short as unknown[];
    if (typeof path !== "string" || typeof op !== "string" || typeof value !== "string") return null;
    const condition: Condition = { path: path.split("."), op, value };
    if (quantifier === "none" || quantifier === "every") condition.quantifier = quantifier;
    return condition;
  }
  if (typeof short !== "object" || short === null) return null;
  const { any, all } = short as { any?: unknown; all?: unknown };
  const items = Array.isArray(any) ? any : Array.isArray(all) ? all : null;
  return items && { any: Array.isArray(any), items: items.map(lengthen).filter((i) => i !== null) };
};

const list = (text: string | null) => (text ? text.split(",").filter((s) => s !== "") : []);

/** writeView is the view as parameters; what is as it would be by itself is left out. */
export function writeView(view: View): URLSearchParams {
  const p = new URLSearchParams();
  if (view.filter.items.length > 0) p.set("where", JSON.stringify(shorten(view.filter)));
  if (view.search !== "") p.set("search", view.search);
  if (view.sort.length > 0) p.set("sort", view.sort.map((s) => (s.descending ? "-" : "") + s.path.join(".")).join(","));
  if (view.columns) p.set("columns", view.columns.join(","));
  if (view.pinned.length > 0) p.set("pinned", view.pinned.join(","));
  const widths = Object.entries(view.widths);
  if (widths.length > 0) p.set("widths", widths.map(([name, width]) => `${name}:${width}`).join(","));
  if (view.page !== null) p.set("page", String(view.page));
  if (view.figures) p.set("figures", [view.figures.by ?? "", view.figures.bucket ?? "", view.figures.figure, view.figures.column ?? ""].join(":"));
  if (view.row !== null) p.set("row", view.row);
  return p;
}

/** readView reads what [writeView] wrote. What makes no sense is as if it were not there: URLs are edited by hand. */
export function readView(p: URLSearchParams): View {
  const view: View = { ...plainView, search: p.get("search") ?? "", row: p.get("row") };
  try {
    const filter = lengthen(JSON.parse(p.get("where") ?? "null"));
    if (filter) view.filter = isGroup(filter) ? filter : { any: false, items: [filter] };
  } catch {
    // no filter
  }
  view.sort = list(p.get("sort")).map((s) => ({ path: s.replace(/^-/, "").split("."), descending: s.startsWith("-") }));
  const columns = list(p.get("columns"));
  if (columns.length > 0) view.columns = columns;
  view.pinned = list(p.get("pinned"));
  for (const entry of list(p.get("widths"))) {
    const [name, width] = entry.split(":");
    const pixels = Number(width);
    if (name && pixels >= 40 && pixels <= 2000) view.widths = { ...view.widths, [name]: pixels };
  }
  const page = Number(p.get("page"));
  if (Number.isInteger(page) && page >= 1) view.page = page;
  const [by, bucket, figure, column] = (p.get("figures") ?? "").split(":");
  if (figure === "count" || figure === "sum" || figure === "avg" || figure === "min" || figure === "max") {
    view.figures = { by: by || null, bucket: bucket || null, figure, column: column || null };
  }
  return view;
}
