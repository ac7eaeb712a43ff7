// A page keeps what a screening needs on this phone, and takes away what is not to lie there any more.
import { chosen, type Chosen, openChosen } from "./chosen.ts";

/** Whose they are; site.ts looks for it by name. */
const HOLDER = "tianjian.screenings";

/** Whether there may be any here; a phone without makes no table for it. */
export function holdsScreenings(): boolean {
  try {
    return localStorage.getItem(HOLDER) !== null;
  } catch {
    return false;
  }
}

/** Keep it. Codes that are here already stay where the server was not asked for new ones. */
export async function choose(row: Chosen): Promise<Chosen> {
  const known = row.codes ? undefined : await chosen(row.code);
  const kept = known?.codes && known.state === row.state ? { ...row, codes: known.codes, at: known.at, elapsed: known.elapsed } : row;
  const table = await openChosen();
  try {
    await table.put(kept);
  } finally {
    table.close();
  }
  try {
    localStorage.setItem(HOLDER, row.mark);
  } catch {
    // Then other pages do not look; the next page of screenings does.
  }
  return kept;
}

/** Whose mark this page bears; what belongs to anybody else, is over or was closed goes. */
export async function tidy(mark: string, closed = ""): Promise<void> {
  const table = await openChosen();
  try {
    const rows = await table.all();
    const left = rows.filter((row) => row.mark === mark && Date.now() < row.until && row.code !== closed);
    for (const row of rows.filter((each) => !left.includes(each))) {
      await table.remove(row.code);
    }
    if (!left.length) {
      localStorage.removeItem(HOLDER);
    }
  } finally {
    table.close();
  }
}
