// What a table on the page says, as a chart needs it. Nothing in this file draws.

export interface Sheet {
  labels: string[];
  links: string[];
  series: { key: string; name: string; values: number[] }[];
}

/** Columns whose heading names a series, rows of the body by their heading; a row of its own label says it in `data-label`. */
export function readTable(table: HTMLTableElement): Sheet {
  const rows = Array.from(table.tBodies[0]?.rows ?? []);
  const heads = Array.from(table.tHead?.rows[0]?.cells ?? []);
  const first = (row: HTMLTableRowElement): HTMLTableCellElement | undefined => row.cells[0];
  return {
    labels: rows.map((row) => first(row)?.dataset.label ?? first(row)?.textContent?.trim() ?? ""),
    links: rows.map((row) => first(row)?.querySelector("a")?.href ?? ""),
    series: heads
      .map((head, column) => ({ head, column }))
      .filter(({ head }) => head.dataset.series)
      .map(({ head, column }) => ({
        key: head.dataset.series ?? "",
        name: head.textContent?.trim() ?? "",
        values: rows.map((row) => Number(row.cells[column]?.textContent?.trim() ?? 0) || 0),
      })),
  };
}
