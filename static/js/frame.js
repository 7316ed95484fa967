// On a narrow window the navigation scrolls by itself: it begins where the current page's name can be read.
(() => {
  "use strict";
  const current = document.querySelector(".nav [aria-current]");
  const list = current?.closest(".nav");
  if (list) list.scrollLeft = current.offsetLeft - list.offsetLeft - (list.clientWidth - current.offsetWidth) / 2;
})();
