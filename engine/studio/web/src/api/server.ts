// What the studio's own server says beside the data: where it is, what may be done, what a request cost.
import { Refused } from "./client";

export interface State {
  name: string;
  version: string;
  database: string;
  local: boolean;
  readOnly: boolean;
  roles: string[];
  signIn: boolean;
  /** the entity whose rows are the viewers; empty where none is */
  viewers: string;
  migrations: boolean;
  drift: boolean;
}

export interface Migration {
  name: string;
  state: "applied" | "pending" | "partial" | "edited" | "missing" | "ahead" | "out of order";
  at?: string;
  took?: string;
  by?: string;
  sql?: string;
  note?: string;
}

export interface Migrations {
  files: Migration[];
  fault?: string;
}

export interface Table {
  entity: string;
  table: string;
  columns: { name: string; type: string; nullable: boolean; default?: string }[];
  indexes: { name: string; columns: string[]; unique: boolean }[];
  references: { columns: string[]; table: string; onDelete: string }[];
  policy: { see: string[]; change: string[]; private: { field: string; readers: string[] }[] };
}

export interface Statement {
  sql: string;
  ms: number;
  rows: number;
  plan?: string;
  /** it may write: its plan is told without running it */
  estimated?: boolean;
}

const request = async <T>(path: string, init?: RequestInit): Promise<T> => {
  let response: Response;
  try {
    response = await fetch(`api/${path}`, init);
  } catch {
    throw new Refused([{ message: "The server does not answer. Is it still running?" }], 0);
  }
  const text = await response.text();
  if (!response.ok) throw new Refused([{ message: text.trim() || `the server answered ${response.status}` }], response.status);
  return JSON.parse(text) as T;
};

const send = <T>(path: string, body: unknown) =>
  request<T>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const state = () => request<State>("state");
export const migrations = () => request<Migrations>("migrations");
export const drift = () => request<string[]>("drift");
export const tables = () => request<Table[]>("tables");
export const statements = (trace: string) => request<Statement[]>(`traces/${encodeURIComponent(trace)}`);
export const plan = (trace: string) => send<Statement[]>(`traces/${encodeURIComponent(trace)}/plan`, {});
/** keys are what ids were made of, by the id. */
export const keys = (ids: string[]) => send<Record<string, string>>("keys", ids);
export const signIn = (who: { id: string; node: string; roles: string[] }) => send<{ token: string }>("sign-in", who);
