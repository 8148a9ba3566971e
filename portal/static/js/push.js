// "Tell me on this device": the browser is asked for an address and keys, the form sends them like any other form.
(() => {
  const form = document.getElementById('push-here');
  const able = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  const unable = document.getElementById('push-unable');
  if (!form || !able) {
    if (unable && !able) unable.hidden = false;
    return;
  }
  const button = form.querySelector('button');
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));

  const fill = (subscription) => {
    const { endpoint, keys } = subscription.toJSON();
    Object.assign(form.elements.endpoint, { value: endpoint });
    Object.assign(form.elements.p256dh, { value: keys.p256dh });
    Object.assign(form.elements.auth, { value: keys.auth });
  };
  // A subscription for another key than today's is of no use to us
  const subscribed = async (registration) => {
    const key = bytes(form.dataset.key);
    const old = await registration.pushManager.getSubscription();
    const ours = old && new Uint8Array(old.options.applicationServerKey ?? []).join() === key.join();
    if (ours) return old;
    await old?.unsubscribe();
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  };
  const ask = async () => {
    if ((await Notification.requestPermission()) !== 'granted') return window.pan.toast(form.dataset.denied);
    await navigator.serviceWorker.register(form.dataset.worker, { scope: '/' });
    fill(await subscribed(await navigator.serviceWorker.ready));
    form.dataset.ready = '1';
    form.requestSubmit();
  };
  form.addEventListener(
    'submit',
    (event) => {
      if (form.dataset.ready) return;
      event.preventDefault();
      button.disabled = true;
      ask()
        .catch(() => window.pan.toast(form.dataset.failed))
        .finally(() => {
          button.disabled = false;
        });
    },
    true,
  );

  // A browser that is in the list already says so there, and has nothing to ask for
  const listed = async () => {
    const registration = await navigator.serviceWorker.getRegistration('/');
    const subscription = await registration?.pushManager.getSubscription();
    if (!subscription) return null;
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(subscription.endpoint));
    const mark = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return document.querySelector(`[data-device="${mark}"] [data-here]`);
  };
  listed()
    .catch(() => null)
    .then((here) => {
      if (here) here.hidden = false;
      else form.hidden = false;
    });
})();
