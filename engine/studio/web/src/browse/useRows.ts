import { keepPreviousData, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ask, type Fault } from "../api/client";
import { useStudio } from "../schema/load";
import { columnOf } from "../schema/model";
import { Bookmarks, Held, isNear, pageSize, readPage, runOf, touch, type Run } from "../query/pages";
import { listOperation, pageOf, type Asked, type Page, type Row, type Source } from "../query/list";
import { toWhere } from "../query/filter";
import type { View } from "../state/view";

export interface Rows {
  asked: Asked;
  /** changes when the list holds other rows or another order, not with its columns */
  question: string;
  /** rows to scroll over, of which some are not read yet */
  length: number;
  at: (row: number) => Row | undefined;
  /** all rows that are there */
  held: Row[];
  /** says which rows are in sight: they are read, with their neighbours */
  want: (first: number, last: number) => void;
  total: number | undefined;
  loading: boolean;
  /** what is shown belongs to the question before */
  stale: boolean;
  error: Error | null;
  /** reads the page that comes next; null where the rows are counted, and read as one scrolls */
  more: (() => void) | null;
  refresh: () => void;
  took: number | undefined;
  trace: string | null;
  /** what is missing of the rows, and why: fields that the viewer may not see */
  faults: Fault[];
}

/** Whoever drags the scroll bar passes pages by: one that is so many milliseconds in sight is read. */
const rest = 70;

/** So many milliseconds the rows of another question are there to go back to. */
const kept = 60_000;

interface Answered extends Page {
  took: number;
  trace: string | null;
  faults: Fault[];
}

/** askedOf leaves out what the entity cannot be ordered by: URLs are edited by hand. */
const askedOf = (source: Source, view: View, columns: string[]): Asked => ({
  columns: columns.filter((name) => !columnOf(source.entity, name)?.givenOnly),
  filter: view.filter,
  search: view.search,
  sort: view.sort.filter((s) => {
    const [first, ...rest] = s.path;
    const edge = source.entity.edges.find((e) => e.name === first);
    return edge ? edge.sortable && rest.length === 1 : rest.length === 0 && source.entity.columns.some((c) => c.name === first && c.sortable);
  }),
  first: pageSize,
  after: null,
  before: null,
  offset: 0,
  total: false,
});

/** useRows reads the pages of a list that are in sight, or the one page of the view; and counts its rows, apart. */
export function useRows(source: Source, view: View, columns: string[]): Rows {
  const { model } = useStudio();
  const client = useQueryClient();
  const asked = askedOf(source, view, columns);
  const list = JSON.stringify([source.entity.name, source.through?.id, source.through?.edge.name, toWhere(model, source.entity, asked.filter) ?? null, asked.search]);
  const question = JSON.stringify([list, asked.sort]);
  const key = useMemo(() => ["rows", question, asked.columns.join()], [question, asked.columns.join()]);
  const bookmarks = useMemo(() => new Bookmarks(), [question]);

  const [sight, setSight] = useState<Run & { question: string }>({ question, first: 0, last: 0 });
  const run: Run = view.page !== null ? { first: view.page - 1, last: view.page - 1 } : sight.question === question ? sight : { first: 0, last: 0 };

  const read = (page: number, signal: AbortSignal): Promise<Answered> => {
    // After a save every page counts its rows anew: one that began at an old cursor would not fit to the one before.
    if (client.getQueryState([...key, page])?.isInvalidated) bookmarks.forget();
    return readPage(bookmarks, page, async (where) => {
      const { query, variables } = listOperation(model, source, { ...asked, ...where });
      const answer = await ask(query, variables, signal);
      return { ...pageOf(answer.data ?? {}), took: answer.took, trace: answer.trace, faults: answer.errors };
    });
  };
  const numbers = Array.from({ length: run.last - run.first + 1 }, (_, i) => run.first + i);
  const results = useQueries({ queries: numbers.map((page) => ({ queryKey: [...key, page], gcTime: kept, queryFn: ({ signal }: { signal: AbortSignal }) => read(page, signal) })) });

  // The total never holds the rows up, and does not change with the order or the columns.
  const total = useQuery({
    queryKey: ["total", list],
    queryFn: async ({ signal }) => {
      const { query, variables } = listOperation(model, source, { ...asked, columns: [], sort: [], first: 1, total: true });
      return pageOf((await ask(query, variables, signal)).data ?? {}).totalCount;
    },
    placeholderData: keepPreviousData,
  });

  // Pages that were passed are there until they are far away; the rest of the page's memory does not grow with the list.
  const { first, last } = run;
  useEffect(() => {
    for (const q of client.getQueryCache().findAll({ queryKey: key, type: "inactive" })) {
      if (!isNear(Number(q.queryKey.at(-1)), { first, last })) client.removeQueries({ queryKey: q.queryKey, exact: true });
    }
  }, [client, key, first, last]);

  const updated = results.map((r) => r.dataUpdatedAt).join();
  const counted = total.isPlaceholderData ? undefined : total.data;
  const held = useMemo(() => {
    const pages = client.getQueriesData<Answered>({ queryKey: key }).flatMap(([k, page]): [number, Page][] => (page ? [[Number(k.at(-1)), page]] : []));
    return new Held(new Map(view.page === null ? pages : pages.filter(([n]) => n === first)), counted);
  }, [client, key, updated, counted, view.page, first]);

  const wanted = useRef<{ run: Run; timer: ReturnType<typeof setTimeout> | undefined }>({ run, timer: undefined });
  wanted.current.run = run;
  const { length } = held;
  const want = useCallback((from: number, to: number) => {
    const next = runOf(from, to, length);
    const now = wanted.current;
    clearTimeout(now.timer);
    if (next.first === now.run.first && next.last === now.run.last) return;
    const go = () => setSight({ question, ...next });
    if (touch(next, now.run)) go();
    else now.timer = setTimeout(go, rest);
  }, [question, length]);
  useEffect(() => () => clearTimeout(wanted.current.timer), []);

  const refresh = () => {
    void total.refetch();
    void client.invalidateQueries({ queryKey: key });
  };
  const latest = results.reduce((a, b) => (b.dataUpdatedAt > a.dataUpdatedAt ? b : a));
  const offset = view.page === null ? 0 : first * pageSize;
  const fresh: Rows = {
    asked, question, refresh, want, total: total.data,
    length: view.page === null ? length : held.rows.length,
    at: (row) => held.at(row + offset),
    held: held.rows,
    loading: false, stale: false,
    error: results.find((r) => r.error)?.error ?? null,
    more: view.page === null && held.next !== null ? () => setSight({ question, first, last: held.next ?? last }) : null,
    took: latest.data?.took, trace: latest.data?.trace ?? null, faults: latest.data?.faults ?? [],
  };
  // Until the first of the rows that are asked for now are there, those of before are shown.
  const shown = useRef<Rows | null>(null);
  if (!held.empty) shown.current = fresh;
  const before = shown.current;
  if (!held.empty || fresh.error) return fresh;
  return before ? { ...fresh, length: before.length, at: before.at, held: before.held, stale: true } : { ...fresh, loading: true };
}
