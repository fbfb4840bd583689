// JSON without loss: numbers that a JavaScript number cannot hold keep their digits.

/** A number of a JSON value as it was written. */
export class Exact {
  constructor(readonly digits: string) {}
  toString() {
    return this.digits;
  }
}

const significant = (source: string) => source.replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+/, "").length;

type Reviver = (key: string, value: unknown, context?: { source: string }) => unknown;

const keep: Reviver = (_key, value, context) =>
  typeof value === "number" && context && significant(context.source) > 15 && String(value) !== context.source
    ? new Exact(context.source)
    : value;

/** parse is JSON.parse, except that long numbers become [Exact]. */
export const parse = (text: string): unknown => JSON.parse(text, keep as (key: string, value: unknown) => unknown);

type RawJSON = { rawJSON?: (text: string) => unknown };

/** print is JSON.stringify for what [parse] has read. */
export const print = (value: unknown, indent?: number): string =>
  JSON.stringify(
    value,
    (_key, v: unknown) => {
      const raw = (JSON as RawJSON).rawJSON;
      return v instanceof Exact ? (raw ? raw(v.digits) : v.digits) : v;
    },
    indent,
  );
