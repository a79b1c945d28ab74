// Notes when the page's first chart is drawn, and pulls the chart to and fro; quotes.py says what for.
{
  const look = () => {
    const canvas = document.querySelector("day-chart canvas");
    if (canvas?.width) requestAnimationFrame((now) => (globalThis.firstChart = now));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);

  /** Returns the milliseconds between frames while a hand pulls the chart to and fro for some seconds. */
  globalThis.pan = (seconds) =>
    new Promise((resolve) => {
      const chart = document.querySelector("day-chart");
      const area = chart.querySelector(".u-over");
      const box = area.getBoundingClientRect();
      const frames = [];
      const send = (kind, clientX) => area.dispatchEvent(new PointerEvent(kind, { bubbles: true, pointerId: 1, button: 0, clientX, clientY: box.top + 50 }));
      const middle = box.left + box.width / 2;
      chart.setPointerCapture = () => {}; // these pointers are made up
      send("pointerdown", middle);
      const began = performance.now();
      const frame = (now) => {
        frames.push(now);
        const second = (performance.now() - began) / 1000;
        send("pointermove", middle + box.width * Math.sin(2 * second));
        if (second < seconds) return requestAnimationFrame(frame);
        send("pointerup", middle);
        resolve(frames.slice(1).map((at, place) => at - frames[place]));
      };
      requestAnimationFrame(frame);
    });
}
