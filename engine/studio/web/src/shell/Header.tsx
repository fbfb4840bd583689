import { useStudio } from "../schema/load";
import { useKept } from "../state/kept";
import type { Zone } from "../query/value";
import { Icon } from "./Icon";
import { PopoverButton } from "./Popover";
import { useTheme, type Theme } from "./theme";
import { ViewAs } from "./ViewAs";

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
        <span>{state.database}</span>
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
