// Moves things on the page's map, as snapshots of the server do, and counts the frames that show it; board_map.py says what for.
{
  const random = (() => {
    let state = 1; // a linear congruential generator, so that every run has the same things
    return () => (state = (state * 48271) % 2147483647) / 2147483647;
  })();

  /** Returns things that fly straight, as unicorns do, over a part of the earth. */
  const made = (count) =>
    Array.from({ length: count }, (_, place) => {
      const angle = random() * 2 * Math.PI;
      return { name: `unicorn-${String(place).padStart(4, "0")}`, latitude: 40.75 + random() - 0.5, longitude: -74 + 2 * random() - 1, north: 0.004 * Math.sin(angle), east: 0.004 * Math.cos(angle) };
    });

  const snapshot = (things, second, trail) => ({
    kind: "map", start: new Date((second - 900) * 1000).toISOString(), end: new Date(second * 1000).toISOString(), by: "Name", of: "HealthPoints", unit: "", more: 0, misplaced: 0,
    routes: things.map((thing, place) => ({
      name: thing.name,
      value: 100 + (place % 60),
      track: Array.from({ length: trail }, (_, step) => {
        const before = trail - 1 - step;
        return [-1000 * before, thing.latitude + (second - before) * thing.north, thing.longitude + (second - before) * thing.east];
      }),
    })),
  });

  /** Returns the milliseconds between frames while `count` things move for some seconds, with a snapshot each second. */
  globalThis.moveThings = (count, trail, seconds) =>
    new Promise((resolve) => {
      const map = document.querySelector("board-map");
      const things = made(count);
      const frames = [];
      const began = performance.now();
      let shown = -1;
      const frame = (now) => {
        frames.push(now);
        const second = Math.floor((performance.now() - began) / 1000);
        if (second > shown) map.show(snapshot(things, (shown = second), trail));
        if (second < seconds) requestAnimationFrame(frame);
        else resolve(frames.slice(1).map((at, place) => at - frames[place]));
      };
      requestAnimationFrame(frame);
    });
}
