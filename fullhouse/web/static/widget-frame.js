// Within the frame: tells the site that embeds it how high it is, and tells nobody else.
"use strict";

(() => {
  if (window.parent === window) return;
  let site;
  try {
    site = new URL(new URLSearchParams(window.location.search).get("at")).origin;
  } catch {
    return;
  }
  if (!/^https?:/.test(site)) return;
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    // The browser delivers it only if the parent's origin is this one.
    window.parent.postMessage({ fullhouseHeight: height }, site);
  };
  new ResizeObserver(tell).observe(document.body);
  window.addEventListener("load", tell);
})();
