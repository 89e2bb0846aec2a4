// SPDX-License-Identifier: Apache-2.0
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { kinds, actors, subjects, failure } = data;
  // Rows are [microseconds, actor, kind, subject or -1, text].
  const events = data.events.map(([at, actor, kind, subject, text], index) => ({
    at, actor, kind, subject, text, index, lower: text.toLowerCase(),
  }));
  const ROW = 22, LANE = 20, AXIS = 24, LABELS = 120;
  const $ = (id) => document.getElementById(id);
  const canvas = $("lanes").querySelector("canvas");
  const pen = canvas.getContext("2d");
  const end = Math.max(1, events.at(-1)?.at ?? 1);
  const state = { from: 0, to: end, hidden: new Set(), subject: -1, actor: -1, words: "", picked: -1 };
  let shown = [], lanes = [], frame = 0;

  const pad = (number, width) => String(number).padStart(width, "0");
  const clock = (us) => {
    const seconds = Math.floor(us / 1e6);
    return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}.${pad(us % 1e6, 6)}`;
  };
  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const later = () => { if (!frame) frame = requestAnimationFrame(() => { frame = 0; draw(); rows(); }); };

  // What is shown.

  function matches(event) {
    if (state.hidden.has(event.kind)) return false;
    if (state.actor >= 0 && event.actor !== state.actor) return false;
    if (state.subject >= 0 && event.subject !== state.subject
        && !(event.subject < 0 && data.concerns[event.kind])) return false;
    return !state.words || event.lower.includes(state.words);
  }

  function filter() {
    shown = events.filter(matches);
    const present = new Set(shown.map((event) => event.actor));
    lanes = actors.map((_, number) => number).filter((number) => present.has(number));
    $("count").textContent = `${shown.length} of ${events.length} events`;
    // Rows far down would keep the list long.
    $("rows").replaceChildren();
    $("space").style.height = `${shown.length * ROW}px`;
    if (state.picked >= 0) reveal(state.picked);
    resize();
  }

  // The lanes: time from left to right, an actor a lane, a tick an event.

  function resize() {
    const box = $("lanes");
    const height = Math.min(lanes.length * LANE + AXIS, Math.round(innerHeight * 0.38));
    $("tall").style.height = `${Math.max(0, lanes.length * LANE + AXIS - height)}px`;
    const width = box.clientWidth, scale = devicePixelRatio || 1;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    later();
  }

  const plot = () => canvas.clientWidth - LABELS - 12;
  const x = (at) => LABELS + (at - state.from) / (state.to - state.from) * plot();
  const time = (px) => state.from + (px - LABELS) / plot() * (state.to - state.from);
  const y = (lane) => AXIS + lane * LANE + LANE / 2 - $("lanes").scrollTop;

  function step(span) {
    const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6,
      1e7, 2e7, 3e7, 6e7, 12e7, 3e8, 6e8, 12e8, 18e8, 36e8, 72e8, 144e8, 288e8, 864e8];
    const wanted = span / Math.max(2, plot() / 130);
    return steps.find((one) => one >= wanted) || Math.ceil(wanted / 864e8) * 864e8;
  }

  function draw() {
    const width = canvas.clientWidth, height = canvas.clientHeight;
    pen.clearRect(0, 0, width, height);
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    const stripe = color("stripe"), line = color("line"), soft = color("soft"), ink = color("ink");
    lanes.forEach((actor, lane) => {
      if (y(lane) < 0 || y(lane) > height + LANE) return;
      if (lane % 2 === 0) { pen.fillStyle = stripe; pen.fillRect(0, y(lane) - LANE / 2, width, LANE); }
    });
    const gap = step(state.to - state.from);
    pen.strokeStyle = line;
    for (let at = Math.ceil(state.from / gap) * gap; at <= state.to; at += gap) {
      pen.beginPath(); pen.moveTo(x(at), AXIS); pen.lineTo(x(at), height); pen.stroke();
    }
    const colors = kinds.map(color);
    const place = new Map(lanes.map((actor, lane) => [actor, lane]));
    // One tick a pixel and kind is enough.
    const drawn = new Set();
    for (const event of shown) {
      if (event.at < state.from || event.at > state.to) continue;
      const middle = y(place.get(event.actor));
      if (middle < 0 || middle > height + LANE) continue;
      const left = Math.round(x(event.at)), key = `${left} ${event.actor} ${event.kind}`;
      if (drawn.has(key)) continue;
      drawn.add(key);
      const tall = data.concerns[event.kind] ? LANE - 4 : LANE - 10;
      pen.fillStyle = colors[event.kind];
      pen.fillRect(left - 1, middle - tall / 2, 3, tall);
    }
    mark(state.picked, color("accent"), 1, height);
    mark(failure, color("bad"), 2, height);
    pen.fillStyle = color("card");
    pen.fillRect(0, 0, width, AXIS);
    pen.fillStyle = soft;
    for (let at = Math.ceil(state.from / gap) * gap; at <= state.to; at += gap) {
      const text = gap >= 1e6 ? clock(at).slice(0, -7) : clock(at);
      pen.fillText(text, Math.min(x(at) + 3, width - pen.measureText(text).width - 4), AXIS / 2);
    }
    lanes.forEach((actor, lane) => {
      if (y(lane) < AXIS / 2) return;
      pen.fillStyle = actor === state.actor ? color("accent") : ink;
      pen.fillText(actors[actor], 20, y(lane), LABELS - 28);
    });
  }

  function mark(index, style, thick, height) {
    const event = events[index];
    if (!event || event.at < state.from || event.at > state.to) return;
    pen.fillStyle = style;
    pen.fillRect(Math.round(x(event.at)) - thick / 2, AXIS, thick, height - AXIS);
  }

  function nearest(px, py) {
    const actor = lanes[Math.floor((py - AXIS + $("lanes").scrollTop) / LANE)];
    let best = null, distance = 8;
    if (py < AXIS || actor === undefined) return null;
    for (const event of shown) {
      if (event.actor !== actor) continue;
      const away = Math.abs(x(event.at) - px);
      if (away < distance) { best = event; distance = away; }
    }
    return best;
  }

  function view(from, to) {
    const span = Math.min(Math.max(to - from, 20), end);
    state.from = Math.max(0, Math.min(from, end - span));
    state.to = state.from + span;
    later();
  }

  const zoom = (factor, middle) =>
    view(middle - (middle - state.from) * factor, middle + (state.to - middle) * factor);

  // The list: only the rows in sight exist.

  function rows() {
    const list = $("list"), top = list.scrollTop;
    const first = Math.max(0, Math.floor(top / ROW) - 5);
    const last = Math.min(shown.length, Math.ceil((top + list.clientHeight) / ROW) + 5);
    $("rows").replaceChildren(...shown.slice(first, last).map((event, offset) => {
      const kind = kinds[event.kind];
      const row = make("div", "row");
      if (kind === "finding") row.classList.add("finding");
      if (event.index === state.picked) row.classList.add("picked");
      row.style.top = `${(first + offset) * ROW}px`;
      row.style.setProperty("--dot", `var(--${kind})`);
      row.append(make("span", "time", clock(event.at)), make("span", "actor", actors[event.actor]),
        make("span", "kind", kind), make("span", "", event.text.replaceAll("\n", " ⏎ ")));
      if (event.subject >= 0) row.append(make("span", "about", subjects[event.subject]));
      row.onclick = () => pick(event.index, false);
      return row;
    }));
    if (!shown.length) $("rows").replaceChildren(make("div", "quiet", "Nothing happened that is chosen above."));
  }

  function pick(index, scroll = true) {
    const event = events[index];
    if (!event) return;
    state.picked = index;
    const detail = $("detail");
    detail.hidden = false;
    const head = make("div", "", `${clock(event.at)} · ${actors[event.actor]} · ${kinds[event.kind]} `);
    if (event.subject >= 0) {
      const about = make("button", "", `only ${subjects[event.subject]}`);
      about.onclick = () => { $("subject").value = event.subject; state.subject = event.subject; filter(); };
      head.append(about);
    }
    detail.replaceChildren(head, make("pre", "", event.text));
    if (event.at < state.from || event.at > state.to) {
      const half = (state.to - state.from) / 2;
      view(event.at - half, event.at + half);
    }
    if (scroll) reveal(index);
    later();
  }

  function reveal(index) {
    const place = shown.findIndex((event) => event.index >= index);
    if (place >= 0) $("list").scrollTop = place * ROW - $("list").clientHeight / 2;
    later();
  }

  // Controls.

  kinds.forEach((kind, number) => {
    if (!events.some((event) => event.kind === number)) return;
    const chip = make("button", "chip");
    chip.style.setProperty("--dot", `var(--${kind})`);
    chip.setAttribute("aria-pressed", "true");
    chip.append(make("i"), kind);
    chip.onclick = () => {
      const hides = !state.hidden.has(number);
      if (hides) state.hidden.add(number); else state.hidden.delete(number);
      chip.setAttribute("aria-pressed", String(!hides));
      filter();
    };
    $("kinds").append(chip);
  });
  subjects.forEach((subject, number) => {
    const option = make("option", "", subject);
    option.value = number;
    $("subject").append(option);
  });
  $("subject").onchange = (event) => { state.subject = Number(event.target.value); filter(); };
  $("words").oninput = (event) => { state.words = event.target.value.toLowerCase(); filter(); };
  $("whole").onclick = () => view(0, end);
  $("failure").hidden = failure < 0;
  $("failure").onclick = () => { view(events[failure].at - 6e7, events[failure].at + 1e7); pick(failure); };
  $("copy").onclick = () => navigator.clipboard?.writeText($("command").textContent);
  $("list").onscroll = later;
  $("lanes").onscroll = later;
  addEventListener("resize", resize);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.shiftKey && !event.metaKey) return;
    event.preventDefault();
    zoom((event.deltaY || event.deltaX) > 0 ? 1.25 : 0.8, time(event.offsetX));
  }, { passive: false });
  canvas.ondblclick = (event) => zoom(0.25, time(event.offsetX));
  let drag = null;
  canvas.onpointerdown = (event) => {
    drag = { x: event.offsetX, from: state.from, to: state.to, moved: false };
    canvas.setPointerCapture(event.pointerId);
  };
  canvas.onpointermove = (event) => {
    const tip = $("tip");
    if (drag) {
      const shift = (drag.x - event.offsetX) / plot() * (drag.to - drag.from);
      drag.moved ||= Math.abs(drag.x - event.offsetX) > 3;
      if (drag.moved) view(drag.from + shift, drag.to + shift);
    }
    const found = drag?.moved ? null : nearest(event.offsetX, event.offsetY);
    tip.hidden = !found;
    if (!found) return;
    tip.textContent = `${clock(found.at)} ${kinds[found.kind]}: ${found.text.slice(0, 300)}`;
    tip.style.left = `${Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${event.clientY + 16}px`;
  };
  canvas.onpointerleave = () => { $("tip").hidden = true; };
  canvas.onpointerup = (event) => {
    const wasDragged = drag?.moved;
    drag = null;
    if (wasDragged) return;
    const lane = Math.floor((event.offsetY - AXIS + $("lanes").scrollTop) / LANE);
    if (event.offsetX < LABELS && event.offsetY > AXIS && lanes[lane] !== undefined) {
      state.actor = state.actor === lanes[lane] ? -1 : lanes[lane];
      filter();
      return;
    }
    const found = nearest(event.offsetX, event.offsetY);
    if (found) pick(found.index);
  };
  document.addEventListener("keydown", (event) => {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const way = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const place = state.picked < 0 ? -1 : shown.findIndex((one) => one.index >= state.picked);
    const next = shown[Math.min(shown.length - 1, Math.max(0, place + way))];
    if (next) pick(next.index);
  });

  filter();
  if (failure >= 0) pick(failure);
})();
