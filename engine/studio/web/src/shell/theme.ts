import { useEffect } from "react";
import { useKept } from "../state/kept";

export type Theme = "system" | "light" | "dark";

/** useTheme sets what the style sheets look at. */
export function useTheme(): [Theme, (theme: Theme) => void, "light" | "dark"] {
  const [theme, setTheme] = useKept<Theme>("theme", "system");
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  useEffect(() => {
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    const apply = () => {
      document.documentElement.dataset.theme = theme === "system" ? (query.matches ? "dark" : "light") : theme;
    };
    apply();
    query.addEventListener("change", apply);
    return () => query.removeEventListener("change", apply);
  }, [theme]);
  return [theme, setTheme, theme === "system" ? (dark ? "dark" : "light") : theme];
}
