import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { plan, statements, type Statement } from "../api/server";
import { Failure, Loading } from "../shell/Feedback";
import { PopoverButton } from "../shell/Popover";

const ms = (n: number) => `${n < 10 ? n.toFixed(1) : Math.round(n)} ms`;

/** Statements opens what PostgreSQL was asked for a request, if the server keeps it. */
export function Statements({ trace, took }: { trace: string | null; took: number }) {
  if (trace === null) return <span>{ms(took)}</span>;
  return (
    <PopoverButton label={`The statements of the ${ms(took)}`} className="status-link" face={`${ms(took)} · SQL`} panel="wide">
      {() => <StatementList trace={trace} />}
    </PopoverButton>
  );
}

export function StatementList({ trace }: { trace: string }) {
  const [planned, setPlanned] = useState(false);
  const query = useQuery({ queryKey: ["statements", trace, planned], queryFn: (): Promise<Statement[]> => (planned ? plan(trace) : statements(trace)), staleTime: Infinity });
  if (query.error) return <Failure error={query.error} />;
  if (!query.data) return <Loading what={planned ? "Asking for the plan" : "Reading the statements"} />;
  return (
    <div className="statements">
      {query.data.length === 0 && <p className="hint">Nothing was asked of the database.</p>}
      {query.data.map((s, i) => (
        <section key={i}>
          <h3>Statement {i + 1}: {ms(s.ms)}, {s.rows.toLocaleString("en")} {s.rows === 1 ? "row" : "rows"}</h3>
          <pre tabIndex={0} aria-label="SQL">{s.sql}</pre>
          {s.plan && <><h3>{s.estimated ? "Plan, without running it again: it may write" : "Plan"}</h3><pre tabIndex={0} aria-label="Plan">{s.plan}</pre></>}
        </section>
      ))}
      {query.data.length > 0 && !planned && <button type="button" className="button" onClick={() => setPlanned(true)}>{query.data.every((s) => s.estimated) ? "EXPLAIN" : "EXPLAIN ANALYZE"}</button>}
    </div>
  );
}
