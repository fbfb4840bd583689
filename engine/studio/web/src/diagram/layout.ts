// The entities as a graph: laid out once, then moved by hand.
import dagre from "@dagrejs/dagre";
import type { Entity, Model } from "../schema/model";

export interface Box {
  entity: Entity;
  x: number;
  y: number;
  width: number;
  height: number;
  fields: string[];
}

export interface Line {
  from: string;
  to: string;
  name: string;
  /** at the end it comes from, and at the end it leads to */
  ends: [many: boolean, many: boolean];
}

export const lineHeight = 18;
export const headHeight = 30;
const shownFields = 9;

const fieldsOf = (entity: Entity) => {
  const names = entity.columns.filter((c) => !c.givenOnly).map((c) => c.name);
  return names.length > shownFields ? [...names.slice(0, shownFields - 1), `${names.length - shownFields + 1} more`] : names;
};

/** lines are the edges, each once: an edge and its inverse are one line. */
export function lines(model: Model): Line[] {
  const found: Line[] = [];
  const done = new Set<string>();
  for (const entity of model.entities) {
    for (const edge of entity.edges) {
      const target = model.byName.get(edge.target);
      if (!target || done.has(`${entity.name}.${edge.name}`)) continue;
      const inverse = target.edges.find((e) => e.target === entity.name && !done.has(`${target.name}.${e.name}`) && !(target === entity && e.name === edge.name));
      done.add(`${entity.name}.${edge.name}`);
      if (inverse) done.add(`${target.name}.${inverse.name}`);
      found.push({ from: entity.name, to: target.name, name: edge.name, ends: [inverse ? inverse.many : !edge.many, edge.many] });
    }
  }
  return found;
}

export function place(model: Model): Box[] {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 36, ranksep: 90, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  const boxes = model.entities.map((entity) => {
    const fields = fieldsOf(entity);
    const longest = Math.max(entity.name.length * 1.15, ...fields.map((f) => f.length));
    return { entity, fields, width: Math.round(Math.max(130, longest * 7.2 + 28)), height: headHeight + fields.length * lineHeight + 8, x: 0, y: 0 };
  });
  for (const box of boxes) graph.setNode(box.entity.name, { width: box.width, height: box.height });
  for (const line of lines(model)) if (line.from !== line.to) graph.setEdge(line.ends[1] ? line.from : line.to, line.ends[1] ? line.to : line.from, {}, line.name);
  dagre.layout(graph);
  return boxes.map((box) => {
    const node = graph.node(box.entity.name) as { x: number; y: number };
    return { ...box, x: node.x - box.width / 2, y: node.y - box.height / 2 };
  });
}

/** curve is a line between two boxes, from the sides that face each other. */
export function curve(a: Box, b: Box): string {
  if (a === b) {
    const x = a.x + a.width;
    const y = a.y + headHeight / 2;
    return `M${x},${y} c40,-30 40,40 0,${headHeight}`;
  }
  const rightwards = a.x + a.width / 2 < b.x + b.width / 2;
  const overlap = a.x < b.x + b.width && b.x < a.x + a.width;
  const x1 = rightwards || overlap ? a.x + a.width : a.x;
  const x2 = overlap ? b.x + b.width : rightwards ? b.x : b.x + b.width;
  const y1 = a.y + a.height / 2;
  const y2 = b.y + b.height / 2;
  const bend = Math.max(40, Math.abs(x2 - x1) / 2);
  return `M${x1},${y1} C${x1 + (rightwards || overlap ? bend : -bend)},${y1} ${x2 + (overlap || !rightwards ? bend : -bend)},${y2} ${x2},${y2}`;
}
