// While a file goes up, the pages of its entry change without leaving: the upload in the dock carries on.
// Everywhere else, and while nothing goes up, links and forms are the browser's own.
(() => {
  const home = location.pathname.match(/^\/[a-z]{2}\/entries\/[^/]+/)?.[0];
  if (!home || !document.getElementById('shell')) return;
  let wandered = false;
  const within = (address) => {
    const url = new URL(address, location.href);
    const inside = url.origin === location.origin && `${url.pathname}/`.startsWith(`${home}/`);
    return inside && window.pan.uploading?.() ? url : null;
  };

  const bring = (page, selector, attribute) => {
    const have = new Set([...document.querySelectorAll(selector)].map((one) => one[attribute]));
    const missing = [...page.querySelectorAll(selector)].filter((one) => !have.has(one[attribute]));
    return missing.map((one) => {
      const made = document.createElement(one.localName);
      for (const { name, value } of one.attributes) made.setAttribute(name, value);
      made.async = false;
      document.head.append(made);
      return new Promise((done) => {
        made.onload = made.onerror = done;
      });
    });
  };

  const show = async (response, goes) => {
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const fresh = page.getElementById('shell');
    // Signed out meanwhile, or a page of another kind: the browser goes there itself
    if (!fresh) return location.assign(response.url);
    await Promise.all(bring(page, 'link[rel=stylesheet]', 'href'));
    for (const video of document.querySelectorAll('video')) video.pause();
    document.getElementById('shell').replaceWith(document.adoptNode(fresh));
    document.title = page.title;
    const anchor = goes?.hash ?? '';
    if (goes) history.pushState(null, '', response.url.replace(/#.*$/, '') + anchor);
    wandered = true;
    await Promise.all(bring(page, 'script[src]', 'src'));
    window.htmx?.process(fresh);
    fresh.dispatchEvent(new CustomEvent('htmx:load', { bubbles: true }));
    const target = (anchor && document.getElementById(anchor.slice(1))) || null;
    if (target) target.scrollIntoView();
    else scrollTo(0, 0);
    (document.getElementById('errsum') || document.getElementById('main')).focus({ preventScroll: true });
  };

  const go = async (url, options, goes = url) => {
    const shell = document.getElementById('shell');
    shell.setAttribute('aria-busy', 'true');
    try {
      await show(await fetch(url, { headers: { Accept: 'text/html' }, ...options }), goes);
    } catch {
      shell.removeAttribute('aria-busy');
      document.getElementById('offline').hidden = false;
    }
  };

  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute('download')) return;
    const url = within(link.href);
    const same = url && url.pathname === location.pathname && url.search === location.search && url.hash;
    if (!url || same || link.pathname.endsWith('.json')) return;
    event.preventDefault();
    go(url);
  });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    const url = !event.defaultPrevented && form.method === 'post' && within(event.submitter?.formAction || form.action);
    if (!url || form.dataset.sent) return;
    event.preventDefault();
    form.dataset.sent = '1';
    go(url, { method: 'POST', body: new FormData(form, event.submitter) }).finally(() => delete form.dataset.sent);
  }, true);
  addEventListener('popstate', () => {
    if (window.pan.uploading?.()) go(new URL(location.href), {}, null);
    else if (wandered) location.reload();
  });
})();
