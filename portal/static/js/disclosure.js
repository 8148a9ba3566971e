// The public label as it will look, kept in step with the answers: the server derives it, never this script.
(() => {
  let timer;
  let latest = 0;

  const refresh = async (form) => {
    const label = document.getElementById('pv-label');
    if (!label) return;
    const mine = ++latest;
    label.setAttribute('aria-busy', 'true');
    try {
      const response = await fetch(form.dataset.preview, {
        method: 'POST',
        body: new FormData(form),
        headers: { 'X-Preview': '1' },
      });
      if (!response.ok || mine !== latest) return;
      const html = new DOMParser().parseFromString(await response.text(), 'text/html');
      label.replaceChildren(...(html.getElementById('pv-label') || html.body).childNodes);
    } catch {
      // Offline: the label keeps its last state, the answers are in the form.
    } finally {
      if (mine === latest) label.removeAttribute('aria-busy');
    }
  };

  document.addEventListener('change', (event) => {
    const form = event.target.closest('form[data-preview]');
    if (!form) return;
    clearTimeout(timer);
    timer = setTimeout(() => refresh(form), 150);
  });

  // Three shares of the picture always make a whole: the last moved gives way to none of the others
  document.addEventListener('input', (event) => {
    const group = event.target.closest('form[data-preview] [data-shares]');
    if (!group) return;
    const parts = [...group.querySelectorAll('input[type=range]')];
    const rest = 100 - Number(event.target.value);
    const others = parts.filter((part) => part !== event.target);
    const sum = others.reduce((total, part) => total + Number(part.value), 0);
    let left = rest;
    others.forEach((part, index) => {
      const last = index === others.length - 1;
      const value = last ? left : Math.round((sum ? (Number(part.value) / sum) * rest : rest / others.length) / 5) * 5;
      part.value = Math.max(0, value);
      left -= Number(part.value);
    });
    for (const part of parts) {
      const out = group.querySelector(`output[for="${part.id}"]`);
      if (out) out.textContent = `${part.value}%`;
    }
  });
})();
