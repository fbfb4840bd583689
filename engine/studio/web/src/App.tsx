import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { BrowsePage } from "./browse/BrowsePage";
import { ChangesBar } from "./browse/ChangesBar";
import { MigrationsPage } from "./diagram/MigrationsPage";
import { load, StudioContext, type Studio } from "./schema/load";
import { Failure, Loading } from "./shell/Feedback";
import { Header } from "./shell/Header";
import { Palette } from "./shell/Palette";
import { Shortcuts } from "./shell/Shortcuts";
import { Sidebar } from "./shell/Sidebar";
import { useTheme } from "./shell/theme";
import { dataRoute, go, readRoute, useHash } from "./state/route";

// Their libraries are as large as the rest together: fetched when they are opened.
const ExplorePage = lazy(() => import("./explore/ExplorePage"));
const SchemaPage = lazy(() => import("./diagram/SchemaPage"));

export function App() {
  useTheme();
  const loading = useQuery({ queryKey: ["studio"], queryFn: load, staleTime: Infinity });
  if (loading.error) return <Failure error={loading.error} retry={() => void loading.refetch()} whole />;
  if (!loading.data) return <Loading what="Reading the schema" />;
  return (
    <StudioContext value={loading.data}>
      <Shell studio={loading.data} />
    </StudioContext>
  );
}

type Overlay = "palette" | "shortcuts" | null;

function Shell({ studio }: { studio: Studio }) {
  const hash = useHash();
  const route = useMemo(() => readRoute(hash), [hash]);
  const [overlay, setOverlay] = useState<Overlay>(null);
  const [menu, setMenu] = useState(false);
  useEffect(() => setMenu(false), [hash]);

  useEffect(() => {
    const first = studio.model.entities.find((e) => e.list !== null);
    if (route.page === "data" && route.entity === null && first) go(dataRoute(first.name), true);
  }, [route, studio]);

  useEffect(() => {
    const pressed = (e: KeyboardEvent) => {
      const typing = e.target instanceof HTMLElement && e.target.closest("input, textarea, select, [contenteditable], .graphiql-container") !== null;
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") {
        e.preventDefault();
        setOverlay((o) => (o === "palette" ? null : "palette"));
      } else if (e.key === "?" && !typing) {
        e.preventDefault();
        setOverlay("shortcuts");
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);

  const entity = route.page === "data" && route.entity ? studio.model.byName.get(route.entity) : undefined;
  return (
    <div className={`shell${studio.state.local ? "" : " remote"}${menu ? " menu-open" : ""}`}>
      <a className="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>Skip to the content</a>
      <Sidebar route={route} />
      {menu && <button type="button" className="scrim" aria-label="Close the menu" onClick={() => setMenu(false)} />}
      <div className="stage">
        <Header onMenu={() => setMenu(!menu)} onPalette={() => setOverlay("palette")} onShortcuts={() => setOverlay("shortcuts")} />
        <main id="main" tabIndex={-1}>
          <Suspense fallback={<Loading what="Opening" />}>
            {route.page === "data" && entity && <BrowsePage key={`${entity.name}:${route.trail.length}`} entity={entity} view={route.view} trail={route.trail} />}
            {route.page === "data" && route.entity && !entity && <Failure error={new Error(`There is no ${route.entity} in this schema. Choose an entity from the list, or look for one with Ctrl K.`)} />}
            {route.page === "schema" && <SchemaPage selected={route.entity} />}
            {route.page === "migrations" && <MigrationsPage />}
            {route.page === "explore" && <ExplorePage query={route.query} variables={route.variables} />}
          </Suspense>
        </main>
        <ChangesBar />
      </div>
      {overlay === "palette" && <Palette close={() => setOverlay(null)} showShortcuts={() => setOverlay("shortcuts")} />}
      {overlay === "shortcuts" && <Shortcuts close={() => setOverlay(null)} />}
    </div>
  );
}
