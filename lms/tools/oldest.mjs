// Whether every built script can be read by Chromium 80, the engine inside older WeChat, QQ and UC: one newer piece of
// syntax, and nothing of the file runs there. Called by lms.tools.check; prints what it found, fails on any.
import { parse } from "acorn";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const BUILD = fileURLToPath(new URL("../static_build", import.meta.url));

/** Newer than Chromium 80 though acorn reads it: the version of each stands behind it. */
function isTooNew(node, isTop) {
  const { type, operator, key, left } = node;
  switch (type) {
    case "AssignmentExpression":
      return ["||=", "&&=", "??="].includes(operator) && `${operator} (85)`;
    case "MethodDefinition":
      return key.type === "PrivateIdentifier" && "private method (84)";
    case "StaticBlock":
      return "static block (94)";
    case "BinaryExpression":
      return left.type === "PrivateIdentifier" && "#name in (91)";
    case "AwaitExpression":
      return isTop && "await outside a function (89)";
    case "Literal":
      return node.regex && /[dv]/.test(node.regex.flags) && `/${node.regex.pattern}/${node.regex.flags} (90)`;
    case "ImportAttribute":
      return "import attribute (91)";
    default:
      return false;
  }
}

function* tooNewIn(node, isTop = true) {
  const found = isTooNew(node, isTop);
  if (found) {
    yield { found, at: node.loc.start };
  }
  const isFunction = /Function/.test(node.type);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child.type === "string") {
        yield* tooNewIn(child, isTop && !isFunction);
      }
    }
  }
}

const folder = process.argv[2] ?? BUILD;
const scripts = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js"));
let complaints = 0;
for (const name of scripts) {
  const path = join(folder, name);
  const told = [];
  try {
    const program = parse(readFileSync(path, "utf8"), { ecmaVersion: 2022, sourceType: "module", locations: true });
    told.push(...[...tooNewIn(program)].map(({ found, at }) => `${at.line}:${at.column} ${found}`));
  } catch (error) {
    told.push(error.message);
  }
  told.forEach((what) => console.log(`${relative(folder, path)}: ${what}`));
  complaints += told.length;
}
console.log(complaints ? `${complaints} places that Chromium 80 cannot read.` : `${scripts.length} scripts, all of them readable by Chromium 80.`);
process.exit(complaints || !scripts.length ? 1 : 0);
