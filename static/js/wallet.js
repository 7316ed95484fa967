// Signing a plan with a wallet of this browser; nothing of the page depends on one being there. Before every signature
// the server reads and tries everything again, and a difference stops it. Needs provider.js.
(() => {
  "use strict";
  const { Stop, same } = window.wallets;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const reload = () => { location.hash = "result"; location.reload(); };

  async function ask(url, fields) {
    const body = fields && new URLSearchParams(fields);
    const answer = await fetch(url, { method: fields ? "POST" : "GET", body, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Stop((await answer.json().catch(() => ({}))).sentence ?? "The server did not answer. Try again.");
    return answer.json();
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
  let isBusy = false, isVoid = false;

  // ---- what is said

  function say(tone, lead, text = "", details = []) {
    const link = isVoid ? { href: plan.page, text: "Read the plan as it is now" } : null;
    window.wallets.show(said, tone, lead, text, details, link);
  }

  function buttons() {
    for (const button of place.querySelectorAll("button")) button.disabled = isBusy || isVoid || button === none;
  }

  function end(lead, text, details) {
    isVoid = true;
    buttons();
    say("danger", lead, text, details);
  }

  const left = {
    account: ["The account in the wallet changed.", "What was prepared on this page is for another account and is void now."],
    chain: ["The wallet changed to another chain.", `This plan is for ${plan.chain.chainName} and is void on this page now.`],
  };

  window.wallets.discover((wallet) => {
    if (none) none.hidden = true;
    place.append(window.wallets.button(wallet, `Sign with ${wallet.name}`, () => begin(wallet)));
    buttons();
    window.wallets.watch(wallet, plan, (what) => { if (!isVoid) end(...left[what]); });
  });

  // everything that could have changed since the page was made, right before the wallet opens
  async function ready(wallet, done) {
    say("info", "Checking everything again.", "Your wallet opens once nothing has changed.");
    const checked = await ask(plan.recheck, { done });
    if (!checked.stands) throw new Stop(checked.sentence, checked.differences, { isVoid: true });
    await window.wallets.check(wallet, plan);
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
      await window.wallets.connect(wallet, plan, say);
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
    const { text, isRejection } = window.wallets.inWords(error);
    say(isRejection ? "" : "danger", "Not signed.", text);
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
      // no batch after all, or one too large, or an account that would first have to become another: one after the other
      if ([4200, 5700, 5740, 5750, 5760, -32601].includes(error?.code)) return false;
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
