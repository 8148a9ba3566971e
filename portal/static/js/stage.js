// The wall: events as long as they come, a look at the page every five seconds where they do not, and a slow drift so
// that nothing burns in.
(() => {
  const main = document.querySelector('[data-events]');
  const show = (html) => {
    main.innerHTML = html;
  };
  const look = async () => {
    const response = await fetch(main.dataset.page, { headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (response?.ok) show(await response.text());
  };

  const listen = () => {
    const events = new EventSource(main.dataset.events);
    events.addEventListener('wall', (event) => show(event.data));
    events.addEventListener('error', () => {
      if (events.readyState !== EventSource.CLOSED) return;
      look();
      setTimeout(listen, 5000);
    });
  };

  const drift = () => {
    const minute = Math.floor(Date.now() / 60000);
    main.dataset.drift = minute % 4;
  };
  setInterval(drift, 10000);
  drift();
  listen();
})();
