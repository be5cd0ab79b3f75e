"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const { wall, workers, cores, kinds, labels, nodes, after, path, steps, idle } = data;
// By node: kind, worker, start, end, ready, creator; child processes: node, lane, start, end.
const N = nodes.kind.length, KINDS = kinds.length;
const PALETTE = ["#7f8c8d", "#d98a2b", "#b59a1f", "#4a90d9", "#1f9e98", "#3fa65a", "#8e5cc9", "#cf5f9f", "#3f55c8", "#c0392b", "#70604f"];
const colors = kinds.map((_, k) => PALETTE[k] ?? `hsl(${(k * 137) % 360} 60% 50%)`);
const hidden = new Set();
let view = [0, wall], filter = "", marked = -1, hovered = -1;
const onPath = new Uint8Array(N);
path.forEach(n => { onPath[n] = 1; });

// One row a worker and one a child process that runs at the same time: spans in order of their start.
const rows = [];
for (let w = 0; w < workers; w++) rows.push({ name: "worker " + w, spans: [] });
for (let n = 0; n < N; n++) if (nodes.worker[n] >= 0) rows[nodes.worker[n]].spans.push([nodes.start[n], nodes.end[n], n]);
for (const [n, lane, start, end] of data.children) {
  const row = rows[workers + lane] ??= { name: "child " + lane, spans: [] };
  row.spans.push([start, end, n]);
}
for (const row of rows) row.spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);

// Where there are too many spans to draw, buckets tell which stage took most of the time: levels from coarse to fine.
const LEVELS = [2048, 16384, 131072];
function buckets(row, count) {
  const width = wall / count, best = new Float32Array(count), kind = new Uint8Array(count).fill(255);
  for (const [start, end, n] of row.spans) {
    const last = Math.min(count - 1, Math.floor(end / width));
    for (let b = Math.floor(start / width); b <= last; b++) {
      const part = Math.min(end, (b + 1) * width) - Math.max(start, b * width);
      if (part > best[b] || kind[b] === 255) { best[b] = part; kind[b] = nodes.kind[n]; }
    }
  }
  return { count, width, kind };
}
for (const row of rows) row.levels = row.spans.length > 4000 ? LEVELS.map(count => buckets(row, count)) : [];

const lanes = document.getElementById("lanes"), curve = document.getElementById("curve");
const tip = document.getElementById("tip"), state = document.getElementById("state");
const LEFT = 84, GAP = 3;
const rowHeight = Math.max(8, Math.min(30, Math.floor(640 / rows.length)));
const fit = (canvas, height) => {
  const scale = window.devicePixelRatio || 1, width = canvas.clientWidth;
  canvas.style.height = height + "px";
  canvas.width = Math.round(width * scale); canvas.height = Math.round(height * scale);
  const g = canvas.getContext("2d");
  g.setTransform(scale, 0, 0, scale, 0, 0);
  g.clearRect(0, 0, width, height);
  g.font = "11px system-ui, sans-serif"; g.textBaseline = "middle";
  return [g, width];
};
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const time = ns => ns >= 1e9 ? (ns / 1e9).toFixed(3) + " s" : ns >= 1e6 ? (ns / 1e6).toFixed(3) + " ms" : (ns / 1e3).toFixed(1) + " µs";
const label = n => labels[n] || (kinds[nodes.kind[n]] + " " + n);
const matches = n => !hidden.has(nodes.kind[n]) && (!filter || label(n).toLowerCase().includes(filter) || kinds[nodes.kind[n]] === filter);
const firstAfter = (spans, t) => { let a = 0, b = spans.length; while (a < b) { const m = (a + b) >> 1; if (spans[m][1] <= t) a = m + 1; else b = m; } return a; };

