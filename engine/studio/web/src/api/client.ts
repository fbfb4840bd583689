// The one way to the data: the GraphQL API, as the studio's server hands it on.
import { parse, print } from "./exact";

export type Step = string | number;

export interface Fault {
  message: string;
  path?: Step[];
  extensions?: { code?: string; field?: Step[]; version?: unknown };
}

export interface Answer<T = Record<string, unknown>> {
  data: T | null;
  errors: Fault[];
  /** milliseconds from the request to the last byte */
  took: number;
  /** what the studio's server knows of the request under; see [statements] */
  trace: string | null;
}

/** Refused is an answer without data: its faults say why. */
export class Refused extends Error {
  constructor(
    readonly faults: Fault[],
    readonly status: number,
  ) {
    super(faults.map((f) => f.message).join("; ") || `the server answered ${status}`);
  }
}

/** Who the operations are asked as: nobody in particular, or a token's viewer. */
let authorization: string | null = null;

export const actAs = (token: string | null) => {
  authorization = token && `Bearer ${token}`;
};

export const currentAuthorization = () => authorization;

const post = async (url: string, body: string, headers: Record<string, string>, signal?: AbortSignal) => {
  const sent = performance.now();
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json", ...headers },
      body,
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused([{ message: "The server does not answer. Is it still running?" }], 0);
  }
  const text = await response.text();
  return { response, text, took: performance.now() - sent };
};

/** ask runs an operation. Faults beside data are part of the answer; without any data it throws a [Refused]. */
export async function ask<T = Record<string, unknown>>(
  query: string,
  variables: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<Answer<T>> {
  const headers: Record<string, string> = authorization ? { Authorization: authorization } : {};
  const { response, text, took } = await post("api/graphql", print({ query, variables }), headers, signal);
  let body: { data?: T | null; errors?: Fault[] };
  try {
    body = parse(text) as typeof body;
  } catch {
    throw new Refused([{ message: `The server answered ${response.status}: ${text.slice(0, 200)}` }], response.status);
  }
  const errors = body.errors ?? [];
  if (body.data === undefined || body.data === null) throw new Refused(errors, response.status);
  return { data: body.data, errors, took, trace: response.headers.get("X-Studio-Trace") };
}
