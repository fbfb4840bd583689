import { useEffect, useMemo, useRef, useState } from "react";
import { useStudio } from "../schema/load";
import { go } from "../state/route";
import { curve, headHeight, lineHeight, lines, place, type Box } from "./layout";
import { EntityDoc } from "./EntityDoc";
import { mermaid } from "./mermaid";
import { Icon } from "../shell/Icon";

function save(name: string, type: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// A picture stands alone: the page's style sheets are not there.
const pictureStyle = `text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1c2620}.box rect{fill:#fff;stroke:#b9c6bd}.box .head{fill:#e8f1ea;stroke:none}
.box .name{font-weight:600}.box .type{fill:#66736a}.line{fill:none;stroke:#7d8f83;stroke-width:1.3}.line-name{fill:#66736a;font-size:10px}`;

const smallest = 0.3;

export default function SchemaPage({ selected }: { selected: string | null }) {
  const { model } = useStudio();
  const [boxes, setBoxes] = useState(() => place(model));
  const all = useMemo(() => lines(model), [model]);
  const pane = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const drag = useRef<{ name: string; dx: number; dy: number; moved: boolean } | null>(null);
  const [scale, setScale] = useState(1);
  const byName = new Map(boxes.map((b) => [b.entity.name, b]));
  const near = new Set(selected ? [selected, ...all.filter((l) => l.from === selected || l.to === selected).flatMap((l) => [l.from, l.to])] : []);
  const width = Math.max(...boxes.map((b) => b.x + b.width), 0) + 24;
  const height = Math.max(...boxes.map((b) => b.y + b.height), 0) + 24;
  const entity = selected ? model.byName.get(selected) : undefined;

  // One that was chosen elsewhere, by a link or the palette, may be out of sight.
  useEffect(() => {
    if (selected) svg.current?.querySelector(".chosen")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [selected]);
  const fit = () => {
    const room = pane.current;
    if (room) setScale(Math.max(smallest, Math.min(1, room.clientWidth / width, room.clientHeight / height)));
  };

  const point = (e: React.PointerEvent) => {
    const box = svg.current?.getBoundingClientRect();
    return { x: (e.clientX - (box?.left ?? 0)) / scale, y: (e.clientY - (box?.top ?? 0)) / scale };
  };
  const begin = (e: React.PointerEvent, box: Box) => {
    const at = point(e);
    drag.current = { name: box.entity.name, dx: at.x - box.x, dy: at.y - box.y, moved: false };
    e.currentTarget.setPointerCapture(e.pointerId);
  };
  const move = (e: React.PointerEvent) => {
    const d = drag.current;
    if (!d) return;
    const at = point(e);
    const old = byName.get(d.name);
    if (!d.moved && old && Math.hypot(at.x - d.dx - old.x, at.y - d.dy - old.y) < 4) return;
    d.moved = true;
    setBoxes((bs) => bs.map((b) => (b.entity.name === d.name ? { ...b, x: Math.max(0, at.x - d.dx), y: Math.max(0, at.y - d.dy) } : b)));
  };
  const end = (box: Box) => {
    const moved = drag.current?.moved ?? false;
    drag.current = null;
    if (!moved) choose(box.entity.name);
  };
  const choose = (name: string) => go({ page: "schema", entity: selected === name ? null : name });
  const picture = () => {
    const copy = svg.current?.cloneNode(true) as SVGSVGElement | undefined;
    if (!copy) return;
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", String(width));
    copy.setAttribute("height", String(height));
    save("schema.svg", "image/svg+xml", new XMLSerializer().serializeToString(copy).replace(/(<svg[^>]*>)/, `$1<style>${pictureStyle}</style>`));
  };
  return (
    <div className="schema">
      <div className="toolbar" role="toolbar" aria-label="The diagram">
        <h1>Schema</h1>
        <span className="count">{model.entities.length} entities, {all.length} relations</span>
        <span className="grow" />
        <button type="button" className="icon-button" aria-label="Smaller" onClick={() => setScale((s) => Math.max(smallest, s / 1.2))}>−</button>
        <button type="button" className="icon-button" aria-label="Larger" onClick={() => setScale((s) => Math.min(2, s * 1.2))}>+</button>
        <button type="button" className="button" onClick={fit}>Fit</button>
        <button type="button" className="button" onClick={() => setBoxes(place(model))}>Lay out</button>
        <button type="button" className="button" onClick={picture}><Icon name="download" />SVG</button>
        <button type="button" className="button" onClick={() => save("schema.mmd", "text/plain", mermaid(model))}><Icon name="download" />Mermaid</button>
      </div>
      <div className="schema-body">
        <div ref={pane} className="diagram" tabIndex={0} role="region" aria-label="The entities and their relations">
          <svg ref={svg} width={width * scale} height={height * scale} viewBox={`0 0 ${width} ${height}`} className={selected ? "focused" : ""} role="group" aria-label="Diagram">
            {all.map((l) => {
              const a = byName.get(l.from);
              const b = byName.get(l.to);
              if (!a || !b) return null;
              const lit = selected !== null && (l.from === selected || l.to === selected);
              return (
                <g key={`${l.from}.${l.name}`} className={lit ? "lit" : ""}>
                  <path className={`line${l.ends[0] || l.ends[1] ? "" : " one"}`} d={curve(a, b)}><title>{`${l.from}.${l.name}: ${l.to}`}</title></path>
                </g>
              );
            })}
            {boxes.map((box) => (
              <g key={box.entity.name} className={`box${near.has(box.entity.name) ? " near" : ""}${selected === box.entity.name ? " chosen" : ""}`} transform={`translate(${box.x},${box.y})`}
                role="button" tabIndex={0} aria-label={box.entity.name} aria-pressed={selected === box.entity.name}
                onPointerDown={(e) => begin(e, box)} onPointerMove={move} onPointerUp={() => end(box)}
                onKeyDown={(e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); choose(box.entity.name); } }}>
                <rect width={box.width} height={box.height} rx={7} />
                <path className="head" d={`M0.5,${headHeight} v-${headHeight - 7} a6.5,6.5 0 0 1 6.5,-6.5 h${box.width - 14} a6.5,6.5 0 0 1 6.5,6.5 v${headHeight - 7} z`} />
                <text className="name" x={12} y={20}>{box.entity.name}</text>
                {box.fields.map((f, i) => <text key={f} className="type" x={12} y={headHeight + 16 + i * lineHeight}>{f}</text>)}
              </g>
            ))}
          </svg>
        </div>
        {entity && <EntityDoc entity={entity} close={() => go({ page: "schema", entity: null })} />}
      </div>
    </div>
  );
}
