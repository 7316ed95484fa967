// The filter form without a reload, and with addresses that hold only what was asked.
(() => {
  "use strict";
  const form = document.getElementById("filters");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=cols]")];

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== form) return;
    const asked = event.detail.parameters;
    for (const name of [...new Set(Object.keys(asked))]) if (asked[name] === "") delete asked[name];
    // all columns is the plain list; some are written once, with commas
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    delete asked.cols;
    if (chosen.length && chosen.length < boxes.length) asked.cols = chosen.join(",");
    // the order is changed in the table's head, so the address knows it better than the form
    const sort = new URLSearchParams(location.search).get("sort");
    delete asked.sort;
    if (sort) asked.sort = sort;
  });

  // a plain submit must not send a page of empty fields either
  form.addEventListener("submit", () => form.closest("details")?.removeAttribute("open"));
})();
