// Signing a plan with a wallet of this browser. Wallets announce themselves (EIP-6963); nothing of the page depends on
// one being there. Before every signature the server reads and tries everything again, and a difference stops it.
(() => {
  "use strict";
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const reload = () => { location.hash = "result"; location.reload(); };

  async function ask(url, fields) {
    const body = fields && new URLSearchParams(fields);
    const answer = await fetch(url, { method: fields ? "POST" : "GET", body, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Stop((await answer.json().catch(() => ({}))).sentence ?? "The server did not answer. Try again.");
    return answer.json();
  }

  class Stop extends Error {
    constructor(message, details = [], { isVoid = false } = {}) {
      super(message);
      this.details = details;
      this.isVoid = isVoid;
    }
  }

  // a page with a transaction that waits: look until it no longer does
  const waiting = document.querySelector("[data-waiting]");
  if (waiting) {
    (async () => {
      for (;;) {
        await pause(1500);
        const found = await ask(waiting.dataset.waiting).catch(() => null);
        if (found && found.submissions.every((one) => one.state !== "waiting")) return location.reload();
      }
    })();
  }

  const source = document.getElementById("plan-data");
  if (!source) return;
  const plan = JSON.parse(source.textContent);
  const place = document.getElementById("wallets");
  const said = document.getElementById("wallet-said");
  const none = document.getElementById("no-wallet");
  const wallets = new Map();
  let isBusy = false, isVoid = false;

  // ---- what is said

  function say(tone, lead, text = "", details = []) {
    const box = document.createElement("div");
    const inner = document.createElement("div");
    const first = document.createElement("p");
    const bold = document.createElement("b");
    box.className = `msg ${tone}`;
    bold.textContent = lead;
    first.append(bold, ` ${text}`);
    inner.append(first);
    if (details.length) {
      const list = document.createElement("ul");
      list.append(...details.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
      inner.append(list);
    }
    if (isVoid) {
      const again = document.createElement("p");
      again.append(Object.assign(document.createElement("a"), { href: plan.page, textContent: "Read the plan as it is now" }));
      inner.append(again);
    }
    box.append(inner);
    said.replaceChildren(box);
  }

  function buttons() {
    for (const button of place.querySelectorAll("button")) button.disabled = isBusy || isVoid || button === none;
  }

  function end(lead, text, details) {
    isVoid = true;
    buttons();
    say("danger", lead, text, details);
  }

  // ---- wallets

  function announced({ info, provider } = {}) {
    if (!info?.uuid || !provider?.request || wallets.has(info.uuid)) return;
    const wallet = { name: String(info.name).slice(0, 40), provider, isConnected: false };
    wallets.set(info.uuid, wallet);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn pri" });
    if (typeof info.icon === "string" && info.icon.startsWith("data:image/")) {
      button.append(Object.assign(document.createElement("img"), { src: info.icon, alt: "", width: 20, height: 20 }));
    }
    button.append(Object.assign(document.createElement("span"), { textContent: `Sign with ${wallet.name}` }));
    button.addEventListener("click", () => begin(wallet));
    if (none) none.hidden = true;
    place.append(button);
    buttons();
    provider.on?.("accountsChanged", (accounts) => {
      if (!wallet.isConnected || isVoid || same(accounts?.[0], plan.signer)) return;
      end("The account in the wallet changed.", "What was prepared on this page is for another account and is void now.");
    });
    provider.on?.("chainChanged", (chain) => {
      if (!wallet.isConnected || isVoid || same(chain, plan.chain.chainId)) return;
      end("The wallet changed to another chain.", `This plan is for ${plan.chain.chainName} and is void on this page now.`);
    });
  }

  const same = (one, other) => String(one ?? "").toLowerCase() === String(other ?? "").toLowerCase();
  const isOurs = (chain) => { try { return BigInt(chain) === BigInt(plan.chain.chainId); } catch { return false; } };

  addEventListener("eip6963:announceProvider", (event) => announced(event.detail));
  dispatchEvent(new Event("eip6963:requestProvider"));

  async function connect(wallet) {
    const accounts = await wallet.provider.request({ method: "eth_requestAccounts" });
    rightAccount(accounts);
    if (!isOurs(await wallet.provider.request({ method: "eth_chainId" }))) await changeChain(wallet);
    wallet.isConnected = true;
  }

  function rightAccount(accounts) {
    if (accounts.some((one) => same(one, plan.signer)) && same(accounts[0], plan.signer)) return;
    throw new Stop(
      `The wallet’s account is ${accounts[0] ?? "none"}, and this plan is signed by ${plan.signer}.`,
      ["Choose that account in the wallet and try again, or make the plan for the account you have there."],
    );
  }

  async function changeChain(wallet) {
    say("info", "Another chain is chosen in the wallet.", `It is asked to change to ${plan.chain.chainName}.`);
    const { chainId } = plan.chain;
    try {
      await wallet.provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
    } catch (error) {
      const code = error?.code ?? error?.data?.originalError?.code;
      if (code !== 4902 || !plan.chain.rpcUrls.length) throw error;
      await wallet.provider.request({ method: "wallet_addEthereumChain", params: [plan.chain] });
      await wallet.provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
    }
    if (!isOurs(await wallet.provider.request({ method: "eth_chainId" }))) {
      throw new Stop(`The wallet is on another chain. Choose ${plan.chain.chainName} in it and try again.`);
    }
  }

  // everything that could have changed since the page was made, right before the wallet opens
  async function ready(wallet, done) {
    say("info", "Checking everything again.", "Your wallet opens once nothing has changed.");
    const checked = await ask(plan.recheck, { done });
    if (!checked.stands) throw new Stop(checked.sentence, checked.differences, { isVoid: true });
    rightAccount(await wallet.provider.request({ method: "eth_accounts" }));
    if (!isOurs(await wallet.provider.request({ method: "eth_chainId" }))) {
      throw new Stop(`The wallet is on another chain. Choose ${plan.chain.chainName} in it and try again.`);
    }
    await nothingPending(wallet);
    if (isVoid) throw new Stop("");
    return checked.steps;
  }

  async function nothingPending(wallet) {
    const count = (tag) => wallet.provider.request({ method: "eth_getTransactionCount", params: [plan.signer, tag] });
    let mined, all;
    try { [mined, all] = [BigInt(await count("latest")), BigInt(await count("pending"))]; } catch { return; }
    if (all > mined) throw new Stop("Another transaction of this account is still waiting. Let it be mined or cancel it, then try again.");
  }

  // ---- signing

  async function begin(wallet) {
    if (isBusy || isVoid) return;
    isBusy = true;
    buttons();
    try {
      await connect(wallet);
      if (!(await batched(wallet))) await oneByOne(wallet);
    } catch (error) {
      stopped(error);
    } finally {
      isBusy = false;
      buttons();
    }
  }

  function stopped(error) {
    if (isVoid) return;
    if (error instanceof Stop) {
      isVoid = error.isVoid;
      return say("danger", error.isVoid ? "Stopped before signing." : "Not signed.", error.message, error.details);
    }
    const words = {
      4001: "You rejected it in the wallet. Nothing was sent.",
      4100: "The wallet did not allow this page to ask. Connect it and try again.",
      4200: "This wallet cannot do that. Use another way below.",
      4900: "The wallet is not connected to any chain.",
      4901: "The wallet is not connected to this chain.",
      [-32002]: "The wallet is already asking you something. Open it.",
    };
    const code = error?.code;
    say(code === 4001 ? "" : "danger", "Not signed.", words[code] ?? `The wallet said: ${String(error?.message ?? error).slice(0, 300)}`);
  }

  async function oneByOne(wallet) {
    for (let step = plan.done; step < plan.steps.length; step += 1) {
      const call = (await ready(wallet, step))[step];
      say("info", `Step ${step + 1} of ${plan.steps.length}.`, `Confirm it in your wallet: ${plan.steps[step]}`);
      const hash = await wallet.provider.request({ method: "eth_sendTransaction", params: [call] });
      await submitted(step, hash);
      if (step + 1 === plan.steps.length) return reload();
      say("info", `Step ${step + 1} of ${plan.steps.length} is sent.`, "Waiting for its receipt before the next one.");
      if ((await outcome(step, hash)) !== "done") return reload();
      plan.done = step + 1;
    }
  }

  async function submitted(step, hash) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await ask(plan.submissions, { step, tx_hash: hash });
      } catch (error) {
        if (tries === 4) {
          end("Sent, but this site could not note it.", `Do not send it again. Its hash is ${hash}; look in your wallet.`);
          throw error;
        }
        await pause(1000);
      }
    }
  }

  async function outcome(step, hash) {
    for (;;) {
      const found = await ask(plan.submissions).catch(() => ({ submissions: [] }));
      const one = found.submissions.find((each) => each.step === step && same(each.tx_hash, hash));
      if (one && one.state !== "waiting") return one.state;
      await pause(1000);
    }
  }

  // ---- all steps in one (EIP-5792), where the wallet says that it can

  async function batched(wallet) {
    if (plan.done || plan.steps.length < 2 || !(await isAtomic(wallet))) return false;
    const { chainId } = plan.chain;
    const calls = (await ready(wallet, 0)).map(({ to, value, data }) => ({ to, value, data }));
    say("info", "All steps in one.", "Confirm them in your wallet: all of them are done, or none.");
    const asked = { version: "2.0.0", chainId, from: plan.signer, atomicRequired: true, calls };
    let sent;
    try {
      sent = await wallet.provider.request({ method: "wallet_sendCalls", params: [asked] });
    } catch (error) {
      if ([4200, 5700, 5760, -32601].includes(error?.code)) return false;
      throw error;
    }
    const hashes = await mined(wallet, sent?.id ?? sent);
    for (let step = 0; step < plan.steps.length; step += 1) await submitted(step, hashes[step] ?? hashes.at(-1));
    reload();
    return true;
  }

  async function isAtomic(wallet) {
    const { chainId } = plan.chain;
    try {
      const found = await wallet.provider.request({ method: "wallet_getCapabilities", params: [plan.signer, [chainId]] });
      return found?.[chainId]?.atomic?.status === "supported";
    } catch {
      return false;
    }
  }

  // one transaction for all of them, or as many as there are steps
  async function mined(wallet, id) {
    say("info", "Sent.", "Waiting for the receipt.");
    for (;;) {
      const found = await wallet.provider.request({ method: "wallet_getCallsStatus", params: [id] });
      const hashes = (found?.receipts ?? []).map((one) => one.transactionHash);
      if (hashes.length && found.status >= 200) return hashes;
      if (found?.status >= 400) throw new Stop("The wallet could not send the steps. Nothing was done.");
      await pause(1000);
    }
  }
})();
