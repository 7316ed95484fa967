// Draws the figures that the server built with Plotly, in the colours of the page, over the drawings it sent along.
// The place is the drawing's own, so nothing moves. A figure that a poll renewed is drawn again with the reader's view.
(() => {
  "use strict";
  const { Plotly } = window;
  if (!Plotly) return;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const font = (size, ink) => ({ family: token("sans"), size, color: token(ink) });
  const NARROW = 640; // pixels below which direct labels have no room at the right
  const states = new WeakMap(); // place → what is drawn there, and which rounds the reader chose to see

  const axis = (own) => ({
    linecolor: token("edge"), tickcolor: token("edge"), gridcolor: token("rule"), gridwidth: 1, showgrid: true,
    zeroline: true, zerolinecolor: token("edge"), zerolinewidth: 1, tickfont: font(13, "ink3"), ticklabelstandoff: 4, ...own,
  });

  function dressed(figure, width) {
    const narrow = width < NARROW;
    const traces = figure.data.map((trace) => {
      const colour = token(trace.meta);
      if (trace.type !== "bar") return { ...trace, line: { ...trace.line, color: colour } };
      const marker = { ...trace.marker, color: colour };
      if (trace.meta === "hatch") {
        marker.color = "rgba(0,0,0,0)";
        marker.pattern = { ...marker.pattern, fgcolor: colour, bgcolor: "rgba(0,0,0,0)" };
      }
      return { ...trace, marker };
    });
    const notes = (figure.layout.annotations ?? []).map((note) => {
      const last = note.name?.startsWith("last ");
      const end = note.name?.startsWith("end ");
      const ink = last ? note.name.slice(5) : end ? note.name.slice(4) : "ink";
      return { ...note, visible: !(last && narrow), font: font(last ? 14 : 13, ink) };
    });
    const layout = {
      ...figure.layout,
      autosize: true,
      annotations: notes,
      barmode: "overlay",
      paper_bgcolor: token("paper"),
      plot_bgcolor: token("paper"),
      font: font(14, "ink2"),
      margin: { ...figure.layout.margin, r: narrow ? figure.layout.meta?.narrow_right ?? 8 : figure.layout.margin.r },
      hoverlabel: { bgcolor: token("raised"), bordercolor: token("edge"), font: font(13, "ink") },
      xaxis: axis({ ...figure.layout.xaxis, showgrid: false, zeroline: false, nticks: narrow ? 4 : 6,
        showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "solid", spikecolor: token("edge") }),
      yaxis: axis({ ...figure.layout.yaxis, showline: false, ticks: "" }),
      yaxis2: axis({ ...figure.layout.yaxis2, showline: false, ticks: "" }),
    };
    return { traces, layout };
  }

  // Both scales follow what is in view, and the view stays within the rounds there are.
  function inView(figure, range) {
    const rounds = figure.data[0].x;
    const [first, last] = [rounds[0] - 0.6, rounds[rounds.length - 1] + 0.6];
    const wide = Math.min(range[1] - range[0], last - first);
    const end = Math.min(Math.max(range[1], first + wide), last);
    const within = ({ x, y }) => y.filter((value, at) => value !== null && x[at] > end - wide && x[at] < end);
    const on = (trace, axis) => (trace.yaxis ?? "y") === axis && trace.meta !== "hatch";
    const seen = (axis) => Math.max(0, ...figure.data.filter((trace) => on(trace, axis)).flatMap(within));
    return {
      "xaxis.range": [end - wide, end],
      "yaxis.range": [0, (seen("y") || 1) * 1.06],
      "yaxis2.range": [0, (seen("y2") || 1) * 1.08],
    };
  }

  function wanted(figure, state) {
    const rounds = figure.data[0].x;
    const last = rounds[rounds.length - 1];
    if (state.held) return state.held;
    const first = state.rounds ? Math.max(rounds[0], last - state.rounds + 1) : rounds[0];
    return [first - 0.6, last + 0.6];
  }

  // Plotly draws in steps: a second drawing that begins before the first has ended leaves parts of both.
  const inTurn = (state, act) => (state.turn = state.turn.then(act, act));

  function draw(place, options) {
    const state = states.get(place) ?? { rounds: 90, held: null, source: "", width: 0, turn: Promise.resolve() };
    states.set(place, state);
    inTurn(state, () => drawNow(place, state, options));
  }

  async function drawNow(place, state, { anew = false } = {}) {
    const source = document.getElementById(place.dataset.chart);
    if (!source) return;
    const same = state.source === source.textContent && state.width === place.clientWidth;
    if (same && !anew) return;
    const figure = JSON.parse(source.textContent);
    if (!figure.data[0]?.x.length) return;
    Object.assign(state, { source: source.textContent, width: place.clientWidth, figure });
    const { traces, layout } = dressed(figure, place.clientWidth);
    const view = inView(figure, wanted(figure, state));
    layout.xaxis.range = view["xaxis.range"];
    layout.yaxis.range = view["yaxis.range"];
    layout.yaxis2.range = view["yaxis2.range"];
    if (!state.listening) place.replaceChildren();
    const options = { displayModeBar: false, responsive: false, doubleClick: false, scrollZoom: false };
    await Plotly.react(place, traces, layout, options);
    if (!state.listening) {
      state.listening = true;
      place.on("plotly_relayout", (change) => follow(place, state, change));
    }
  }

  function follow(place, state, change) {
    if (state.busy || !("xaxis.range[0]" in change)) return;
    const view = inView(state.figure, [change["xaxis.range[0]"], change["xaxis.range[1]"]]);
    state.held = view["xaxis.range"];
    press(place, null);
    show(place, state, view);
  }

  function show(place, state, view) {
    inTurn(state, async () => {
      state.busy = true;
      await Plotly.relayout(place, view);
      state.busy = false;
    });
  }

  function press(place, rounds) {
    for (const button of document.querySelectorAll(`[data-spans="${place.id}"] [data-rounds]`)) {
      button.setAttribute("aria-pressed", String(rounds !== null && Number(button.dataset.rounds) === rounds));
    }
  }

  const places = () => document.querySelectorAll("[data-chart]");
  const redraw = (options) => places().forEach((place) => draw(place, options));

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-rounds]");
    if (!button) return;
    const place = document.getElementById(button.closest("[data-spans]").dataset.spans);
    const state = states.get(place);
    if (!state?.figure) return;
    Object.assign(state, { rounds: Number(button.dataset.rounds), held: null });
    press(place, state.rounds);
    show(place, state, inView(state.figure, wanted(state.figure, state)));
  });

  document.addEventListener("htmx:afterSettle", () => redraw());
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
    matchMedia(query).addEventListener("change", () => redraw({ anew: true }));
  }
  let resized = 0;
  addEventListener("resize", () => {
    clearTimeout(resized);
    resized = setTimeout(() => redraw(), 150);
  });
  document.documentElement.classList.add("can-chart");
  // the face must be there first, or Plotly measures its labels in another one
  document.fonts.load('14px "Source Sans 3"').finally(() => redraw());
})();
