import { Dialog } from "./Dialog";

const keys: [string, string][] = [
  ["Ctrl K", "Go to an entity, a view or a page; do something"],
  ["Alt E", "Find an entity"],
  ["/", "Search, or add a filter"],
  ["↑ ↓ ← →", "Move in the grid; with Ctrl to its edges"],
  ["PgUp PgDn", "Move by a screen"],
  ["Alt ↓", "The menu of the column"],
  ["Enter", "Open the row, or what the cell leads to"],
  ["Shift Enter", "Look into the cell: the row it leads to, or all of a long value"],
  ["F2", "Edit the cell; Tab saves and goes on"],
  ["Space", "Select the row; with Shift up to it"],
  ["Ctrl C", "Copy the cell, or the selected rows"],
  ["Ctrl V", "Paste from a spreadsheet, from this cell on"],
  ["Ctrl Backspace", "Set the cell to NULL"],
  ["Delete", "Delete the selected rows (staged)"],
  ["Ctrl S", "Save what is staged"],
  ["Esc", "Close, or step back"],
  ["?", "This sheet"],
];

export const Shortcuts = ({ close }: { close: () => void }) => (
  <Dialog label="Keyboard shortcuts" close={close}>
    <h2>Keyboard</h2>
    <dl className="keys">
      {keys.map(([key, what]) => (
        <div key={key}>
          <dt><kbd>{key}</kbd></dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <button type="button" className="button" onClick={close} autoFocus>Close</button>
  </Dialog>
);
