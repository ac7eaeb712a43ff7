// A table of IndexedDB whose rows a phone keeps until the server has them. Nothing in this file needs a page.

export function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Table<Row> {
  private constructor(
    private readonly database: IDBDatabase,
    private readonly name: string,
  ) {}

  /** The one table of a database; made where it is not there yet. Fails where the phone keeps nothing. */
  static async open<Row>(database: string, name: string, keyPath: string | string[]): Promise<Table<Row>> {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(name, { keyPath });
    return new Table(await settle(request), name);
  }

  close(): void {
    this.database.close();
  }

  /** For several steps in one transaction. */
  within(mode: IDBTransactionMode): IDBObjectStore {
    return this.database.transaction(this.name, mode).objectStore(this.name);
  }

  async put(row: Row): Promise<void> {
    await settle(this.within("readwrite").put(row));
  }

  async all(): Promise<Row[]> {
    return (await settle(this.within("readonly").getAll())) as Row[];
  }

  async remove(key: IDBValidKey): Promise<void> {
    await settle(this.within("readwrite").delete(key));
  }
}
