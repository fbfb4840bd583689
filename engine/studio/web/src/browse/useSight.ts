// Which rows and columns of a grid are in sight. Rows are all of one height, so that a division finds them: nothing is kept or
// measured for each of 300,000.
import { useLayoutEffect, useMemo, useState, type RefObject } from "react";
import { flushSync } from "react-dom";

export const rowHeight = 30;
export const headHeight = 32;

/** The rows that a scroll bar reaches: browsers draw nothing beyond some millions of pixels. */
export const reachable = 500_000;

/** So many rows, and so many pixels of columns, are drawn at a time, beyond the edges too: most frames of a scroll draw nothing. */
const rowStep = 8;
const columnStep = 240;

/** From one on, up to another without it. */
export type Span = readonly [from: number, to: number];

interface Scrolled {
  top: number;
  left: number;
  height: number;
  width: number;
  /** it is scrolled to the right, be it by one pixel */
  shifted: boolean;
}

const look = (e: HTMLElement): Scrolled => ({
  top: Math.floor(e.scrollTop / (rowStep * rowHeight)) * rowStep * rowHeight,
  left: Math.floor(e.scrollLeft / columnStep) * columnStep,
  height: e.clientHeight,
  width: e.clientWidth,
  shifted: e.scrollLeft > 0,
});

const same = (a: Scrolled, b: Scrolled) => a.top === b.top && a.left === b.left && a.height === b.height && a.width === b.width && a.shifted === b.shifted;

/** useSight follows the scrolling of an element. lefts are where its columns begin, and where the last one ends. */
export function useSight(scroll: RefObject<HTMLElement | null>, rows: number, lefts: number[]): { rows: Span; columns: Span; shifted: boolean } {
  const [at, setAt] = useState<Scrolled>({ top: 0, left: 0, height: 800, width: 1280, shifted: false });
  useLayoutEffect(() => {
    const element = scroll.current;
    if (!element) return;
    let last: Scrolled | null = null;
    const follow = (set: (at: Scrolled) => void) => {
      const now = look(element);
      if (last && same(last, now)) return;
      last = now;
      set(now);
    };
    const scrolled = () => follow((now) => flushSync(() => setAt(now))); // before this frame is painted: no row is blank in it
    follow(setAt);
    element.addEventListener("scroll", scrolled, { passive: true });
    const resized = new ResizeObserver(() => follow(setAt));
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", scrolled);
      resized.disconnect();
    };
  }, [scroll]);

  const first = Math.floor(at.top / rowHeight);
  const from = Math.max(0, Math.min(first - rowStep, rows));
  const to = Math.min(rows, first + Math.ceil(at.height / rowHeight) + 2 * rowStep);
  const begin = Math.max(0, lefts.findIndex((_, i) => (lefts[i + 1] ?? Infinity) > at.left));
  const behind = lefts.findIndex((left) => left >= at.left + columnStep + at.width);
  const end = behind < 0 ? lefts.length - 1 : behind;
  return { rows: useMemo<Span>(() => [from, to], [from, to]), columns: useMemo<Span>(() => [begin, end], [begin, end]), shifted: at.shifted };
}
