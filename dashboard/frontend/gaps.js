// A line must not invent values where there are none: a gap is a point without a value.

/** Puts `hole(point)` after each point that the next one follows by more than `most`; points are arrays that begin with x. */
export function withGaps(points, most, hole) {
  return points.flatMap((point, place) => {
    const next = points[place + 1];
    return next && next[0] - point[0] > most ? [point, hole(point)] : [point];
  });
}
