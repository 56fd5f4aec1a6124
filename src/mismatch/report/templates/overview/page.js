"use strict";
// Plain script for report.html: filters, sorting, the slider of pads, the explorer. The page reads without it.
(() => {
  const id = (name) => document.getElementById(name);
  const data = (name) => JSON.parse(id(name).textContent);
  const SVG = "http://www.w3.org/2000/svg";

  const make = (parent, name, attributes, text) => {
    const node = document.createElementNS(parent.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    parent.append(node);
    return node;
  };
  const short = (value) => Number(value.toPrecision(4)).toString();

  // Lists and tables whose items are shown where all tools agree.
  const filtered = (prefix, items, counted, keys) => {
    const tools = id(prefix + "-tools");
    if (!tools) return;
    tools.hidden = false;
    tools.addEventListener("submit", (event) => event.preventDefault());
    const texts = items.map((item) => item.textContent.toLowerCase());
    const show = () => {
      const words = id(prefix + "-search").value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      items.forEach((item, place) => {
        const chosen = keys.every((key) => !id(`${prefix}-${key}`).value || item.dataset[key] === id(`${prefix}-${key}`).value);
        item.hidden = !(chosen && words.every((word) => texts[place].includes(word)));
        shown += !item.hidden;
      });
      id(prefix + "-count").textContent = `${shown} of ${items.length} ${counted}`;
    };
    tools.addEventListener("input", show);
    show();
    return show;
  };

  const verdicts = () => {
    const list = id("verdict-list");
    const items = [...list.children];
    const show = filtered("verdict", items, "claims", ["verdict", "experiment"]);
    const by = {
      place: (a, b) => a.dataset.place - b.dataset.place,
      size: (a, b) => b.dataset.size - a.dataset.size || by.place(a, b),
      verdict: (a, b) => a.dataset.verdict.localeCompare(b.dataset.verdict) || by.place(a, b),
      experiment: (a, b) => a.dataset.experiment.localeCompare(b.dataset.experiment) || by.place(a, b),
    };
    id("verdict-sort").addEventListener("change", (event) => list.append(...[...items].sort(by[event.target.value])));
    // A link to a claim that the filter hides shows all again.
    addEventListener("hashchange", () => {
      const target = location.hash && id(decodeURIComponent(location.hash.slice(1)));
      if (target && target.hidden && target.parentNode === list) {
        id("verdict-tools").reset();
        show();
        list.append(...items);
        target.scrollIntoView();
      }
    });
  };

  const mechanism = () => {
    const found = data("mechanism-data");
    const slider = id("pads");
    if (!found || !slider) return;
    slider.parentNode.hidden = false;
    const line = id("pads-line");
    line.setAttribute("visibility", "visible");
    const part = (value) => (value >= 0.0995 ? `${Math.round(100 * value)}%` : value >= 0.001 ? `${Number((100 * value).toPrecision(2))}%` : `1 in ${Number((1 / value).toPrecision(2)).toLocaleString("en")}`);
    const share = (points, pads) => {
      const known = points.find((point) => point[0] === pads);
      if (known) return [known[1], ""];
      const right = points.findIndex((point) => point[0] > pads);
      if (right < 1) return [null, ""];
      const [a, b] = [points[right - 1], points[right]];
      const way = (pads - a[0]) / (b[0] - a[0]);
      const value = Math.exp(Math.log(a[1]) * (1 - way) + Math.log(b[1]) * way);
      return [value, ` (between ${a[0]} and ${b[0]} pads, which were measured)`];
    };
    const show = () => {
      const pads = Number(slider.value);
      id("pads-number").textContent = pads;
      slider.setAttribute("aria-valuetext", `${pads} pads`);
      const x = found.left + ((found.right - found.left) * pads) / found.most;
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
      const says = id("pads-says");
      says.replaceChildren();
      const list = make(says, "ul");
      for (const [, label, points] of found.series) {
        const [left, how] = share(points, pads);
        if (left !== null) make(list, "li", {}, `${label}: ${part(left)} of the gradient is left${how}`);
      }
      const nearest = [...found.delays].sort((a, b) => Math.abs(a[0] - pads) - Math.abs(b[0] - pads))[0];
      if (nearest) make(list, "li", {}, pads === 0 ? "learning: no delay, as there are no pads" : `learning without a mask takes ${nearest[2]} (${nearest[1]}: the nearest that was trained)`);
    };
    slider.addEventListener("input", show);
    show();
  };

  const explorer = () => {
    const found = data("explorer-data");
    const folders = Object.keys(found.folders);
    if (!folders.length) return;
    id("explorer-tools").hidden = false;
    id("explorer-tools").addEventListener("submit", (event) => event.preventDefault());
    const pick = Object.fromEntries(["folder", "pair", "search", "arm", "against", "metric"].map((key) => [key, id("explorer-" + key)]));
    const options = (select, entries, value) => {
      select.replaceChildren();
      let group = select;
      let named = "";
      for (const [key, label, section] of entries) {
        if (section !== undefined && section !== named) {
          group = make(select, "optgroup", { label: section || "no dataset" });
          named = section;
        }
        make(group, "option", { value: key }, label);
      }
      if (value !== undefined) select.value = value;
    };
    const folder = () => found.folders[pick.folder.value];

    const arms = () => {
      const words = pick.search.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const select of [pick.arm, pick.against]) {
        const chosen = select.value;
        const all = folder().arms.map((arm, place) => [String(place), arm[0], arm[1]]);
        const kept = all.filter(([place, label]) => place === chosen || words.every((word) => label.toLowerCase().includes(word)));
        options(select, kept, chosen);
      }
    };
    const metrics = (value) => {
      const known = Object.keys(found.metrics).filter((name) => folder().arms.some((arm) => name in arm[6]));
      options(pick.metric, known.map((name) => [name, found.metrics[name]]), known.includes(value) ? value : known[0]);
    };
    const open = () => {
      const pairs = folder().pairs;
      options(pick.pair, [["", "choose both arms below"], ...pairs.map((pair, place) => [String(place), pair[0]])], pairs.length ? "0" : "");
      pick.search.value = "";
      options(pick.arm, folder().arms.map((arm, place) => [String(place), arm[0], arm[1]]), "0");
      options(pick.against, folder().arms.map((arm, place) => [String(place), arm[0], arm[1]]), String(Math.min(1, folder().arms.length - 1)));
      metrics(pick.metric.value);
      contrast();
    };
    const contrast = () => {
      if (pick.pair.value !== "") {
        const [, arm, against, metric] = folder().pairs[Number(pick.pair.value)];
        pick.search.value = "";
        arms();
        pick.arm.value = String(arm);
        pick.against.value = String(against);
        metrics(metric);
      }
      show();
    };
    // Replicates that both arms have, each a pair only where both saw the same data.
    const joined = (arm, against, metric) => {
      const rows = [];
      arm[2].forEach((replicate, place) => {
        const other = against[2].indexOf(replicate);
        if (other < 0) return;
        const value = (arm[6][metric] || [])[place];
        const beside = (against[6][metric] || [])[other];
        if (value === undefined || value === null || beside === undefined || beside === null) return;
        const same = arm[3][place] === against[3][other];
        rows.push({ replicate, value, beside, same, order: arm[4][place] === against[4][other], failed: arm[5].includes(replicate), failedBeside: against[5].includes(replicate) });
      });
      return rows;
    };
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const sentence = (rows, arm, against) => {
      if (!rows.length) return "No replicate has this measure in both arms.";
      const pairs = rows.filter((row) => row.same);
      if (pairs.length < rows.length) return `These arms saw different sequences in ${rows.length - pairs.length} of ${rows.length} replicates; no pairs are made of those. Means: ${short(mean(rows.map((row) => row.value)))} and ${short(mean(rows.map((row) => row.beside)))}.`;
      const differences = pairs.map((row) => row.value - row.beside);
      const higher = differences.filter((value) => value > 0).length;
      const ties = differences.filter((value) => value === 0).length;
      const order = pairs.some((row) => !row.order) ? " The order of batches differs." : "";
      return `Mean difference ${short(mean(differences))} (arm ${short(mean(pairs.map((row) => row.value)))}, against ${short(mean(pairs.map((row) => row.beside)))}); higher in ${higher} of ${pairs.length} replicates, equal in ${ties}. From ${short(Math.min(...differences))} to ${short(Math.max(...differences))}.${order}`;
    };
    const draw = (rows) => {
      const chart = id("explorer-chart");
      chart.replaceChildren();
      chart.hidden = !rows.length;
      if (!rows.length) return;
      chart.removeAttribute("hidden");
      const values = rows.flatMap((row) => [row.value, row.beside]);
      let [low, high] = [Math.min(...values), Math.max(...values)];
      const room = (high - low) * 0.08 || Math.abs(high) * 0.05 || 0.5;
      [low, high] = [low - room, high + room];
      const y = (value) => 264 - (236 * (value - low)) / (high - low);
      const rough = (high - low) / 4;
      const power = 10 ** Math.floor(Math.log10(rough));
      const step = power * [1, 2, 5, 10].find((each) => each * power >= rough);
      for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
        make(chart, "line", { class: "grid", x1: 60, x2: 470, y1: y(value), y2: y(value) });
        make(chart, "text", { x: 54, y: y(value) + 5, "text-anchor": "end" }, Number(value.toPrecision(3)).toString());
      }
      const [left, right] = [170, 350];
      make(chart, "text", { class: "over", x: left, y: 288, "text-anchor": "middle" }, "against");
      make(chart, "text", { class: "over", x: right, y: 288, "text-anchor": "middle" }, "arm");
      for (const row of rows) {
        if (row.same) make(chart, "line", { class: row.value >= row.beside ? "up" : "down", x1: left, x2: right, y1: y(row.beside), y2: y(row.value) });
        for (const [x, value, failed] of [[left, row.beside, row.failedBeside], [right, row.value, row.failed]]) {
          const dot = make(chart, "circle", { cx: x, cy: y(value), r: 5, class: failed ? "failed" : "" });
          make(dot, "title", {}, `replicate ${row.replicate}: ${short(value)}${failed ? ", failed" : ""}`);
        }
      }
      for (const [x, side] of [[left - 26, "beside"], [right + 26, "value"]]) {
        const middle = mean(rows.map((row) => row[side]));
        make(chart, "line", { class: "mean", x1: x - 12, x2: x + 12, y1: y(middle), y2: y(middle) });
        make(chart, "text", { class: "over", x: x + (side === "value" ? 18 : -18), y: y(middle) + 4, "text-anchor": side === "value" ? "start" : "end" }, short(middle));
      }
    };
    const table = (rows, arm, against) => {
      const place = id("explorer-table");
      place.caption.textContent = found.metrics[pick.metric.value];
      // What tells the arms apart, then what they share.
      const parts = [arm, against].map((each) => each[0].split(", "));
      const told = (own, other) => own.filter((part) => !other.includes(part)).join(", ") || "nothing of its own";
      const list = id("explorer-arms");
      list.replaceChildren();
      make(list, "li", {}, `arm: ${told(parts[0], parts[1])}`);
      make(list, "li", {}, `against: ${told(parts[1], parts[0])}`);
      make(list, "li", {}, `both: ${parts[0].filter((part) => parts[1].includes(part)).join(", ")}`);
      const body = place.tBodies[0];
      body.replaceChildren();
      for (const row of rows) {
        const line = make(body, "tr");
        make(line, "th", { scope: "row" }, row.replicate);
        make(line, "td", {}, short(row.value) + (row.failed ? " (failed)" : ""));
        make(line, "td", {}, short(row.beside) + (row.failedBeside ? " (failed)" : ""));
        make(line, "td", {}, row.same ? short(row.value - row.beside) : "other data");
      }
    };
    const show = () => {
      const arm = folder().arms[Number(pick.arm.value)];
      const against = folder().arms[Number(pick.against.value)];
      const rows = joined(arm, against, pick.metric.value);
      id("explorer-says").textContent = sentence(rows, arm, against);
      draw(rows);
      table(rows, arm, against);
    };
    options(pick.folder, folders.map((name) => [name, name]), found.first);
    pick.folder.addEventListener("change", open);
    pick.pair.addEventListener("change", contrast);
    pick.search.addEventListener("input", () => { arms(); });
    for (const key of ["arm", "against"]) pick[key].addEventListener("change", () => { pick.pair.value = ""; show(); });
    pick.metric.addEventListener("change", show);
    open();
  };

  // The section that is being read is marked in the navigation.
  const marked = () => {
    const list = document.querySelector("nav ul");
    const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        for (const link of links.values()) link.removeAttribute("aria-current");
        const link = links.get(entry.target.id);
        link.setAttribute("aria-current", "true");
        list.scrollLeft = link.getBoundingClientRect().left - list.getBoundingClientRect().left + list.scrollLeft - 40;
      }
    }, { rootMargin: "-20% 0px -70% 0px" });
    for (const key of links.keys()) if (id(key)) seen.observe(id(key));
  };

  verdicts();
  filtered("catalogue", [...document.querySelectorAll("#catalogue-table tbody tr")], "mismatches", ["outcome", "caught", "kind"]);
  mechanism();
  explorer();
  marked();
})();
