// Everything works without this file; it only makes things easier.
(function () {
  "use strict";

  // A refused form: whoever listens to the page hears what is wrong first.
  var summary = document.querySelector("[data-focus]");
  if (summary) {
    summary.focus();
  }

  // The browser prints by itself; the button saves looking for the menu.
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });

  // A second press within three seconds is the same press. Nothing is disabled: a slow network must not lock anyone out.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    var pressed = Number(form.dataset.pressed || 0);
    if (event.timeStamp - pressed < 3000 && pressed > 0) {
      event.preventDefault();
      return;
    }
    form.dataset.pressed = String(event.timeStamp);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-pressed]").forEach(function (form) {
      delete form.dataset.pressed;
    });
  });
})();
