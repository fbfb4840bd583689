import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { actAs } from "../api/client";
import { signIn } from "../api/server";
import { useStudio } from "../schema/load";
import { useKept } from "../state/kept";
import type { Zone } from "../query/value";
import { Icon } from "./Icon";
import { PopoverButton } from "./Popover";
import { useTheme, type Theme } from "./theme";

interface Props {
  onMenu: () => void;
  onPalette: () => void;
  onShortcuts: () => void;
}

export function Header({ onMenu, onPalette, onShortcuts }: Props) {
  const { state } = useStudio();
  const [theme, setTheme] = useTheme();
  const [zone, setZone] = useKept<Zone>("zone", "utc");
  const themes: Theme[] = ["system", "light", "dark"];
  return (
    <header className="top">
      <button type="button" className="icon-button menu-button" aria-label="Menu" onClick={onMenu}>
        <Icon name="menu" />
      </button>
      <span className="database" title={state.local ? "This database is on this machine" : "This database is not on this machine"}>
        <span className="dot" aria-hidden="true" />
        {state.database}
      </span>
      {state.readOnly && <span className="badge" title="The server refuses every change">read only</span>}
      <span className="grow" />
      {state.signIn && <ViewAs />}
      <button type="button" className="palette-button" onClick={onPalette} aria-label="Go to, or do">
        <Icon name="search" />
        <span>Go to…</span>
        <kbd>Ctrl K</kbd>
      </button>
      <PopoverButton label="Settings" face={<Icon name="sun" />} className="icon-button">
        {() => (
          <div className="form">
            <fieldset>
              <legend>Theme</legend>
              {themes.map((t) => (
                <label key={t} className="choice">
                  <input type="radio" name="theme" checked={theme === t} onChange={() => setTheme(t)} />
                  {t}
                </label>
              ))}
            </fieldset>
            <fieldset>
              <legend>Times are shown in</legend>
              {(["utc", "local"] as const).map((z) => (
                <label key={z} className="choice">
                  <input type="radio" name="zone" checked={zone === z} onChange={() => setZone(z)} />
                  {z === "utc" ? "UTC" : `local time (${Intl.DateTimeFormat().resolvedOptions().timeZone})`}
                </label>
              ))}
            </fieldset>
          </div>
        )}
      </PopoverButton>
      <button type="button" className="icon-button wide-only" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" onClick={onShortcuts}>
        <Icon name="keyboard" />
      </button>
    </header>
  );
}

function ViewAs() {
  const { state } = useStudio();
  const client = useQueryClient();
  const [who, setWho] = useState<string | null>(null);
  const [id, setId] = useState("");
  const [roles, setRoles] = useState<string[]>([]);
  const [fault, setFault] = useState<string | null>(null);

  const become = async (close: () => void) => {
    try {
      const { token } = await signIn(id.trim(), roles);
      actAs(token);
      setWho(`${roles.join(", ") || "no role"} · ${id.trim()}`);
      setFault(null);
      close();
      await client.resetQueries({ predicate: (q) => q.queryKey[0] !== "studio" });
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
  };
  const end = async () => {
    actAs(null);
    setWho(null);
    await client.resetQueries({ predicate: (q) => q.queryKey[0] !== "studio" });
  };
  return (
    <span className="view-as">
      <PopoverButton label={who ? `Viewed as ${who}` : "View as"} className={`button${who ? " on" : ""}`}
        face={<><Icon name="person" /><span className="wide-only">{who ?? "View as"}</span></>}>
        {(close) => (
          <form className="form" onSubmit={(e) => { e.preventDefault(); void become(close); }}>
            <p className="hint">Everything is asked under a token of this viewer: policies, private fields and limits are theirs.</p>
            <label>
              Viewer’s id
              <input value={id} onChange={(e) => setId(e.target.value)} placeholder="5" required autoFocus />
            </label>
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
            <button type="submit" className="button primary">View as</button>
          </form>
        )}
      </PopoverButton>
      {who && <button type="button" className="icon-button" aria-label="End view as" title="End" onClick={() => void end()}><Icon name="close" /></button>}
    </span>
  );
}
