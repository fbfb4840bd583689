// The stage of this visit, and the saves that can be taken back.
import { useSyncExternalStore } from "react";
import { ask, Refused } from "../api/client";
import { keys } from "../api/server";
import type { Entity, Model } from "../schema/model";
import { rowOperation, type Row } from "../query/list";
import { inverse, keyed, missing, place, saveOperation, savedRows } from "./mutation";
import { changedSince, emptyStage, fault, type Stage } from "./stage";

export interface Undo {
  text: string;
  stage: Stage;
  /** what the save took, and under which name its statements are kept */
  took: number;
  trace: string | null;
}

interface Changes {
  stage: Stage;
  undo: Undo[];
  saving: boolean;
  /** what is wrong with the save as a whole */
  trouble: string | null;
}

let changes: Changes = { stage: emptyStage, undo: [], saving: false, trouble: null };
const listeners = new Set<() => void>();

const set = (next: Partial<Changes>) => {
  changes = { ...changes, ...next };
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useChanges = () => useSyncExternalStore(subscribe, () => changes);
export const stageNow = () => changes.stage;

/** change stages something, by one of the functions of stage.ts. */
export const change = (how: (stage: Stage) => Stage) => set({ stage: how(changes.stage), trouble: null });

const summary = (stage: Stage) => {
  const count = (kind: string) => stage.rows.filter((r) => r.kind === kind).length;
  return [[count("create"), "inserted"], [count("update"), "changed"], [count("delete"), "deleted"]]
    .filter(([n]) => n !== 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(", ");
};

/** save runs the stage's mutation. true is saved; otherwise the faults are at their cells. */
export async function save(model: Model): Promise<boolean> {
  return run(model, changes.stage, (undo) => set({ stage: emptyStage, undo: [undo, ...changes.undo].slice(0, remembered) }));
}

/** How many saves can be taken back. */
const remembered = 20;

/** undo takes the last save back, if nobody has changed its rows since. */
export async function undo(model: Model): Promise<boolean> {
  const [last, ...rest] = changes.undo;
  if (!last) return false;
  const done = await run(model, last.stage, () => set({ undo: rest }));
  if (!done) set({ trouble: `This cannot be taken back: ${changes.trouble ?? "a row was changed since"}` });
  return done;
}

/** complete marks the cells that new rows cannot do without. */
function complete(model: Model, stage: Stage): boolean {
  let next = stage;
  let lacking = 0;
  for (const r of stage.rows) {
    const entity = model.byName.get(r.entity);
    if (!entity || r.kind !== "create") continue;
    const fields = missing(entity, r.values);
    for (const field of fields) next = fault(next, r.entity, r.id, field, `${field} is required`);
    if (fields.length > 0) lacking++;
  }
  if (lacking > 0) set({ stage: next, trouble: lacking === 1 ? "A new row lacks what it has to have: look for red." : `${lacking} new rows lack what they have to have: look for red.` });
  return lacking === 0;
}

async function run(model: Model, stage: Stage, done: (undo: Undo) => void): Promise<boolean> {
  if (stage.rows.length === 0 || changes.saving || !complete(model, stage)) return false;
  const operation = saveOperation(model, stage);
  set({ saving: true, trouble: null });
  try {
    const answer = await ask(operation.query, operation.variables);
    if (answer.errors.length > 0) throw new Refused(answer.errors, 200);
    const saved = savedRows(operation, answer.data ?? {});
    done({ text: summary(stage), stage: inverse(model, saved, await keysOf(keyed(model, saved))), took: answer.took, trace: answer.trace });
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { placed, rest } = place(operation, error.faults);
    let next = changes.stage;
    for (const p of placed) {
      next = fault(next, p.row.entity, p.row.id, p.field, p.message);
      const entity = model.byName.get(p.row.entity);
      const theirs = p.conflict && entity ? await current(model, entity, p.row.id) : null;
      if (theirs) next = changedSince(next, p.row.entity, p.row.id, theirs);
    }
    const trouble = [...rest.map((f) => f.message), ...placed.map((f) => `${f.row.entity}${f.field ? `.${f.field}` : ""} ${f.message}`)].join("; ");
    set({ stage: next, trouble: trouble || error.message });
    return false;
  } finally {
    set({ saving: false });
  }
}

/** What is not told is missed when the save is taken back, and asked for there. */
async function keysOf(ids: string[]): Promise<Record<string, string>> {
  if (ids.length === 0) return {};
  try {
    return await keys(ids);
  } catch {
    return {};
  }
}

async function current(model: Model, entity: Entity, id: string): Promise<Row | null> {
  const { query, variables } = rowOperation(model, entity, id);
  try {
    return (await ask<{ node: Row | null }>(query, variables)).data?.node ?? null;
  } catch {
    return null; // the conflict alone is told
  }
}
