// Before anything is painted: the theme that was chosen (see src/shell/theme.ts), else the system's.
{
  let theme = "system";
  try {
    theme = JSON.parse(localStorage.getItem("studio.theme") ?? '"system"');
  } catch {
    // no storage, or not ours
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = theme === "light" || theme === "dark" ? theme : dark ? "dark" : "light";
}
