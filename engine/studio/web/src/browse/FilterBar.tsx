import { useEffect, useRef, useState } from "react";
import type { Entity } from "../schema/model";
import { addTo, describe, isGroup, replaceAt, type Condition, type Group } from "../query/filter";
import type { View } from "../state/view";
import { Icon } from "../shell/Icon";
import { PopoverButton } from "../shell/Popover";
import { ConditionEditor } from "./ConditionEditor";

interface Props {
  entity: Entity;
  view: View;
  searchable: boolean;
  change: (view: Partial<View>) => void;
}

/** FilterBar has the search and the filter: a pill for each condition, a bracket for each group. */
export function FilterBar({ entity, view, searchable, change }: Props) {
  const set = (filter: Group) => change({ filter, page: view.page === null ? null : 1 });
  return (
    <div className="filter-bar">
      {searchable && <Search value={view.search} set={(search) => change({ search, page: view.page === null ? null : 1 })} />}
      <GroupPills entity={entity} root={view.filter} group={view.filter} at={[]} set={set} />
    </div>
  );
}

/** The wait after a key before the list is asked again. */
const typingPause = 250;

function Search({ value, set }: { value: string; set: (text: string) => void }) {
  const [text, setText] = useState(value);
  const latest = useRef(set);
  latest.current = set;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => latest.current(text), typingPause);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <label className="search">
      <Icon name="search" />
      <input type="search" id="search" aria-label="Search" placeholder="Search" value={text} onChange={(e) => setText(e.target.value)} />
    </label>
  );
}

interface PillsProps {
  entity: Entity;
  root: Group;
  group: Group;
  at: number[];
  set: (root: Group) => void;
}

function GroupPills({ entity, root, group, at, set }: PillsProps) {
  const inner = at.length > 0;
  const join = (
    <button type="button" className="join" title="All of them, or any" onClick={() => set(inner ? replaceAt(root, at, { ...group, any: !group.any }) : { ...group, any: !group.any })}>
      {group.any ? "or" : "and"}
    </button>
  );
  const add = (
    <PopoverButton label={inner ? "Add to the group" : "Add a filter"} className={inner ? "icon-button small" : "button add-filter"} title={inner ? "Add to the group" : "Add a filter (/)"}
      face={inner ? <Icon name="plus" /> : <><Icon name="filter" />Filter</>} panel="condition">
      {(close) => (
        <ConditionEditor entity={entity} initial={null} apply={(c) => { set(addTo(root, at, c)); close(); }}
          group={inner ? undefined : (c) => { set(addTo(root, at, { any: !root.any, items: [c] })); close(); }} />
      )}
    </PopoverButton>
  );
  return (
    <span className={inner ? "group" : "pills"} role="group" aria-label={group.any ? "any of" : "all of"}>
      {group.items.map((item, i) => {
        const here = [...at, i];
        return (
          <span key={i} className="pill-with-join">
            {i > 0 && join}
            {isGroup(item) ? (
              <GroupPills entity={entity} root={root} group={item} at={here} set={set} />
            ) : (
              <span className="pill">
                <PopoverButton label={`Filter ${describe(item)}`} className="pill-face" face={describe(item)} panel="condition">
                  {(close) => <ConditionEditor entity={entity} initial={item} apply={(c: Condition) => { set(replaceAt(root, here, c)); close(); }} />}
                </PopoverButton>
                <button type="button" className="pill-remove" aria-label={`Remove ${describe(item)}`} onClick={() => set(replaceAt(root, here, null))}><Icon name="close" /></button>
              </span>
            )}
          </span>
        );
      })}
      {add}
      {!inner && group.items.length > 1 && <button type="button" className="button quiet" onClick={() => set({ any: false, items: [] })}>Clear</button>}
    </span>
  );
}
