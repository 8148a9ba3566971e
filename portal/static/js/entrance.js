// The entrance on a phone. The list of the hall and every scan live on the phone; the portal hears of a scan at once or,
// without network, later. What the phone decided and what the portal says differently is shown until somebody has seen it.
(() => {
  const root = document.getElementById('entrance');
  const $ = (id) => document.getElementById(id);
  const words = JSON.parse($('words').textContent);
  const { code, csrf } = root.dataset;
  const LIST = `pan-door ${code}`;
  const SCAN = `pan-scan ${code} `;
  const waits = [1000, 2000, 4000, 8000, 15000, 30000];
  const ANSWER_WITHIN = 1500;
  const ASK_WITHIN = 5000;
  const POLL = 10000;
  const BATCH = 500;

  // ── what the phone keeps ──────────────────────────────────────────────
  const store = {
    read(key) {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        localStorage.setItem(key, JSON.stringify(value));
      } catch {
        // A full or forbidden storage: the page goes on for as long as it is open.
      }
    },
    drop(key) {
      try {
        localStorage.removeItem(key);
      } catch {
        // Nothing was kept.
      }
    },
    keys(prefix) {
      try {
        return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
      } catch {
        return [];
      }
    },
  };
  const device = store.read('pan-device') || `phone-${crypto.randomUUID().slice(0, 8)}`;
  store.write('pan-device', device);

  const now = () => new Date().toISOString();
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const clockTime = new Intl.DateTimeFormat('ko-KR', {
    timeZone: 'Asia/Seoul',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const at = (moment) => clockTime.format(new Date(moment));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const many = (forms, n) => fill(forms[n === 1 ? 0 : 1], { n });

  // As portal.audience.entrance.mark
  const mark = async (token) => {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
    const text = btoa(String.fromCharCode(...new Uint8Array(digest)));
    return text.replaceAll('+', '-').replaceAll('/', '_').slice(0, 22);
  };

  // ── the list ──────────────────────────────────────────────────────────
  class List {
    constructor() {
      const kept = store.read(LIST);
      this.rows = new Map((kept?.rows || []).map((row) => [row.code, row]));
      Object.assign(this, { cursor: kept?.cursor ?? null, until: kept?.until, groups: kept?.groups || [] });
      if (this.until && this.until < now()) this.forget();
    }

    get loaded() {
      return this.cursor !== null;
    }

    take({ cursor, until, groups, rows }, pending) {
      if (until) this.rows.clear();
      for (const row of rows) this.rows.set(row.code, row);
      Object.assign(this, { cursor, until: until || this.until, groups: groups || this.groups });
      // What was scanned here and not told yet is newer than what the portal knows
      for (const scan of pending) this.scanned(scan);
      this.keep();
    }

    scanned({ code: of, wish, at: moment, persons }) {
      const row = this.rows.get(of);
      if (!row) return;
      if (wish === 'enter' && ['confirmed', 'no_show'].includes(row.state)) {
        Object.assign(row, { state: 'checked_in', at: moment, outside: row.party - Math.min(persons || row.party, row.party) });
      } else if (wish === 'enter' && row.state === 'checked_in' && row.outside) {
        row.outside -= Math.min(persons || row.outside, row.outside);
      } else if (wish === 'undo' && row.state === 'checked_in') {
        row.state = 'confirmed';
        delete row.at;
        delete row.outside;
      }
    }

    keep() {
      const { cursor, until, groups, rows } = this;
      if (this.loaded) store.write(LIST, { cursor, until, groups, rows: [...rows.values()] });
    }

    forget() {
      this.rows.clear();
      Object.assign(this, { cursor: null, until: null, groups: [] });
      store.drop(LIST);
    }

    marked(digest) {
      return [...this.rows.values()].find((row) => row.mark === digest);
    }

    count() {
      const sum = (states, of) =>
        [...this.rows.values()].filter((row) => states.includes(row.state)).reduce((all, row) => all + of(row), 0);
      return { in: sum(['checked_in'], inside), of: sum(['confirmed', 'checked_in', 'no_show'], (row) => row.party) };
    }

    search(text) {
      const wanted = plain(text);
      const heads = /^[ㄱ-ㅎ]+$/.test(wanted);
      const fits = (row) =>
        row.name && ((heads ? initials(row.name) : plain(row.name)).includes(wanted) || row.code.toLowerCase() === wanted);
      const later = (row) => !(heads ? initials(row.name) : plain(row.name)).startsWith(wanted);
      const order = (a, b) => later(a) - later(b) || a.name.localeCompare(b.name, 'ko');
      return wanted ? [...this.rows.values()].filter(fits).sort(order) : [];
    }
  }

  const inside = (row) => row.party - (row.outside || 0);
  const plain = (text) => text.normalize('NFC').toLowerCase().replaceAll(/\s/g, '');
  const HEADS = [...'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'];
  const initials = (name) =>
    [...plain(name)].map((letter) => HEADS[Math.floor((letter.codePointAt(0) - 0xac00) / 588)] || letter).join('');

  // ── scans on their way ────────────────────────────────────────────────
  class Queue {
    constructor(list, hooks) {
      Object.assign(this, { list, hooks, tries: 0, waiting: new Map() });
      this.scans = store
        .keys(SCAN)
        .map((key) => store.read(key))
        .filter(Boolean)
        .sort((a, b) => a.at.localeCompare(b.at));
      addEventListener('online', () => this.flush());
    }

    // Resolves with what the portal answered, or null when it does not within the time
    put(scan, patience) {
      const whole = { once: crypto.randomUUID(), at: now(), wish: 'enter', offline: !navigator.onLine, ...scan };
      this.scans.push(whole);
      store.write(SCAN + whole.once, whole);
      const answer = new Promise((done) => this.waiting.set(whole.once, done));
      this.flush();
      return { scan: whole, answer: Promise.race([answer, sleep(patience).then(() => null)]) };
    }

    decided(scan) {
      scan.decided = true;
      if (this.scans.includes(scan)) store.write(SCAN + scan.once, scan);
    }

    drop(scan) {
      this.scans = this.scans.filter((one) => one !== scan);
      this.waiting.delete(scan.once);
      store.drop(SCAN + scan.once);
    }

    flush() {
      clearTimeout(this.timer);
      this.running ||= this.send().finally(() => {
        this.running = null;
        this.hooks.changed();
      });
      return this.running;
    }

    async send() {
      while (this.scans.length) {
        const batch = this.scans.slice(0, BATCH);
        const response = await this.post(batch).catch(() => null);
        if (!response || response.status >= 500 || response.status === 429) return this.later();
        if (!response.ok) return this.hooks.refused(response.status);
        this.tries = 0;
        this.settle(batch, await response.json());
      }
    }

    post(batch) {
      const scans = batch.map(({ decided, ...scan }) => ({ ...scan, device }));
      return fetch(root.dataset.scans, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrf, Accept: 'application/json' },
        body: JSON.stringify({ sent_at: now(), since: this.list.cursor, scans }),
        redirect: 'error',
      });
    }

    settle(batch, answer) {
      const outcomes = new Map(answer.outcomes.map((one) => [one.once, one]));
      const asked = batch.map((scan) => [scan, this.waiting.get(scan.once)]);
      for (const scan of batch) this.drop(scan);
      if (this.list.loaded) this.list.take(answer, this.scans);
      for (const [scan, waiting] of asked) {
        const outcome = outcomes.get(scan.once);
        if (outcome) this.hooks.answered(scan, outcome);
        waiting?.(outcome);
      }
      this.hooks.heard();
    }

    later() {
      const wait = waits[Math.min(this.tries, waits.length - 1)];
      this.tries += 1;
      this.hooks.away();
      this.timer = setTimeout(() => this.flush(), wait);
    }
  }

  // ── what is seen ──────────────────────────────────────────────────────
  const seatsOf = (row) => many(words.seats, row.party);
  const groupOf = (row) => list.groups.find((one) => one.code === row.group)?.name;

  const face = (kind, title, lines = [], buttons = {}) => {
    const drawn = root.querySelector(`template[data-face="${kind}"]`).content.cloneNode(true).firstElementChild;
    const [head, line] = drawn.querySelectorAll('p');
    drawn.removeAttribute('role');
    head.textContent = title;
    line.remove();
    for (const text of lines.filter(Boolean)) {
      const next = document.createElement('p');
      next.textContent = text;
      drawn.append(next);
    }
    $('face').replaceChildren(drawn);
    $('undo').hidden = !buttons.undo;
    $('fewer').hidden = !buttons.fewer;
    $('anyway').hidden = !buttons.anyway;
    $('acts').hidden = !buttons.undo && !buttons.anyway;
    acts = buttons;
    beep(kind);
  };
  let acts = {};
  const about = (row) => [
    [row.name, row.seats].filter(Boolean).join(' · '),
    groupOf(row),
    row.needs && `${words.needs}: ${row.needs}`,
    row.outside && many(words.outside, row.outside),
  ];
  const entered = (row, persons) =>
    face('ok', fill(words.letIn, { seats: many(words.seats, persons) }), about(row), {
      undo: () => takeBack(row),
      fewer: inside(row) > 1 && (() => oneLater(row)),
    });
  const again = (row) =>
    face('warn', fill(words.again, { time: at(row.at) }), [...about(row), seatsOf(row)], { undo: () => takeBack(row) });
  const turnedAway = (why, row) => face('bad', words.no, [why, row?.name]);

  const differ = (text) => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'btn btn--sm', textContent: words.done });
    button.addEventListener('click', () => {
      item.remove();
      $('differences').hidden = !$('differing').children.length;
    });
    item.append(Object.assign(document.createElement('span'), { textContent: text }), button);
    $('differing').append(item);
    $('differences').hidden = false;
  };

  const net = (state, text) => {
    $('net').dataset.state = state;
    const unsent = queue.scans.length ? many(words.unsent, queue.scans.length) : '';
    $('net-text').textContent = [text, unsent].filter(Boolean).join(' · ');
  };
  let link = 'loading';
  const show = (state = link) => {
    link = state;
    net(state === 'online' || state === 'loading' ? state : 'offline', words[state]);
    const { in: inside, of } = list.count();
    $('in').textContent = list.loaded ? inside : '–';
    $('of').textContent = list.loaded ? `/ ${of}` : '';
  };

  let sound;
  const beep = (kind) => {
    if (!sound) return;
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = { ok: 880, warn: 520, bad: 220 }[kind];
    volume.gain.value = 0.12;
    tone.connect(volume).connect(sound.destination);
    tone.start();
    tone.stop(sound.currentTime + (kind === 'ok' ? 0.12 : 0.35));
  };
  $('sound').addEventListener('click', () => {
    sound?.close();
    sound = sound ? null : new AudioContext();
    $('sound').setAttribute('aria-pressed', Boolean(sound));
  });

  // ── decisions ─────────────────────────────────────────────────────────
  const list = new List();
  const queue = new Queue(list, {
    answered(scan, outcome) {
      const row = list.rows.get(outcome.code || scan.code);
      const name = row?.name || scan.code || '';
      if (!scan.decided || scan.wish !== 'enter') return;
      if (outcome.outcome === 'again') differ(`${name}: ${fill(words.twice, { time: at(row?.at || scan.at) })}`);
      if (outcome.outcome === 'refused') differ(`${name}: ${fill(words.letInBut, { why: outcome.why })}`);
    },
    heard: () => show('online'),
    away: () => show('offline'),
    changed: () => show(),
    refused(status) {
      if (status === 404) list.forget();
      show(status === 404 ? 'gone' : 'signedOut');
    },
  });

  const letIn = async (row) => {
    if (row.state === 'checked_in' && !row.outside) {
      queue.put({ code: row.code, wish: 'turn_away' }, 0);
      return again(row);
    }
    if (!['confirmed', 'no_show', 'checked_in'].includes(row.state)) {
      queue.put({ code: row.code, wish: 'turn_away' }, 0);
      return turnedAway(words.states[row.state], row);
    }
    const coming = row.outside || row.party;
    const { scan, answer } = queue.put({ code: row.code }, navigator.onLine ? ANSWER_WITHIN : 0);
    const outcome = await answer;
    if (!outcome) queue.decided(scan);
    // What the portal has answered is in the list by now
    if (!outcome) list.scanned(scan);
    list.keep();
    show();
    const fresh = list.rows.get(row.code) || row;
    if (outcome?.outcome === 'again') return again(fresh);
    if (outcome?.outcome === 'refused') return turnedAway(outcome.why, fresh);
    return entered(fresh, coming);
  };

  // One of the party came in too many: the entry is told anew with those who did come, a moment after it was taken back
  const oneLater = (row) => {
    const persons = inside(row) - 1;
    const { scan: back } = queue.put({ code: row.code, wish: 'undo' }, 0);
    const { scan } = queue.put({ code: row.code, persons, at: new Date(Date.parse(back.at) + 1).toISOString() }, 0);
    for (const one of [back, scan]) list.scanned(one);
    list.keep();
    entered(list.rows.get(row.code) || row, persons);
    show();
  };

  const takeBack = (row) => {
    const { scan } = queue.put({ code: row.code, wish: 'undo' }, 0);
    list.scanned(scan);
    list.keep();
    face('warn', words.back, [row.name]);
    show();
  };

  // A ticket the list does not know: made after it was loaded, or for another screening
  const unknown = async (token) => {
    if (navigator.onLine) {
      const { scan, answer } = queue.put({ token }, ASK_WITHIN);
      const outcome = await answer;
      const row = list.rows.get(outcome?.code);
      if (outcome?.outcome === 'entered' && row) return entered(row, inside(row));
      if (outcome?.outcome === 'again' && row) return again(row);
      if (outcome) return turnedAway(outcome.why, row);
      queue.drop(scan);
    }
    const anyway = () => {
      const { scan } = queue.put({ token }, 0);
      queue.decided(scan);
      face('ok', fill(words.letIn, { seats: '' }).replace(/[:\s]+$/, ''));
      show();
    };
    return face('warn', words.unknown, [words.unknownText], { anyway });
  };

  // An address of a ticket, its last part, or a booking's code; null for what somebody may be called
  const ticketIn = (text) => {
    const address = text.match(/\/(?:ops\/checkin|t)\/([\w.-]+)/);
    if (address) return address[1];
    return /^[\w-]{8,}\.[\w.-]{8,}$/.test(text) ? text : null;
  };

  const present = async (text) => {
    const token = ticketIn(text);
    if (token) {
      const row = list.marked(await mark(token));
      await (row ? letIn(row) : unknown(token));
      return true;
    }
    const row = list.rows.get(text.toUpperCase());
    if (row) await letIn(row);
    return Boolean(row);
  };

  // ── asking ────────────────────────────────────────────────────────────
  const field = $('presented');
  const draw = () => {
    const found = ticketIn(field.value) ? [] : list.search(field.value);
    $('found').replaceChildren(
      ...found.slice(0, 8).map((row) => {
        const item = document.createElement('li');
        const button = document.createElement('button');
        const name = Object.assign(document.createElement('b'), { textContent: row.name });
        const rest = [seatsOf(row), row.seats, groupOf(row), words.states[row.state]];
        const text = rest.filter(Boolean).join(' · ');
        button.type = 'button';
        button.dataset.state = row.state;
        button.append(name, Object.assign(document.createElement('span'), { textContent: text }));
        button.addEventListener('click', () => {
          done();
          letIn(row);
        });
        item.append(button);
        return item;
      }),
    );
    return found;
  };
  const done = () => {
    field.value = '';
    $('found').replaceChildren();
  };
  field.addEventListener('input', draw);
  $('ask').addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    const found = draw();
    if (await present(text)) done();
    else if (found.length === 1) {
      done();
      await letIn(found[0]);
    } else if (!found.length) face('warn', words.unknown, [words.nobody]);
    field.focus();
  });
  $('undo').addEventListener('click', () => acts.undo?.());
  $('fewer').addEventListener('click', () => acts.fewer?.());
  $('anyway').addEventListener('click', () => acts.anyway?.());

  // ── the camera ────────────────────────────────────────────────────────
  const camera = { stream: null, last: '', lastAt: 0 };
  const look = async (detector) => {
    while (camera.stream) {
      const [seen] = await detector.detect($('video')).catch(() => []);
      const fresh = seen && (seen.rawValue !== camera.last || Date.now() - camera.lastAt > 4000);
      if (fresh) {
        Object.assign(camera, { last: seen.rawValue, lastAt: Date.now() });
        await present(seen.rawValue.trim());
      }
      await sleep(200);
    }
  };
  const stopCamera = () => {
    for (const track of camera.stream?.getTracks() || []) track.stop();
    camera.stream = null;
    $('video').hidden = true;
    $('camera').setAttribute('aria-pressed', false);
  };
  const startCamera = async () => {
    try {
      camera.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      $('video').srcObject = camera.stream;
      $('video').hidden = false;
      $('camera').setAttribute('aria-pressed', true);
      await $('video').play();
      look(new BarcodeDetector({ formats: ['qr_code'] }));
    } catch {
      stopCamera();
      face('warn', words.noCamera);
    }
  };
  $('camera').hidden = !('BarcodeDetector' in window && navigator.mediaDevices);
  $('camera').addEventListener('click', () => (camera.stream ? stopCamera() : startCamera()));

  // ── keeping up ────────────────────────────────────────────────────────
  const load = async (since) => {
    const query = since === null ? '' : `?since=${since}`;
    const response = await fetch(root.dataset.list + query, { redirect: 'manual' }).catch(() => null);
    if (!response || response.status >= 500) return show(list.loaded || !navigator.onLine ? 'offline' : 'noList');
    if (response.type === 'opaqueredirect') return show('signedOut');
    if (response.status === 404) {
      list.forget();
      return show('gone');
    }
    if (response.status === 200) list.take(await response.json(), queue.scans);
    return show('online');
  };
  const tick = async () => {
    if (list.until && list.until < now()) list.forget();
    if (!document.hidden && !cleared && !queue.running) await load(list.cursor);
  };
  addEventListener('offline', () => show('offline'));
  addEventListener('online', () => tick());
  setInterval(tick, POLL);

  const files = () => [
    location.pathname,
    ...[...document.querySelectorAll('link[rel="stylesheet"], link[rel="preload"], link[rel="icon"]')].map((one) => one.href),
    ...[...document.scripts].map((one) => one.src).filter(Boolean),
    ...performance.getEntriesByType('resource').map((one) => one.name),
  ];
  const ours = (url) => new URL(url, location.href).pathname.startsWith('/static/') || url === location.pathname;
  const tellWorker = async (message) => {
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise((heard) => {
      port1.onmessage = heard;
    });
    active.postMessage(message, [port2]);
    await answered;
  };
  const settleIn = async () => {
    if (!navigator.serviceWorker) return;
    await navigator.serviceWorker.register(root.dataset.worker, { scope: location.pathname });
    await document.fonts.ready;
    await tellWorker({ urls: [...new Set(files().filter(ours))] });
    root.dataset.kept = 'true';
  };

  let cleared = false;
  $('clear').addEventListener('click', async () => {
    cleared = true;
    list.forget();
    done();
    stopCamera();
    $('face').replaceChildren();
    $('acts').hidden = true;
    show('cleared');
    if (!navigator.serviceWorker) return;
    await tellWorker({}).catch(() => null);
    const registration = await navigator.serviceWorker.getRegistration(location.pathname);
    await registration?.unregister();
  });

  if (list.loaded) show(navigator.onLine ? 'loading' : 'offline');
  load(null);
  queue.flush();
  if (navigator.onLine) settleIn().catch(() => null);
})();
