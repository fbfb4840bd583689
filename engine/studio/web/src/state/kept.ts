// What the browser keeps between visits: saved views, the theme, the time zone of times.
import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const memory = new Map<string, string>();

const read = (key: string): string | null => {
  try {
    return localStorage.getItem(`studio.${key}`);
  } catch {
    return memory.get(key) ?? null; // storage is off: the visit remembers
  }
};

const write = (key: string, text: string) => {
  try {
    localStorage.setItem(`studio.${key}`, text);
  } catch {
    memory.set(key, text);
  }
  for (const changed of listeners) changed();
};

const subscribe = (changed: () => void) => {
  listeners.add(changed);
  return () => listeners.delete(changed);
};

/** useKept is a value that outlives the visit. */
export function useKept<T>(key: string, initial: T): [T, (value: T) => void] {
  const text = useSyncExternalStore(subscribe, () => read(key));
  let value = initial;
  try {
    if (text !== null) value = JSON.parse(text) as T;
  } catch {
    // another release wrote it
  }
  return [value, useCallback((next: T) => write(key, JSON.stringify(next)), [key])];
}

export interface SavedView {
  name: string;
  /** the parameters of its URL */
  params: string;
}