function draw() {
  const [from, to] = view;
  const [g, width] = fit(lanes, rows.length * (rowHeight + GAP) + 22);
  const x = t => LEFT + (t - from) / (to - from) * (width - LEFT);
  const isDim = filter !== "" || hidden.size > 0, fg = css("--fg"), pathColor = css("--path");
  let exact = 0, merged = 0, shown = 0;
  rows.forEach((row, r) => {
    const y = 20 + r * (rowHeight + GAP);
    g.globalAlpha = 1; g.fillStyle = css("--panel"); g.fillRect(LEFT, y, width - LEFT, rowHeight);
    g.fillStyle = fg; g.textAlign = "left"; g.fillText(row.name, 4, y + rowHeight / 2);
    const spans = row.spans, first = firstAfter(spans, from);
    let last = first; { let a = first, b = spans.length; while (a < b) { const m = (a + b) >> 1; if (spans[m][0] < to) a = m + 1; else b = m; } last = a; }
    if (last - first > 4000 && !isDim) {
      const pixel = (to - from) / (width - LEFT);
      const level = row.levels.find(l => l.width <= pixel) || row.levels[row.levels.length - 1];
      if (level) {
        const end = Math.min(level.count - 1, Math.ceil(to / level.width));
        for (let b = Math.max(0, Math.floor(from / level.width)); b <= end; b++) {
          if (level.kind[b] === 255) continue;
          const at = Math.max(LEFT, x(b * level.width));
          g.fillStyle = colors[level.kind[b]];
          g.fillRect(at, y, Math.max(0.7, x((b + 1) * level.width) - at), rowHeight);
          merged++;
        }
        shown += last - first;
        return;
      }
    }
    for (let s = first; s < last; s++) {
      const [start, end, n] = spans[s], is = !isDim || matches(n);
      const a = Math.max(LEFT, x(start)), w = Math.max(0.7, x(end) - a - 0.3);
      g.globalAlpha = is ? 1 : 0.12; g.fillStyle = colors[nodes.kind[n]];
      g.fillRect(a, y, w, rowHeight); exact++; if (is) shown++;
      if (w > 40 && rowHeight >= 14) {
        g.save(); g.beginPath(); g.rect(a, y, w - 2, rowHeight); g.clip(); g.fillStyle = "#fff"; g.fillText(label(n), a + 3, y + rowHeight / 2); g.restore();
      }
    }
  });
  g.globalAlpha = 1;
  const place = n => rows[nodes.worker[n]] && [x(nodes.start[n]), x(nodes.end[n]), 20 + nodes.worker[n] * (rowHeight + GAP)];
  const frame = (n, color) => { const p = place(n); if (!p || p[1] < LEFT || p[0] > width) return; g.strokeStyle = color; g.lineWidth = 2; g.strokeRect(Math.max(LEFT, p[0]), p[2] + 1, Math.max(1, p[1] - Math.max(LEFT, p[0])), rowHeight - 2); };
  const line = (a, b, color) => { const p = place(a), q = place(b); if (!p || !q) return; g.strokeStyle = color; g.lineWidth = 1.2; g.beginPath(); g.moveTo(Math.max(LEFT, Math.min(p[1], q[0])), p[2] + rowHeight / 2); g.lineTo(Math.max(LEFT, q[0]), q[2] + rowHeight / 2); g.stroke(); };
  if (document.getElementById("path").checked) path.forEach((n, i) => { frame(n, pathColor); if (i) line(path[i - 1], n, pathColor); });
  if (marked >= 0) { frame(marked, fg); for (const before of causes(marked)) { frame(before, fg); line(before, marked, fg); } }
  if (hovered >= 0) frame(hovered, fg);
  axis(g, width, x);
  drawCurve();
  state.textContent = `${shown} of ${N} nodes, ${time(to - from)}`;
  Object.assign(document.body.dataset, { exact, merged, shown, from: Math.round(from), to: Math.round(to) });
}

function axis(g, width, x) {
  const [from, to] = view, rough = (to - from) / 8, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(f => f * power).find(s => s >= rough);
  g.fillStyle = css("--dim"); g.textAlign = "center";
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) { g.fillRect(x(t), 16, 1, 4); g.fillText(time(t), Math.min(width - 26, Math.max(LEFT + 26, x(t))), 8); }
}

