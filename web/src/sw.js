/**
 * The console's service worker. It keeps the console's own files, so that a reload without a network
 * still shows something, and it shows push messages. The server's page comes first whenever there is
 * a network; nothing of the API is ever kept or answered here.
 */

/** The build's files (build.sh writes them in); another build has another name and another list. */
const SHELL = "weft-shell-@VERSION@";
const FILES = "@FILES@".split(" ");

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => names.filter((each) => each.startsWith("weft-shell-") && each !== SHELL))
      .then((old) => Promise.all(old.map((each) => caches.delete(each))))
      .then(() => self.clients.claim()),
  );
});

const kept = (request) => caches.match(request, { ignoreVary: true });

/** The server's page; the kept one when the server, or the proxy before it, cannot give it. */
async function page(request) {
  try {
    const answer = await fetch(request);
    if (![502, 503, 504].includes(answer.status)) return answer;
    return await kept("/console/") ?? answer;
  } catch (error) {
    const found = await kept("/console/");
    if (found) return found;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname.startsWith("/console/")) {
    event.respondWith(page(request));
  } else if (pathname.startsWith("/console/assets/")) {
    // Their names carry their content: what is kept is what the server would give.
    event.respondWith(kept(request).then((found) => found ?? fetch(request)));
  }
});

self.addEventListener("push", (event) => {
  let message = {};
  try {
    message = event.data ? event.data.json() : {};
  } catch {
    message = { title: event.data ? event.data.text() : "" };
  }
  const title = message.title || message.subject || "Weft";
  event.waitUntil(
    self.registration.showNotification(title, {
      body: message.body || "",
      tag: message.tag || message.id || undefined,
      // An alarm stays until somebody looks at it.
      requireInteraction: message.severity === "alarm",
      data: { link: message.link || "/console/inbox" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const link = new URL(event.notification.data.link, self.location.origin);
  // A message leads nowhere but into this console.
  const to = link.origin === self.location.origin ? link.href : "/console/inbox";
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((windows) => {
      const open = windows.find((each) => each.url.includes("/console/"));
      return open ? open.focus().then((each) => each.navigate(to)) : self.clients.openWindow(to);
    }),
  );
});
