import { useState } from "react";
import { useStudio } from "../schema/load";
import { edgeOf, type Entity } from "../schema/model";
import { COUNT, operatorWord, resolve, type Condition, type Quantifier } from "../query/filter";
import { expected, parseValue } from "../query/value";

interface Props {
  entity: Entity;
  initial: Condition | null;
  apply: (condition: Condition) => void;
  group?: ((condition: Condition) => void) | undefined;
}

const preferred = ["containsFold", "contains", "eq", "has"];

/** ConditionEditor chooses a field, through edges of any number, a comparison, and what to compare with. */
export function ConditionEditor({ entity, initial, apply, group }: Props) {
  const { model } = useStudio();
  const first = entity.columns.find((c) => c.operators.length > 0 && entity.label.includes(c.name)) ?? entity.columns.find((c) => c.operators.length > 0 && c.name !== "id");
  const [path, setPath] = useState<string[]>(initial?.path ?? (first ? [first.name] : []));
  const [op, setOp] = useState(initial?.op ?? "");
  const [value, setValue] = useState(initial?.value ?? "");
  const [quantifier, setQuantifier] = useState<Quantifier>(initial?.quantifier ?? "some");

  const target = resolve(model, entity, path);
  const operators = target?.operators ?? [];
  const operator = operators.find((o) => o.name === op) ?? operators.find((o) => preferred.includes(o.name)) ?? operators[0];

  const levels: { at: Entity; chosen: string; many: boolean }[] = [];
  let at: Entity | undefined = entity;
  let afterMany = false;
  for (let i = 0; at && i <= path.length; i++) {
    const chosen = path[i] ?? "";
    levels.push({ at, chosen, many: afterMany });
    const edge = edgeOf(at, chosen);
    afterMany = edge?.many ?? false;
    at = edge ? model.byName.get(edge.target) : undefined;
  }
  const values = target?.column?.enumValues ?? (operator?.type === "Boolean" ? ["true", "false"] : null);
  const check = (v: string) => operator === undefined || parseValue(operator.type, v) !== undefined;
  const parts = operator?.list ? value.split(",").map((v) => v.trim()).filter((v) => v !== "") : [value];
  const good = operator !== undefined && parts.length > 0 && parts.every(check) && !(operator.type !== "String" && value === "");
  const condition: Condition = { path, op: operator?.name ?? "", value, ...(target?.many && quantifier !== "some" ? { quantifier } : {}) };

  return (
    <form className="form condition-form" onSubmit={(e) => { e.preventDefault(); if (good) apply(condition); }}>
      <div className="condition-path">
        {levels.map((level, i) => (
          <select key={i} aria-label={i === 0 ? "Field" : `Field of ${level.at.name}`} value={level.chosen} autoFocus={i === 0}
            onChange={(e) => {
              setPath([...path.slice(0, i), e.target.value].filter((s) => s !== ""));
              setOp("");
              setValue("");
            }}>
            {i > 0 && <option value="">{level.many ? "…" : "the row itself"}</option>}
            {level.many && <option value={COUNT}>count</option>}
            <optgroup label="Fields">
              {level.at.columns.filter((c) => c.operators.length > 0).map((c) => <option key={c.name}>{c.name}</option>)}
            </optgroup>
            {level.at.edges.some((e) => e.filterable) && (
              <optgroup label="Through">
                {level.at.edges.filter((e) => e.filterable).map((e) => <option key={e.name} value={e.name}>{e.name} → {e.target}</option>)}
              </optgroup>
            )}
          </select>
        ))}
      </div>
      {target?.many && path.at(-1) !== COUNT && (
        <select aria-label="Of the rows at the other side" value={quantifier} onChange={(e) => setQuantifier(e.target.value as Quantifier)}>
          <option value="some">some of them</option>
          <option value="none">none of them</option>
          <option value="every">every one of them</option>
        </select>
      )}
      {operator && (
        <div className="condition-compare">
          <select aria-label="Comparison" value={operator.name} onChange={(e) => { setOp(e.target.value); setValue(e.target.value === "isNull" ? "true" : value); }}>
            {operators.map((o) => <option key={o.name} value={o.name}>{operatorWord(o.name)}</option>)}
          </select>
          {operator.name === "isNull" ? (
            <select aria-label="Value" value={value === "false" ? "false" : "true"} onChange={(e) => setValue(e.target.value)}>
              <option value="true">null</option>
              <option value="false">not null</option>
            </select>
          ) : values && !operator.list ? (
            <select aria-label="Value" value={value} onChange={(e) => setValue(e.target.value)}>
              <option value="">choose</option>
              {values.map((v) => <option key={v}>{v}</option>)}
            </select>
          ) : (
            <input aria-label="Value" value={value} onChange={(e) => setValue(e.target.value)} type={operator.type === "Date" && !operator.list ? "date" : "text"}
              placeholder={operator.list ? "a, b, c" : operator.type === "String" ? "text" : expected(operator.type)} />
          )}
        </div>
      )}
      <div className="editor-foot">
        <button type="submit" className="button primary" disabled={!good}>{initial ? "Change" : "Add"}</button>
        {group && <button type="button" className="button" disabled={!good} onClick={() => group(condition)}>Add as a group</button>}
      </div>
    </form>
  );
}
