"use strict";
(function () {
  var rows = JSON.parse(document.getElementById("data").textContent);
  var say = JSON.parse(document.getElementById("say").textContent);
  var form = document.getElementById("search"), words = document.getElementById("words");
  var body = document.querySelector("#cases tbody"), count = document.getElementById("count"), more = document.getElementById("more");
  var selects = Array.prototype.slice.call(form.querySelectorAll("select"));
  var step = 200, shown = step, found = rows, folded = null, order = 0, down = false;
  var collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  // fold makes words that people read as the same the same: without marks and
  // lengthening, one alef, one yaa, one haa for taa marbuta, one digit for each.
  function fold(s) {
    return s.normalize("NFKD").toLowerCase()
      .replace(/[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u061c]/g, "")
      .replace(/[\u0622\u0623\u0625\u0671]/g, "\u0627").replace(/[\u0649\u06cc]/g, "\u064a").replace(/\u0629/g, "\u0647")
      .replace(/\u0624/g, "\u0648").replace(/\u0626/g, "\u064a").replace(/\u0621/g, "").replace(/\u06a9/g, "\u0643")
      .replace(/[\u0660-\u0669]/g, function (d) { return String(d.charCodeAt(0) - 0x660); })
      .replace(/[\u06f0-\u06f9]/g, function (d) { return String(d.charCodeAt(0) - 0x6f0); });
  }
  function flags(r) { return (r[8][0] || []).map(function (f) { return say["flag-" + f]; }); }
  function text(r) { return fold([r[0], r[1], r[2], r[3], r[5], flags(r).join(" "), r[8][1]].join(" ")); }

  function cell(tag, s, ltr) {
    var e = document.createElement(tag);
    if (!ltr) { e.textContent = s; return e; }
    var b = document.createElement("bdi");
    b.dir = "ltr"; b.textContent = s; e.appendChild(b);
    return e;
  }
  function row(r) {
    var tr = document.createElement("tr"), th = cell("th", "", false), a = cell("a", r[0], true);
    th.scope = "row"; a.href = "cases/" + r[0] + ".html"; th.appendChild(a); tr.appendChild(th);
    tr.appendChild(cell("td", r[1])); tr.appendChild(cell("td", r[2])); tr.appendChild(cell("td", r[3]));
    tr.appendChild(cell("td", r[5], true)); tr.appendChild(cell("td", String(r[6]))); tr.appendChild(cell("td", String(r[7])));
    var td = document.createElement("td");
    flags(r).forEach(function (f, i) {
      if (i) td.appendChild(document.createTextNode(" \u00b7 "));
      var s = cell("span", f); s.className = "flag"; td.appendChild(s);
    });
    tr.appendChild(td);
    return tr;
  }
  function draw() {
    var part = document.createDocumentFragment();
    found.slice(0, shown).forEach(function (r) { part.appendChild(row(r)); });
    body.replaceChildren(part);
    more.hidden = found.length <= shown;
    count.textContent = found.length ? say["shown-of"].replace("%1", Math.min(shown, found.length)).replace("%2", found.length).replace("%3", rows.length) : say.none;
  }
  function pick() {
    var want = fold(words.value).split(/\s+/).filter(Boolean);
    if (want.length && !folded) folded = rows.map(text);
    found = rows.filter(function (r, i) {
      return selects.every(function (s) {
        var by = Number(s.dataset.by);
        return !s.value || (by === 8 ? flags(r) : by === 3 ? r[3].split(" \u00b7 ") : [r[by]]).indexOf(s.value) >= 0;
      }) && want.every(function (w) { return folded[i].indexOf(w) >= 0; });
    });
    sort();
    shown = step;
    draw();
  }
  function sort() {
    found = found.slice().sort(function (a, b) {
      var x = a[order], y = b[order];
      if (x === y) return a[0] < b[0] ? -1 : 1;
      if (x === "") return 1;
      if (y === "") return -1;
      var c = typeof x === "number" ? x - y : order === 0 || order === 4 ? (x < y ? -1 : 1) : collator.compare(x, y);
      return down ? -c : c;
    });
  }
  selects.forEach(function (s) {
    var by = Number(s.dataset.by), seen = {};
    rows.forEach(function (r) { (by === 8 ? flags(r) : by === 3 ? r[3].split(" \u00b7 ") : [r[by]]).forEach(function (v) { if (v) seen[v] = true; }); });
    s.add(new Option(say.all, ""));
    Object.keys(seen).sort(collator.compare).forEach(function (v) { s.add(new Option(v, v)); });
    s.addEventListener("change", pick);
  });
  document.querySelectorAll("#cases thead th[data-sort]").forEach(function (th) {
    var button = cell("button", th.textContent);
    button.type = "button";
    th.replaceChildren(button);
    button.addEventListener("click", function () {
      var by = Number(th.dataset.sort);
      down = order === by && !down; order = by;
      document.querySelectorAll("#cases thead th").forEach(function (o) { o.removeAttribute("aria-sort"); });
      th.setAttribute("aria-sort", down ? "descending" : "ascending");
      sort(); draw();
    });
  });
  var waiting = 0;
  words.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(pick, 120); });
  form.addEventListener("submit", function (e) { e.preventDefault(); pick(); });
  form.addEventListener("reset", function () { setTimeout(pick, 0); });
  more.addEventListener("click", function () { shown += step; draw(); });
  document.querySelectorAll("nav.pages").forEach(function (n) { n.hidden = true; });
  form.hidden = false;
  draw();
})();
