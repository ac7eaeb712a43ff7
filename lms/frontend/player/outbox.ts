// Reports wait here until the server has answered them. Nothing in this file needs a page: the service worker opens the
// same table (lms/frontend/worker/). What else a page may fall back on stands in stores.ts.
import { settle, Table } from "../table.ts";
import type { Stretch } from "./stretches.ts";

export interface Report {
  /** The code of the play session; of the package, where it was played from what this phone has kept. */
  session: string;
  isPackage?: boolean;
  number: number;
  /** The page of the lesson, by which a later visit knows its own. */
  lesson: number;
  stretches: Stretch[];
  /** When it was written down, in ms by the phone's clock, which may be wrong: for the order alone. */
  at: number;
  /** Written while it plays on, for the case that the page is killed; the same number is written again when it is whole. */
  open?: boolean;
  /** What was left over when another page had sent this number before it was whole. */
  rest?: boolean;
  /** The play token of the time: for minutes it stands for the sign-in of whoever watched, whoever is signed in now. */
  token?: string;
}

export interface Store {
  put(report: Report): Promise<void>;
  all(): Promise<Report[]>;
  /** Unless more was written under its number since it was read. */
  remove(report: Report): Promise<void>;
}

const DATABASE = "tianjian";
const TABLE = "reports";

/** Sessions first: they are paid from a window of minutes, packages from one of days. */
export function inOrder(reports: Report[]): Report[] {
  return reports.sort((a, b) => Number(a.isPackage ?? false) - Number(b.isPackage ?? false) || a.at - b.at || a.number - b.number);
}

/** Whether both say the same of what was played. */
export function saysTheSame(one: Report, other: Report): boolean {
  return JSON.stringify(one.stretches) === JSON.stringify(other.stretches);
}

export class DatabaseStore implements Store {
  private constructor(private readonly table: Table<Report>) {}

  static async open(): Promise<DatabaseStore> {
    return new DatabaseStore(await Table.open(DATABASE, TABLE, ["session", "number"]));
  }

  close(): void {
    this.table.close();
  }

  async put(report: Report): Promise<void> {
    await this.table.put(report);
  }

  async all(): Promise<Report[]> {
    return inOrder(await this.table.all());
  }

  async remove(report: Report): Promise<void> {
    const table = this.table.within("readwrite");
    const key = [report.session, report.number];
    const kept = (await settle(table.get(key))) as Report | undefined;
    if (kept && saysTheSame(kept, report)) {
      await settle(table.delete(key));
    }
  }
}

export class MemoryStore implements Store {
  private readonly reports = new Map<string, Report>();

  async put(report: Report): Promise<void> {
    this.reports.set(`${report.session}.${report.number}`, report);
  }

  async all(): Promise<Report[]> {
    return inOrder([...this.reports.values()]);
  }

  async remove(report: Report): Promise<void> {
    const key = `${report.session}.${report.number}`;
    const kept = this.reports.get(key);
    if (kept && saysTheSame(kept, report)) {
      this.reports.delete(key);
    }
  }
}
