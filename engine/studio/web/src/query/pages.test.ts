import { expect, test } from "vitest";
import { Refused } from "../api/client";
import type { Asked, Page } from "./list";
import { Bookmarks, Held, isNear, readPage, runOf, touch } from "./pages";

const page = (start: number, n: number, hasNextPage: boolean): Page => ({
  nodes: Array.from({ length: n }, (_, i) => ({ id: `r${start + i}` })),
  pageInfo: { hasNextPage, startCursor: n > 0 ? `c${start}` : null, endCursor: n > 0 ? `c${start + n - 1}` : null },
});

test("a page is asked for behind its neighbour, or before its neighbour", () => {
  const marks = new Bookmarks();
  expect(marks.beside(2999)).toBeNull();
  marks.keep(0, page(0, 100, true));
  marks.keep(7, page(700, 100, true));
  expect(marks.beside(1)).toEqual({ after: "c99" });
  expect(marks.beside(6)).toEqual({ before: "c700" });
  expect(marks.beside(7)).toBeNull();
  marks.forget();
  expect(marks.beside(1)).toBeNull();
});

test("a page far away is counted once, without its columns; its neighbours are not", async () => {
  const marks = new Bookmarks();
  const asked: Partial<Asked>[] = [];
  const answers: (Page | Error)[] = [];
  const read = (where: Partial<Asked>) => {
    asked.push(where);
    const next = answers.shift();
    return next instanceof Error || !next ? Promise.reject(next) : Promise.resolve(next);
  };
  answers.push(page(499, 1, true), page(500, 100, true), page(400, 100, true), page(600, 100, true));
  for (const n of [5, 4, 6]) await readPage(marks, n, read);
  expect(asked).toEqual([{ columns: [], first: 1, offset: 499 }, { after: "c499" }, { before: "c500" }, { after: "c599" }]);
  // rows are gone from before it, a cursor is refused, the list ends sooner
  asked.length = 0;
  answers.push(page(300, 90, true), page(299, 1, true), page(300, 100, true), new Refused([], 400), page(399, 1, true), page(400, 7, false), page(0, 0, false));
  for (const n of [3, 4, 9]) await readPage(marks, n, read);
  expect(asked.map((w) => w.after ?? w.before ?? w.offset)).toEqual(["c400", 299, "c299", "c399", 399, "c399", 899]);
  answers.push(new Refused([], 500));
  await expect(readPage(marks, 0, read)).rejects.toThrow();
});

test("rows in sight, with those that come next, within the list", () => {
  expect(runOf(0, 30, 300_000)).toEqual({ first: 0, last: 0 });
  expect(runOf(130, 170, 300_000)).toEqual({ first: 0, last: 2 });
  expect(runOf(299_960, 299_999, 300_000)).toEqual({ first: 2999, last: 2999 });
  expect(runOf(0, 30, 0)).toEqual({ first: 0, last: 0 });
  expect(isNear(21, { first: 0, last: 1 })).toBe(true);
  expect(isNear(22, { first: 0, last: 1 })).toBe(false);
  expect(touch({ first: 3, last: 4 }, { first: 5, last: 5 })).toBe(true);
  expect(touch({ first: 3, last: 4 }, { first: 6, last: 6 })).toBe(false);
});

test("a list is as long as it was counted, or as its end was seen", () => {
  const held = (pages: [number, Page][], total?: number) => new Held(new Map(pages), total);
  expect(held([], 300_000).length).toBe(300_000);
  expect(held([]).length).toBe(0);
  const far = held([[0, page(0, 100, true)], [2999, page(299_900, 40, false)]], 300_000);
  expect([far.length, far.at(299_901)?.id, far.at(150_000), far.rows.length]).toEqual([299_940, "r299901", undefined, 140]);
  expect(held([[0, page(0, 100, true)]], 100).length).toBe(101); // somebody inserts
  const uncounted = held([[0, page(0, 100, true)], [1, page(100, 100, true)]]);
  expect([uncounted.length, uncounted.next]).toEqual([201, 2]);
  // all behind the first rows are gone: a page that was jumped to is empty
  expect(held([[0, page(0, 30, false)], [40, page(4000, 0, false)]], 5000).length).toBe(30);
});
