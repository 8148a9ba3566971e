// The table of decisions: up and down go to the same button of another film, a digit presses that film's button.
(() => {
  const table = document.querySelector('[data-deciding]');
  if (!table) return;
  table.addEventListener('keydown', (event) => {
    const form = event.target.closest('.decide');
    if (!form || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const digit = /^(?:Digit|Numpad)([0-3])$/.exec(event.code)?.[1];
    if (digit) {
      event.preventDefault();
      const button = form.querySelector(`[data-digit="${digit}"]`);
      button.focus();
      form.requestSubmit(button);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const forms = [...table.querySelectorAll('.decide')];
    const next = forms[forms.indexOf(form) + step];
    if (!next) return;
    event.preventDefault();
    const same = event.target.dataset?.digit ?? '1';
    next.querySelector(`[data-digit="${same}"]`).focus();
  });
})();
