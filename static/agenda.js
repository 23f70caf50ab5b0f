// The agenda: everything works without this file.
(function () {
  "use strict";

  // The waiting room reads itself again, without a word, and only while nobody is about to press something in it.
  var room = document.querySelector("[data-fresh]");
  var EVERY = 15000; // milliseconds
  if (room) {
    var isBusy = function () {
      return document.hidden || room.contains(document.activeElement) || document.querySelector("dialog[open]") !== null;
    };
    var isPressing = false;
    document.addEventListener("submit", function () {
      isPressing = true;
    });
    window.addEventListener("pageshow", function () {
      isPressing = false;
    });
    var read = function () {
      if (isBusy() || isPressing) {
        return;
      }
      // The header says that nobody asked: an unattended screen must not keep its session open.
      fetch(room.dataset.fresh, { headers: { "Portal-Watching": "1" }, cache: "no-store" })
        .then(function (answer) {
          return answer.ok && !answer.redirected ? answer.text() : "";
        })
        .then(function (html) {
          var page = new DOMParser().parseFromString(html, "text/html");
          var fresh = page.querySelector("[data-fresh]");
          var hour = page.getElementById("lue");
          if (!fresh || isBusy() || isPressing) {
            return;
          }
          room.replaceChildren.apply(room, Array.from(fresh.childNodes));
          document.getElementById("lue").textContent = hour.textContent;
        })
        .catch(function () {}); // no network for now: the hour of the last reading stays, and says so
    };
    window.setInterval(read, EVERY);
    document.addEventListener("visibilitychange", read);
  }

  document.querySelectorAll("[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) {
      return;
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim()).then(function () {
        document.getElementById(button.dataset.copy + "-copie").textContent = button.dataset.copied;
      }, function () {});
    });
  });
})();
