// The timetable: drag, or lift with Space and move with the arrows; every step is said aloud and can be undone.
(() => {
  const grid = document.querySelector('[data-timetable]');
  if (!grid) return;
  const words = grid.dataset;
  const say = grid.querySelector('[data-say]');
  const columns = [...grid.querySelectorAll('.col')];
  const first = Number(words.first) * 60;
  const wide = matchMedia('(min-width: 58.01rem)');
  const undone = [];
  let lifted = null;
  let from = null;

  const clock = (minutes) => {
    const all = first + minutes;
    return `${String(Math.floor(all / 60)).padStart(2, '0')}:${String(all % 60).padStart(2, '0')}`;
  };
  const numbers = (block) => ({ s: Number(block.dataset.s), d: Number(block.dataset.d), q: Number(block.dataset.q) });
  const columnOf = (block) => columns.indexOf(block.closest('.col'));
  const length = () => (grid.querySelectorAll('.hrs span').length - 1) * 60;

  const draw = (block) => {
    for (const name of ['s', 'd', 'q']) block.style.setProperty(`--${name}`, block.dataset[name]);
    const { s, d } = numbers(block);
    block.querySelector('[data-time]').textContent = `${clock(s)}–${clock(s + d)}`;
  };
  const place = (block, column, start) => {
    const { d, q } = numbers(block);
    block.dataset.s = Math.max(0, Math.min(length() - d - q, Math.round(start / 5) * 5));
    if (columnOf(block) !== column) columns[column].querySelector('.col__b').append(block);
    draw(block);
  };
  const clash = (block) => {
    const a = numbers(block);
    return [...block.closest('.col').querySelectorAll('.blk')].find((other) => {
      const b = numbers(other);
      return other !== block && a.s < b.s + b.d + b.q && b.s < a.s + a.d + a.q;
    });
  };
  const tell = (block, verb) => {
    const { s, d } = numbers(block);
    const other = clash(block);
    const parts = [verb, block.dataset.name, block.closest('.col').dataset.name, `${clock(s)}–${clock(s + d)}`];
    if (other) parts.push(`${words.tClash} ${other.dataset.name}`);
    say.textContent = parts.filter(Boolean).join(' ');
    block.classList.toggle('is-bad', Boolean(other));
  };
  const snapshot = (block) => ({ block, column: columnOf(block), start: numbers(block).s });

  // A move changes more than its block: other blocks' problems, the findings, the tray. The server knows.
  const refresh = async () => {
    const answer = await fetch(location.href);
    // the other page's style element carries another nonce: parsing it would be reported as a violation
    const text = (await answer.text()).replace(/<style[^]*?<\/style>/g, '');
    const page = new DOMParser().parseFromString(text, 'text/html');
    for (const part of ['.tt__h', '.tray', '.insp']) {
      const fresh = page.querySelector(part);
      if (fresh) document.querySelector(part)?.replaceWith(fresh);
    }
    bindTray();
    for (const fresh of page.querySelectorAll('[data-timetable] .blk')) renew(fresh);
    for (const block of grid.querySelectorAll('.blk')) {
      if (!page.getElementById(block.id) && block !== lifted) block.remove();
    }
  };
  const renew = (fresh) => {
    const block = document.getElementById(fresh.id);
    if (block && block === lifted) return;
    const hall = fresh.closest('.col').dataset.hall;
    const column = columns.find((one) => one.dataset.hall === hall);
    if (!block) {
      const made = document.importNode(fresh, true);
      column.querySelector('.col__b').append(made);
      bind(made);
      return;
    }
    const hadFocus = block.contains(document.activeElement);
    if (block.closest('.col') !== column) column.querySelector('.col__b').append(block);
    block.classList.remove('is-bad');
    for (const { name, value } of fresh.attributes) if (name.startsWith('data-')) block.setAttribute(name, value);
    block.toggleAttribute('data-problem', 'problem' in fresh.dataset);
    block.querySelector('.blk__t').replaceChildren(...fresh.querySelector('.blk__t').childNodes);
    draw(block);
    if (hadFocus) block.querySelector('.blk__b').focus();
  };

  // One request at a time, so that each carries the revision the one before it gave
  let last = Promise.resolve();
  const post = (address, fields) => {
    const body = new URLSearchParams({ csrf_token: words.csrf, ...fields });
    return fetch(address, { method: 'POST', body, headers: { Accept: 'application/json' } });
  };
  const failed = () => {
    window.pan.toast(words.tFailed);
    setTimeout(() => location.reload(), 2500);
  };
  const inTurn = (step) => {
    last = last.then(step).catch(failed);
    return last;
  };
  const save = (block) =>
    inTurn(async () => {
      const response = await post(words.move, {
        id: block.dataset.key,
        hall: block.closest('.col').dataset.hall,
        start: clock(numbers(block).s),
        rev: block.dataset.rev,
      });
      if (response.status === 409) return clashed(await response.json());
      if (!response.ok) throw new Error(response.status);
      block.dataset.rev = (await response.json()).rev;
      return refresh();
    });
  // Somebody moved it first: theirs is shown on the grid, both ways beside it, and the choice is made there
  const clashed = async (answer) => {
    undone.length = 0;
    document.getElementById('toasts').replaceChildren();
    await refresh();
    let panel = document.querySelector('.insp');
    if (!panel) {
      panel = document.createElement('aside');
      panel.className = 'insp';
      panel.setAttribute('aria-labelledby', 'clash-h');
      document.querySelector('.tt__body').append(panel);
      document.querySelector('.tt__body').classList.remove('tt__body--plain');
    }
    document.getElementById('clash')?.remove();
    panel.insertAdjacentHTML('afterbegin', answer.html);
    document.getElementById('clash').focus();
  };
  const undo = () => {
    const before = undone.pop();
    if (!before) return;
    if (before.package) {
      unplace(before.block);
      return;
    }
    place(before.block, before.column, before.start);
    tell(before.block, words.tBack);
    before.block.querySelector('.blk__b').focus();
    save(before.block);
  };
  const commit = (block, before) => {
    if (block.dataset.package) {
      settle(block);
      return;
    }
    if (numbers(block).s === before.start && columnOf(block) === before.column) return;
    undone.push(before);
    tell(block, words.tMoved);
    window.pan.toast(
      `${words.tMoved} ${block.dataset.name} → ${block.closest('.col').dataset.name} ${clock(numbers(block).s)}`,
      undo,
    );
    save(block);
  };

  // From the tray onto the grid and back
  const ghostOf = (card) => {
    const block = document.createElement('li');
    block.className = 'blk';
    const { name, d } = card.dataset;
    Object.assign(block.dataset, { name, d, s: 0, q: 0, package: card.dataset.package });
    block.dataset.gel = card.closest('li').dataset.gel ?? '';
    const face = document.createElement('button');
    face.type = 'button';
    face.className = 'blk__b';
    const line = document.createElement('span');
    line.className = 'blk__t num';
    const time = document.createElement('span');
    time.dataset.time = '';
    line.append(time);
    const title = document.createElement('b');
    title.textContent = name;
    face.append(line, title);
    block.append(face);
    face.addEventListener('keydown', (event) => onKey(event, block));
    return block;
  };
  const settle = (block) => {
    const said = `${words.tPlaced} ${block.dataset.name} → ${block.closest('.col').dataset.name} ${clock(numbers(block).s)}`;
    inTurn(async () => {
      const response = await post(words.place, {
        id: block.dataset.package,
        hall: block.closest('.col').dataset.hall,
        start: clock(numbers(block).s),
      });
      if (!response.ok) throw new Error(response.status);
      const { code } = await response.json();
      block.remove();
      await refresh();
      const made = document.getElementById(`b-${code}`);
      undone.push({ block: made, package: true });
      say.textContent = said;
      window.pan.toast(said, undo);
      made.querySelector('.blk__b').focus();
    });
  };
  const unplace = (block) => {
    const said = `${words.tTray} ${block.dataset.name}`;
    inTurn(async () => {
      const response = await post(words.unplace.replace('CODE', block.dataset.key), { step: 'unplace' });
      if (response.status === 422) {
        window.pan.toast((await response.json()).message);
        return refresh();
      }
      if (!response.ok) throw new Error(response.status);
      say.textContent = said;
      window.pan.toast(said);
      return refresh();
    });
  };

  const lift = (block) => {
    lifted = block;
    from = snapshot(block);
    block.classList.add('is-up');
    block.querySelector('.blk__b').setAttribute('aria-pressed', 'true');
    tell(block, words.tLifted);
  };
  const drop = (keep) => {
    const block = lifted;
    lifted = null;
    if (!keep && block.dataset.package) {
      const card = document.querySelector(`.tcard[data-package="${block.dataset.package}"]`);
      block.remove();
      say.textContent = `${words.tBack} ${block.dataset.name}`;
      card?.focus();
      return;
    }
    if (!keep) place(block, from.column, from.start);
    block.classList.remove('is-up');
    block.querySelector('.blk__b').setAttribute('aria-pressed', 'false');
    if (keep) commit(block, from);
    else tell(block, words.tBack);
    block.querySelector('.blk__b').focus();
  };

  const moves = (block, key, size) => {
    const column = columnOf(block);
    const { s } = numbers(block);
    return {
      ArrowUp: [column, s - size],
      ArrowDown: [column, s + size],
      ArrowLeft: [Math.max(0, column - 1), s],
      ArrowRight: [Math.min(columns.length - 1, column + 1), s],
    }[key];
  };
  const onKey = (event, block) => {
    if (event.key === ' ') {
      event.preventDefault();
      if (lifted === block) drop(true);
      else if (!lifted) lift(block);
      return;
    }
    if (lifted !== block) return;
    const target = moves(block, event.key, event.shiftKey ? 15 : 5);
    if (event.key === 'Enter') drop(true);
    else if (event.key === 'Escape') drop(false);
    else if (target) {
      place(block, ...target);
      block.querySelector('.blk__b').focus();
      tell(block, '');
    } else return;
    event.preventDefault();
  };

  const columnAt = (x) =>
    columns.findIndex((column) => {
      const { left, right } = column.getBoundingClientRect();
      return x >= left && x < right;
    });
  const overTray = (at) => {
    const box = document.querySelector('.tray')?.getBoundingClientRect();
    return Boolean(box?.width) && at.clientX >= box.left && at.clientX < box.right;
  };
  const perMinute = () => parseFloat(getComputedStyle(grid).getPropertyValue('--ppm')) || 1;
  const quiet = (handle) =>
    handle.addEventListener(
      'click',
      (click) => {
        click.preventDefault();
        click.stopImmediatePropagation();
      },
      { once: true, capture: true },
    );
  const far = (at, from_) => Math.abs(at.clientY - from_.clientY) >= 4 || Math.abs(at.clientX - from_.clientX) >= 4;

  const drag = (event, block, handle) => {
    if (event.button || !wide.matches || lifted) return;
    const before = snapshot(block);
    const scale = perMinute();
    let moved = false;
    handle.setPointerCapture(event.pointerId);
    const move = (at) => {
      if (!moved && !far(at, event)) return;
      moved = true;
      block.classList.add('is-up');
      const under = columnAt(at.clientX);
      const column = under < 0 ? columnOf(block) : under;
      const changed = column !== columnOf(block);
      place(block, column, before.start + (at.clientY - event.clientY) / scale);
      if (changed) handle.setPointerCapture(event.pointerId);
      block.classList.toggle('is-bad', Boolean(clash(block)));
      document.querySelector('.tray')?.classList.toggle('is-over', overTray(at));
    };
    const end = (at, back) => {
      handle.removeEventListener('pointermove', move);
      block.classList.remove('is-up');
      document.querySelector('.tray')?.classList.remove('is-over');
      const home = moved && !back && overTray(at);
      if (back || home) place(block, before.column, before.start);
      if (home) unplace(block);
      else if (moved && !back) commit(block, before);
      if (moved) quiet(handle);
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', (at) => end(at, false), { once: true });
    handle.addEventListener('pointercancel', (at) => end(at, true), { once: true });
  };

  const dragIn = (event, card) => {
    if (event.button || !wide.matches || lifted) return;
    const block = ghostOf(card);
    const scale = perMinute();
    let moved = false;
    card.setPointerCapture(event.pointerId);
    const move = (at) => {
      if (!moved && !far(at, event)) return;
      moved = true;
      const under = columnAt(at.clientX);
      block.classList.toggle('is-up', under >= 0);
      if (under < 0) {
        block.remove();
        return;
      }
      const body = columns[under].querySelector('.col__b');
      if (block.parentElement !== body) body.append(block);
      place(block, under, (at.clientY - body.getBoundingClientRect().top) / scale - 10);
      block.classList.toggle('is-bad', Boolean(clash(block)));
    };
    const end = (back) => {
      card.removeEventListener('pointermove', move);
      block.classList.remove('is-up');
      if (back) block.remove();
      else if (block.isConnected) settle(block);
      if (moved) quiet(card);
    };
    card.addEventListener('pointermove', move);
    card.addEventListener('pointerup', () => end(false), { once: true });
    card.addEventListener('pointercancel', () => end(true), { once: true });
  };
  const liftIn = (event, card) => {
    if (event.key !== ' ' || lifted || !columns.length) return;
    event.preventDefault();
    const block = ghostOf(card);
    columns[0].querySelector('.col__b').append(block);
    place(block, 0, Math.max(0, 14 * 60 - first));
    block.querySelector('.blk__b').focus();
    lift(block);
  };
  const bindTray = () => {
    if (!words.place) return;
    for (const card of document.querySelectorAll('.tcard[data-package]')) {
      card.draggable = false;
      card.addEventListener('pointerdown', (event) => dragIn(event, card));
      card.addEventListener('keydown', (event) => liftIn(event, card));
    }
  };

  const bind = (block) => {
    draw(block);
    const handle = block.querySelector('button.blk__b');
    if (!handle || !words.move) return;
    handle.addEventListener('keydown', (event) => onKey(event, block));
    handle.addEventListener('pointerdown', (event) => drag(event, block, handle));
    handle.addEventListener('click', () => {
      if (!lifted && handle.dataset.href) location.assign(handle.dataset.href);
    });
  };
  for (const block of grid.querySelectorAll('.blk')) bind(block);
  bindTray();
  document.querySelector('.insp #clash')?.focus();
  addEventListener('keydown', (event) => {
    if (
      event.code === 'KeyZ' &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.isComposing &&
      !lifted &&
      !event.target.closest('input, textarea, select')
    )
      undo();
  });
})();
