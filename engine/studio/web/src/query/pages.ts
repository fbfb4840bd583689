// A list of any length, of which only the pages around what is in sight are held.
import { Refused } from "../api/client";
import type { Asked, Page, Row } from "./list";

export const pageSize = 100;

/** Pages on either side of what is in sight that are kept, to scroll back to. */
const near = 20;

/** A run of pages, from 0. */
export interface Run {
  first: number;
  last: number;
}

/** Rows that are read before they come in sight. */
const ahead = 40;

/** runOf are the pages of rows, and of those that come next. */
export const runOf = (first: number, last: number, length: number): Run => {
  const pageOf = (row: number) => Math.floor(Math.max(0, Math.min(row, length - 1)) / pageSize);
  return { first: pageOf(first - ahead), last: pageOf(last + ahead) };
};

export const isNear = (page: number, run: Run) => page >= run.first - near && page <= run.last + near;

export const touch = (a: Run, b: Run) => a.first <= b.last + 1 && b.first <= a.last + 1;

/**
 * Bookmarks are the cursors at both ends of each page that was read. They stay when its rows are let go, so that who scrolls on
 * reads on behind the page before, or before the page behind, whatever others insert meanwhile. Only a jump counts rows.
 */
export class Bookmarks {
  private readonly ends = new Map<number, { start: string | null; end: string | null }>();

  /** beside says how a page is asked for by its neighbours; null where none was read. */
  beside(page: number): { after?: string; before?: string } | null {
    const after = this.ends.get(page - 1)?.end;
    const before = this.ends.get(page + 1)?.start;
    return after ? { after } : before ? { before } : null;
  }

  keep(page: number, { pageInfo }: Page) {
    this.ends.set(page, { start: pageInfo.startCursor, end: pageInfo.endCursor });
  }

  forget() {
    this.ends.clear();
  }
}

/** readPage reads a page beside one that was read; else where its rows are by number. */
export async function readPage<P extends Page>(marks: Bookmarks, page: number, read: (where: Partial<Asked>) => Promise<P>): Promise<P> {
  const beside = page === 0 ? {} : marks.beside(page);
  let answer: P | null = null;
  try {
    answer = beside && (await read(beside));
  } catch (error) {
    if (page === 0 || !(error instanceof Refused) || error.status === 0) throw error;
  }
  // A cursor that is no good any more, or rows that are gone from before it: what was known of the list is not true now.
  const known = answer !== null && !(beside?.before && answer.nodes.length < pageSize);
  if (beside && !known) marks.forget();
  if (answer === null || !known) {
    // Only the last row before the page is asked for by number, without its columns: PostgreSQL computes those of rows that it skips.
    answer = await read({ columns: [], first: 1, offset: page * pageSize - 1 });
    const after = answer.pageInfo.endCursor;
    if (after !== null) answer = await read({ after });
  }
  marks.keep(page, answer);
  return answer;
}

/** Held are the pages of a list that are there, by their number. */
export class Held {
  readonly rows: Row[];

  constructor(
    private readonly pages: ReadonlyMap<number, Page>,
    private readonly total: number | undefined,
  ) {
    this.rows = [...pages].sort(([a], [b]) => a - b).flatMap(([, page]) => page.nodes);
  }

  at(row: number): Row | undefined {
    return this.pages.get(Math.floor(row / pageSize))?.nodes[row % pageSize];
  }

  get empty(): boolean {
    return this.pages.size === 0;
  }

  /** Where the rows end that were read, and whether the list goes on behind them. */
  private get end(): { rows: number; more: boolean } {
    const all = [...this.pages].map(([n, page]) => ({ rows: n * pageSize + page.nodes.length, more: page.pageInfo.hasNextPage }));
    const ends = all.filter((p) => !p.more).map((p) => p.rows);
    return ends.length > 0 ? { rows: Math.min(...ends), more: false } : { rows: Math.max(0, ...all.map((p) => p.rows)), more: all.length > 0 };
  }

  /** How many rows there are to scroll over: as many as were counted, unless the end was seen elsewhere. */
  get length(): number {
    const { rows, more } = this.end;
    return this.pages.size > 0 && !more ? rows : Math.max(this.total ?? 0, more ? rows + 1 : 0);
  }

  /** The page that comes next, where nobody has counted. */
  get next(): number | null {
    const { rows, more } = this.end;
    return more && this.total === undefined ? Math.floor(rows / pageSize) : null;
  }
}
