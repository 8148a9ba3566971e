// An order of films: dragged, moved by Alt and an arrow, or by the buttons; every move is said aloud. The numbers in the
// fields are what is sent, so that without this script they and the buttons do the same.
(() => {
  const form = document.querySelector('[data-rank]');
  if (!form) return;
  const list = form.querySelector('ol');
  const said = form.querySelector('[data-said]');
  const films = () => [...list.children];

  const number = () => films().forEach((film, at) => { film.querySelector('input').value = at + 1; });
  const say = (film) => {
    said.textContent = form.dataset.moved
      .replace('{title}', film.dataset.film)
      .replace('{place}', films().indexOf(film) + 1)
      .replace('{n}', films().length);
  };
  const place = (film, at) => {
    const others = films().filter((one) => one !== film);
    list.insertBefore(film, others[at] || null);
    number();
    say(film);
  };
  const step = (film, by) => {
    const to = films().indexOf(film) + by;
    if (to >= 0 && to < films().length) place(film, to);
  };

  form.addEventListener('keydown', (event) => {
    const film = event.target.closest('li');
    if (!film || !event.altKey || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
    event.preventDefault();
    const held = document.activeElement;
    step(film, event.key === 'ArrowUp' ? -1 : 1);
    held.focus();
  });
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[name="up"], button[name="down"]');
    if (!button) return;
    event.preventDefault();
    step(button.closest('li'), button.name === 'up' ? -1 : 1);
    button.focus();
  });
  form.addEventListener('change', (event) => {
    const film = event.target.closest('li');
    const wanted = Number.parseInt(event.target.value, 10);
    if (!film || Number.isNaN(wanted)) return;
    place(film, Math.max(0, Math.min(wanted - 1, films().length - 1)));
    event.target.focus();
  });

  let dragged = null;
  list.addEventListener('pointerdown', (event) => {
    if (event.button || event.target.closest('a, button, input')) return;
    dragged = event.target.closest('li');
    if (!dragged) return;
    dragged.setPointerCapture(event.pointerId);
    dragged.classList.add('is-lifted');
  });
  list.addEventListener('pointermove', (event) => {
    if (!dragged) return;
    const after = films().filter((one) => one !== dragged)
      .find((one) => event.clientY < one.getBoundingClientRect().top + one.offsetHeight / 2);
    list.insertBefore(dragged, after || null);
  });
  const drop = () => {
    if (!dragged) return;
    dragged.classList.remove('is-lifted');
    number();
    say(dragged);
    dragged = null;
  };
  list.addEventListener('pointerup', drop);
  list.addEventListener('pointercancel', drop);
})();
