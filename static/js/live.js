// Keeps a page current without moving it: polls the page's own address, asks only for what is new, and touches only
// the nodes that differ, so that focus, selection, scroll and opened <details> stay as the reader left them.
(() => {
  "use strict";
  const { htmx, Idiomorph } = window;
  const poller = document.getElementById("poll");
  let marking = false; // only what a poll brings is news; what the reader asked for is not
  const here = () => location.pathname + location.search; // a fragment would make htmx scroll there

  // ---- swapping
  const patience = {
    beforeAttributeUpdated: (name, element) => !(name === "open" && element instanceof HTMLDetailsElement),
    beforeNodeMorphed(old, next) {
      if (old instanceof Element && old.hasAttribute("data-keep")) return false; // drawn by a script, which redraws it
      if (old instanceof HTMLInputElement && next instanceof HTMLInputElement && old.value === next.value) {
        next.checked = old.checked; // what the reader ticked stays ticked
        next.disabled = old.disabled;
      }
      if (marking && old.nodeType === Node.TEXT_NODE && old.nodeValue !== next.nodeValue) {
        old.parentElement?.closest("[data-marks] td")?.classList.add("fresh"); // gone with the next change
      }
      return true;
    },
  };
  htmx?.defineExtension("morph", {
    isInlineSwap: (style) => style === "morph",
    handleSwap(style, target, fragment) {
      if (!style.startsWith("morph")) return false;
      if (marking) window.calm?.hold(fragment);
      const whole = style === "morph";
      const next = whole ? fragment.firstElementChild : [...fragment.childNodes];
      return Idiomorph.morph(target, next, {
        morphStyle: whole ? "outerHTML" : "innerHTML",
        ignoreActiveValue: true,
        callbacks: patience,
      });
    },
  });

  // ---- polling
  const polled = (event) => event.detail.requestConfig?.elt === poller || event.target === poller;
  document.addEventListener("htmx:configRequest", (event) => {
    if (!poller || !polled(event)) return;
    if (document.hidden) {
      event.preventDefault();
      return;
    }
    event.detail.path = here();
    if (poller.dataset.etag) event.detail.headers["If-None-Match"] = poller.dataset.etag;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    marking = Boolean(poller) && polled(event);
    if (!marking) return;
    const { xhr } = event.detail;
    const asked = new URL(xhr.responseURL, location.href);
    const stillHere = asked.pathname + asked.search === here(); // an answer may come after the reader has moved on
    if (stillHere) poller.dataset.etag = xhr.getResponseHeader("ETag") ?? "";
    else event.detail.shouldSwap = false;
  });

  // ---- ages: what the server wrote, kept true while the page stands open
  const steps = [[120, 1, "s"], [7200, 60, "min"], [172800, 3600, "h"], [Infinity, 86400, "d"]];
  const spoken = (seconds) => {
    const [, size, unit] = steps.find(([below]) => seconds < below);
    return `${Math.floor(Math.max(seconds, 0) / size).toLocaleString("en")}\u00a0${unit} ago`;
  };
  setInterval(() => {
    if (document.hidden) return;
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const text = spoken((Date.now() - Date.parse(time.dateTime)) / 1000);
      if (time.textContent !== text) time.textContent = text;
    }
  }, 1000);
})();
