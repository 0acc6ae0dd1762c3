// What pages do better with JavaScript. Every page works without it.
"use strict";

(() => {
  // A form that is shown again begins where something is wrong.
  const fault = document.querySelector("[data-focus]");
  if (fault) fault.focus();

  // What a link brings behind its # belongs into the form, and out of the address bar.
  const linked = document.querySelector("[data-from-link]");
  if (linked) {
    const brought = window.location.hash.slice(1);
    if (brought) {
      linked.querySelector("input").value = brought;
      window.history.replaceState(null, "", window.location.pathname);
    }
    linked.hidden = linked.querySelector("input").value !== "" && !linked.querySelector(".fault");
  }

  // A second click would be harmless, but it would make people wait twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === "post") form.dataset.sent = "yes";
  });
  // A page that the browser takes out of its memory may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // What was told of other tickets than those that are ticked is out of sight until it is told anew.
  for (const form of document.querySelectorAll("[data-quoted]")) {
    const boxes = [...form.querySelectorAll("input[type=checkbox][name=ticket]")];
    form.addEventListener("change", () => {
      form.querySelector("[data-quote]").hidden = boxes.some((one) => one.checked !== one.defaultChecked);
    });
  }

  // A countdown: <time data-countdown="2027-03-01T20:00:00+00:00" data-now="...">; the server's clock counts.
  const clocks = [...document.querySelectorAll("[data-countdown]")];
  const started = performance.now();
  const tick = () => {
    for (const clock of clocks) {
      const left = Date.parse(clock.dataset.countdown) - Date.parse(clock.dataset.now) - (performance.now() - started);
      const seconds = Math.max(0, Math.ceil(left / 1000));
      clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      if (seconds === 0) {
        clocks.length = 0;
        // The server tells whole seconds, and counts the parts of them too: before that one is over, nothing is new.
        window.setTimeout(() => window.location.reload(), 1000);
        return;
      }
    }
    if (clocks.length) window.setTimeout(tick, 1000);
  };
  // Behind a few minutes only: a bank transfer has days.
  if (clocks.length) {
    // Who can't see the countdown still hears the minutes.
    for (const one of document.querySelectorAll("[data-without-countdown]")) one.classList.add("visually-hidden");
    tick();
  }

  // What comes by itself is looked for again: <p data-reload="4">, in seconds.
  const awaited = document.querySelector("[data-reload]");
  if (awaited) window.setTimeout(() => window.location.reload(), 1000 * Number(awaited.dataset.reload));

  // What is shown this once is copied with one press, where browsers allow that: <p data-copy="Copy" data-copied="Copied">.
  for (const shown of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "second";
    button.textContent = shown.dataset.copy;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(shown.textContent);
      button.textContent = shown.dataset.copied;
    });
    shown.after(button);
  }

  // What belongs to a choice is sent by itself: <select data-submit>.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
})();
