// Two short tones, made by WebAudio.

let context = null;

/** Sounds; does nothing while the browser forbids sound, as before the first click on a page. */
export async function chime() {
  context ??= new AudioContext();
  if (context.state === "suspended") await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
  if (context.state !== "running") return false;
  [660, 880].forEach((hertz, place) => tone(hertz, context.currentTime + place * 0.18));
  return true;
}

function tone(hertz, at) {
  const [voice, loudness] = [context.createOscillator(), context.createGain()];
  voice.frequency.value = hertz;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.12, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
  voice.connect(loudness).connect(context.destination);
  voice.start(at);
  voice.stop(at + 0.4);
}
