// Agents' pages. Everything works without this file; it only makes things quicker.
(function () {
  "use strict";

  var page = document.body;

  // ---------- keys ----------
  // A key alone presses what carries it: data-key="n" on a link, a button or a field. The agent may switch them off.
  var isTyping = function (element) {
    if (element.tagName === "INPUT") {
      return !/^(button|checkbox|image|radio|reset|submit)$/.test(element.type); // a letter does nothing in these
    }
    return element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName);
  };
  var wordsOf = function (element) {
    var copy = (element.labels && element.labels[0] ? element.labels[0] : element).cloneNode(true);
    copy.querySelectorAll("kbd, svg, .need").forEach(function (part) {
      part.remove();
    });
    return (element.dataset.keyWords || copy.textContent).replace(/\s+/g, " ").trim();
  };
  var isShown = function (element) {
    return element.getClientRects().length > 0 && !element.disabled;
  };
  var pressed = function (key) {
    return Array.from(document.querySelectorAll("[data-key]")).find(function (element) {
      return element.dataset.key === key && isShown(element);
    });
  };
  var help = document.getElementById("raccourcis");
  var showHelp = function () {
    var list = help.querySelector("dl");
    list.replaceChildren(list.lastElementChild); // the key of this list itself stays, at the end
    document.querySelectorAll("[data-key]").forEach(function (element) {
      if (!isShown(element)) {
        return;
      }
      var line = document.createElement("div");
      var term = document.createElement("dt");
      var words = document.createElement("dd");
      var kbd = document.createElement("kbd");
      kbd.textContent = element.dataset.key;
      words.textContent = wordsOf(element);
      term.append(kbd);
      line.append(term, words);
      list.lastElementChild.before(line);
    });
    help.showModal();
  };
  if (help) {
    help.querySelector("[data-close]").addEventListener("click", function () {
      help.close();
    });
    document.querySelectorAll("[data-shortcuts]").forEach(function (button) {
      button.closest("li").hidden = false;
      button.addEventListener("click", showHelp);
    });
    document.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing || event.defaultPrevented) {
        return;
      }
      if (isTyping(event.target) || document.querySelector("dialog[open]")) {
        return;
      }
      if (event.key === "?") {
        event.preventDefault();
        showHelp();
        return;
      }
      var element = pressed(event.key.toLowerCase());
      if (!element) {
        return;
      }
      event.preventDefault();
      if (isTyping(element)) {
        element.focus();
        if (element.select) {
          element.select();
        }
      } else {
        element.focus();
        element.click();
      }
    });
  }

  // ---------- the connection is lost ----------
  // A form with data-keep is sent once the portal has answered that it is there. Nothing is kept in the browser.
  var WAIT = 5000; // milliseconds
  var answers = function () {
    var stop = new AbortController();
    var timer = window.setTimeout(function () {
      stop.abort();
    }, WAIT);
    return fetch("/healthz", { cache: "no-store", signal: stop.signal }).then(
      function (answer) {
        window.clearTimeout(timer);
        return answer.ok;
      },
      function () {
        window.clearTimeout(timer);
        return false;
      },
    );
  };
  var say = function (form, submitter, words) {
    var line = form.querySelector("[data-lost-words]");
    if (!line) {
      line = document.createElement("p");
      line.className = "fault";
      line.dataset.lostWords = "";
      line.setAttribute("role", "alert");
      if (submitter) {
        submitter.insertAdjacentElement("afterend", line);
      } else {
        form.append(line);
      }
    }
    line.hidden = !words;
    line.textContent = words;
  };
  window.addEventListener(
    "submit",
    function (event) {
      var form = event.target;
      if (!form.matches("form[data-keep]") || form.dataset.keep === "sure") {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      if (form.dataset.keep === "asking") {
        return;
      }
      var submitter = event.submitter;
      form.dataset.keep = "asking";
      answers().then(function (isThere) {
        form.dataset.keep = isThere ? "sure" : "";
        say(form, submitter, isThere ? "" : page.dataset.lost || "");
        if (isThere) {
          form.requestSubmit(submitter);
        }
      });
    },
    true,
  );
  window.addEventListener("pageshow", function () {
    document.querySelectorAll('form[data-keep="sure"]').forEach(function (form) {
      form.dataset.keep = "";
    });
  });

  // ---------- people found as one types ----------
  var PAUSE = 250; // milliseconds without a key before a search is sent
  document.querySelectorAll("form[data-live]").forEach(function (form) {
    var box = form.querySelector("[data-live-box]");
    var into = document.getElementById(form.dataset.liveInto);
    var said = document.getElementById(form.dataset.liveSaid);
    var timer = 0;
    var asked = 0;
    var last = box.value.trim();
    var underway = null;

    var stop = function () {
      window.clearTimeout(timer);
      asked += 1;
      if (underway) {
        underway.abort();
        underway = null;
      }
    };
    var empty = function () {
      stop();
      last = "";
      into.replaceChildren();
      said.textContent = "";
    };
    var ask = function () {
      stop();
      var mine = asked; // an answer that comes after a newer question is not shown
      underway = new AbortController();
      fetch(form.dataset.live, { method: "POST", body: new FormData(form), signal: underway.signal })
        .then(function (answer) {
          if (answer.ok) {
            return answer.json();
          }
          return { said: answer.status === 429 ? form.dataset.liveSlow : form.dataset.liveFailed, html: "" };
        })
        .then(
          function (found) {
            if (mine === asked) {
              into.innerHTML = found.html;
              said.textContent = found.said;
            }
          },
          function (fault) {
            if (mine === asked && fault.name !== "AbortError") {
              said.textContent = form.dataset.liveFailed;
            }
          },
        );
    };
    box.addEventListener("input", function () {
      var typed = box.value.trim();
      if (typed === last) {
        return;
      }
      if (typed.length < 2) {
        empty();
        return;
      }
      last = typed;
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, PAUSE);
    });
    form.addEventListener("change", function (event) {
      if (event.target !== box && box.value.trim().length > 1) {
        ask();
      }
    });
    form.addEventListener("submit", stop);

    var links = function () {
      return Array.from(into.querySelectorAll("a[data-found]"));
    };
    document.addEventListener("keydown", function (event) {
      var at = links().indexOf(document.activeElement);
      if (document.activeElement !== box && at < 0) {
        return;
      }
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
        event.preventDefault();
        box.value = "";
        empty();
        box.focus();
      } else if (event.key === "ArrowDown" && links()[at + 1]) {
        event.preventDefault();
        links()[at + 1].focus();
      } else if (event.key === "ArrowUp" && at >= 0) {
        event.preventDefault();
        (links()[at - 1] || box).focus();
      }
    });
  });

  // ---------- a print run that is being made ----------
  // How far it is, every few seconds; once it is made the page is shown anew, unless a key is being typed in it.
  var progress = document.querySelector("[data-refresh]");
  var follow = function () {
    var box = document.getElementById("cle");
    fetch(window.location.href, { cache: "no-store" })
      .then(function (answer) {
        return answer.ok && !answer.redirected ? answer.text() : "";
      })
      .then(
        function (html) {
          var found = html && new DOMParser().parseFromString(html, "text/html").getElementById("avance");
          if (html && !found) {
            progress.querySelector("[role=status]").textContent = progress.dataset.done;
            if (!box || box.value === box.defaultValue) {
              window.location.reload();
            }
            return;
          }
          if (found) {
            progress.querySelector("[role=status]").textContent = found.querySelector("[role=status]").textContent;
            progress.querySelector("progress").value = found.querySelector("progress").value;
          }
          window.setTimeout(follow, progress.dataset.refresh * 1000);
        },
        function () {
          window.setTimeout(follow, progress.dataset.refresh * 1000);
        },
      );
  };
  if (progress) {
    window.setTimeout(follow, progress.dataset.refresh * 1000);
  }

  // ---------- how long it is until the post leaves ----------
  // Said anew each minute, by the time that has passed since the page came: the clock of the computer may be wrong.
  document.querySelectorAll("[data-left]").forEach(function (said) {
    var came = Date.now();
    var tell = function () {
      var left = said.dataset.left * 1000 - (Date.now() - came);
      var minutes = Math.floor(left / 60000);
      var hours = Math.floor(minutes / 60);
      var words = said.dataset;
      if (hours >= 24) {
        return;
      }
      if (left <= 0) {
        words = words.past;
      } else if (!minutes) {
        words = words.soon;
      } else if (!hours) {
        words = words.minutes.replace("{m}", minutes);
      } else {
        words = minutes % 60 ? words.hours : words.hour;
        words = words.replace("{h}", hours).replace("{m}", String(minutes % 60).padStart(2, "0"));
      }
      said.textContent = words;
    };
    window.setInterval(tell, 60000);
  });

  // ---------- keys of letters, typed or read by a scanner that types ----------
  // What was refused is selected: the next key takes its place. A key begins with a letter, so that a figure in an empty
  // field is none: it chooses the reason of that number, where the page says so.
  document.querySelectorAll("input[data-scan]").forEach(function (box) {
    var said = box.form.querySelector("[data-scan-said]");
    box.focus();
    box.select();
    if (!box.form.hasAttribute("data-scan-figures")) {
      return;
    }
    box.addEventListener("keydown", function (event) {
      var isEmpty = box.selectionStart === 0 && box.selectionEnd === box.value.length;
      var choice = box.form.querySelectorAll('input[type="radio"]')[Number(event.key) - 1];
      if (event.ctrlKey || event.altKey || event.metaKey || !isEmpty || !choice) {
        return;
      }
      event.preventDefault();
      choice.checked = true;
      said.textContent = wordsOf(choice);
    });
  });
})();
