import { Refused } from "../api/client";

export const Loading = ({ what }: { what: string }) => (
  <div className="feedback" role="status">
    <span className="spinner" aria-hidden="true" />
    {what}…
  </div>
);

const advice: Record<string, string> = {
  UNAUTHENTICATED: "Sign in as somebody else, or end “view as”.",
  FORBIDDEN: "Whom the data is viewed as may not see this.",
  POOL_EXHAUSTED: "The database has no room right now. Try again in a moment.",
  UNAVAILABLE: "The database is out of reach. Is it up?",
  TIMEOUT: "Narrow the list down by a filter.",
};

function adviceOn(error: Error): string | null {
  if (!(error instanceof Refused)) return null;
  if (error.status === 401 && error.faults[0]?.extensions === undefined) return "The link holds the key: it is in the terminal where the studio was started.";
  return advice[error.faults[0]?.extensions?.code ?? ""] ?? null;
}

export function Failure({ error, retry, whole }: { error: Error; retry?: () => void; whole?: boolean }) {
  const more = adviceOn(error);
  return (
    <div className={`feedback failure${whole ? " whole" : ""}`} role="alert">
      <h2>This did not work</h2>
      <p>{error.message}</p>
      {more && <p>{more}</p>}
      {retry && <button type="button" className="button" onClick={retry}>Try again</button>}
    </div>
  );
}
