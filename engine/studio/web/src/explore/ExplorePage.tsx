import { GraphiQL } from "graphiql";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { parse, print } from "../api/exact";
import { currentAuthorization } from "../api/client";
import { StatementList } from "../browse/Statements";
import { useStudio } from "../schema/load";
import { useTheme } from "../shell/theme";
import { repair } from "./repair";
import "graphiql/graphiql.css";

interface Run {
  trace: string | null;
  took: number;
  bytes: number;
}

const welcome = `# Ctrl+Enter runs it. Ctrl+Space completes. History, variables and headers are beside and below.
`;

/** ExplorePage is GraphiQL over the same API, with what PostgreSQL was asked for the last run. */
export default function ExplorePage({ query, variables }: { query: string | null; variables: string | null }) {
  const { model } = useStudio();
  const [, , shade] = useTheme();
  const [last, setLast] = useState<Run | null>(null);
  const [open, setOpen] = useState(false);
  const fetcher = useCallback(async (params: { query: string; variables?: unknown; operationName?: string | null | undefined }, options?: { headers?: Record<string, unknown> }) => {
    const authorization = currentAuthorization();
    const headers: Record<string, string> = { "Content-Type": "application/json", Accept: "application/graphql-response+json", ...(authorization ? { Authorization: authorization } : {}) };
    for (const [name, value] of Object.entries(options?.headers ?? {})) headers[name] = String(value);
    const sent = performance.now();
    const response = await fetch("api/graphql", { method: "POST", headers, body: print(params) });
    const text = await response.text();
    if (params.operationName !== "IntrospectionQuery") setLast({ trace: response.headers.get("X-Studio-Trace"), took: performance.now() - sent, bytes: text.length });
    return parse(text) as Record<string, unknown>;
  }, []);
  const list = model.entities.find((e) => e.list !== null);
  const first = useMemo(() => `${welcome}{\n  ${list?.list}(first: 5) {\n    nodes { ${["id", ...(list?.label ?? [])].join(" ")} }\n    totalCount\n  }\n}\n`, [list]);
  const given = query === null ? {} : { query, variables: variables ?? "" };
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => (root.current ? repair(root.current) : undefined), []);
  return (
    <div ref={root} className="explore">
      <h1 className="visually-hidden">Explore</h1>
      <GraphiQL key={query ?? ""} fetcher={fetcher as Parameters<typeof GraphiQL>[0]["fetcher"]} schema={model.schema} defaultQuery={first} forcedTheme={shade} shouldPersistHeaders={false} {...given}>
        <GraphiQL.Logo><span /></GraphiQL.Logo>
      </GraphiQL>
      {last && (
        <div className="explore-status" role="status">
          <span>{last.took.toFixed(1)} ms, {last.bytes.toLocaleString("en")} characters</span>
          <span className="grow" />
          {last.trace && <button type="button" className="button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? "Hide the SQL" : "SQL and plan"}</button>}
        </div>
      )}
      {open && last?.trace && <div className="explore-statements"><StatementList key={last.trace} trace={last.trace} /></div>}
    </div>
  );
}
