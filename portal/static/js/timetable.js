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

  // A move changes more than its block: other blocks' problems, the findings, the inspector. The server knows.
  const refresh = async () => {
    const answer = await fetch(location.href);
    // the other page's style element carries another nonce: parsing it would be reported as a violation
    const text = (await answer.text()).replace(/<style[^]*?<\/style>/g, '');
    const page = new DOMParser().parseFromString(text, 'text/html');
    for (const part of ['.tt__h', '.tray', '.insp']) {
      const fresh = page.querySelector(part);
      if (fresh) document.querySelector(part)?.replaceWith(fresh);
    }
    for (const block of grid.querySelectorAll('.blk')) {
      const fresh = page.getElementById(block.id);
      if (!fresh || block === lifted) continue;
      block.classList.remove('is-bad');
      block.toggleAttribute('data-problem', 'problem' in fresh.dataset);
      block.querySelector('.blk__t').replaceChildren(...fresh.querySelector('.blk__t').childNodes);
    }
  };
  const save = async (block) => {
    const body = new URLSearchParams({
      csrf_token: words.csrf,
      id: block.dataset.key,
      hall: block.closest('.col').dataset.hall,
      start: clock(numbers(block).s),
      rev: block.dataset.rev,
    });
    try {
      const response = await fetch(words.move, { method: 'POST', body, headers: { Accept: 'application/json' } });
      if (!response.ok) throw new Error(response.status);
      const answer = await response.json();
      block.dataset.rev = answer.rev;
      await refresh();
    } catch {
      window.pan.toast(words.tFailed);
      setTimeout(() => location.reload(), 2500);
    }
  };
  const undo = () => {
    const before = undone.pop();
    if (!before) return;
    place(before.block, before.column, before.start);
    tell(before.block, words.tBack);
    before.block.querySelector('.blk__b').focus();
    save(before.block);
  };
  const commit = (block, before) => {
    if (numbers(block).s === before.start && columnOf(block) === before.column) return;
    undone.push(before);
    tell(block, words.tMoved);
    window.pan.toast(
      `${words.tMoved} ${block.dataset.name} → ${block.closest('.col').dataset.name} ${clock(numbers(block).s)}`,
      undo,
    );
    save(block);
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

  const drag = (event, block, handle) => {
    if (event.button || !wide.matches || lifted) return;
    const before = snapshot(block);
    const scale = parseFloat(getComputedStyle(grid).getPropertyValue('--ppm')) || 1;
    let moved = false;
    handle.setPointerCapture(event.pointerId);
    const move = (at) => {
      const far = Math.abs(at.clientY - event.clientY) >= 4 || Math.abs(at.clientX - event.clientX) >= 4;
      if (!moved && !far) return;
      moved = true;
      block.classList.add('is-up');
      const under = columns.findIndex((column) => {
        const { left, right } = column.getBoundingClientRect();
        return at.clientX >= left && at.clientX < right;
      });
      const column = under < 0 ? columnOf(block) : under;
      const changed = column !== columnOf(block);
      place(block, column, before.start + (at.clientY - event.clientY) / scale);
      if (changed) handle.setPointerCapture(event.pointerId);
      block.classList.toggle('is-bad', Boolean(clash(block)));
    };
    const end = (back) => {
      handle.removeEventListener('pointermove', move);
      block.classList.remove('is-up');
      if (back) place(block, before.column, before.start);
      else if (moved) commit(block, before);
      if (moved)
        handle.addEventListener('click', (click) => click.stopImmediatePropagation(), { once: true, capture: true });
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', () => end(false), { once: true });
    handle.addEventListener('pointercancel', () => end(true), { once: true });
  };

  for (const block of grid.querySelectorAll('.blk')) {
    draw(block);
    const handle = block.querySelector('button.blk__b');
    if (!handle || !words.move) continue;
    handle.addEventListener('keydown', (event) => onKey(event, block));
    handle.addEventListener('pointerdown', (event) => drag(event, block, handle));
    handle.addEventListener('click', () => {
      if (!lifted && handle.dataset.href) location.assign(handle.dataset.href);
    });
  }
  addEventListener('keydown', (event) => {
    if (
      event.code === 'KeyZ' &&
      !event.ctrlKey &&
      !event.metaKey &&
      !lifted &&
      !event.target.closest('input, textarea, select')
    )
      undo();
  });
})();
