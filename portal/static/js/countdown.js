// A countdown beside the planned time, which is there without it: [data-countdown="moment"] with [data-countdown-left].
(() => {
  const faces = document.querySelectorAll('[data-countdown]');
  const loadedAt = performance.now();
  const two = (number) => String(number).padStart(2, '0');
  const words = (seconds) => {
    const whole = Math.abs(Math.round(seconds));
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor((whole % 3600) / 60);
    return (hours ? `${hours}:${two(minutes)}` : String(minutes)) + `:${two(whole % 60)}`;
  };
  // The page's own clock may be wrong: what counts is the server's moment and the time passed since.
  const tick = () => {
    for (const face of faces) {
      const now = Date.parse(face.dataset.now) + performance.now() - loadedAt;
      const seconds = (Date.parse(face.dataset.countdown) - now) / 1000;
      const text = seconds >= 0 ? face.dataset.left : face.dataset.past;
      face.querySelector('[data-countdown-left]').textContent = text.replace('{t}', words(seconds));
      face.classList.toggle('is-soon', seconds >= 0 && seconds <= 300);
      face.classList.toggle('is-past', seconds < 0);
    }
  };
  tick();
  setInterval(tick, 1000);
})();
