// What every page shares: day and night, dialogs, menus, counters, toasts, focus, one submission a form.
(() => {
  const root = document.documentElement;

  // Day and night
  const isNight = () =>
    root.dataset.theme ? root.dataset.theme === 'night' : matchMedia('(prefers-color-scheme: dark)').matches;
  const showLight = () => {
    for (const button of document.querySelectorAll('[data-daynight]')) button.setAttribute('aria-pressed', isNight());
  };
  const switchLight = () => {
    root.dataset.theme = isNight() ? 'day' : 'night';
    try {
      localStorage.setItem('pan-theme', root.dataset.theme);
    } catch {
      // Without storage the choice lasts for this page.
    }
    showLight();
  };

  // Toasts: what was done, with its undo for 12 seconds
  let toastTimer;
  const toast = (message, undo) => {
    const region = document.getElementById('toasts');
    const box = document.createElement('div');
    box.className = 'toast';
    const words = document.createElement('span');
    words.textContent = message;
    box.append(words);
    if (undo) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = region.dataset.undo;
      button.addEventListener('click', () => {
        box.remove();
        undo();
      });
      box.append(button);
    }
    region.replaceChildren(box);
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => box.remove(), 12000);
  };
  window.pan = { toast };

  // Dialogs return the focus to what opened them
  const openDialog = (opener) => {
    const dialog = document.getElementById(opener.dataset.open);
    if (!dialog) return;
    dialog.addEventListener('close', () => opener.focus(), { once: true });
    dialog.showModal();
  };
  const toggle = (button) => {
    const open = button.getAttribute('aria-expanded') !== 'true';
    button.setAttribute('aria-expanded', open);
    document.getElementById(button.getAttribute('aria-controls'))?.classList.toggle('is-open', open);
  };

  document.addEventListener('click', (event) => {
    const target = event.target.closest('[data-daynight], [data-open], [data-close], [data-toggle], .fold-b');
    if (!target) return;
    if (target.matches('[data-daynight]')) switchLight();
    else if (target.matches('[data-open]')) openDialog(target);
    else if (target.matches('[data-close]')) target.closest('dialog')?.close();
    else toggle(target);
  });

  // Counters count what a reader would call characters
  const letters = window.Intl?.Segmenter && new Intl.Segmenter();
  const seen = (text) => (letters ? [...letters.segment(text.trim())] : [...text.trim()]).length;
  const count = (area) => {
    const line = document.getElementById(area.dataset.counter);
    if (!line) return;
    const { limit, countText } = line.dataset;
    const n = limit ? seen(area.value) : [...area.value].length;
    line.textContent = countText.replace('{n}', n).replace('{limit}', limit || area.maxLength);
    line.classList.toggle('is-over', Boolean(limit) && n > Number(limit));
  };
  document.addEventListener('input', (event) => {
    if (event.target.dataset?.counter) count(event.target);
  });

  // The list of an entrance leaves the phone when its time is over, on whatever page, and with whoever signs out
  const forgetEntrances = (whatever) => {
    try {
      for (const key of Object.keys(localStorage).filter((one) => one.startsWith('pan-door '))) {
        const { until } = JSON.parse(localStorage.getItem(key)) || {};
        if (whatever || !(until > new Date().toISOString())) localStorage.removeItem(key);
      }
    } catch {
      // Nothing is kept where nothing can be read.
    }
  };
  forgetEntrances(false);
  document.addEventListener('submit', (event) => {
    if (event.target.action?.endsWith?.('/logout')) forgetEntrances(true);
  });

  // One submission a form: the second press waits for the answer of the first; an answer in a frame leaves the form
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.submitter?.formTarget) return;
    if (event.defaultPrevented || form.method !== 'post' || form.hasAttribute('hx-post')) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '1';
    event.submitter?.setAttribute('aria-busy', 'true');
  });
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
    for (const button of document.querySelectorAll('.btn[aria-busy]')) button.removeAttribute('aria-busy');
  });

  // Errors: the summary takes the focus, the title says so, its links go to their fields
  const announceErrors = () => {
    const summary = document.getElementById('errsum') || document.getElementById('conflict');
    if (!summary) return;
    const word = summary.dataset.errorTitle;
    if (word && !document.title.startsWith(word)) document.title = `${word} ${document.title}`;
    summary.focus();
  };
  document.addEventListener('click', (event) => {
    const link = event.target.closest('.errsum a');
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    const control = field.matches('input, select, textarea') ? field : field.querySelector('input, select, textarea');
    (control || field).focus();
    field.scrollIntoView({ block: 'center' });
  });

  // Keys everywhere: "/" goes to the search field
  document.addEventListener('keydown', (event) => {
    const busy =
      event.target.closest('input, textarea, select, [contenteditable]') || document.querySelector('dialog[open]');
    if (busy || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.key !== '/') return;
    const search = document.querySelector('[data-search]');
    if (!search) return;
    event.preventDefault();
    search.focus();
  });

  const offline = document.getElementById('offline');
  const showNetwork = () => {
    offline.hidden = navigator.onLine;
  };
  addEventListener('online', showNetwork);
  addEventListener('offline', showNetwork);

  const draw = (within) => {
    showLight();
    for (const area of within.querySelectorAll('textarea[data-counter]')) count(area);
  };
  document.addEventListener('htmx:load', (event) => draw(event.target));
  document.addEventListener('htmx:afterSettle', (event) => {
    if (event.detail.requestConfig?.boosted) document.getElementById('main')?.focus();
    else if (event.detail.xhr?.status === 422) announceErrors();
  });
  // On phones the desk's menu scrolls sideways: start at the place one is in
  const here = document.querySelector('.side [aria-current]');
  const menu = here?.closest('.side');
  if (menu && menu.scrollWidth > menu.clientWidth) menu.scrollLeft = here.offsetLeft - menu.clientWidth / 2;

  draw(document);
  announceErrors();
})();
