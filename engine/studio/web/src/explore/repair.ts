// GraphiQL's editors and tabs have barriers that its props do not reach: names, and buttons within tabs.
const names: [selector: string, name: string][] = [
  [".graphiql-query-editor", "Query"],
  [".graphiql-editor-tool .graphiql-editor:nth-of-type(1)", "Variables"],
  [".graphiql-editor-tool .graphiql-editor:nth-of-type(2)", "Headers"],
  [".result-window", "Answer"],
];

const set = (element: Element | null, name: string, value: string) => {
  if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
};

type Editor = Element & { CodeMirror?: { focus: () => void; refresh: () => void } };

const measured = new WeakSet<Element>();

function mend(root: Element) {
  for (const editor of root.querySelectorAll<Editor>(".CodeMirror")) {
    if (measured.has(editor)) continue;
    measured.add(editor);
    // It has measured itself before its style, and the gutter for folding, were there.
    for (const later of [0, 400, 1500]) setTimeout(() => editor.CodeMirror?.refresh(), later);
  }
  for (const [selector, name] of names) for (const editor of root.querySelectorAll(selector)) for (const input of editor.querySelectorAll("textarea")) set(input, "aria-label", name);
  for (const input of root.querySelectorAll(".CodeMirror textarea:not([aria-label])")) set(input, "aria-label", "Editor");
  for (const scroll of root.querySelectorAll(".CodeMirror-scroll")) set(scroll, "tabindex", "0");
  for (const tab of root.querySelectorAll(".graphiql-tab")) {
    set(tab, "role", "listitem");
    if (tab.hasAttribute("aria-selected")) {
      set(tab, "aria-current", tab.getAttribute("aria-selected") ?? "false");
      tab.removeAttribute("aria-selected");
    }
    set(tab.parentElement, "role", "list");
  }
}

/** repair keeps the part of the page below root free of them. It returns how to stop. */
export function repair(root: Element): () => void {
  mend(root);
  const watch = new MutationObserver(() => mend(root));
  watch.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["role", "aria-selected"] });
  // What scrolls can be reached by the keyboard; of an editor, the editor is what is meant.
  const focused = (e: Event) => {
    if (!(e.target instanceof Element) || !e.target.matches(".graphiql-editor .CodeMirror-scroll")) return;
    e.target.closest<Editor>(".CodeMirror")?.CodeMirror?.focus();
  };
  root.addEventListener("focusin", focused);
  return () => {
    watch.disconnect();
    root.removeEventListener("focusin", focused);
  };
}
