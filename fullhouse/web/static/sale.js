// Choosing by touch at the box office: a press more, a press less. By keyboard the fields do it themselves.
"use strict";

(() => {
  for (const button of document.querySelectorAll("[data-step]")) {
    const field = document.getElementById(button.dataset.for);
    button.hidden = false;
    button.addEventListener("click", () => {
      field.value = Math.max(0, Number(field.value) + Number(button.dataset.step)) || "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
})();
