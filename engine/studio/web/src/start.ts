// The frame of index.html is painted first: to fetch, compile and run the rest takes longer than that, and would be in its way.
import "./styles/base.css";
import "./styles/shell.css";

/** Where nothing is painted, in a tab behind, nobody waits for it. */
const latest = 400;

const painted = new Promise<void>((done) => {
  if (document.visibilityState === "hidden") done();
  new PerformanceObserver(() => done()).observe({ type: "paint", buffered: true });
  setTimeout(done, latest);
});
void painted.then(() => import("./main"));
