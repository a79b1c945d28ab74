// Notes when the numbers of each message of a board have been painted; boards.py says what for.
{
  let frames = [];
  let board = null; // its whole state

  globalThis.framesTaken = () => frames.length;
  globalThis.takeFrames = () => {
    const taken = frames;
    frames = [];
    return taken;
  };

  const shown = () => Number(document.querySelector('[data-testid="number"]').textContent.replaceAll(",", ""));

  /** The end of the last window that has a row: a row's time is the end of its window. */
  const last = ({ start, step, lines }) => start + step * lines[0].values.findLastIndex((value) => value);

  const note = ({ panels: [number, , curve] }, tries) =>
    requestAnimationFrame(() => {
      if (shown() !== number.value && tries > 0) note({ panels: [number, null, curve] }, tries - 1);
      else if (tries > 0) requestAnimationFrame(() => frames.push([Date.parse(number.newest), last(curve), Date.now()]));
    });

  globalThis.WebSocket = class extends WebSocket {
    constructor(...words) {
      super(...words);
      this.addEventListener("message", (event) => {
        const message = JSON.parse(event.data);
        if (!message.topic?.startsWith("board:")) return;
        const data = message.change ? changed(board, message.change) : message.data;
        board = data;
        // A task later, so that our frame callback comes after the page's own. A newer message may overtake this one.
        setTimeout(() => note(data, 30));
      });
    }
  };
}
