import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { actAs, ask } from "../api/client";
import { signIn } from "../api/server";
import { useStudio } from "../schema/load";
import { labelText, pickOperation, type Row } from "../query/list";
import { Icon } from "./Icon";
import { PopoverButton } from "./Popover";

/** ViewAs asks everything as somebody else: a role, a row of the viewers' entity, any id. */
export function ViewAs() {
  const client = useQueryClient();
  const [who, setWho] = useState<string | null>(null);
  const again = () => client.resetQueries({ predicate: (q) => q.queryKey[0] !== "studio" });
  const end = async () => {
    actAs(null);
    setWho(null);
    await again();
  };
  return (
    <span className="view-as">
      <PopoverButton label={who ? `Viewed as ${who}` : "View as"} className={`button${who ? " on" : ""}`}
        face={<><Icon name="person" /><span className="wide-only">{who ?? "View as"}</span></>}>
        {(close) => <Form done={(name) => { setWho(name); close(); void again(); }} />}
      </PopoverButton>
      {who && <button type="button" className="icon-button" aria-label="End view as" title="End" onClick={() => void end()}><Icon name="close" /></button>}
    </span>
  );
}

function Form({ done }: { done: (who: string) => void }) {
  const { state, model } = useStudio();
  const viewers = model.byName.get(state.viewers);
  const [text, setText] = useState("");
  const [picked, setPicked] = useState<Row | null>(null);
  const [roles, setRoles] = useState<string[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  const found = useQuery({
    queryKey: ["pick", state.viewers, text],
    enabled: viewers?.list != null && picked === null && text !== "",
    queryFn: async ({ signal }) => {
      if (!viewers) return [];
      const { query, variables } = pickOperation(viewers, text);
      return (await ask<{ rows: { nodes: Row[] } }>(query, variables, signal)).data?.rows.nodes ?? [];
    },
    placeholderData: (previous) => previous,
  });
  const become = async () => {
    try {
      const { token } = await signIn({ id: picked ? "" : text.trim(), node: picked?.id ?? "", roles });
      actAs(token);
      done([roles.join(", "), text.trim()].filter((part) => part !== "").join(" · "));
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form className="form" onSubmit={(e) => { e.preventDefault(); void become(); }}>
      <p className="hint">Everything is asked under a token of this viewer: policies, private fields and limits are theirs.</p>
      <label>
        {viewers ? `${viewers.name}, or an id` : "Viewer\u2019s id"}
        <input value={text} onChange={(e) => { setText(e.target.value); setPicked(null); }} placeholder={viewers ? "Find by name" : "any"} autoFocus />
      </label>
      {viewers && picked === null && text !== "" && (found.data?.length ?? 0) > 0 && (
        <ul className="pick" aria-label={viewers.name}>
          {found.data?.slice(0, 6).map((row) => (
            <li key={row.id}><button type="button" className="menu-item" onClick={() => { setPicked(row); setText(labelText(viewers, row)); }}>{labelText(viewers, row)}</button></li>
          ))}
        </ul>
      )}
      <fieldset>
        <legend>Roles</legend>
        {state.roles.map((role) => (
          <label key={role} className="choice">
            <input type="checkbox" checked={roles.includes(role)} onChange={(e) => setRoles(e.target.checked ? [...roles, role] : roles.filter((r) => r !== role))} />
            {role}
          </label>
        ))}
      </fieldset>
      {fault && <p className="fault" role="alert">{fault}</p>}
      <button type="submit" className="button primary" disabled={text.trim() === "" && roles.length === 0}>View as</button>
    </form>
  );
}
