import assert from "node:assert/strict";
import test from "node:test";
import { characters, sentences } from "../aloud/text.ts";
import { voiceFor } from "../aloud/voices.ts";

test("sentences keep their signs, and a break is the end of one", () => {
  assert.deepEqual(sentences("今天说打包四步。第一步，挑！"), ["今天说打包四步。", "第一步，挑！"]);
  assert.deepEqual(sentences("他说：“好！”就走了"), ["他说：“好！”", "就走了"]);
  assert.deepEqual(sentences("标题\n下一行……").map((each) => each.trim()), ["标题", "下一行……"]);
  assert.deepEqual(sentences("真的吗？！是。"), ["真的吗？！", "是。"]);
});

test("a long sentence is spoken in parts, and nothing of it is lost", () => {
  const long = `${"一二三四五六七八九十，".repeat(9)}完。`;
  const parts = sentences(long);
  assert.equal(parts.length > 1 && parts.every((part) => part.length <= 60), true);
  assert.equal(parts.join(""), long);
});

test("characters are counted as the server counts them", () => {
  assert.equal(characters(" 点 绿色\n的图标。𠮷 "), 8);
});

test("a voice of the mainland that needs no network goes first; one of Hong Kong is none", () => {
  const voices = [["zh-HK", true], ["en-US", true], ["zh-TW", true], ["zh-CN", false], ["cmn-Hans-CN", true]].map(
    ([lang, localService]) => ({ lang, localService }),
  );
  const given = (found: unknown[]): void => {
    Object.defineProperty(globalThis, "speechSynthesis", { value: { getVoices: () => found }, configurable: true });
  };
  given(voices);
  assert.equal(voiceFor("zh")?.lang, "cmn-Hans-CN");
  assert.equal(voiceFor("en")?.lang, "en-US");
  given(voices.slice(0, 2));
  assert.equal(voiceFor("zh"), null);
  given(voices.slice(0, 3));
  assert.equal(voiceFor("zh")?.lang, "zh-TW");
  given([]);
  assert.equal(voiceFor("zh"), null);
});
