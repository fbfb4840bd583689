// All rows of a list into a file, page by page: what is held in memory is one page and the browser's file.
import { ask } from "../api/client";
import type { Model } from "../schema/model";
import { listOperation, pageOf, type Asked, type Row, type Source } from "../query/list";
import { csvLine, jsonRow, plain } from "./formats";

export type Format = "csv" | "json";

/** pages yields the rows of a list, a page at a time, until the end or until the signal. */
export async function* pages(model: Model, source: Source, asked: Asked, signal: AbortSignal): AsyncGenerator<Row[]> {
  let after: string | null = null;
  do {
    const { query, variables } = listOperation(model, source, { ...asked, first: 100, after, offset: 0, total: false });
    const page = pageOf((await ask(query, variables, signal)).data ?? {});
    yield page.nodes;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null && !signal.aborted);
}

/** lines yields the file's text, piece by piece. */
export async function* lines(
  model: Model, source: Source, asked: Asked, format: Format, signal: AbortSignal, progress: (rows: number) => void,
): AsyncGenerator<string> {
  const { entity } = source;
  let rows = 0;
  yield format === "csv" ? csvLine(asked.columns) : "[";
  for await (const page of pages(model, source, asked, signal)) {
    yield page
      .map((row, i) => {
        if (format === "csv") return csvLine(asked.columns.map((name) => plain(model, entity, row, name)));
        return `${rows + i === 0 ? "\n" : ",\n"}${jsonRow(model, entity, row, asked.columns)}`;
      })
      .join("");
    rows += page.length;
    progress(rows);
  }
  if (format === "json") yield "\n]\n";
}

interface Writable {
  write(text: string): Promise<void>;
  close(): Promise<void>;
  abort?(): Promise<void>;
}

type Picker = (options: { suggestedName: string }) => Promise<{ createWritable(): Promise<Writable> }>;

/** Where the browser can write a file as it comes, it does; elsewhere the pieces are put together at the end. */
async function openFile(name: string): Promise<Writable> {
  const picker = (window as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  if (picker) return (await picker({ suggestedName: name })).createWritable();
  const pieces: Blob[] = [];
  return {
    write: async (text) => {
      pieces.push(new Blob([text]));
    },
    close: async () => {
      const url = URL.createObjectURL(new Blob(pieces));
      const link = document.createElement("a");
      link.href = url;
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    },
  };
}

/** download writes all rows into a file. What is cut short leaves no half file behind. */
export async function download(
  model: Model, source: Source, asked: Asked, format: Format, signal: AbortSignal, progress: (rows: number) => void,
): Promise<void> {
  const file = await openFile(`${source.entity.list ?? source.entity.name}.${format}`);
  try {
    for await (const piece of lines(model, source, asked, format, signal, progress)) await file.write(piece);
    if (signal.aborted) throw new DOMException("stopped", "AbortError");
    await file.close();
  } catch (error) {
    await file.abort?.();
    throw error;
  }
}
