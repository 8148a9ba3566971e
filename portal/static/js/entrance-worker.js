// The entrance's service worker: a reload without network finds the page and its files. It keeps no list and no name.
const KEPT = `pan-entrance ${self.registration.scope}`;
const PATIENCE = 4000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

const keep = async (urls) => {
  const cache = await caches.open(KEPT);
  const wanted = new Set(urls.map((url) => new URL(url, self.location).href));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
  for (const url of wanted) {
    const response = await fetch(url, { redirect: 'error' }).catch(() => null);
    if (response?.ok) await cache.put(url, response);
  }
};

self.addEventListener('message', (event) => {
  const { urls } = event.data;
  const done = urls ? keep(urls) : caches.delete(KEPT);
  event.waitUntil(Promise.resolve(done).then(() => event.ports[0]?.postMessage('done')));
});

const late = () => new Promise((_, reject) => setTimeout(reject, PATIENCE));

// The page: the network's answer if it comes in time, whatever it says; else the one that was kept
const page = async (request) => {
  const kept = await caches.open(KEPT).then((cache) => cache.match(request.url));
  const answer = fetch(request);
  return kept ? Promise.race([answer, late()]).catch(() => kept) : answer;
};

// A file: its address names its version, so the kept one is as good
const file = async (request) => (await caches.open(KEPT).then((cache) => cache.match(request.url))) || fetch(request);

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (url.pathname.startsWith('/static/')) event.respondWith(file(request));
});
