// What is left of an event, kept up to date while its page is in sight. The page is right without it when it is opened.
"use strict";

(() => {
  const board = document.querySelector("[data-live]");
  if (!board || !window.EventSource) return;
  const few = board.dataset.few.split("|");
  let source = null;
  let again = 0;

  const kindOf = (left) => {
    if (left.state !== "on_sale") return left.state;
    const states = left.ticket_types.map((one) => one.state);
    if (states.some((one) => one === "available" || one === "few")) return "on_sale";
    return states.includes("sold_out") ? "sold_out" : "not_on_sale";
  };

  const show = (left) => {
    for (const one of left.ticket_types) {
      const badge = board.querySelector(`[data-left="${one.ticket_type_id}"]`);
      if (!badge) continue;
      const text = one.state === "sold_out" ? board.dataset.soldOut : few[one.tickets_left - 1] || "";
      badge.textContent = text;
      badge.hidden = text === "";
      badge.classList.toggle("warn", one.state === "few");
    }
    // Another form is needed then, and nobody's half-filled one is taken away.
    board.querySelector("[data-live-changed]").hidden = kindOf(left) === board.dataset.kind;
  };

  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(board.dataset.live);
    source.addEventListener("availability", (event) => show(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      // When the connection breaks, the browser comes back by itself; when it is refused, we do, not all at once.
      if (source && source.readyState === EventSource.CLOSED) {
        source = null;
        again = window.setTimeout(open, 30000 + Math.random() * 30000);
      }
    });
  };

  const close = () => {
    window.clearTimeout(again);
    if (source) source.close();
    source = null;
  };

  // A browser has few connections to one server: those of pages that nobody sees are let go.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
})();
