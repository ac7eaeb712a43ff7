import assert from "node:assert/strict";
import test from "node:test";

import { readTable } from "../charts/table.ts";

type Cell = { textContent: string; dataset: Record<string, string>; querySelector: () => { href: string } | null };

const cell = (textContent: string, dataset: Record<string, string> = {}, href = ""): Cell => ({
  textContent,
  dataset,
  querySelector: () => (href ? { href } : null),
});

/** As much of a table as is read. */
const table = (head: Cell[], ...rows: Cell[][]): HTMLTableElement =>
  ({ tHead: { rows: [{ cells: head }] }, tBodies: [{ rows: rows.map((cells) => ({ cells })) }] }) as unknown as HTMLTableElement;

test("columns that name a series are read, by the heading of each row", () => {
  const sheet = readTable(
    table(
      [cell("Place"), cell("Required"), cell("Met", { series: "met" }), cell("Short", { series: "short" })],
      [cell(" Town A ", {}, "/desk/?place=1"), cell("5"), cell("3"), cell(" 2 ")],
      [cell("2026-01-31", { label: "Jan" }), cell("0"), cell("0"), cell("—")],
    ),
  );

  assert.deepEqual(sheet, {
    labels: ["Town A", "Jan"],
    links: ["/desk/?place=1", ""],
    series: [
      { key: "met", name: "Met", values: [3, 0] },
      { key: "short", name: "Short", values: [2, 0] },
    ],
  });
});

test("a table without rows makes an empty sheet", () => {
  assert.deepEqual(readTable(table([cell("Place")])), { labels: [], links: [], series: [] });
});
