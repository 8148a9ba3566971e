// Shows what this device is told, and leads to it. It answers no request and keeps nothing: the portal's key, and where
// a new address is said, stand in its own.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// Only into the portal, whatever a message says
const inside = (path) => {
  const url = new URL(path || '/', self.location.origin);
  return url.origin === self.location.origin ? url.href : self.location.origin;
};

self.addEventListener('push', (event) => {
  const { title, path } = event.data?.json() ?? {};
  const options = { body: 'P.A.N', icon: '/static/img/icon.svg', tag: path, data: { path } };
  event.waitUntil(self.registration.showNotification(title || 'P.A.N', options));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const address = inside(event.notification.data?.path);
  const open = async () => {
    const windows = await self.clients.matchAll({ type: 'window' });
    const there = windows.find((one) => one.url === address);
    return there ? there.focus() : self.clients.openWindow(address);
  };
  event.waitUntil(open());
});

// Browsers change the address they are reached by without a page
self.addEventListener('pushsubscriptionchange', (event) => {
  const ours = new URL(self.location.href).searchParams;
  const renew = async () => {
    const options = { userVisibleOnly: true, applicationServerKey: ours.get('key') };
    const fresh = event.newSubscription ?? (await self.registration.pushManager.subscribe(options));
    const { endpoint, keys } = fresh.toJSON();
    await fetch(inside(ours.get('renew')), { method: 'POST', body: new URLSearchParams({ endpoint, ...keys }) });
  };
  if (ours.has('renew')) event.waitUntil(renew());
});
