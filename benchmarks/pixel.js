// Notes when the numbers of each `market` message have been painted; pixel.py says what for.
{
  let frames = [];
  let market = null; // its whole state

  globalThis.framesTaken = () => frames.length;
  globalThis.takeFrames = () => {
    const taken = frames;
    frames = [];
    return taken;
  };

  const shows = ({ minute, trades }) => {
    const now = document.querySelector("[data-open-minute]").getAttribute("datetime");
    const count = Number(document.querySelector('[data-testid="trades"]').textContent.replaceAll(",", ""));
    return now > minute || (now === minute && count >= trades);
  };

  const note = (data) =>
    requestAnimationFrame(() => {
      if (!shows(data.open)) note(data);
      else requestAnimationFrame(() => frames.push([Date.parse(data.newest), Date.now()]));
    });

  globalThis.WebSocket = class extends WebSocket {
    constructor(...words) {
      super(...words);
      this.addEventListener("message", (event) => {
        const message = JSON.parse(event.data);
        // A task later, so that our frame callback comes after the page's own.
        if (message.topic !== "market") return;
        const data = message.change ? changed(market, message.change) : message.data;
        market = data;
        if (data.open) setTimeout(() => note(data));
      });
    }
  };
}