function drawCurve() {
  const [from, to] = view, height = 110, [g, width] = fit(curve, height), count = Math.max(1, Math.floor(width - LEFT));
  const busy = new Float64Array(count), ready = new Float64Array(count), scale = count / (to - from);
  for (let s = 0; s < steps.length; s++) {
    const [start, r, run, children] = steps[s], end = s + 1 < steps.length ? steps[s + 1][0] : wall;
    if (end <= from || start >= to) continue;
    const a = Math.max(0, (start - from) * scale), b = Math.min(count, (end - from) * scale);
    for (let p = Math.floor(a); p < b; p++) { const part = Math.min(b, p + 1) - Math.max(a, p); busy[p] += (run + children) * part; ready[p] += r * part; }
  }
  const top = Math.max(cores, ...busy) * 1.1, topReady = Math.max(1, ...ready) * 1.1;
  const y = v => height - 2 - v / top * (height - 8), yr = v => height - 2 - v / topReady * (height - 8);
  g.fillStyle = "#4a90d9aa";
  for (let p = 0; p < count; p++) g.fillRect(LEFT + p, y(busy[p]), 1, height - y(busy[p]));
  g.strokeStyle = "#e08a2e"; g.beginPath();
  for (let p = 0; p < count; p++) g.lineTo(LEFT + p, yr(ready[p]));
  g.stroke();
  g.strokeStyle = css("--fg"); g.setLineDash([5, 4]); g.beginPath(); g.moveTo(LEFT, y(cores)); g.lineTo(width, y(cores)); g.stroke(); g.setLineDash([]);
  g.textAlign = "left"; g.fillStyle = "#4a90d9"; g.fillText("running", 4, 20); g.fillStyle = "#e08a2e"; g.fillText("ready ≤ " + Math.round(topReady / 1.1), 4, 40);
  g.fillStyle = css("--fg"); g.fillText(cores + " cores", 4, 60);
}

const causes = n => { const list = after[n] ? after[n].slice() : []; if (nodes.creator[n] >= 0) list.push(nodes.creator[n]); return list.filter(b => nodes.worker[b] >= 0); };
function hit(event) {
  const box = lanes.getBoundingClientRect(), r = Math.floor((event.clientY - box.top - 20) / (rowHeight + GAP));
  const t = view[0] + (event.clientX - box.left - LEFT) / (box.width - LEFT) * (view[1] - view[0]);
  const row = rows[r]; if (!row || t < view[0]) return [-1, r, t];
  const s = row.spans[firstAfter(row.spans, t)];
  return [s && s[0] <= t ? s[2] : -1, r, t];
}
// Why a ready node did not start at once: the longest that any worker had nothing to do meanwhile.
function delay(ready, start) {
  const within = gaps => { let sum = 0; for (let g = firstAfter(gaps, ready); g < gaps.length && gaps[g][0] < start; g++) sum += Math.min(start, gaps[g][1]) - Math.max(ready, gaps[g][0]); return sum; };
  const free = Math.max(0, ...idle.map(of => Math.max(within(of.parks), within(of.searches))));
  return free > 0 ? `; one was free for ${time(free)} of it, and had not found it yet` : start > ready ? ": all ran other nodes" : "";
}
function describe(n, r) {
  const ready = nodes.ready[n], start = nodes.start[n], list = (after[n] || []).filter(b => nodes.worker[b] >= 0);
  let last = -1; for (const b of list) if (last < 0 || nodes.end[b] > nodes.end[last]) last = b;
  const child = data.children.find(c => c[0] === n);
  const by = child ? "its child process ended" : last >= 0 && nodes.end[last] >= nodes.created[n] ? "the end of " + label(last) : nodes.creator[n] >= 0 ? "being made by " + label(nodes.creator[n]) : "the start";
  const lines = [`${kinds[nodes.kind[n]]}: ${label(n)}`, `node ${n}, worker ${nodes.worker[n]}, ${time(start)} to ${time(nodes.end[n])}: ${time(nodes.end[n] - start)}`, `ready by ${by}, then waited ${time(start - ready)} for a worker${delay(ready, start)}`];
  if (child) lines.push(`child process ${time(child[3] - child[2])}`);
  if (onPath[n]) lines.push("on the critical path");
  return lines.join("\n");
}
function gap(r, t) {
  const of = idle[r]; if (!of) return "";
  const inside = list => list.find(([a, b]) => a <= t && t < b);
  const park = inside(of.parks), search = inside(of.searches), by = of.woken_by?.[of.parks.indexOf(park)];
  const woken = by == null ? "" : `, until worker ${by} woke it`;
  return park ? `asleep for ${time(park[1] - park[0])}${woken}` : search ? `looking for work, ${time(search[1] - search[0])} with sleep` : "between nodes";
}

