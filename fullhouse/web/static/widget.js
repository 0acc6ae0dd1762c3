// Shows an event on another site: <script async src="https://YOUR-FULLHOUSE/static/widget.js" data-event="SLUG-OR-ID"></script>
"use strict";

(() => {
  const script = document.currentScript;
  const event = script && script.dataset.event;
  if (!event) return;
  const home = new URL(script.src.replace(/\/static\/widget(\.[0-9a-f]+)?\.js(\?.*)?$/, "/"));
  const address = new URL(`shop/events/${encodeURIComponent(event)}/widget`, home);
  address.searchParams.set("at", window.location.origin);
  if (script.dataset.lang) address.searchParams.set("lang", script.dataset.lang);

  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = script.dataset.title || "Tickets";
  frame.loading = "lazy";
  frame.sandbox = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox";
  Object.assign(frame.style, { width: "100%", maxWidth: "32rem", height: "30rem", border: "0", display: "block" });

  // Only this very frame is listened to, only as long as it shows our server, and only for a height.
  window.addEventListener("message", (message) => {
    if (message.source !== frame.contentWindow || message.origin !== home.origin) return;
    const height = message.data && message.data.fullhouseHeight;
    if (Number.isInteger(height) && height > 0 && height <= 10000) frame.style.height = `${height}px`;
  });
  script.after(frame);
})();
