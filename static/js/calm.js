// Keeps what the reader looks at in its place: where a poll brings a region (data-calm="name") whose rows came, went or
// changed places, the rows on screen stay. The same rows in another order keep their old order and get the new figures;
// other rows wait, the region staying as it was, until the reader asks for them with the button of that name.
(() => {
  "use strict";
  const rows = (region) => [...region.querySelectorAll(":scope tbody > tr, :scope > li")];
  const said = (row) => [...row.childNodes].map((node) => (node.nodeName === "TIME" ? "" : node.textContent)).join("");
  const name = (row) => row.id || (row.cells?.[0].textContent ?? said(row)); // an age is no part of it
  const keyed = (region) => {
    const seen = new Map();
    for (const row of rows(region)) {
      let key = name(row);
      while (seen.has(key)) key += "·"; // two rows may say the same
      seen.set(key, row);
    }
    return seen;
  };
  const unseen = (region) => region.getBoundingClientRect().top >= innerHeight; // what is below moves for nobody
  let released = false;

  function settle(old, next) {
    const before = [...keyed(old).keys()];
    const now = keyed(next);
    if (before.join("\n") === [...now.keys()].join("\n")) return false;
    const same = before.length === now.size && before.every((one) => now.has(one));
    if (!same) next.replaceWith(old.cloneNode(true));
    else for (const one of before) now.get(one).parentNode.append(now.get(one));
    return true;
  }

  window.calm = {
    hold(fragment) {
      const regions = [...fragment.querySelectorAll("[data-calm]")];
      for (const next of regions) {
        const { calm } = next.dataset;
        const old = document.querySelector(`#live [data-calm="${calm}"]`);
        if (!old || released || unseen(old) || !settle(old, next)) continue;
        fragment.querySelector(`[data-calm-show="${calm}"]`)?.classList.add("on");
      }
      if (regions.length) released = false; // a poll brings parts of the frame by themselves first
    },
  };
  document.addEventListener("click", (event) => {
    const poller = document.getElementById("poll");
    if (!poller || !event.target.closest?.("[data-calm-show]")) return;
    released = true;
    delete poller.dataset.etag; // the server is to answer even if nothing has changed since
    window.htmx.trigger(poller, "look");
  });
})();
