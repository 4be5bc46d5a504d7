/**
 * The console's service worker: it shows push messages and opens what they are about. It keeps no
 * files and answers no requests, so that the console is always the server's own.
 */

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