let frame = 0;
const later = () => { if (!frame) frame = requestAnimationFrame(() => { frame = 0; draw(); }); };
function setView(from, to) {
  const length = Math.min(wall, Math.max(100, to - from));
  from = Math.max(0, Math.min(wall - length, from)); view = [from, from + length]; later();
}
function zoom(event) {
  event.preventDefault();
  const box = lanes.getBoundingClientRect(), at = Math.max(0, (event.clientX - box.left - LEFT) / (box.width - LEFT)), length = view[1] - view[0];
  const factor = Math.exp(event.deltaY * 0.0018), t = view[0] + at * length;
  setView(t - at * length * factor, t + (1 - at) * length * factor);
}
let drag = null;
for (const canvas of [lanes, curve]) {
  canvas.addEventListener("wheel", zoom, { passive: false });
  canvas.addEventListener("pointerdown", e => { drag = [e.clientX, ...view, false]; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", e => { if (!drag) return; const shift = (drag[0] - e.clientX) / (canvas.clientWidth - LEFT) * (drag[2] - drag[1]); if (Math.abs(drag[0] - e.clientX) > 3) drag[3] = true; setView(drag[1] + shift, drag[2] + shift); });
  canvas.addEventListener("pointerup", () => { drag = null; });
  canvas.addEventListener("dblclick", () => setView(0, wall));
}
lanes.addEventListener("click", e => { marked = hit(e)[0]; later(); });
lanes.addEventListener("pointermove", e => {
  if (drag && drag[3]) { tip.style.display = "none"; return; }
  const [n, r, t] = hit(e), text = n >= 0 ? describe(n, r) : r >= 0 && r < workers ? gap(r, t) : "";
  tip.style.display = text ? "block" : "none"; tip.textContent = text;
  tip.style.left = Math.min(e.clientX + 14, innerWidth - 530) + "px"; tip.style.top = e.clientY + 16 + "px";
  if (hovered !== n) { hovered = n; later(); }
});
lanes.addEventListener("pointerleave", () => { tip.style.display = "none"; hovered = -1; later(); });
const search = document.getElementById("filter");
search.addEventListener("input", () => { filter = search.value.trim().toLowerCase(); later(); });
document.getElementById("path").addEventListener("change", later);
document.getElementById("reset").addEventListener("click", () => setView(0, wall));
document.querySelectorAll("tr.jump").forEach(row => row.addEventListener("click", () => jump(+row.dataset.node)));
function jump(n) {
  marked = n;
  const child = data.children.find(c => c[0] === n), start = child ? child[2] : nodes.start[n], length = Math.max(1000, (nodes.end[n] - start) * 4);
  setView(start - length * 0.3, start + length * 0.7); lanes.scrollIntoView({ behavior: "smooth", block: "center" });
}
kinds.forEach((name, k) => {
  if (!nodes.kind.includes(k)) return;
  const item = document.createElement("label"); item.className = "kind"; item.innerHTML = `<i style="background:${colors[k]}"></i>`; item.append(name);
  item.onclick = () => { if (!hidden.delete(k)) hidden.add(k); item.style.opacity = hidden.has(k) ? 0.4 : 1; later(); };
  document.getElementById("legend").append(item);
});
addEventListener("resize", later);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
// A link can name what to show: #from=NS&to=NS&filter=TEXT&node=N.
const wanted = new URLSearchParams(location.hash.slice(1));
if (wanted.has("filter")) { search.value = wanted.get("filter"); filter = search.value.trim().toLowerCase(); }
if (wanted.has("from")) setView(+wanted.get("from"), +(wanted.get("to") ?? wall));
if (wanted.has("node")) jump(+wanted.get("node"));
draw();
document.body.dataset.ready = "yes";
