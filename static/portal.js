// Everything works without this file; it only makes things easier.
(function () {
  "use strict";

  // A refused form: whoever listens to the page hears what is wrong first.
  var summary = document.querySelector("[data-focus]");
  if (summary) {
    summary.focus();
  }

  // The browser prints by itself; the button saves looking for the menu. Printed links say the site before their path.
  document.documentElement.style.setProperty("--site", JSON.stringify(window.location.host));
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });

  // Paper cannot be unfolded: what a page says under a fold is printed too, where the style sheet alone does not do it.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details[data-prints]:not([open])").forEach(function (fold) {
      fold.open = true;
      fold.dataset.unfolded = "";
    });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-unfolded]").forEach(function (fold) {
      fold.open = false;
      delete fold.dataset.unfolded;
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

  // "Quitter vite": the session ends behind one's back, and the neutral page takes this page's place in the history.
  var quick = document.querySelector("[data-quick-exit]");
  if (quick) {
    var leaveQuickly = function () {
      document.body.hidden = true;
      fetch(quick.action, { method: "POST", body: new FormData(quick), keepalive: true }).catch(function () {});
      window.location.replace(quick.dataset.quickExit);
    };
    var escapes = [];
    quick.querySelectorAll("[data-with-script]").forEach(function (words) {
      words.hidden = false;
    });
    quick.addEventListener("submit", function (event) {
      event.preventDefault();
      leaveQuickly();
    });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || event.repeat) {
        return;
      }
      escapes = escapes.slice(-2).concat(event.timeStamp);
      if (escapes.length === 3 && event.timeStamp - escapes[0] < 3000) {
        leaveQuickly();
      }
    });
  }

  // Two minutes before an idle session ends, a dialog says so and extends it; afterwards nothing personal stays in sight.
  var warning = document.getElementById("idle-warning");
  if (warning) {
    var idle = Number(document.body.dataset.idleMinutes) * 60000;
    var notice = 120000;
    var seen = Date.now();
    var isOver = false;
    var elsewhere = "BroadcastChannel" in window ? new BroadcastChannel("porte-seen") : null;

    var made = function (tag, words) {
      var element = document.createElement(tag);
      element.textContent = words;
      return element;
    };
    var seenNow = function () {
      seen = Date.now();
      if (warning.open) {
        warning.close();
      }
    };
    var end = function () {
      isOver = true;
      if (warning.open) {
        warning.close();
      }
      var main = document.querySelector("main");
      var wrap = document.createElement("div");
      wrap.className = "wrap";
      wrap.append(made("h1", warning.dataset.overTitle), made("p", warning.dataset.overWords), document.createElement("p"));
      wrap.lastChild.className = "actions";
      wrap.lastChild.append(made("a", warning.dataset.overLink));
      wrap.querySelector("a").href = warning.dataset.overHref;
      wrap.querySelector("a").className = "button";
      main.replaceChildren(wrap);
      document.querySelectorAll("[data-personal]").forEach(function (part) {
        part.remove();
      });
      document.title = warning.dataset.overTitle;
      main.focus();
    };
    var extend = function () {
      fetch("/session", { method: "POST", headers: { Accept: "application/json" } }).then(function (answer) {
        if (answer.status === 401 || answer.status === 403) {
          end();
        } else if (answer.ok) {
          seenNow();
          if (elsewhere) {
            elsewhere.postMessage("seen");
          }
        }
      }, function () {}); // no network for now: the dialog stays, and can be pressed again
    };
    var look = function () {
      if (isOver) {
        return;
      }
      var left = seen + idle - Date.now();
      if (left <= 0) {
        end();
      } else if (left <= notice && !warning.open) {
        warning.showModal();
        warning.querySelector("[data-stay]").focus();
      }
    };

    if (elsewhere) {
      elsewhere.addEventListener("message", seenNow);
      elsewhere.postMessage("seen");
    }
    warning.querySelector("[data-stay]").addEventListener("click", extend);
    warning.addEventListener("cancel", function (event) {
      event.preventDefault(); // whoever presses Escape is there
      extend();
    });
    document.addEventListener("visibilitychange", look);
    window.setInterval(look, 5000);
  }
})();
