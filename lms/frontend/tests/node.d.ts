// The few parts of node that the tests use; @types/node would be a dependency for two functions.
declare module "node:test" {
  export default function test(name: string, body: () => void | Promise<void>): void;
}
declare module "node:assert/strict" {
  const assert: { deepEqual(actual: unknown, expected: unknown): void; equal(actual: unknown, expected: unknown): void };
  export default assert;
}
