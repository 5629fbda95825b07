import { describe, expect, it } from "vitest";
import { createStages } from "../../../src/proxy/backup/stages.ts";

describe("the stages of long work", () => {
  const told = (isTTY: boolean) => {
    const said: string[] = [];
    let nowMs = 7_000;
    const stages = createStages({ isTTY, write: (text) => said.push(text) }, () => nowMs);
    stages.begin("copying the database");
    nowMs += 61_400;
    stages.part(0, 0);
    stages.part(1, 3);
    stages.begin("checking the copy");
    return said;
  };

  it("[BK1] are told to a person, with the seconds since the start and how far each is", () => {
    expect(told(true)).toEqual([
      "    0 s  copying the database\n",
      "\r\u001B[K         copying the database: 100 %",
      "\r\u001B[K         copying the database: 33 %",
      "\r\u001B[K   61 s  checking the copy\n",
    ]);
  });

  it("[BK1] are told to nobody who is no terminal", () => {
    expect(told(false)).toEqual([]);
  });
});
