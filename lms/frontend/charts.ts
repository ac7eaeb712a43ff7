// The charts of the desk's first page. Each is drawn from the table that follows it, so that both say the same, and is
// hidden from screen readers, who have the table. Without this script the tables stand alone.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { readTable, type Sheet } from "./charts/table.ts";

use([BarChart, GridComponent, LegendComponent, AriaComponent, SVGRenderer]);

const ROW_PX = 34;
const FRAME_PX = 90;
// Below this width names are cut and there is little room for numbers.
const NARROW_PX = 560;
// Of the longest bar: what is shorter has no room for its number, which stands in the table.
const LABELLED_SHARE = 0.05;
const LABELLED_SHARE_NARROW = 0.12;
// By series: the tokens of a surface and of what is written on it.
const COLOURS: Record<string, [string, string]> = {
  met: ["--action", "--on-action"],
  on_course: ["--grain", "--on-grain"],
  short: ["--clay", "--sheet"],
};

const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const drawn: EChartsType[] = [];

function draw(box: HTMLElement, sheet: Sheet, across: boolean): void {
  const style = getComputedStyle(document.documentElement);
  const colour = (token: string): string => style.getPropertyValue(token).trim();
  const words = { color: colour("--ink"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 14 };
  box.hidden = false;
  box.style.height = across ? `${sheet.labels.length * ROW_PX + FRAME_PX}px` : "320px";
  const chart = init(box, null, { renderer: "svg" });
  const narrow = box.clientWidth < NARROW_PX;
  const most = Math.max(...sheet.labels.map((_label, row) => sheet.series.reduce((sum, { values }) => sum + (values[row] ?? 0), 0)));
  const least = most * (narrow ? LABELLED_SHARE_NARROW : LABELLED_SHARE);
  const names = {
    type: "category" as const,
    data: sheet.labels,
    inverse: across,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour("--edge") } },
    axisLabel: { ...words, ...(across ? { width: narrow ? 88 : 180, overflow: "truncate" as const } : {}) },
  };
  const counts = {
    type: "value" as const,
    minInterval: 1,
    axisLabel: words,
    splitLine: { lineStyle: { color: colour("--line") } },
  };
  chart.setOption({
    animation: !still.matches,
    textStyle: words,
    aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
    grid: { left: 8, right: 16, top: 44, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { top: 0, left: 0, textStyle: words, itemWidth: 22, selectedMode: false },
    xAxis: across ? counts : names,
    yAxis: across ? names : counts,
    series: sheet.series.map(({ key, name, values }) => {
      const [surface, writing] = COLOURS[key] ?? ["--edge", "--sheet"];
      return {
        type: "bar",
        stack: "people",
        name,
        barMaxWidth: across ? 22 : 44,
        itemStyle: { color: colour(surface), borderColor: colour("--sheet"), borderWidth: 1 },
        data: values.map((value) => ({ value, label: { show: value >= least && (across || !narrow) } })),
        label: { color: colour(writing), backgroundColor: colour(surface), padding: [1, 3], borderRadius: 3, fontSize: 13 },
        cursor: sheet.links.length ? "pointer" : "default",
      };
    }),
  });
  chart.on("click", ({ dataIndex }) => {
    const link = sheet.links[dataIndex];
    if (link) {
      window.location.assign(link);
    }
  });
  new ResizeObserver(() => chart.resize()).observe(box);
  drawn.push(chart);
}

function drawAll(): void {
  drawn.splice(0).forEach((chart) => chart.dispose());
  document.querySelectorAll<HTMLElement>("[data-chart]").forEach((box) => {
    const table = document.querySelector<HTMLTableElement>(`[data-chart-table="${box.dataset.chart}"]`);
    const sheet = table && readTable(table);
    if (sheet?.series.some(({ values }) => values.some((value) => value > 0))) {
      draw(box, sheet, box.dataset.chart !== "trend");
    }
  });
}

drawAll();
dark.addEventListener("change", drawAll);
