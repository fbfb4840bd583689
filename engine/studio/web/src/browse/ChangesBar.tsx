import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { print } from "../api/exact";
import { editable, saveOperation } from "../change/mutation";
import { drop, emptyStage, isLink, rebase, type StagedRow } from "../change/stage";
import { change, save, stageNow, undo, useChanges } from "../change/store";
import { useStudio } from "../schema/load";
import type { Entity } from "../schema/model";
import { labelText } from "../query/list";
import { showValue } from "../query/value";
import { Dialog } from "../shell/Dialog";
import { Icon } from "../shell/Icon";
import { Statements } from "./Statements";

/** ChangesBar tells what is staged, wherever one is, and what was saved last. */
export function ChangesBar() {
  const { model } = useStudio();
  const client = useQueryClient();
  const { stage, undo: saves, saving, trouble } = useChanges();
  const [review, setReview] = useState(false);
  const refresh = useCallback(() => client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "studio" }), [client]);

  const run = useCallback(async (what: typeof save) => {
    if (await what(model)) {
      setReview(false);
      await refresh();
    } else if (stageNow().rows.some((r) => r.theirs)) setReview(true); // mine and theirs, side by side
  }, [model, refresh]);

  useEffect(() => {
    const pressed = (e: KeyboardEvent) => {
      if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== "s") return;
      e.preventDefault();
      void run(save);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [run]);

  const staged = stage.rows.length;
  useEffect(() => {
    if (staged === 0) return;
    const leaving = (e: BeforeUnloadEvent) => e.preventDefault();
    window.addEventListener("beforeunload", leaving);
    return () => window.removeEventListener("beforeunload", leaving);
  }, [staged]);

  const last = saves[0];
  if (staged === 0 && !last && !trouble) return null;
  return (
    <section className={`changes-bar${trouble ? " troubled" : ""}`} aria-label="Changes" aria-live="polite">
      {staged > 0 ? (
        <>
          <strong>{staged === 1 ? "1 row" : `${staged} rows`} to save</strong>
          {trouble && <span className="fault">{trouble}</span>}
          <span className="grow" />
          <button type="button" className="button" onClick={() => change(() => emptyStage)}>Discard</button>
          <button type="button" className="button" onClick={() => setReview(true)}>Review</button>
          <button type="button" className="button primary" disabled={saving} onClick={() => void run(save)}>{saving ? "Saving…" : "Save"} <kbd>Ctrl S</kbd></button>
        </>
      ) : (
        <>
          {trouble ? <span className="fault">{trouble}</span> : <span>Saved: {last?.text}.</span>}
          <span className="grow" />
          {last && !trouble && <Statements trace={last.trace} took={last.took} />}
          {last && <button type="button" className="button" disabled={saving} onClick={() => void run(undo)}><Icon name="undo" /> Undo {last.text}</button>}
        </>
      )}
      {review && <Review close={() => setReview(false)} run={() => void run(save)} />}
    </section>
  );
}

const text = (value: unknown): string =>
  value === null || value === undefined ? "null" : isLink(value) ? value.label || value.id : typeof value === "object" && "id" in value ? String(value.id) : value === "" ? "“”" : showValue(value);

function Review({ close, run }: { close: () => void; run: () => void }) {
  const { model } = useStudio();
  const { stage, saving, trouble } = useChanges();
  const operation = saveOperation(model, stage);
  useEffect(() => {
    if (stage.rows.length === 0) close();
  }, [stage.rows.length, close]);
  return (
    <Dialog label="Review the changes" close={close} className="review">
      <h2>What will be saved</h2>
      <p className="hint">One operation, all or nothing. Versions are checked: a row that somebody has changed since it was loaded stops it.</p>
      <ul className="review-rows">{stage.rows.map((r) => <ReviewRow key={`${r.entity}:${r.id}`} row={r} />)}</ul>
      <details open>
        <summary>The mutation</summary>
        <pre tabIndex={0} aria-label="The mutation">{operation.query}</pre>
        <pre tabIndex={0} aria-label="Its variables">{print(operation.variables, 2)}</pre>
      </details>
      {trouble && <p className="fault" role="alert">{trouble}</p>}
      <div className="editor-foot">
        <button type="button" className="button primary" disabled={saving} onClick={run}>Save</button>
        <button type="button" className="button" onClick={close} autoFocus>Back</button>
      </div>
    </Dialog>
  );
}

/** What is to be shown of a row: my changes, and those that somebody else has made to what was loaded. */
function fieldsOf(entity: Entity, row: StagedRow): string[] {
  const { loaded, theirs, values } = row;
  const others = loaded && theirs ? Object.keys(loaded).filter((f) => !(f in values) && editable(entity, f, "update") && text(loaded[f]) !== text(theirs[f])) : [];
  return [...Object.keys(values), ...others];
}

function ReviewRow({ row }: { row: StagedRow }) {
  const { model } = useStudio();
  const entity = model.byName.get(row.entity);
  if (!entity) return null;
  const name = row.loaded ? labelText(entity, row.loaded) : "new row";
  return (
    <li className={`review-row ${row.kind}`}>
      <div className="review-head">
        <span className={`chip plain ${row.kind}`}>{row.kind}</span>
        <strong>{row.entity}</strong> {name}
        <span className="grow" />
        <button type="button" className="button quiet" onClick={() => change((s) => drop(s, row.entity, row.id))}>Take back</button>
      </div>
      {row.kind !== "delete" && (
        <table>
          <thead><tr><th>Field</th>{row.loaded && <th>Was</th>}{row.theirs && <th>Is now</th>}<th>{row.theirs ? "Yours" : "Becomes"}</th></tr></thead>
          <tbody>
            {fieldsOf(entity, row).map((field) => (
              <tr key={field} className={row.faults[field] ? "wrong" : ""}>
                <th scope="row">{field}</th>
                {row.loaded && <td>{text(row.loaded[field])}</td>}
                {row.theirs && <td className={text(row.theirs[field]) === text(row.loaded?.[field]) ? "" : "theirs"}>{text(row.theirs[field])}</td>}
                <td>{field in row.values ? text(row.values[field]) : <small>not changed</small>}{row.faults[field] && <p className="fault">{row.faults[field]}</p>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {row.faults[""] && <p className="fault">{row.faults[""]}</p>}
      {row.theirs && (
        <p className="conflict">
          Changed since you loaded it.{" "}
          <button type="button" className="button" onClick={() => change((s) => rebase(s, row.entity, row.id))}>Keep mine, on top</button>{" "}
          <button type="button" className="button" onClick={() => change((s) => drop(s, row.entity, row.id))}>Take theirs</button>
        </p>
      )}
    </li>
  );
}
