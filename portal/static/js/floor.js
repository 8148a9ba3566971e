// A question on its way: what is typed stays on this phone until the portal has it, and goes out when the network is back.
(() => {
  const PREFIX = 'pan-ask ';
  let form;
  let timer;
  let sending = false;

  const store = {
    get: (code) => {
      try {
        return JSON.parse(localStorage.getItem(PREFIX + code)) || {};
      } catch {
        return {};
      }
    },
    set: (code, kept) => {
      try {
        if (kept) localStorage.setItem(PREFIX + code, JSON.stringify(kept));
        else localStorage.removeItem(PREFIX + code);
      } catch {
        // Without storage the text lasts as long as this page.
      }
    },
  };

  const written = () => Object.fromEntries(['text', 'name', 'film', 'once'].map((name) => [name, form.elements[name]?.value || '']));
  const keep = (waiting) => store.set(form.dataset.ask, written().text.trim() ? { ...written(), waiting } : null);
  const sayKept = (shown) => {
    form.querySelector('[data-kept]').hidden = !shown;
  };

  const take = (html) => {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const main = page.getElementById('main');
    if (!main) return;
    document.getElementById('main').replaceWith(main);
    document.title = page.title;
    window.htmx?.process(main);
    start();
    (document.getElementById('errsum') || document.getElementById('flashes'))?.scrollIntoView({ block: 'nearest' });
    document.getElementById('errsum')?.focus();
  };

  const again = () => {
    sayKept(true);
    clearTimeout(timer);
    timer = setTimeout(send, 5000);
  };

  const send = async () => {
    clearTimeout(timer);
    if (sending) return;
    sending = true;
    keep(true);
    const body = new URLSearchParams(new FormData(form));
    const response = await fetch(form.action, { method: 'POST', body }).catch(() => null);
    sending = false;
    if (!response || response.status >= 500) {
      again();
      return;
    }
    if (response.ok) store.set(form.dataset.ask, null);
    else keep(false);
    take(await response.text());
  };

  // What an earlier page could not send, or what was being typed there
  const restore = () => {
    const kept = store.get(form.dataset.ask);
    if (!kept.text || form.elements.text.value) return;
    for (const name of ['text', 'name', 'film']) if (form.elements[name]) form.elements[name].value = kept[name] || '';
    form.elements.text.dispatchEvent(new Event('input', { bubbles: true }));
    if (!kept.waiting) return;
    form.elements.once.value = kept.once;
    send();
  };

  const start = () => {
    form = document.getElementById('ask');
    if (!form) return;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (form.elements.text.value.trim()) send();
      else form.elements.text.focus();
    });
    form.addEventListener('input', () => keep(false));
    restore();
  };

  addEventListener('online', () => form && store.get(form.dataset.ask).waiting && send());
  start();
})();
