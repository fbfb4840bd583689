import { useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { useStudio } from "../schema/load";
import { figures, type Entity, type Figure } from "../schema/model";
import { barsOf, figuresOperation, groupable, measurable, type Asked } from "../query/figures";
import type { View } from "../state/view";
import { Failure } from "../shell/Feedback";
import { Icon } from "../shell/Icon";

interface Props {
  entity: Entity;
  view: View;
  asked: Asked;
  change: (view: Partial<View>) => void;
}

/** Figures are totals, or groups as bars, of the rows that the filter takes. */
export function Figures({ entity, view, asked, change }: Props) {
  const { model } = useStudio();
  const operation = figuresOperation(model, entity, view.filter, asked);
  const answer = useQuery({
    queryKey: ["figures", entity.name, operation],
    enabled: operation !== null,
    queryFn: async ({ signal }) => {
      const a = await ask<Parameters<typeof barsOf>[3]>(operation?.query ?? "", operation?.variables, signal);
      return a.data ? barsOf(model, entity, asked, a.data) : [];
    },
    placeholderData: (previous) => previous,
  });
  const set = (more: Partial<Asked>) => change({ figures: { ...asked, ...more } });
  const bucketed = entity.columns.find((c) => c.name === asked.by)?.bucketed ?? false;
  const bars = answer.data ?? [];
  const most = Math.max(...bars.map((b) => Math.abs(Number(b.value ?? 0))), 0);
  return (
    <section className="figures" aria-label="Figures">
      <div className="figures-form">
        <select aria-label="Figure" value={asked.figure} onChange={(e) => {
          const figure = e.target.value as Asked["figure"];
          set({ figure, column: figure === "count" ? null : (measurable(entity, figure)[0]?.name ?? null) });
        }}>
          <option value="count">count</option>
          {figures.filter((f) => measurable(entity, f).length > 0).map((f) => <option key={f}>{f}</option>)}
        </select>
        {asked.figure !== "count" && (
          <select aria-label="Column" value={asked.column ?? ""} onChange={(e) => set({ column: e.target.value })}>
            {measurable(entity, asked.figure as Figure).map((c) => <option key={c.name}>{c.name}</option>)}
          </select>
        )}
        <span>by</span>
        <select aria-label="Grouped by" value={asked.by ?? ""} onChange={(e) => {
          const by = e.target.value || null;
          set({ by, bucket: entity.columns.find((c) => c.name === by)?.bucketed ? (asked.bucket ?? "MONTH") : null });
        }}>
          <option value="">nothing: the total</option>
          {groupable(model, entity).map((name) => <option key={name}>{name}</option>)}
        </select>
        {bucketed && (
          <select aria-label="Bucket" value={asked.bucket ?? "MONTH"} onChange={(e) => set({ bucket: e.target.value })}>
            {model.buckets.map((b) => <option key={b} value={b}>{b.toLowerCase()}</option>)}
          </select>
        )}
        <span className="grow" />
        <button type="button" className="icon-button" aria-label="Close the figures" onClick={() => change({ figures: null })}><Icon name="close" /></button>
      </div>
      {answer.error ? <Failure error={answer.error} retry={() => void answer.refetch()} /> : (
        <div className={`bars${asked.by === null ? " single" : ""}`} role="list" aria-label={`${asked.figure} ${asked.column ?? ""}`}>
          {bars.map((b, i) => (
            <div key={i} className="bar-row" role="listitem">
              <span className="bar-label" title={b.label}>{b.label}</span>
              <span className="bar-track"><span className="bar" style={{ width: `${most > 0 ? (Math.abs(Number(b.value ?? 0)) / most) * 100 : 0}%` }} /></span>
              <span className="bar-value">{b.value ?? "null"}</span>
            </div>
          ))}
          {bars.length === 0 && !answer.isPending && <p className="hint">No rows, no figures.</p>}
        </div>
      )}
    </section>
  );
}
