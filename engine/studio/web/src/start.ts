// The frame of index.html is painted first: to compile and run the rest takes longer than that.
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/browse.css";
import "./styles/pages.css";

/** Where nothing is painted, in a tab behind, nobody waits for it. */
const latest = 100;

const painted = new Promise<void>((done) => {
  requestAnimationFrame(() => setTimeout(done));
  setTimeout(done, latest);
});
void painted.then(() => import("./main"));
