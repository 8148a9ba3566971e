// The public label and the shot map as they will look, kept in step with the answers: the server derives them, never
// this script. Beside that the small conveniences of the form: linked sliders, the usual scopes of a tool, a pasted file.
(() => {
  let timer;
  let latest = 0;

  const refresh = async (form) => {
    const live = [...document.querySelectorAll('[data-live]')];
    const mine = ++latest;
    for (const part of live) part.setAttribute('aria-busy', 'true');
    try {
      const response = await fetch(form.dataset.preview, {
        method: 'POST',
        body: new FormData(form),
        headers: { 'X-Preview': '1' },
      });
      if (!response.ok || mine !== latest) return;
      const html = new DOMParser().parseFromString(await response.text(), 'text/html');
      for (const part of live) part.replaceChildren(...(html.getElementById(part.id)?.childNodes || []));
    } catch {
      // Offline: the label keeps its last state, the answers are in the form.
    } finally {
      if (mine === latest) for (const part of live) part.removeAttribute('aria-busy');
    }
  };

  const later = (form) => {
    clearTimeout(timer);
    timer = setTimeout(() => refresh(form), 150);
  };

  // A tool of the list is ticked where it is usually used, unless somebody ticked already
  const preset = (input) => {
    const option = [...input.list.options].find((one) => one.value === input.value.trim());
    const ticks = [...input.closest('.entry').querySelectorAll('input[type=checkbox]')];
    if (!option || ticks.some((tick) => tick.checked)) return;
    const usual = option.dataset.scopes.split(' ');
    for (const tick of ticks) tick.checked = usual.includes(tick.value);
  };

  // Altered and generated together are never more than the whole: the one that is moved pushes the other
  const share = (group, moved) => {
    const [altered, generated] = ['altered_pct', 'generated_pct'].map((id) => group.querySelector(`#${id}`));
    const other = moved === generated ? altered : generated;
    other.value = Math.min(Number(other.value), 100 - Number(moved.value));
    const [m, g] = [Number(altered.value), Number(generated.value)];
    for (const part of [altered, generated]) group.querySelector(`output[for=${part.id}]`).textContent = `${part.value}%`;
    group.querySelector('[data-rest]').textContent = `${100 - g - m}%`;
    const place = (name, x, width) => {
      const bar = group.querySelector(`[data-part=${name}]`);
      bar.setAttribute('x', x);
      bar.setAttribute('width', width);
    };
    place('altered', 100 - g - m, m);
    place('generated', 100 - g, g);
  };

  const take = async (input) => {
    const list = document.getElementById('shots');
    list.value = await input.files[0].text();
    input.value = '';
    for (const name of ['input', 'change']) list.dispatchEvent(new Event(name, { bubbles: true }));
  };

  document.addEventListener('change', (event) => {
    const form = event.target.closest('form[data-preview]');
    if (!form) return;
    if (event.target.name === 'shots_file') return event.target.files.length && take(event.target);
    if (event.target.list?.id === 'known-tools') preset(event.target);
    later(form);
  });

  document.addEventListener('input', (event) => {
    const group = event.target.closest('form[data-preview] [data-shares]');
    if (group && event.target.type === 'range') share(group, event.target);
  });
})();
