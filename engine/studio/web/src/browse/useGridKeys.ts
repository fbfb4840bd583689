import type { Place } from "./Grid";

interface Actions {
  active: Place;
  rows: number;
  columns: number;
  setActive: (at: Place) => void;
  open: (at: Place) => void;
  peek: (at: Place) => void;
  edit: (at: Place, typed?: string) => void;
  clear: (at: Place) => void;
  select: (row: number, range: boolean) => void;
  remove: () => void;
  copy: () => void;
  columnMenu: (column: number) => void;
  escape: () => void;
}

const page = 15;

/** gridKey does what a key means in the grid. */
export function gridKey(e: React.KeyboardEvent, a: Actions) {
  if (e.target instanceof Element && e.target.closest("button, input, select") && e.target.getAttribute("role") !== "grid") return;
  const { row, column } = a.active;
  const ctrl = e.ctrlKey || e.metaKey;
  const to = (r: number, c: number) => {
    e.preventDefault();
    a.setActive({ row: Math.max(0, Math.min(a.rows - 1, r)), column: Math.max(0, Math.min(a.columns - 1, c)) });
  };
  const act = (f: () => void) => {
    e.preventDefault();
    f();
  };
  switch (e.key) {
    case "ArrowDown":
      if (e.altKey) return act(() => a.columnMenu(column));
      return to(ctrl ? a.rows - 1 : row + 1, column);
    case "ArrowUp": return to(ctrl ? 0 : row - 1, column);
    case "ArrowRight": return to(row, ctrl ? a.columns - 1 : column + 1);
    case "ArrowLeft": return to(row, ctrl ? 0 : column - 1);
    case "PageDown": return to(row + page, column);
    case "PageUp": return to(row - page, column);
    case "Home": return to(ctrl ? 0 : row, 0);
    case "End": return to(ctrl ? a.rows - 1 : row, a.columns - 1);
    case "Enter": return act(() => (e.shiftKey ? a.peek(a.active) : a.open(a.active)));
    case "F2": return act(() => a.edit(a.active));
    case " ": return act(() => a.select(row, e.shiftKey));
    case "Delete": return act(a.remove);
    case "Escape": return a.escape();
    case "Backspace": return ctrl ? act(() => a.clear(a.active)) : undefined;
    case "c": if (ctrl) return act(a.copy);
  }
  if (e.key.length === 1 && !ctrl && !e.altKey && !"/?".includes(e.key)) act(() => a.edit(a.active, e.key));
}
