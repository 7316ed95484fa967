// A wallet on another device (WalletConnect), announced as those of this browser are (EIP-6963) and asked as they are
// (EIP-1193). Its library is fetched only once a reader chooses it. A session lasts over reloads until a side ends it.
(() => {
  "use strict";
  const source = document.getElementById("walletconnect-data");
  if (!source) return;
  const { projectId, relayUrl, library, codes, icon, chainId } = JSON.parse(source.textContent);
  const chain = `eip155:${BigInt(chainId)}`;
  const PATIENCE_MS = 20_000; // for the relay's first word
  const METHODS = [
    "eth_sendTransaction", "eth_signTypedData_v4", "personal_sign",
    "wallet_getCapabilities", "wallet_sendCalls", "wallet_getCallsStatus",
  ];
  const heard = {};
  let client = null, session = null;

  const refusal = (code, message) => Object.assign(new Error(message), { code });
  const tell = (name, value) => (heard[name] ?? []).forEach((listener) => listener(value));
  const ours = (found) => (found?.namespaces.eip155?.accounts ?? []).filter((one) => one.startsWith(`${chain}:`));
  const accounts = () => ours(session).map((one) => one.split(":")[2]);

  async function request({ method, params = [] }) {
    if (method === "eth_requestAccounts") await open();
    if (method === "eth_requestAccounts" || method === "eth_accounts") return accounts();
    if (method === "eth_chainId") return chainId; // a session is for this chain alone
    if (!session) throw refusal(4900, "There is no session with a wallet.");
    if (!session.namespaces.eip155.methods.includes(method)) throw refusal(4200, `The wallet does not know ${method}.`);
    try {
      return await client.request({ topic: session.topic, chainId: chain, request: { method, params } });
    } catch (error) {
      throw rejected(error);
    }
  }

  // 5000 to 5003 are WalletConnect's own codes for a reader's no
  const rejected = (error) => (error?.code >= 5000 && error.code <= 5003 ? refusal(4001, "Rejected in the wallet.") : error);

  // ---- the session

  async function open() {
    await start();
    if (accounts().length) return;
    const optionalNamespaces = { eip155: { chains: [chain], methods: METHODS, events: ["accountsChanged", "chainChanged"] } };
    const { uri, approval } = await inTime(client.connect({ optionalNamespaces }));
    const dialog = await shown(uri);
    try {
      session = await Promise.race([approval(), dialog.closed]);
    } catch (error) {
      throw rejected(error);
    } finally {
      dialog.close();
    }
    if (!accounts().length) throw refusal(4901, "The wallet gave no account of this chain.");
  }

  async function start() {
    if (client) return;
    await fetched(library);
    const { SignClient } = window["@walletconnect/sign-client"];
    const metadata = { name: "Millrace", description: document.title, url: location.origin, icons: [new URL(icon, location).href] };
    client = await inTime(SignClient.init({ projectId, relayUrl, metadata, telemetryEnabled: false, logger: "silent" }));
    client.on("session_delete", ({ topic }) => over(topic));
    client.on("session_expire", ({ topic }) => over(topic));
    client.on("session_update", ({ topic, params }) => {
      if (topic !== session?.topic) return;
      session = { ...session, namespaces: params.namespaces };
      tell("accountsChanged", accounts());
    });
    const lasts = (one) => one.acknowledged && one.expiry * 1000 > Date.now() && ours(one).length;
    session = client.session.getAll().filter(lasts).at(-1) ?? null;
  }

  function over(topic) {
    if (topic !== session?.topic) return;
    session = null;
    tell("accountsChanged", []);
  }

  function inTime(promise) {
    const late = new Promise((_, fail) => setTimeout(() => fail(refusal(4900, "The relay of WalletConnect does not answer.")), PATIENCE_MS));
    return Promise.race([promise, late]);
  }

  function fetched(address) {
    return new Promise((done, fail) => {
      const script = Object.assign(document.createElement("script"), { src: address });
      script.addEventListener("load", done);
      script.addEventListener("error", () => fail(refusal(4900, "The part of this page for WalletConnect could not be loaded.")));
      document.head.append(script);
    });
  }

  // ---- the code to scan; it holds the key of the pairing and is drawn here, so that no server sees it

  async function shown(uri) {
    const { generate, correction } = await import(codes);
    const make = (name, fields = {}, ...inside) => {
      const made = Object.assign(document.createElement(name), fields);
      made.append(...inside);
      return made;
    };
    const close = make("button", { type: "button", className: "btn", textContent: "Give up" });
    const dialog = make(
      "dialog", { className: "pair" },
      make("h2", { textContent: "Scan this with your wallet" }),
      drawn(generate(uri, { minCorrectionLevel: correction.L })),
      make("p", {}, make("a", { href: uri, textContent: "Open a wallet on this device" })),
      make("p", { className: "note", textContent: "Your wallet and this page then speak through the relay of WalletConnect, which sees that they do and not what they say." }),
      close,
    );
    dialog.setAttribute("aria-label", "WalletConnect");
    const closed = new Promise((_, fail) => {
      dialog.addEventListener("close", () => fail(refusal(4001, "Given up.")));
    });
    closed.catch(() => {}); // a session may have won the race
    close.addEventListener("click", () => dialog.close());
    document.body.append(dialog);
    dialog.showModal();
    return { closed, close: () => dialog.remove() };
  }

  function drawn(code) {
    const quiet = 4;
    const side = code.size + 2 * quiet;
    const make = (name, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    };
    const cells = [];
    for (let y = 0; y < code.size; y += 1) {
      for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) cells.push(`M${x + quiet} ${y + quiet}h1v1h-1z`);
    }
    const picture = make("svg", { viewBox: `0 0 ${side} ${side}`, class: "qr", role: "img", "aria-label": "QR code for a wallet" });
    picture.append(make("path", { fill: "#fff", d: `M0 0h${side}v${side}H0z` }), make("path", { fill: "#000", d: cells.join("") }));
    return picture;
  }

  // ---- announced like any other

  const provider = { request, on: (name, listener) => (heard[name] ??= []).push(listener) };
  const info = { uuid: crypto.randomUUID(), name: "WalletConnect", icon: "", rdns: "com.walletconnect" };
  const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: { info, provider } }));
  addEventListener("eip6963:requestProvider", announce);
  announce();
})();
