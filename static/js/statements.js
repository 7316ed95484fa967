// Signing statements with a wallet of this browser: the signature goes into the form that a pasted one would, and the
// server checks it alike. Also fills an address field from a wallet. Needs provider.js; no page depends on it.
(() => {
  "use strict";
  const { Stop, same, discover, button, connect, check, inWords, show } = window.wallets;
  const said = document.getElementById("wallet-said");
  const source = document.getElementById("statement-data");
  const fills = [...document.querySelectorAll("[data-fill]")];

  // one click asks one wallet; meanwhile no other button does
  const busy = new Set();
  async function once(place, work) {
    if (busy.size) return;
    busy.add(place);
    for (const one of place.querySelectorAll("button")) one.disabled = true;
    try {
      await work();
    } finally {
      busy.delete(place);
      for (const one of place.querySelectorAll("button:not(#no-wallet)")) one.disabled = false;
    }
  }

  // ---- an address from the wallet
  for (const place of fills) {
    const field = document.querySelector(place.dataset.fill);
    discover((wallet) => {
      const fill = () => once(place, async () => {
        const [account] = await wallet.provider.request({ method: "eth_requestAccounts" }).catch(() => []);
        if (account) field.value = account;
      });
      const made = button(wallet, `Take the address of ${wallet.name}`, fill);
      made.classList.remove("pri");
      place.append(made);
    });
  }

  // ---- a signature
  if (!source) return;
  const wanted = JSON.parse(source.textContent);
  const place = document.getElementById("wallets");
  const form = document.getElementById("statement");

  // typed data for statements, plain words for signing in
  function question(account) {
    if (wanted.method !== "personal_sign") return { method: "eth_signTypedData_v4", params: [account, wanted.document] };
    const bytes = [...new TextEncoder().encode(wanted.document)];
    const hex = `0x${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    return { method: "personal_sign", params: [hex, account] };
  }

  async function sign(wallet) {
    const say = (tone, lead, text, details) => show(said, tone, lead, text, details);
    try {
      const account = await connect(wallet, { chain: wanted.chain }, say);
      if (!wanted.signers.some((one) => same(one, account))) {
        throw new Stop(`The wallet’s account is ${account}, and this is signed by ${wanted.signers.join(" or ")}.`, [
          "Choose that account in the wallet and try again, or let your account sign for it with a delegated key.",
        ]);
      }
      await check(wallet, { signer: account, chain: wanted.chain });
      say("info", "Your wallet asks you to sign.", "Compare what it shows with the fields below.");
      const signature = await wallet.provider.request(question(account));
      form.elements.signature.value = signature;
      form.elements.source.value = "form";
      if (!same(account, wanted.signers[0])) form.elements.signer.value = account;
      if (wanted.method === "personal_sign") sessionStorage.setItem("signed-in-with", wallet.name);
      say("info", "Signed.", "It is being checked.");
      form.submit();
    } catch (error) {
      if (error instanceof Stop) return say("danger", "Not signed.", error.message, error.details);
      const { text, isRejection } = inWords(error);
      say(isRejection ? "" : "danger", "Not signed.", text);
    }
  }

  discover((wallet) => {
    document.getElementById("no-wallet").hidden = true;
    place.append(button(wallet, `Sign with ${wallet.name}`, () => once(place, () => sign(wallet))));
  });
})();
