// Wallets of this browser, for any page that asks for a signature: found as they announce themselves (EIP-6963),
// brought to the account and the chain that the page is for (EIP-1193), and what is said when they are not.
//   wanted = { signer, chain: { chainId, chainName, nativeCurrency, rpcUrls } }; without a signer any account will do
(() => {
  "use strict";
  const same = (one, other) => String(one ?? "").toLowerCase() === String(other ?? "").toLowerCase();
  const chainIs = (found, chain) => { try { return BigInt(found) === BigInt(chain.chainId); } catch { return false; } };

  // a refusal of ours, with a sentence to show; `isVoid` where the page itself is no longer true
  class Stop extends Error {
    constructor(message, details = [], { isVoid = false } = {}) {
      super(message);
      this.details = details;
      this.isVoid = isVoid;
    }
  }

  // ---- discovery

  // calls `found` once for each wallet; those that come later are told of when they come
  function discover(found) {
    const known = new Set();
    addEventListener("eip6963:announceProvider", ({ detail: { info, provider } = {} }) => {
      if (!info?.uuid || !provider?.request || known.has(info.uuid)) return;
      known.add(info.uuid);
      const icon = typeof info.icon === "string" && info.icon.startsWith("data:image/") ? info.icon : "";
      found({ name: String(info.name).slice(0, 40), icon, provider, isConnected: false });
    });
    dispatchEvent(new Event("eip6963:requestProvider"));
  }

  function button(wallet, words, pressed) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "btn pri" });
    if (wallet.icon) made.append(Object.assign(document.createElement("img"), { src: wallet.icon, alt: "", width: 20, height: 20 }));
    made.append(Object.assign(document.createElement("span"), { textContent: words }));
    made.addEventListener("click", pressed);
    return made;
  }

  // ---- account and chain

  // the account that signs, with the wallet on the right chain; throws Stop or the wallet's own error
  async function connect(wallet, wanted, say) {
    const accounts = await wallet.provider.request({ method: "eth_requestAccounts" });
    rightAccount(accounts, wanted);
    if (!chainIs(await wallet.provider.request({ method: "eth_chainId" }), wanted.chain)) await changeChain(wallet, wanted.chain, say);
    wallet.isConnected = true;
    return accounts[0];
  }

  // the same once more without asking anybody, right before a signature
  async function check(wallet, wanted) {
    rightAccount(await wallet.provider.request({ method: "eth_accounts" }), wanted);
    await rightChain(wallet, wanted.chain);
  }

  function rightAccount(accounts, { signer }) {
    if (accounts?.[0] && (!signer || same(accounts[0], signer))) return;
    const shown = accounts?.[0] ? `The wallet’s account is ${accounts[0]}` : "The wallet shows no account";
    throw new Stop(
      signer ? `${shown}, and this is signed by ${signer}.` : `${shown}.`,
      signer ? ["Choose that account in the wallet and try again, or prepare it anew for the account you have there."] : [],
    );
  }

  async function rightChain(wallet, chain) {
    if (chainIs(await wallet.provider.request({ method: "eth_chainId" }), chain)) return;
    throw new Stop(`The wallet is on another chain. Choose ${chain.chainName} in it and try again.`);
  }

  async function changeChain(wallet, chain, say) {
    say("info", "Another chain is chosen in the wallet.", `It is asked to change to ${chain.chainName}.`);
    const change = () => wallet.provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId: chain.chainId }] });
    try {
      await change();
    } catch (error) {
      const code = error?.data?.originalError?.code ?? error?.code;
      if (code !== 4902 || !chain.rpcUrls.length) throw error;
      await wallet.provider.request({ method: "wallet_addEthereumChain", params: [chain] });
      await change();
    }
    await rightChain(wallet, chain);
  }

  // tells when a connected wallet leaves the account or the chain
  function watch(wallet, wanted, left) {
    wallet.provider.on?.("accountsChanged", (accounts) => {
      if (wallet.isConnected && wanted.signer && !same(accounts?.[0], wanted.signer)) left("account");
    });
    wallet.provider.on?.("chainChanged", (chain) => {
      if (wallet.isConnected && !chainIs(chain, wanted.chain)) left("chain");
    });
  }

  // ---- words

  // what a wallet's error means; a rejection is the reader's own and no fault
  function inWords(error) {
    const words = {
      4001: "You rejected it in the wallet. Nothing was sent.",
      4100: "The wallet did not allow this page to ask. Connect it and try again.",
      4200: "This wallet cannot do that. Use another way.",
      4900: "The wallet is not connected to any chain.",
      4901: "The wallet is not connected to this chain.",
      4902: "The wallet does not know this chain. Add it there and try again.",
      [-32002]: "The wallet is already asking you something. Open it.",
    };
    const text = words[error?.code] ?? `The wallet said: ${String(error?.message ?? error).slice(0, 300)}`;
    return { text, isRejection: error?.code === 4001 };
  }

  // a message of the site in `place`; `link` is { href, text }
  function show(place, tone, lead, text = "", details = [], link = null) {
    const make = (name, fields = {}, ...inside) => {
      const made = Object.assign(document.createElement(name), fields);
      made.append(...inside);
      return made;
    };
    const inner = make("div", {}, make("p", {}, make("b", { textContent: lead }), ` ${text}`));
    if (details.length) inner.append(make("ul", {}, ...details.map((words) => make("li", { textContent: words }))));
    if (link) inner.append(make("p", {}, make("a", { href: link.href, textContent: link.text })));
    place.replaceChildren(make("div", { className: `msg ${tone}` }, inner));
  }

  window.wallets = { Stop, same, discover, button, connect, check, watch, inWords, show };
})();
