// The few parts of node that the tests use; @types/node would be a dependency for a handful of functions.
declare module "node:test" {
  export default function test(name: string, body: () => void | Promise<void>): void;
}
declare module "node:assert/strict" {
  const assert: {
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    equal(actual: unknown, expected: unknown): void;
    rejects(promise: Promise<unknown>): Promise<void>;
  };
  export default assert;
}
