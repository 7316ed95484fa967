// The filter form without a reload, with addresses that hold only what was asked, and refusals beside the field.
(() => {
  "use strict";
  const form = document.getElementById("filters");
  const refusal = document.getElementById("refusal");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=cols]")];

  const sliders = [...form.querySelectorAll("input[type=range]")];
  const tell = (slider) => { form.querySelector(`output[for="${slider.id}"]`).value = slider.value; };
  for (const slider of sliders) {
    slider.addEventListener("input", () => tell(slider));
    tell(slider); // a browser may bring back what was chosen before
  }

  // five side by side is the most that a comparison holds
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("input.pick")) return;
    const picks = [...document.querySelectorAll("input.pick")];
    const full = picks.filter((one) => one.checked).length >= 5;
    for (const one of picks) one.disabled = full && !one.checked;
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== form) return;
    const asked = event.detail.parameters;
    for (const name of Object.keys(asked)) if (asked[name] === "") delete asked[name];
    // all columns is the plain list; some are written once, with commas
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    delete asked.cols;
    if (chosen.length && chosen.length < boxes.length) asked.cols = chosen.join(",");
    // the method's own weights are the plain list
    if (sliders.every((one) => one.value === one.dataset.usual)) for (const one of sliders) delete asked[one.name];
    // the order is changed in the table's head, so the address knows it better than the form
    const sort = new URLSearchParams(location.search).get("sort");
    delete asked.sort;
    if (sort) asked.sort = sort;
    // a new question: what was wrong with the last one is no longer said
    refusal.replaceChildren();
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
  });

  document.addEventListener("refused", (event) => {
    const field = form.elements.namedItem(event.detail.parameter);
    if (!(field instanceof HTMLElement)) return;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", "refusal");
  });
})();
