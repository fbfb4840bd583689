import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ask, type Fault } from "../api/client";
import { useStudio } from "../schema/load";
import { columnOf } from "../schema/model";
import { listOperation, pageOf, type Asked, type Page, type Row, type Source } from "../query/list";
import { toWhere } from "../query/filter";
import type { View } from "../state/view";

export const pageSize = 100;

export interface Rows {
  rows: Row[];
  total: number | undefined;
  loading: boolean;
  /** what is shown belongs to the question before */
  stale: boolean;
  error: Error | null;
  hasMore: boolean;
  loadMore: () => void;
  loadingMore: boolean;
  refresh: () => void;
  took: number | undefined;
  trace: string | null;
  /** what is missing of the rows, and why: fields that the viewer may not see */
  faults: Fault[];
}

/** sorted leaves out what the entity cannot be ordered by: URLs are edited by hand. */
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
  offset: 0,
  total: false,
});

/** useRows reads the rows of a list: page after page, or the one page of the view; and counts them, apart. */
export function useRows(source: Source, view: View, columns: string[]): Rows & { asked: Asked } {
  const { model } = useStudio();
  const asked = askedOf(source, view, columns);
  const key = [source.entity.name, source.through?.id, source.through?.edge.name, asked];

  const read = async (more: Partial<Asked>, signal: AbortSignal) => {
    const { query, variables } = listOperation(model, source, { ...asked, ...more });
    const answer = await ask(query, variables, signal);
    return { ...pageOf(answer.data ?? {}), took: answer.took, trace: answer.trace, faults: answer.errors };
  };
  const endless = useInfiniteQuery({
    queryKey: ["rows", ...key],
    queryFn: ({ pageParam, signal }) => read({ after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page) => (last.pageInfo.hasNextPage ? last.pageInfo.endCursor : undefined),
    placeholderData: keepPreviousData,
    enabled: view.page === null,
  });
  const paged = useQuery({
    queryKey: ["page", ...key, view.page],
    queryFn: ({ signal }) => read({ offset: ((view.page ?? 1) - 1) * pageSize }, signal),
    placeholderData: keepPreviousData,
    enabled: view.page !== null,
  });
  // The total never holds the rows up, and does not change with the order or the columns.
  const total = useQuery({
    queryKey: ["total", source.entity.name, source.through?.id, source.through?.edge.name, toWhere(model, source.entity, asked.filter), asked.search],
    queryFn: async ({ signal }) => {
      const { query, variables } = listOperation(model, source, { ...asked, columns: [], sort: [], first: 1, total: true });
      return pageOf((await ask(query, variables, signal)).data ?? {}).totalCount;
    },
    placeholderData: keepPreviousData,
  });

  const refresh = () => {
    void total.refetch();
    void (view.page === null ? endless : paged).refetch();
  };
  const common = { asked, total: total.data, refresh };
  if (view.page === null) {
    const pages = endless.data?.pages ?? [];
    return {
      ...common, rows: pages.flatMap((p) => p.nodes), loading: endless.isPending, stale: endless.isPlaceholderData, error: endless.error,
      hasMore: endless.hasNextPage, loadMore: () => void endless.fetchNextPage(), loadingMore: endless.isFetchingNextPage,
      took: pages.at(-1)?.took, trace: pages.at(-1)?.trace ?? null, faults: pages.at(-1)?.faults ?? [],
    };
  }
  return {
    ...common, rows: paged.data?.nodes ?? [], loading: paged.isPending, stale: paged.isPlaceholderData, error: paged.error,
    hasMore: false, loadMore: () => undefined, loadingMore: false, took: paged.data?.took, trace: paged.data?.trace ?? null, faults: paged.data?.faults ?? [],
  };
}

