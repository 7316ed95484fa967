// Ends the session when the wallet that signed in moves to another account, here or while this page was closed.
// Needs provider.js. A session that was opened with a pasted signature has no wallet to watch.
(() => {
  "use strict";
  const form = document.getElementById("sign-out");
  const name = sessionStorage.getItem("signed-in-with");
  if (!form || !name) return;
  const account = form.dataset.account;
  let isEnding = false;

  function end() {
    if (isEnding) return;
    isEnding = true;
    sessionStorage.removeItem("signed-in-with");
    form.elements.why.value = "account";
    form.submit();
  }

  form.addEventListener("submit", () => sessionStorage.removeItem("signed-in-with"));
  window.wallets.discover(async (wallet) => {
    if (wallet.name !== name) return;
    wallet.provider.on?.("accountsChanged", (accounts) => {
      if (!window.wallets.same(accounts?.[0], account)) end();
    });
    const accounts = await wallet.provider.request({ method: "eth_accounts" }).catch(() => []);
    if (accounts.length && !window.wallets.same(accounts[0], account)) end();
  });
})();
