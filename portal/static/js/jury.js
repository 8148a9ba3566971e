// The score sheet: keys, weighted total, the own distribution, notes at moments; outbox.js brings it to the server.
(() => {
  const form = document.getElementById('score');
  if (!form) return;
  const criteria = [...form.querySelectorAll('.crit')];
  const total = form.querySelector('[data-total]');
  const place = form.querySelector('[data-rank]');
  const dots = form.querySelector('[data-dots]');
  const earlier = (dots?.dataset.dots || '').split(' ').filter(Boolean).map(Number);
  const player = document.querySelector('[data-player]')?.player;
  let on = 0;

  const light = (index) => {
    on = (index + criteria.length) % criteria.length;
    criteria.forEach((criterion, i) => criterion.classList.toggle('is-on', i === on));
  };
  const chosen = (criterion) => criterion.querySelector('input:checked');

  const weigh = () => {
    let sum = 0;
    let weight = 0;
    for (const criterion of criteria) {
      const score = chosen(criterion);
      if (!score) continue;
      sum += Number(score.value) * Number(criterion.dataset.weight);
      weight += Number(criterion.dataset.weight);
    }
    const complete = criteria.every(chosen);
    return { mean: weight ? sum / weight : null, complete };
  };

  const showAnchor = (criterion) => {
    const line = criterion.querySelector('[data-anchor-text]');
    const score = chosen(criterion);
    line.replaceChildren();
    if (!score?.dataset.anchor) return;
    const number = document.createElement('b');
    number.textContent = score.value;
    line.append(number, ` ${score.dataset.anchor}`);
  };

  const show = () => {
    const { mean, complete } = weigh();
    if (total) total.value = complete ? (Math.round(mean * 10 + 1e-9) / 10).toFixed(1) : '–';
    const me = dots?.querySelector('[data-me]');
    if (me && mean !== null) {
      me.setAttribute('visibility', 'visible');
      me.setAttribute('transform', `translate(${6 + ((mean - 1) / 9) * 208} 24)`);
    }
    if (place && complete) {
      place.textContent = place.dataset.text
        .replace('{place}', earlier.filter((score) => score > mean).length + 1)
        .replace('{n}', earlier.length + 1);
    }
  };

  // On its way to the server
  const unsent = document.getElementById('unsent');
  const say = (what) => {
    unsent.hidden = !what;
    unsent.textContent = what ? unsent.dataset[what] : '';
  };
  const written = () => {
    const fields = [...new FormData(form)].filter(([name]) => !['csrf_token', 'rev'].includes(name));
    return new URLSearchParams(fields).toString();
  };
  const clash = (html) => {
    const found = new DOMParser().parseFromString(html, 'text/html').getElementById('conflict');
    if (!found) return say('refused');
    say('');
    document.getElementById('conflict')?.remove();
    form.prepend(found);
    found.focus();
  };
  const outbox =
    form.dataset.outbox &&
    new window.pan.Outbox({
      code: form.dataset.outbox,
      url: form.action,
      csrf: form.elements.csrf_token.value,
      rev: Number(form.elements.rev.value),
      hooks: {
        saved: (answer, more) => {
          form.elements.rev.value = answer.rev;
          say('');
          if (!more) window.pan.saved('saved', answer);
        },
        away: (finish) => {
          window.pan.saved('failed');
          say(finish ? 'handing' : 'kept');
        },
        refused: (finish) => finish && form.submit(),
        clash,
        lost: () => say('refused'),
        done: (next) => location.assign(next),
      },
    });
  const recall = () => {
    if (document.getElementById('conflict')) outbox.forget();
    const body = outbox.load();
    if (body === undefined) return;
    for (const [name, value] of new URLSearchParams(body)) {
      const control = form.elements[name];
      if (control) control.value = value;
    }
    outbox.flush();
  };
  if (outbox) {
    form.addEventListener('input', () => {
      outbox.keep(written());
      window.pan.saved('saving');
      if (!outbox.stopped) outbox.later();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const newer = event.submitter?.closest('#conflict');
      if (newer) {
        outbox.insist(written(), Number(newer.dataset.rev));
        newer.remove();
      } else if (!outbox.stopped) {
        outbox.keep(written(), true);
        outbox.flush();
      } else document.getElementById('conflict')?.focus();
    });
    form.addEventListener('click', (event) => event.target.closest('[data-theirs]') && outbox.forget());
  }

  // How much of the film was played
  const watched = form.querySelector('[data-watched]');
  document.addEventListener('watched', ({ detail: seconds }) => {
    if (!watched) return;
    const runtime = Number(watched.dataset.runtime);
    const text = watched.querySelector('[data-watched-text]');
    text.textContent = text.dataset.text
      .replace('{n}', Math.floor(seconds / 60))
      .replace('{total}', Math.ceil(runtime / 60));
    watched.classList.toggle('is-little', seconds < 0.6 * runtime);
  });

  form.addEventListener('change', (event) => {
    const criterion = event.target.closest('.crit');
    if (criterion) showAnchor(criterion);
    show();
  });
  criteria.forEach((criterion, index) => criterion.addEventListener('focusin', () => light(index)));

  // Notes at moments of the film
  const note = () => {
    const input = document.querySelector('[data-memo-input]');
    const code = document.querySelector('[data-memo-at]');
    if (!input || !player) return;
    player.video.pause();
    const at = Math.floor(player.video.currentTime);
    const hidden = input.form?.elements.at;
    if (hidden) hidden.value = at;
    if (code) code.textContent = window.pan.clock(at);
    player.mark(at);
    input.focus();
  };
  document.addEventListener('click', (event) => {
    const jump = event.target.closest('[data-seek]');
    if (jump) player?.seek(Number(jump.dataset.seek));
    if (event.target.closest('[data-memo]')) note();
  });

  // Keys; letters are told by their place on the keyboard, because a Korean layout types jamo
  const single = document.querySelector('[data-single-keys]');
  const allowed = () => !single || single.checked;
  try {
    if (single) single.checked = localStorage.getItem('pan-single-keys') !== 'off';
  } catch {
    // The switch starts on.
  }
  single?.addEventListener('change', () => {
    try {
      localStorage.setItem('pan-single-keys', single.checked ? 'on' : 'off');
    } catch {
      // The choice lasts for this page.
    }
  });

  const typing = (target) =>
    target.matches('textarea, select, [contenteditable]') || (target.matches('input') && target.type !== 'radio');
  const score = (digit) => {
    const value = digit === '0' ? '10' : digit;
    const radio = criteria[on]?.querySelector(`input[value="${value}"]`);
    if (!radio) return;
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event('input', { bubbles: true }));
    radio.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const step = (by) => {
    light(on + by);
    (chosen(criteria[on]) || criteria[on].querySelector('input')).focus();
  };
  const keys = {
    Space: () => player?.play(),
    KeyT: note,
    KeyM: () => player?.press(player.box.querySelector('[data-mute]')),
    KeyF: () => player?.full(),
    KeyC: () => player?.press(player.box.querySelector('[data-track]')),
  };
  const seeks = { ArrowLeft: -5, ArrowRight: 5 };
  const steers = { ArrowDown: 1, ArrowUp: -1 };

  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
      event.preventDefault();
      form.requestSubmit(form.querySelector('[data-finish]') || undefined);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !allowed()) return;
    if (typing(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key === '?') document.getElementById('keys')?.showModal();
    else if (/^[0-9]$/.test(event.key)) score(event.key);
    else if (event.code in steers && form.contains(event.target)) step(steers[event.code]);
    else if (event.code in seeks && !event.target.matches('input[type=radio]')) {
      player?.seek(player.video.currentTime + seeks[event.code]);
    } else if (event.code in keys && !(event.code === 'Space' && event.target.closest('button, a, summary'))) {
      keys[event.code]();
    } else return;
    event.preventDefault();
  });

  if (outbox) recall();
  criteria.forEach(showAnchor);
  show();
})();
