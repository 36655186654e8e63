// Clipping to a box of [west, south, east, north].

/** The four half-planes: whether a point is inside, and where an edge crosses. */
function sides([west, south, east, north]) {
  const cut = (axis, limit, sign) => ({
    inside: (point) => sign * (point[axis] - limit) >= 0,
    cross: (a, b) => {
      const share = (limit - a[axis]) / (b[axis] - a[axis]);
      const point = [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
      point[axis] = limit;
      return point;
    },
  });
  return [cut(0, west, 1), cut(1, south, 1), cut(0, east, -1), cut(1, north, -1)];
}

/**
 * A closed ring within the box (Sutherland and Hodgman), closed again; empty if outside. A ring that
 * leaves the box and returns runs along its edge, which nobody sees: the map cannot pan there.
 */
export function clipRing(ring, box) {
  let points = ring.slice(0, -1);
  for (const { inside, cross } of sides(box)) {
    const next = [];
    points.forEach((point, at) => {
      const before = points.at(at - 1);
      if (inside(point) !== inside(before)) next.push(cross(before, point));
      if (inside(point)) next.push(point);
    });
    points = next;
  }
  return points.length > 2 ? [...points, points[0]] : [];
}

/** The parts of a line within the box. */
export function clipLine(line, box) {
  let parts = [line];
  for (const { inside, cross } of sides(box)) {
    const next = [];
    for (const part of parts) {
      let current = [];
      part.forEach((point, at) => {
        const before = part[at - 1];
        if (before && inside(point) !== inside(before)) {
          current.push(cross(before, point));
          if (inside(before)) {
            next.push(current);
            current = [];
          }
        }
        if (inside(point)) current.push(point);
      });
      if (current.length > 1) next.push(current);
    }
    parts = next;
  }
  return parts;
}
