// The eligibility queue: 1 passes, 2 and 3 go to the field of their answer. Never while somebody types.
(() => {
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input:not([type=checkbox], [type=radio]), textarea, select');
    if (typing || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const digit = /^(?:Digit|Numpad)([123])$/.exec(event.code)?.[1];
    const target = digit && document.querySelector(`[data-answer="${digit}"]`);
    if (!target) return;
    event.preventDefault();
    target.focus();
    if (digit === '1') target.form.requestSubmit(target);
  });
})();
