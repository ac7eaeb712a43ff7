// What a helper's phone must have to show a screening without network: its title, and the pictures of its codes. It lies on
// her phone alone, goes with the screening, and goes when the phone shows a page to anybody else. Nothing in this file needs a
// page: the service worker looks here, too.
import { Table } from "../table.ts";
import { codeAt, type Codes, type Packed } from "./squares.ts";

export interface Chosen {
  code: string;
  /** Stands for the helper. */
  mark: string;
  title: string;
  place: string;
  /** Of the film, in seconds. */
  length: number;
  /** Where what is written down here is handed in. */
  address: string;
  /** `prepared`: nothing began. `doors`: people come. `running`: the film runs by the server's clock. */
  state: "prepared" | "doors" | "running";
  /** How much of the film had been shown when the server said so. */
  elapsed: number;
  codes: Codes | null;
  /** When the server said so, and until when it may be kept, in ms by this phone's clock. */
  at: number;
  until: number;
}

/** lms/worker.py clears it away with the rest. */
export const DATABASE = "tianjian-screenings";

export const openChosen = (): Promise<Table<Chosen>> => Table.open<Chosen>(DATABASE, "chosen", "code");

export async function allChosen(): Promise<Chosen[]> {
  const table = await openChosen();
  try {
    return (await table.all()).filter((row) => Date.now() < row.until);
  } finally {
    table.close();
  }
}

export const chosen = async (code: string): Promise<Chosen | undefined> => (await allChosen()).find((row) => row.code === code);

/** The code to be shown at this moment; `doors` is when this phone opened them by itself, in ms by its clock. */
export function codeNow({ codes, at }: Pick<Chosen, "codes" | "at">, now: number, doors?: number): Packed | null {
  if (!codes) {
    return null;
  }
  const passed = doors === undefined ? now - at : now - doors - codes.since_doors_ms;
  return codeAt(codes, Math.max(0, passed));
}
