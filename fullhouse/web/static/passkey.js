// Signing in with a passkey: the button is shown where the browser can do that.
"use strict";

(() => {
  const part = document.querySelector("[data-passkey]");
  if (!part || !window.PublicKeyCredential) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") : null;
  const post = async (path, body) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error("refused");
    return answer.json();
  };
  const ask = async (half) => {
    const options = await post("/sessions/passkey-options", half ? { token: half } : {});
    options.challenge = bytes(options.challenge);
    for (const one of options.allowCredentials || []) one.id = bytes(one.id);
    const found = await navigator.credentials.get({ publicKey: options });
    const said = found.response;
    return {
      id: found.id,
      rawId: text(found.rawId),
      type: found.type,
      response: {
        clientDataJSON: text(said.clientDataJSON),
        authenticatorData: text(said.authenticatorData),
        signature: text(said.signature),
        userHandle: text(said.userHandle),
      },
    };
  };
  const button = part.querySelector("button");
  const fault = part.querySelector("[role=alert]");
  button.addEventListener("click", async () => {
    fault.textContent = "";
    const half = part.dataset.passkey;
    try {
      const credential = await ask(half);
      if (half) await post("/sessions/second-factor", { token: half, passkey: credential });
      else await post("/sessions/passkey", { credential });
      window.location.assign(part.dataset.next);
    } catch {
      fault.textContent = part.dataset.fault;
    }
  });
  part.hidden = false;
})();
