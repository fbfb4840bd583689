import { useQuery } from "@tanstack/react-query";
import { drift, migrations } from "../api/server";
import { useStudio } from "../schema/load";
import { Failure, Loading } from "../shell/Feedback";

/** MigrationsPage is the history of the database: what it has, what it lacks, and whether it has drifted. */
export function MigrationsPage() {
  const { state } = useStudio();
  const history = useQuery({ queryKey: ["migrations"], queryFn: migrations });
  const check = useQuery({ queryKey: ["drift"], queryFn: drift, enabled: false });
  if (history.error) return <Failure error={history.error} retry={() => void history.refetch()} />;
  if (!history.data) return <Loading what="Reading the history" />;
  const files = history.data.files ?? [];
  return (
    <div className="migrations">
      <div className="toolbar">
        <h1>Migrations</h1>
        <span className="count">{files.filter((f) => f.state === "applied").length} applied, {files.filter((f) => f.state === "pending").length} pending</span>
        <span className="grow" />
        {state.drift && <button type="button" className="button" disabled={check.isFetching} onClick={() => void check.refetch()}>{check.isFetching ? "Comparing…" : "Look for drift"}</button>}
      </div>
      {history.data.fault && <p className="fault" role="alert">{history.data.fault}</p>}
      {check.error && <Failure error={check.error} />}
      {check.data && (
        <section className="drift" role="status">
          {check.data.length === 0 ? <p>The database, the migrations and the schema agree.</p> : (
            <>
              <p>They differ. This would lead from the database to the schema:</p>
              <pre tabIndex={0} aria-label="What differs">{check.data.map((s) => `${s};`).join("\n")}</pre>
            </>
          )}
        </section>
      )}
      <ul className="migration-list">
        {[...files].reverse().map((f) => (
          <li key={f.name}>
            <details>
              <summary>
                <span className={`chip state-${f.state.replaceAll(" ", "-")}`}>{f.state}</span>
                <code>{f.name}</code>
                <span className="grow" />
                <small>{f.at && new Date(f.at).toLocaleString()} {f.took} {f.by}</small>
              </summary>
              {f.sql ? <pre tabIndex={0} aria-label={`SQL of ${f.name}`}>{f.sql}</pre> : <p className="hint">Only the database knows this file.</p>}
            </details>
          </li>
        ))}
      </ul>
      {files.length === 0 && !history.data.fault && <p className="hint">There are no migrations.</p>}
    </div>
  );
}
