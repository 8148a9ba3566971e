// The moderator's board by keys: the card in focus, or the first one, takes the key that one of its buttons names.
(() => {
  const board = () => document.getElementById('board');
  const lines = () => [...document.querySelectorAll('[data-line]')].filter((line) => line.checkVisibility());
  // The way back of the last move: in the page where the move was sent without this script, else in the answer
  let way = document.querySelector('[name="undo"]')?.value ?? '';
  let place = 0;
  let focused = '';

  const current = () => document.activeElement?.closest('[data-line]');
  const go = (step) => {
    const all = lines();
    const here = all.indexOf(current());
    const next = all[here < 0 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };

  const press = (line, code) => {
    const target = line?.querySelector(`[data-key="${code}"]`);
    if (!target) return false;
    if (target.matches('summary')) {
      target.parentElement.open = true;
      target.parentElement.querySelector('select, input:not([type=hidden])')?.focus();
    } else target.click();
    return true;
  };

  const takeBack = () => {
    if (!way) return;
    const form = document.getElementById('undo');
    const values = { undo: way, csrf_token: form.elements.csrf_token.value };
    way = '';
    window.htmx.ajax('POST', form.action, { target: '#board', swap: 'outerHTML', values });
  };

  const busy = (target) =>
    target.closest('input:not([type=hidden]), textarea, select, [contenteditable]') || document.querySelector('dialog[open]');

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) return;
    const steps = { ArrowDown: 1, KeyJ: 1, ArrowUp: -1, KeyK: -1 };
    if (event.code in steps) go(steps[event.code]);
    else if (event.key === '?') document.querySelector('[data-open="keys"]').click();
    else if (event.code === 'KeyZ') takeBack();
    else if (event.repeat || event.shiftKey || !press(current() || lines()[0], event.code)) return;
    event.preventDefault();
  });

  // What was done, with the way back that the answer carries
  document.addEventListener('moved', (event) => {
    way = event.detail.undo;
    window.pan.toast(event.detail.message, way ? takeBack : undefined);
  });

  // The board is drawn anew: the focus stays on its card, or goes to the one that took its place
  document.addEventListener('htmx:beforeSwap', (event) => {
    if (event.detail.target?.id !== 'board') return;
    focused = current()?.id || '';
    place = Math.max(lines().indexOf(current()), 0);
  });
  document.addEventListener('htmx:afterSwap', () => {
    if (!focused) return;
    const all = lines();
    const line = document.getElementById(focused);
    (all.includes(line) && all.indexOf(line) === place ? line : all[Math.min(place, all.length - 1)])?.focus();
    focused = '';
  });

  // News every three seconds, but never under somebody's hands
  const quiet = () =>
    document.visibilityState === 'visible' && !busy(document.activeElement) && !document.querySelector('.mq__d[open]');
  setInterval(() => {
    if (quiet()) window.htmx.ajax('GET', board().dataset.board, { target: '#board', swap: 'outerHTML' });
  }, 3000);
})();
