// Buttons that copy a text of the page. Without a script, or where the browser refuses, they are not there.
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  document.documentElement.classList.add("can-copy");
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const words = button.querySelector("span");
    const before = words.textContent;
    try {
      await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
      words.textContent = "Copied";
    } catch {
      words.textContent = "Not allowed here";
    }
    setTimeout(() => (words.textContent = before), 2000);
  });
})();
