// Paying by card: the fields are Stripe's own, in a frame of theirs, so no number of a card comes near this server.
"use strict";

(() => {
  const form = document.getElementById("card-payment");
  if (!form || typeof Stripe === "undefined") return;
  const stripe = Stripe(form.dataset.key);
  const elements = stripe.elements({ clientSecret: form.dataset.secret, locale: document.documentElement.lang });
  elements.create("payment").mount("#card-fields");
  const button = form.querySelector("button");
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const paid = await stripe.confirmPayment({ elements, confirmParams: { return_url: form.dataset.return } });
    // Only a fault comes back here; who has paid is sent on to his booking.
    document.getElementById("card-fault").textContent = paid.error ? paid.error.message : "";
    button.disabled = false;
  });
})();
