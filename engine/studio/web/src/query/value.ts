// Values of scalars: from what people type, and to what they read. What has digits stays text all the way.
import { Exact, parse, print } from "../api/exact";

/** parseValue reads text as a value of a scalar; undefined where it is none. Enums and unknown scalars are taken as they are. */
export function parseValue(type: string, text: string): unknown {
  switch (type) {
    case "Int": {
      const n = Number(text);
      return /^\s*[+-]?\d+\s*$/.test(text) && Math.abs(n) <= 2147483647 ? n : undefined;
    }
    case "Float":
      return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case "Boolean":
      return /^(true|yes|1)$/i.test(text.trim()) ? true : /^(false|no|0)$/i.test(text.trim()) ? false : undefined;
    case "BigInt":
      return /^\s*[+-]?\d+\s*$/.test(text) ? text.trim().replace(/^\+/, "") : undefined;
    case "Decimal":
      return /^\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*$/.test(text) ? text.trim().replace(/^\+/, "") : undefined;
    case "Date":
      return /^\d{4}-\d\d-\d\d$/.test(text.trim()) ? text.trim() : undefined;
    case "Time":
      return parseTime(text.trim());
    case "UUID":
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text.trim()) ? text.trim() : undefined;
    case "JSON":
      try {
        return parse(text);
      } catch {
        return undefined;
      }
    default:
      return text;
  }
}

/** RFC 3339 as it is; a day or a time without a zone is meant in UTC. */
function parseTime(text: string): string | undefined {
  const m = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)?\s*(Z|[+-]\d\d:\d\d)?)?$/i.exec(text);
  if (!m) return undefined;
  const time = `${m[1]}T${m[2] ?? "00:00"}${m[3] ?? ":00"}${(m[4] ?? "Z").toUpperCase()}`;
  return Number.isNaN(Date.parse(time)) ? undefined : time;
}

/** What a value of the type has to look like, for whoever typed something else. */
export function expected(type: string): string {
  const forms: Record<string, string> = {
    Int: "a whole number", BigInt: "a whole number", Float: "a number", Decimal: "a number such as 12.50", Boolean: "true or false",
    Date: "a day such as 2026-01-31", Time: "a time such as 2026-01-31T09:30:00Z", UUID: "a UUID", JSON: "JSON",
  };
  return forms[type] ?? "a text";
}

export type Zone = "utc" | "local";

/** showTime is a time to read. Fractions of a second are kept as they came. */
export function showTime(value: string, zone: Zone): string {
  const m = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/.exec(value);
  if (!m) return value;
  if (zone === "utc") return `${m[1]} ${m[2]}${m[3] ?? ""}`;
  const date = new Date(value);
  const pad = (n: number) => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}${m[3] ?? ""}`;
}

/** showValue is a value as text, for an editor, a copy, or a cell of a table. null is empty. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof Exact || typeof value === "number" || typeof value === "boolean") return String(value);
  return print(value);
}

const numbers = new Set(["Int", "Float", "BigInt", "Decimal"]);
export const isNumber = (type: string) => numbers.has(type);
